import { isDeepStrictEqual } from 'node:util'
import type { Auction } from '../../../src/auctions/engine/auction.ts'
import { endColumnsOf, termsColumnsOf } from '../../../src/db/auction-columns.ts'
import type { DatabaseServer } from '../database/server.ts'
import type { RoomHost } from '../host.ts'
import type { World } from '../world.ts'
import { isOffer, type LedgerBook } from './ledger-book.ts'

type Row = Record<string, unknown>

const textOf = (at: number): string => new Date(at).toISOString().slice(0, -1).replace('T', ' ')

export interface RowsParts {
  world: World
  server: DatabaseServer
  host: RoomHost
  book: LedgerBook
  vehicleId: number
  opening: Auction
}

/** What MySQL may say of an auction: never anything but what the ledger says, up to where it has been told. */
export class Rows {
  readonly #world: World
  readonly #server: DatabaseServer
  readonly #host: RoomHost
  readonly #book: LedgerBook
  readonly #vehicleId: number
  /** What the row was made as, and stays until more than the arming has been told. */
  readonly #opening: Auction
  #settledAt: unknown = null
  readonly #disclosed = new Map<string, unknown>()

  constructor({ world, server, host, book, vehicleId, opening }: RowsParts) {
    this.#world = world
    this.#server = server
    this.#host = host
    this.#book = book
    this.#vehicleId = vehicleId
    this.#opening = opening
  }

  get isSettled(): boolean {
    return this.#settledAt !== null
  }

  /** The auction's row, its vehicle and its order, after every change. */
  checkAuction(): void {
    const row = this.#one('SELECT * FROM auctions WHERE id = ?', this.#host.auctionId)
    const projected = Number(row.projected)
    const state = projected <= 1 ? this.#opening : this.#book.states[projected - 1]
    this.#hold(projected <= this.#book.states.length, 'MySQL is never ahead of the ledger', row)
    if (state === undefined) this.#world.violate('MySQL is never ahead of the ledger', row)
    this.#checkSettlement(row, state)
    const expected = columnsOf(state)
    const wrong = differencesOf(row, expected)
    this.#hold(wrong.length === 0, 'The row is the fold of the ledger', { wrong, projected })
    this.#hold((row.armed_at === null) === (projected === 0), 'A row that the room has told of is armed', row)
  }

