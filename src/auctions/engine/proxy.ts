import { type Cents, higherOf, lowerOf } from '../../lib/money.ts'
import type { AuctionPolicy, Bid, Leader, Standing } from './auction.ts'
import { oneStepAbove } from './increments.ts'

/** Who leads at what price. Without a leader the price is 0. */
export interface Contest {
  readonly leader: Leader | null
  readonly price: Cents
}

type Offer = Pick<Bid, 'bidderId' | 'alias' | 'kind' | 'offered' | 'whileLeading'>

/** Whether the leader's maximum reaches the reserve; null without a reserve (R9). */
export function isReserveMet(reservePrice: Cents | null, leader: Leader | null): boolean | null {
  return reservePrice === null ? null : leader !== null && leader.maximum >= reservePrice
}

/**
 * The contest after one more bid (R4, R6, R7), taken against the reserve (R9, R10). Whether the bid is
 * acceptable (R5) is judged before, and not again when R20 replays it.
 */
export function placeBid(
  policy: AuctionPolicy,
  reservePrice: Cents | null,
  contest: Contest,
  offer: Offer,
): Contest {
  return settleReserve(policy, reservePrice, outbid(policy, reservePrice, contest, offer))
}

function outbid(policy: AuctionPolicy, reservePrice: Cents | null, contest: Contest, offer: Offer): Contest {
  const { leader, price } = contest
  const { bidderId, alias, offered } = offer
  const exact = offer.kind === 'exact'
  if (leader === null) {
    return { leader: { bidderId, alias, maximum: offered }, price: exact ? offered : policy.startingPrice }
  }
  if (leader.bidderId === bidderId) {
    const setsPrice = exact && offer.whileLeading && isReserveMet(reservePrice, leader) === false
    const maximum = higherOf(leader.maximum, offered)
    return { leader: { bidderId, alias, maximum }, price: setsPrice ? higherOf(price, offered) : price }
  }
  if (offered > leader.maximum) {
    const leadsAt = exact ? offered : lowerOf(offered, oneStepAbove(policy.increments, leader.maximum))
    return { leader: { bidderId, alias, maximum: offered }, price: leadsAt }
  }
  const holdsAt = lowerOf(leader.maximum, oneStepAbove(policy.increments, offered))
  return { leader, price: higherOf(price, holdsAt) }
}

/** R9 and R10: what a reserve, new or old, makes of the price. */
export function settleReserve(
  policy: Pick<AuctionPolicy, 'belowReserve'>,
  reservePrice: Cents | null,
  contest: Contest,
): Contest {
  const { leader, price } = contest
  if (reservePrice === null || leader === null) return contest
  if (leader.maximum >= reservePrice) return price >= reservePrice ? contest : { leader, price: reservePrice }
  return policy.belowReserve === 'post_max' ? { leader, price: leader.maximum } : contest
}

/**
 * R20: the contest as if the bids in `voided` (ledger numbers) had never come. `standing` is in ledger order.
 */
export function replayWithout(
  policy: AuctionPolicy,
  standing: readonly Standing[],
  voided: ReadonlySet<number>,
  nothing: Contest,
): Contest {
  let contest = nothing
  let reservePrice = policy.reservePrice
  for (const item of standing) {
    if (item.type === 'reserve') {
      reservePrice = item.reservePrice
      contest = settleReserve(policy, reservePrice, contest)
    } else if (!voided.has(item.number)) {
      contest = placeBid(policy, reservePrice, contest, item)
    }
  }
  return contest
}
