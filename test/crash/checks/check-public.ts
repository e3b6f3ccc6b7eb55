import { viewBid } from '../../../src/auctions/engine/view.ts'
import { describePosition } from '../clients/story.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import { compareWithLedger } from './check-answers.ts'
import { expectSale } from './check-sale.ts'
import type { History } from './history.ts'

/** What anybody is shown afterwards, and what a bidder is answered who repeats an id (R21). */
export function checkPublic(evidence: AuctionEvidence, history: History): string[] {
  return [
    ...checkShown(evidence, history),
    ...checkHistory(evidence, history),
    ...checkRepetitions(evidence, history),
  ]
}

function checkShown(evidence: AuctionEvidence, history: History): string[] {
  const { shown, lot } = evidence
  const { terms, position, seq } = history.final
  const expected = describePosition({
    status: position.status,
    outcome: expectSale(evidence, history).outcome,
    current_bid: position.price,
    minimum_bid: position.minimumBid,
    high_bidder: position.leader?.alias ?? null,
    bid_count: position.bidCount,
    reserve_met: position.reserveMet,
    ends_at: new Date(position.endsAt),
    extended_count: position.extendedCount,
  })
  const { auction, bidCount } = shown
  const found = describePosition(auction)
  const problems = found === expected ? [] : [`is shown as ${found}, the ledger has ${expected}`]
  if (auction.seq !== seq) problems.push(`is shown at seq ${auction.seq}, the ledger is at ${seq}`)
  if (bidCount !== position.bidCount)
    problems.push(`its history counts ${bidCount} of ${position.bidCount} bids`)
  if (auction.seller_id !== terms.sellerId || auction.vehicle_id !== lot.vehicleId) {
    problems.push('is shown with another seller or vehicle')
  }
  return problems
}

function checkHistory({ shown }: AuctionEvidence, history: History): string[] {
  const voidings = history.voidings()
  const expected = history.entries.flatMap((entry) => viewBid(entry) ?? []).reverse()
  const problems: string[] = []
  if (shown.bids.length !== expected.length) {
    problems.push(`its history has ${shown.bids.length} of ${expected.length} bids`)
  }
  for (const [index, bid] of expected.entries()) {
    const row = shown.bids[index]
    if (row === undefined) break
    const isSame =
      row.id === bid.id &&
      row.amount === bid.amount &&
      row.user_display === bid.bidder &&
      row.is_auto_bid === bid.isAutoBid &&
      row.created_at.getTime() === bid.at &&
      row.current_bid === bid.currentBid &&
      row.leader === bid.leader &&
      row.kind === bid.kind &&
      row.voided === voidings.has(bid.id) &&
      row.void_reason === (voidings.get(bid.id)?.reason ?? null)
    if (!isSame) problems.push(`its history has ${JSON.stringify(row)} where bid ${bid.id} is expected`)
  }
  return problems
}

function checkRepetitions({ repetitions }: AuctionEvidence, history: History): string[] {
  return repetitions.flatMap(({ offer, answer, replayed }) => {
    const name = `the repetition of ${offer.id}`
    const { verdict } = offer
    if (verdict === null) return [`${name} answers what was never answered`]
    if (!answer.accepted) {
      const isSame =
        !verdict.accepted && verdict.code === answer.code && verdict.minimumBid === answer.minimumBid
      const first = verdict.accepted ? 'an acceptance' : `${verdict.code} ${verdict.minimumBid}`
      return isSame ? [] : [`${name} answers ${answer.code} ${answer.minimumBid} after ${first}`]
    }
    if (!verdict.accepted) return [`${name} accepts what was refused as ${verdict.code}`]
    const problems = replayed ? [] : [`${name} is answered as if it were the first`]
    if (answer.bidId !== verdict.bidId || answer.seq !== verdict.seq) {
      problems.push(
        `${name} answers bid ${answer.bidId}, seq ${answer.seq} after ${verdict.bidId}, ${verdict.seq}`,
      )
    }
    return [...problems, ...compareWithLedger(offer, answer, history, name)]
  })
}
