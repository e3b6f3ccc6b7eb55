import { AUCTION_STATUS } from '../../../src/auctions/engine/auction.ts'
import type { Answer, Offer } from '../clients/offers.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { StoredVerdict } from '../evidence/room-files.ts'
import type { History } from './history.ts'

/** Refusals that a run can bring about; any other is a defect. */
const EXPECTED_CODES = ['too_low', 'already_leading', 'buy_now_gone', 'ended', 'not_active']

/** Whether somebody may have been told this: a cancelled auction, and a suspended bidder, are told so. */
const isExpected = (code: string, { userId }: Offer, { suspended }: AuctionEvidence, { final }: History) =>
  EXPECTED_CODES.includes(code) ||
  (code === 'cancelled' && final.position.status === AUCTION_STATUS.cancelled) ||
  (code === 'not_eligible' && suspended.includes(userId))

const contentOf = ({ kind, cents }: Offer): string => (kind === 'buy_now' ? kind : `${kind}:${cents}`)

/**
 * Every acknowledged bid is in the ledger as it was acknowledged; whatever was answered once was answered always;
 * nothing is in the ledger that nobody sent.
 */
export function checkAnswers(evidence: AuctionEvidence, history: History): string[] {
  const { offers, room } = evidence
  const problems: string[] = []
  const verdicts = new Map(room.verdicts.map((stored) => [keyOf(stored.bidderId, stored.clientId), stored]))
  for (const offer of offers) {
    const { verdict } = offer
    const name = `${offer.id} (${contentOf(offer)})`
    if (verdict === null) {
      problems.push(`${name} was never answered`)
      continue
    }
    problems.push(...findContradictions(offer, name))
    if (verdict.accepted) {
      problems.push(...offer.answers.flatMap((answer) => compareWithLedger(offer, answer, history, name)))
    } else if (!isExpected(verdict.code, offer, evidence, history)) {
      problems.push(`${name} was refused as ${verdict.code}`)
    }
    const stored = verdicts.get(keyOf(offer.userId, offer.id))
    if (stored !== undefined && stored.content !== contentOf(offer)) {
      problems.push(`${name} is kept as ${stored.content}`)
    }
    if (stored !== undefined && 'accepted' in stored.judgement !== verdict.accepted) {
      problems.push(`${name} was ${verdict.accepted ? 'accepted' : 'refused'} and is kept as the opposite`)
    }
  }
  return [...problems, ...findUnsent(offers, room.verdicts, history)]
}

/** R21: the first verdict again, whole. */
function findContradictions({ answers, verdict }: Offer, name: string): string[] {
  if (verdict === null) return []
  const first = tellingOf(verdict)
  return answers
    .filter((answer) => answer.accepted || !['rate_limited', 'unavailable'].includes(answer.code))
    .filter((answer) => tellingOf(answer) !== first)
    .map((answer) => `${name} was answered ${first}, and ${tellingOf(answer)} by ${answer.door}`)
}

/** What both doors tell. */
const tellingOf = (answer: Answer): string => {
  if (!answer.accepted) return `${answer.code} ${answer.minimumBid}`
  const { bidId, seq, leading, yourMax, currentBid, minimumBid } = answer
  return JSON.stringify({ bidId, seq, leading, yourMax, currentBid, minimumBid })
}

/** The acknowledged number, `seq`, price and lead against the entry that has that number. */
export function compareWithLedger(
  { userId, kind, cents }: Offer,
  answer: Answer,
  history: History,
  name: string,
): string[] {
  if (!answer.accepted) return []
  const entry = history.entry(answer.bidId)
  const [event] = entry?.events ?? []
  if (entry === null || event === undefined || !('bid' in event) || event.bid.bidderId !== userId) {
    return [`${name} was acknowledged as bid ${answer.bidId}, which is not in the ledger`]
  }
  const { after } = entry
  const leading = after.leader?.bidderId === userId
  const offered = kind === 'buy_now' ? history.final.terms.buyNowPrice : cents
  const bought = event.bid.kind === 'buy_now'
  const facts: [string, unknown, unknown][] = [
    ['seq', answer.seq, event.seq],
    ['price', answer.currentBid, after.price],
    ['leading', answer.leading, leading],
    ['maximum', answer.yourMax, leading ? after.leader?.maximum : event.bid.offered],
    ['minimum', answer.minimumBid, after.minimumBid],
    // R14: an exact bid above the buy-now price takes it at that price.
    [
      'amount',
      bought ? event.bid.offered : offered,
      bought ? history.final.terms.buyNowPrice : event.bid.offered,
    ],
    ['count', answer.bidCount ?? after.bidCount, after.bidCount],
    ['end', answer.endsAt ?? after.endsAt, after.endsAt],
  ]
  return facts
    .filter(([, told, kept]) => told !== kept)
    .map(([fact, told, kept]) => `${name} was acknowledged with ${fact} ${told}, the ledger has ${kept}`)
}

/** Each bid of the ledger belongs to one offer that was sent, each offer to one bid at the most. */
function findUnsent(
  offers: readonly Offer[],
  verdicts: readonly StoredVerdict[],
  { bids }: History,
): string[] {
  const sent = new Map(offers.map((offer) => [keyOf(offer.userId, offer.id), offer]))
  const problems: string[] = []
  const owners = new Map<number, string[]>()
  for (const { bidderId, clientId, judgement } of verdicts) {
    if (!sent.has(keyOf(bidderId, clientId))) {
      problems.push(`the room has judged ${clientId} of person ${bidderId}, which nobody sent`)
    }
    if (!('accepted' in judgement)) continue
    const { bidId } = judgement.accepted
    owners.set(bidId, [...(owners.get(bidId) ?? []), clientId])
  }
  for (const { entry, bid } of bids) {
    const ids = owners.get(entry.number) ?? []
    owners.delete(entry.number)
    if (ids.length !== 1) {
      problems.push(`bid ${entry.number} of person ${bid.bidderId} has ${ids.length} ids: ${ids.join(', ')}`)
    }
  }
  for (const [bidId, ids] of owners)
    problems.push(`${ids.join(', ')} has the bid ${bidId}, which is not there`)
  return problems
}

const keyOf = (userId: number, clientId: string): string => `${userId}/${clientId}`