  #checkSettlement(row: Row, state: Auction): void {
    const { status, outcome } = state.position
    const isOver = status === 'ended' || status === 'cancelled'
    const isSettled = row.settled_at !== null
    this.#hold(isSettled === isOver, 'An auction that is over is settled with its last entry', row)
    const isSameSettlement = this.#settledAt === null || this.#settledAt === row.settled_at
    this.#hold(isSameSettlement, 'An auction is settled once', row)
    this.#settledAt = row.settled_at
    this.#hold((row.next_attempt_at === null) === isSettled, 'The sweeper looks until it is settled', row)
    const orders = this.#server.rows('SELECT * FROM orders WHERE auction_id = ?', this.#host.auctionId)
    const vehicle = this.#one('SELECT status, live_vin FROM vehicles WHERE id = ?', this.#vehicleId)
    const isSold = isSettled && outcome === 'sold'
    this.#hold(orders.length === (isSold ? 1 : 0), 'Exactly one order for a sold auction', { orders, row })
    const expected = isSold ? 'sold' : isSettled && outcome !== 'pending_seller' ? 'active' : 'in_auction'
    const isFree = vehicle.live_vin === null
    this.#hold(vehicle.status === expected && isFree === isSold, `The vehicle is ${expected}`, vehicle)
    const [order] = orders
    if (order === undefined) return
    const { leader, price } = state.position
    const isRight = order.buyer_id === leader?.bidderId && order.vehicle_price_cents === price
    this.#hold(
      isRight && order.vehicle_id === this.#vehicleId,
      'The order is the leader’s at the price',
      order,
    )
  }

  /** The bids, as far as the room knows MySQL to have them; more may be there, but nothing else. */
  checkBids(): void {
    if (!this.#book.isArmed) return
    const [room] = this.#host.disk.read('SELECT projected FROM room')
    const cursor = Number(room?.projected ?? 0)
    const rows = this.#server.rows(
      'SELECT * FROM bids WHERE auction_id = ? ORDER BY bid_id',
      this.#host.auctionId,
    )
    const there = new Set<unknown>()
    const voidings = this.#book.voidings()
    const told = this.#book.voidings(cursor)
    for (const row of rows) {
      there.add(row.bid_id)
      const expected = bidColumnsOf(this.#book, Number(row.bid_id))
      const wrong = differencesOf(row, expected)
      this.#hold(wrong.length === 0, 'A bid is as the ledger has it', { wrong, row })
      const reason = voidings.get(Number(row.bid_id)) ?? null
      const isFlagged = row.voided_at !== null
      const mustBe = told.has(Number(row.bid_id))
      this.#hold(isFlagged ? row.void_reason === reason : !mustBe, 'A voided bid is marked', { row, reason })
    }
    for (const {
      number,
      events: [first],
    } of this.#book.entries.slice(0, cursor)) {
      if (first !== undefined && isOffer(first)) {
        this.#hold(there.has(number), 'MySQL has every bid before the cursor', { number, cursor })
      }
    }
  }

  /** Maximums are as they were after the entry that they were read after, in whatever order statements arrive. */
  checkBidders(): void {
    const { auctionId } = this.#host
    for (const row of this.#server.rows('SELECT * FROM auction_bidders WHERE auction_id = ?', auctionId)) {
      const expected = this.#book.bidders(Number(row.projected)).get(Number(row.user_id))
      const isRight = row.alias === expected?.alias && row.max_bid_cents === expected?.maximum
      this.#hold(isRight, 'A bidder is as the ledger had them', { row, expected })
    }
  }

  /** Once nothing is left to send: everything is there. */
  checkDrained(): void {
    const { auctionId } = this.#host
    const { auction, entries } = this.#book
    const row = this.#one('SELECT * FROM auctions WHERE id = ?', auctionId)
    this.#hold(row.projected === entries.length, 'The backlog has drained', row)
    this.checkAuction()
    this.checkBids()
    this.checkBidders()
    const rows = this.#server.rows(
      'SELECT user_id, alias, max_bid_cents FROM auction_bidders WHERE auction_id = ?',
      auctionId,
    )
    const actual = new Map(rows.map((row) => [row.user_id, { alias: row.alias, maximum: row.max_bid_cents }]))
    const expected = this.#book.bidders()
    this.#hold(isDeepStrictEqual(actual, new Map<unknown, unknown>(expected)), 'MySQL has the bidders', {
      actual: [...actual],
      expected: [...expected],
    })
    this.#checkDisclosed()
    if (auction !== null && row.settled_at !== null) this.#checkNotices(auction)
  }

  /** M12: the vehicle's own row is what everyone was told. */
  #checkDisclosed(): void {
    const vehicle = this.#one('SELECT * FROM vehicles WHERE id = ?', this.#vehicleId)
    for (const { events } of this.#book.entries) {
      for (const event of events) {
        if (event.kind !== 'disclosure_changed') continue
        for (const { field, after } of event.changes) this.#disclosed.set(field, after)
      }
    }
    const wrong = differencesOf(vehicle, Object.fromEntries(this.#disclosed))
    this.#hold(wrong.length === 0, 'M12: the vehicle is as everyone was told', wrong)
  }

  /** M13: at the end the seller and everyone whose bid stands are told, once. */
  #checkNotices({ terms }: Auction): void {
    const { entries, auctionId } = { entries: this.#book.entries, auctionId: this.#host.auctionId }
    const rows = this.#server.rows(
      'SELECT user_id FROM notifications WHERE cause_key = ? ORDER BY user_id',
      `auction:${auctionId}:closed:${entries.length}`,
    )
    const standing = [...this.#book.bidders()].flatMap(([id, { maximum }]) => (maximum === null ? [] : [id]))
    const expected = [terms.sellerId, ...standing].sort((a, b) => a - b)
    const actual = rows.map((row) => row.user_id)
    this.#hold(isDeepStrictEqual(actual, expected), 'M13: who is told of the end', { actual, expected })
  }

  #one(query: string, id: number): Row {
    const [row] = this.#server.rows(query, id)
    if (row === undefined) this.#world.violate('A row is missing', query)
    return row
  }

  #hold(condition: boolean, rule: string, detail: unknown): void {
    this.#world.hold(condition, rule, () => detail)
  }
}

function differencesOf(actual: Row, expected: Row): string[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    actual[name] === value ? [] : [`${name} is ${actual[name]}, not ${value}`],
  )
}

/** The columns of the auction's row, as SQLite gives them. */
function columnsOf({ terms, seq, position }: Auction): Row {
  const { increments, ...scheduled } = termsColumnsOf(terms)
  const isOver = position.status === 'ended' || position.status === 'cancelled'
  const columns = {
    ...scheduled,
    ...endColumnsOf(position),
    increments: JSON.stringify(increments),
    status: position.status,
    outcome: position.outcome,
    cancel_reason: position.cancelReason,
    reserve_price_cents: position.reservePrice,
    reserve_met: position.reserveMet,
    extended_count: position.extendedCount,
    current_bid_cents: position.price,
    price_cents: position.leader === null ? terms.startingPrice : position.price,
    minimum_bid_cents: position.minimumBid,
    bid_count: position.bidCount,
    high_bidder_id: position.leader?.bidderId ?? null,
    high_bidder_alias: position.leader?.alias ?? null,
    seq,
    ...(isOver ? { next_attempt_at: null } : {}),
  }
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => {
      if (value instanceof Date) return [name, textOf(value.getTime())]
      return [name, typeof value === 'boolean' ? Number(value) : value]
    }),
  )
}

function bidColumnsOf(book: LedgerBook, number: number): Row {
  const entry = book.entries[number - 1]
  const [first] = entry?.events ?? []
  if (entry === undefined || first === undefined || !isOffer(first)) return { bid_id: 'no bid of the ledger' }
  const { bid, seq } = first
  return {
    bid_id: number,
    seq,
    user_id: bid.bidderId,
    alias: bid.alias,
    kind: bid.kind,
    amount_cents: bid.amount,
    offered_cents: bid.offered,
    current_bid_cents: entry.after.price,
    leader_alias: entry.after.leader?.alias,
    created_at: textOf(entry.at),
  }
}
