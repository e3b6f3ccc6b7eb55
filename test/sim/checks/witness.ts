import { isDeepStrictEqual } from 'node:util'
import { type AuctionView, viewAuction, viewBid, viewPosition } from '../../../src/auctions/engine/view.ts'
import type { HistoryPage, RoomAuction, RoomViewer } from '../../../src/auctions/live/contract.ts'
import { isSellerOf } from '../../../src/auctions/live/display.ts'
import { describeEvent, type EventBody } from '../../../src/auctions/live/protocol.ts'
import type { AuctionBody } from '../../../src/auctions/schemas.ts'
import type { World } from '../world.ts'
import type { LedgerBook } from './ledger-book.ts'

type Seen = Omit<EventBody, 'server_time'>

/** What anyone was shown of an auction: it agrees with the ledger, now and after everything that the room may lose. */
export class Witness {
  readonly #world: World
  readonly #book: LedgerBook
  readonly #seen = new Map<number, Seen>()
  #latest = 0

  constructor(world: World, book: LedgerBook) {
    this.#world = world
    this.#book = book
  }

  /** An event, in whatever frame it came. */
  see({ server_time: _, ...event }: EventBody): void {
    const known = this.#seen.get(event.seq)
    if (known === undefined) {
      this.#compare(event)
      this.#seen.set(event.seq, event)
      return
    }
    this.#world.hold(isDeepStrictEqual(known, event), 'An event is the same whoever sees it', () => ({
      known,
      event,
    }))
  }

  /** The auction as someone sees it: as it was after some entry of the ledger. */
  seeAuction({ view }: RoomAuction, viewer: RoomViewer | null): void {
    this.#noteSeq(view.seq)
    const { you, ...shown } = view
    const candidates = this.#candidates(view.seq)
    const fits = candidates.some((state) => {
      const seesReserve = viewer !== null && (viewer.isAdmin || isSellerOf(state.terms, viewer))
      const { you: _, ...expected } = viewAuction(state, { seesReserve, bidder: null }, view.serverTime)
      return isDeepStrictEqual(expected, shown) && isYours(you, state.position.leader?.bidderId, viewer)
    })
    this.#world.hold(fits, 'What a viewer sees is a state of the ledger', () => ({ view, candidates }))
  }

  /** The same in a `welcome`. */
  seeBody(body: AuctionBody): void {
    this.#noteSeq(body.seq)
    const candidates = this.#candidates(body.seq)
    const fits = candidates.some(({ position }) => {
      const {
        currentBid,
        minimumBid,
        highBidder,
        bidCount,
        reserveMet,
        endsAt,
        extendedCount,
        status,
        outcome,
      } = viewPosition(position)
      return (
        body.current_bid === currentBid &&
        body.minimum_bid === minimumBid &&
        body.high_bidder === highBidder &&
        body.bid_count === bidCount &&
        body.reserve_met === reserveMet &&
        body.ends_at.getTime() === endsAt &&
        body.extended_count === extendedCount &&
        body.status === status &&
        body.outcome === outcome
      )
    })
    this.#world.hold(fits, 'A welcome shows a state of the ledger', () => ({ body, candidates }))
  }

  /** The newest bids, whatever has been voided since. */
  seeHistory({ bids, total, bidCount }: HistoryPage): void {
    const shown = this.#book.entries.map(viewBid).filter((bid) => bid !== null)
    const first = bids[0]?.id ?? 0
    const until = shown.findIndex(({ id }) => id === first) + 1
    const expected = shown.slice(Math.max(0, until - bids.length), until).reverse()
    const told = bids.map(({ voided: _, voidReason: __, ...bid }) => bid)
    this.#world.hold(isDeepStrictEqual(told, expected), 'The history is that of the ledger', () => ({
      told,
      expected,
    }))
    const voidings = this.#book.voidings()
    const isVoidedTruly = bids.every(({ id, voided, voidReason }) => {
      return voided ? voidings.get(id) === voidReason : voidReason === null
    })
    this.#world.hold(isVoidedTruly && bidCount <= total, 'The history says what is voided', () => bids)
  }

  /** After a loss: whatever was shown is still there. */
  recheck(): void {
    for (const event of this.#seen.values()) this.#compare(event)
    const { auction } = this.#book
    this.#world.hold((auction?.seq ?? 0) >= this.#latest, 'What was shown is still in the ledger')
  }

  #noteSeq(seq: number): void {
    this.#latest = Math.max(this.#latest, seq)
    this.#world.hold((this.#book.auction?.seq ?? 0) >= seq, 'Nobody is shown what is not in the ledger')
  }

  #compare(event: Seen): void {
    this.#noteSeq(event.seq)
    const view = this.#book.events[event.seq - 1]
    if (view === undefined) this.#world.violate('Nobody is shown an event that is not in the ledger', event)
    const { server_time: _, ...expected } = describeEvent(view, view.at)
    this.#world.hold(isDeepStrictEqual(expected, event), 'An event is as the ledger has it', () => ({
      expected,
      event,
    }))
  }

  /** The states that have this `seq`: others learn nothing of the entries between them. */
  #candidates(seq: number) {
    return this.#book.states.filter((state) => state.seq === seq)
  }
}

function isYours(you: AuctionView['you'], leaderId: number | undefined, viewer: RoomViewer | null): boolean {
  if (you === null) return leaderId === undefined || leaderId !== viewer?.userId
  return viewer !== null && you.leading === (leaderId === viewer.userId)
}
