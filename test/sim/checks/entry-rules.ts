import type { Auction, LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import { firstWithHighest, priceAfterLast, priceOf, reserveIn, stepOf } from '../../engine/naive.ts'
import type { World } from '../world.ts'
import { checkEnd } from './end-rules.ts'
import { checkHouse } from './house-rules.ts'
import { isOffer, type LedgerBook } from './ledger-book.ts'

/** What the rules say of one entry, between the state before it and the one after it. */
export function checkEntry(world: World, book: LedgerBook, index: number): void {
  const entry = book.entries[index]
  const after = book.states[index]
  if (entry === undefined || after === undefined) return
  const before = book.states[index - 1] ?? null
  const hold = (condition: boolean, rule: string) => world.hold(condition, rule, () => ({ entry, before }))
  if (before === null) {
    hold(entry.events[0]?.kind === 'armed', 'The first entry arms')
    return
  }
  checkStatus(hold, before, entry)
  checkHouse(hold, before, entry)
  checkEnd(hold, before, entry)
  checkOffer(hold, book.entries.slice(0, index), before, entry)
  checkPrice(hold, book, index, before, entry)
}

export type Hold = (condition: boolean, rule: string) => void

function checkStatus(hold: Hold, before: Auction, { at, events, after }: LedgerEntry): void {
  const [first] = events
  const was = before.position.status
  hold(was !== 'ended' && was !== 'cancelled', 'R16: nothing comes after the end')
  if (first?.kind === 'opened') hold(at === before.terms.startsAt, 'R2: the opening is as of the start')
  if (first?.kind === 'ended') hold(at === before.position.endsAt, 'R2: the end is as of the stored end')
  if (first !== undefined && isOffer(first)) {
    hold(was === 'active', 'Bids come while active')
    hold(
      at >= before.terms.startsAt && at < before.position.endsAt,
      'R2: a bid is in from the start to the end',
    )
    hold(at >= before.lastAt, 'R2: received is never before the last event')
  }
  const isOver = after.status === 'ended' || after.status === 'cancelled'
  hold((after.minimumBid === null) === isOver, 'A minimum bid is there until the end')
  if (after.status !== 'ended') return
  const { leader, reserveMet, outcome } = after
  const expected =
    first?.kind === 'bought'
      ? 'sold'
      : leader === null
        ? 'unsold'
        : before.terms.saleType === 'on_approval' || reserveMet === false
          ? 'pending_seller'
          : 'sold'
  hold(outcome === expected, `R15: the outcome is ${expected}`)
}

function checkOffer(hold: Hold, earlier: readonly LedgerEntry[], before: Auction, entry: LedgerEntry): void {
  const [first] = entry.events
  if (first === undefined || !isOffer(first)) return
  const { leader, reserveMet } = before.position
  const isFree = leader === null || reserveMet === false
  hold(first.kind !== 'bought' || isFree, 'R14: while there is no bid, or the reserve is not met')
  const known: number[] = []
  for (const { events } of earlier) {
    const [other] = events
    if (other !== undefined && isOffer(other) && !known.includes(other.bid.bidderId))
      known.push(other.bid.bidderId)
  }
  const index = known.indexOf(first.bid.bidderId)
  const alias = `Bidder ${(index < 0 ? known.length : index) + 1}`
  hold(first.bid.alias === alias, 'R19: aliases in order of first accepted bids, each for good')
}

function checkPrice(hold: Hold, book: LedgerBook, index: number, before: Auction, entry: LedgerEntry): void {
  const { events, after } = entry
  const [first] = events
  const { terms } = before
  const standing = book.standing(index + 1)
  const { price, leader } = after
  const isVoiding = events.some(({ kind }) => kind === 'bid_voided')
  if (first?.kind === 'bought') {
    hold(
      price === terms.buyNowPrice && leader?.bidderId === first.bid.bidderId,
      'R14: the buyer leads at the price',
    )
    return
  }
  if (!isVoiding && first?.kind !== 'edited') hold(price >= before.position.price, 'The price never falls')
  const best = firstWithHighest(standing)
  hold(leader?.bidderId === best?.bidderId, 'The leader first offered the highest standing maximum')
  hold(leader?.maximum === best?.offered, 'M is the highest standing offer')
  if (leader === null) {
    hold(price === 0, 'Without a bid there is no price')
  } else {
    hold(leader.maximum >= price && price >= terms.startingPrice, 'M ≥ price ≥ starting price')
  }
  const expected = isVoiding
    ? Math.min(priceOf(terms, standing), before.position.price)
    : first !== undefined && (isOffer(first) || first.kind === 'reserve_lowered')
      ? priceAfterLast(terms, standing, before.position.price)
      : before.position.price
  if (first?.kind !== 'edited')
    hold(price === expected, `The price is ${expected} by a naive reading of the rules`)
  const reserve = first?.kind === 'edited' ? first.terms.reservePrice : reserveIn(terms, standing)
  const isMet = reserve === null ? null : (best?.offered ?? 0) >= reserve
  hold(after.reserveMet === isMet, 'reserve_met is what the maximum says')
  if (first !== undefined && isOffer(first) && !first.bid.whileLeading) {
    hold(price > before.position.price, 'A challenger moves the price')
  }
  const counted = standing.filter((item) => item.type === 'bid' && item.seq !== null).length
  hold(after.bidCount === counted, 'bid_count counts the standing bids that everyone may see')
  if (after.status !== 'active') return
  const least = leader === null ? terms.startingPrice : price + stepOf(terms, price)
  hold(after.minimumBid === least, `R5: the least bid is ${least}`)
}
