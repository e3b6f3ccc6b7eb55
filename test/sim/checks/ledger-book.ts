import { isDeepStrictEqual } from 'node:util'
import {
  type Auction,
  type AuctionEvent,
  evolve,
  type LedgerEntry,
  type Standing,
} from '../../../src/auctions/engine/auction.ts'
import { type EventView, viewEvents } from '../../../src/auctions/engine/view.ts'
import { entryColumn, snapshotColumn } from '../../../src/auctions/live/ledger-rows.ts'
import type { RoomHost } from '../host.ts'
import type { World } from '../world.ts'

export interface BidderRow {
  alias: string
  maximum: number | null
}

/** What a room's disk says, read again from there, and what follows from it. */
export class LedgerBook {
  readonly #world: World
  readonly #host: RoomHost
  readonly entries: LedgerEntry[] = []
  /** The fold after each entry. */
  readonly states: Auction[] = []
  /** By `seq`, from 1 on. */
  readonly events: EventView[] = []
  readonly #texts: string[] = []
  #losses = 0

  constructor(world: World, host: RoomHost) {
    this.#world = world
    this.#host = host
  }

  get auction(): Auction | null {
    return this.states.at(-1) ?? null
  }
  get isArmed(): boolean {
    return this.entries.length > 0
  }

  /** Reads what is new. @returns how many entries are as they were; those after them have not been looked at */
  refresh(): number {
    if (!this.#hasTables()) {
      this.#cut(0)
      return 0
    }
    if (this.#host.disk.losses !== this.#losses) {
      this.#losses = this.#host.disk.losses
      this.#cut(this.#survivors())
    }
    const before = this.entries.length
    for (const row of this.#rowsAfter(before)) this.#take(row)
    const [last] = this.#host.disk.read('SELECT MAX(number) AS last FROM ledger')
    this.#world.hold((last?.last ?? 0) === this.entries.length, 'Entries of the ledger have disappeared')
    return before
  }

  /** Standing bids and reserve changes after the first `count` entries, read without the room's code (R20). */
  standing(count = this.entries.length): Standing[] {
    const entries = this.entries.slice(0, count)
    const voided = this.voidings(count)
    return entries.flatMap(({ number, events: [first], after }): Standing[] => {
      if (first?.kind === 'reserve_lowered') return [{ type: 'reserve', reservePrice: after.reservePrice }]
      if (first === undefined || !isOffer(first) || voided.has(number)) return []
      return [{ type: 'bid', number, seq: first.seq, ...first.bid }]
    })
  }

  /** Reasons of voidings by the number of the bid. */
  voidings(count = this.entries.length): Map<number, string> {
    const reasons = new Map<number, string>()
    for (const { events } of this.entries.slice(0, count)) {
      for (const event of events) if (event.kind === 'bid_voided') reasons.set(event.bidId, event.reason)
    }
    return reasons
  }

  /** Everyone with an alias after the first `count` entries, and the highest of their standing offers. */
  bidders(count = this.entries.length): Map<number, BidderRow> {
    const rows = new Map<number, BidderRow>()
    for (const {
      events: [first],
    } of this.entries.slice(0, count)) {
      if (first === undefined || !isOffer(first)) continue
      rows.set(first.bid.bidderId, { alias: first.bid.alias, maximum: null })
    }
    for (const item of this.standing(count)) {
      const row = item.type === 'bid' ? rows.get(item.bidderId) : undefined
      if (item.type !== 'bid' || row === undefined) continue
      row.maximum = Math.max(row.maximum ?? 0, item.offered)
    }
    return rows
  }

  #hasTables(): boolean {
    if (this.isArmed && this.#host.disk.losses === this.#losses) return true
    return this.#host.disk.read("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").length > 0
  }

  #rowsAfter(number: number) {
    return this.#host.disk.read('SELECT * FROM ledger WHERE number > ? ORDER BY number', number)
  }

  #survivors(): number {
    const rows = this.#rowsAfter(0)
    const changed = this.#texts.findIndex((text, index) => {
      const row = rows[index]
      return row === undefined || text !== String(row.entry)
    })
    return changed < 0 ? this.#texts.length : changed
  }

  #cut(length: number): void {
    this.entries.length = length
    this.states.length = length
    this.#texts.length = length
    this.events.length = this.states.at(-1)?.seq ?? 0
  }

  #take(row: Record<string, unknown>): void {
    const { number, at, kind, first_seq, seq_count, entry: text, snapshot } = row
    const { hold } = this.#world
    const entry: LedgerEntry = {
      number: Number(number),
      at: Number(at),
      ...entryColumn.parse(JSON.parse(String(text))),
    }
    // Throws over a gap in numbers or `seq`.
    const state = evolve(this.auction, entry)
    const events = viewEvents(entry)
    const isIndexed = kind === entry.events[0]?.kind && seq_count === events.length
    hold.call(
      this.#world,
      isIndexed && first_seq === (events[0]?.seq ?? null) && isOfBid(row, entry),
      'The columns of a ledger row are right',
    )
    if (snapshot !== null) {
      const isSame = isDeepStrictEqual(snapshotColumn.parse(JSON.parse(String(snapshot))), state)
      hold.call(this.#world, isSame, 'A snapshot is the fold of the ledger', () => ({ number }))
    }
    this.entries.push(entry)
    this.states.push(state)
    this.events.push(...events)
    this.#texts.push(String(text))
  }
}

function isOfBid({ bidder_id, offered }: Record<string, unknown>, { events: [first] }: LedgerEntry): boolean {
  const bid = first !== undefined && isOffer(first) ? first.bid : null
  return bidder_id === (bid?.bidderId ?? null) && offered === (bid?.offered ?? null)
}

type Offered = Extract<AuctionEvent, { kind: 'bid' | 'raised' | 'bought' }>
export const isOffer = (event: AuctionEvent): event is Offered =>
  event.kind === 'bid' || event.kind === 'raised' || event.kind === 'bought'
