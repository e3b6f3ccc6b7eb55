import type { AuctionTerms, Standing, StandingBid } from '../../src/auctions/engine/auction.ts'

/**
 * The rules once more, as plainly as they can be said and without the engine's code: every question is
 * answered by looking through the whole list of standing bids again.
 */
export function stepOf(terms: AuctionTerms, amount: number): number {
  const reached = terms.increments.filter(({ from }) => from <= amount)
  return reached.at(-1)?.step ?? Number.NaN
}

const isBid = (item: Standing): item is StandingBid => item.type === 'bid'

/** The invariant: whoever first offered the highest standing maximum. */
export function firstWithHighest(standing: readonly Standing[]): StandingBid | null {
  const bids = standing.filter(isBid)
  const highest = Math.max(...bids.map(({ offered }) => offered))
  return bids.find(({ offered }) => offered === highest) ?? null
}

export function reserveIn(terms: AuctionTerms, standing: readonly Standing[]): number | null {
  const change = standing.findLast((item) => item.type === 'reserve')
  return change === undefined ? terms.reservePrice : change.reservePrice
}

/** The price after the last item of `standing`, which came at `price`. */
export function priceAfterLast(terms: AuctionTerms, standing: readonly Standing[], price: number): number {
  const earlier = standing.slice(0, -1)
  const last = standing.at(-1)
  const leading = firstWithHighest(earlier)
  const reserve = reserveIn(terms, standing)
  const maximum = firstWithHighest(standing)?.offered ?? 0
  let next = price
  if (last?.type === 'bid') {
    const beaten = leading?.offered ?? 0
    const offered = last.offered
    if (leading === null) {
      next = last.kind === 'exact' ? offered : terms.startingPrice
    } else if (leading.bidderId === last.bidderId) {
      const unmet = reserve !== null && beaten < reserve
      if (last.kind === 'exact' && last.whileLeading && unmet) next = Math.max(price, offered)
    } else if (offered <= beaten) {
      next = Math.max(price, Math.min(beaten, offered + stepOf(terms, offered)))
    } else if (last.kind === 'exact') {
      next = offered
    } else {
      next = Math.max(price, Math.min(offered, beaten + stepOf(terms, beaten)))
    }
  }
  if (reserve === null || maximum === 0) return next
  if (maximum >= reserve) return Math.max(next, reserve)
  return terms.belowReserve === 'post_max' ? maximum : next
}

/** The price of a list taken from its beginning (R20). */
export function priceOf(terms: AuctionTerms, standing: readonly Standing[]): number {
  let price = 0
  for (let length = 1; length <= standing.length; length += 1) {
    price = priceAfterLast(terms, standing.slice(0, length), price)
  }
  return firstWithHighest(standing) === null ? 0 : price
}
