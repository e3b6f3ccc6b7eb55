import type { AuctionEvidence, ListingEvidence } from '../evidence/evidence.ts'
import { checkDecision, checkRepeated } from './check-decision.ts'
import { checkRounds } from './check-rounds.ts'
import { checkOrders, ordersOfRounds } from './check-sale.ts'
import type { History } from './history.ts'

export interface ListingFinding {
  readonly evidence: ListingEvidence
  readonly problems: readonly string[]
}

/** M2, M3: what was negotiated after an auction. */
export const checkTalks = (evidence: AuctionEvidence, history: History): string[] => [
  ...checkDecision(evidence, history),
  ...checkRounds(evidence.talk),
  ...checkChances(evidence, history),
  ...checkRepeated(evidence.talk.acts),
]

/** M3: each second chance is of the highest bidder who had none, at no more than they offered. */
function checkChances({ talk, lot }: AuctionEvidence, history: History): string[] {
  const { position, terms } = history.final
  const hadTheirTurn = new Set([position.leader?.bidderId])
  const standing = history.standing().flatMap((item) => (item.type === 'bid' ? [item] : []))
  const ranked = standing.toSorted((a, b) => b.offered - a.offered || a.number - b.number)
  const problems: string[] = []
  for (const row of talk.rounds) {
    const next = ranked.find(({ bidderId }) => !hadTheirTurn.has(bidderId))
    hadTheirTurn.add(row.buyer_id)
    if (row.auction_id !== lot.auctionId) problems.push(`offer ${row.id} is of the auction ${row.auction_id}`)
    if (next?.bidderId !== row.buyer_id)
      problems.push(`offer ${row.id} is to person ${row.buyer_id}, next is ${next?.bidderId}`)
    const most = Math.min(next?.offered ?? 0, position.price)
    if (row.amount_cents < terms.startingPrice || row.amount_cents > most)
      problems.push(`offer ${row.id} is of ${row.amount_cents}, not from ${terms.startingPrice} to ${most}`)
  }
  const isRefused = talk.acts.find(({ code }) => code === 'no_next_bidder')
  if (isRefused !== undefined && ranked.some(({ bidderId }) => !hadTheirTurn.has(bidderId)))
    problems.push(`${isRefused.name} was refused, and there is a next bidder`)
  return problems
}

/** M4: what came of the offers on a listing. */
export function checkListing(evidence: ListingEvidence): ListingFinding {
  const { talk, vehicle } = evidence
  const expected = ordersOfRounds(talk)
  const status = expected.length > 0 ? 'sold' : 'active'
  return {
    evidence,
    problems: [
      ...checkRounds(talk),
      ...checkOrders('the listing', expected, evidence),
      ...(vehicle?.status === status ? [] : [`the vehicle is ${vehicle?.status}, not ${status}`]),
      ...checkRepeated(talk.acts),
    ],
  }
}
