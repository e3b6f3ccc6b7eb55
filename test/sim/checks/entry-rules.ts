import type { Auction, LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import { SECOND_MS } from '../../../src/lib/time.ts'
import { firstWithHighest, priceAfterLast, priceOf, reserveIn, stepOf } from '../../engine/naive.ts'
import { SELLERS_REASON } from '../house-commands.ts'
import type { World } from '../world.ts'
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
  checkPrice(hold, book, index, before, entry)
}

type Hold = (condition: boolean, rule: string) => void

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

function checkHouse(hold: Hold, { terms, position }: Auction, { events: [first], after }: LedgerEntry): void {
  if (first?.kind === 'edited') hold(position.status === 'scheduled', 'The policy is fixed once open')
  if (first?.kind === 'cancelled' && first.reason === SELLERS_REASON) {
    const isBound = position.status === 'active' && terms.saleType === 'absolute'
    hold(position.leader === null && !isBound, 'R17: the seller cancels while there is no bid')
  }
  if (first?.kind !== 'reserve_lowered') {
    const isKept = first?.kind === 'edited' || after.reservePrice === position.reservePrice
    hold(isKept, 'R11: nothing else changes the reserve')
    return
  }
  const was = position.reservePrice
  hold(position.status === 'active' && was !== null && !position.reserveMet, 'R11: while it is not met')
  if (after.reservePrice === null) return
  hold(!position.reserveLowered, 'R11: the reserve is lowered once')
  const isLower = was !== null && after.reservePrice < was && after.reservePrice >= terms.startingPrice
  hold(isLower, 'R11: the reserve is lowered, not below the starting price')
}

function checkEnd(hold: Hold, before: Auction, { at, events, after }: LedgerEntry): void {
  const [first] = events
  if (before.position.status !== 'active') return
  const moved = after.endsAt - before.position.endsAt
  hold(moved >= 0, 'R13: the end never moves back')
  if (first?.kind === 'bid_voided') {
    hold(after.endsAt >= at + 15 * 60_000, 'R20: 15 minutes to go')
    return
  }
  const isExtended = events.some(({ kind }) => kind === 'extended')
  if (first?.kind !== 'disclosure_changed')
    hold(isExtended === moved > 0, 'R12: `extended` says that the end moved')
  const { softClose } = before.terms
  const isClose = at >= before.position.endsAt - softClose.windowSeconds * SECOND_MS
  const mayMove = softClose.mode === 'reset' && softClose.maxExtensions === null
  if (first?.kind !== 'bid' || !isClose || !mayMove) return
  hold(after.endsAt >= at + softClose.extensionSeconds * SECOND_MS, 'R12: a bid in the window extends')
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
