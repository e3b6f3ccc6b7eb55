import { relations, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  smallint,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core'
import type {
  AuctionPolicy,
  AuctionStatus,
  IncrementRow,
  Outcome,
  SoftClose,
} from '../../auctions/engine/auction.ts'
import { asciiKey, cents, id, instant, jsonDocument, reference } from './columns.ts'
import { vehicles } from './vehicles.ts'

/** From arming to settlement the room's ledger is the truth and this row its projection. */
export const auctions = mysqlTable(
  'auctions',
  {
    id: id(),
    /** Of the request that made it, so that a transaction that is run again knows what it did. */
    creation_key: asciiKey({ length: 36 }).notNull(),
    vehicle_id: reference().notNull(),
    seller_id: reference().notNull(),
    seller_profile_id: reference(),
    status: asciiKey({ length: 16 }).$type<AuctionStatus>().notNull(),
    outcome: asciiKey({ length: 16 }).$type<Outcome>(),
    cancel_reason: varchar({ length: 500 }),

    sale_type: asciiKey({ length: 16 }).$type<AuctionPolicy['saleType']>().notNull(),
    below_reserve: asciiKey({ length: 16 }).$type<AuctionPolicy['belowReserve']>().notNull(),
    starting_price_cents: cents().notNull(),
    /** As scheduled, or as R11 left it; null without one, or dropped. */
    reserve_price_cents: cents(),
    buy_now_price_cents: cents(),
    increments: jsonDocument<IncrementRow[]>().notNull(),
    soft_close_mode: asciiKey({ length: 8 }).$type<SoftClose['mode']>().notNull(),
    soft_close_window_s: int().notNull(),
    soft_close_extension_s: int().notNull(),
    soft_close_max_extensions: int(),
    starts_at: instant().notNull(),
    ends_at: instant().notNull(),
    /** The order of `ending_soonest`: what runs by its end, then what is over, the latest first. */
    ending_key: bigint({ mode: 'number' }).notNull(),
    original_ends_at: instant().notNull(),
    extended_count: int().notNull().default(0),

    /** 0 while there is no bid. */
    current_bid_cents: cents().notNull(),
    /** What lists filter and sort by: the current bid, or the starting price while there is none. */
    price_cents: cents().notNull(),
    minimum_bid_cents: cents(),
    reserve_met: boolean(),
    bid_count: int().notNull().default(0),
    high_bidder_id: reference(),
    high_bidder_alias: varchar({ length: 32 }),

    /** Of the vehicle, which cannot change these while in auction: they are what auctions are searched by. */
    make: varchar({ length: 64 }).notNull(),
    model: varchar({ length: 64 }).notNull(),
    year: smallint().notNull(),

    /** The last `seq` and the last ledger number that this row shows. */
    seq: bigint({ mode: 'number' }).notNull().default(0),
    projected: bigint({ mode: 'number' }).notNull().default(0),
    armed_at: instant(),
    settled_at: instant(),
    /** When the sweeper looks at this row again; null once nothing is left to do. */
    next_attempt_at: instant(),
    attempts: int().notNull().default(0),
    /** When people were told that it starts, or ends, soon; null until then. */
    start_told_at: instant(),
    end_told_at: instant(),
    /** How often M12 moved the end far away: people are told of each such end. */
    end_moves: int().notNull().default(0),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => {
    // As with vehicles: each order has one index that holds every filter as well, and one more for a single status.
    const ofCar = [t.vehicle_id, t.make, t.model, t.year] as const
    const ofOneStatus = [t.seller_id, ...ofCar] as const
    const filters = [t.status, ...ofOneStatus] as const
    return [
      uniqueIndex('auctions_creation_key').on(t.creation_key),
      index('auctions_next_attempt').on(t.next_attempt_at),
      index('auctions_start_untold').on(t.start_told_at, t.status, t.starts_at),
      index('auctions_end_untold').on(t.end_told_at, t.status, t.ends_at),
      index('auctions_vehicle').on(t.vehicle_id, t.id),
      index('auctions_seller').on(
        t.seller_id,
        t.ending_key,
        t.id,
        t.status,
        ...ofCar,
        t.ends_at,
        t.price_cents,
      ),
      index('auctions_ending').on(t.ending_key, t.id, ...filters, t.ends_at, t.price_cents),
      index('auctions_newest').on(sql`id desc`, ...filters, t.ends_at, t.price_cents),
      index('auctions_price').on(sql`price_cents desc`, sql`id desc`, ...filters, t.ends_at),
      index('auctions_bids').on(sql`bid_count desc`, sql`id desc`, ...filters, t.ends_at, t.price_cents),
      index('auctions_status_ending').on(
        t.status,
        t.ending_key,
        t.id,
        ...ofOneStatus,
        t.ends_at,
        t.price_cents,
      ),
      index('auctions_status_newest').on(t.status, sql`id desc`, ...ofOneStatus, t.ends_at, t.price_cents),
      index('auctions_status_price').on(
        t.status,
        sql`price_cents desc`,
        sql`id desc`,
        ...ofOneStatus,
        t.ends_at,
      ),
      index('auctions_status_bids').on(
        t.status,
        sql`bid_count desc`,
        sql`id desc`,
        ...ofOneStatus,
        t.ends_at,
        t.price_cents,
      ),
    ]
  },
)

/** Accepted bids, keyed as in the ledger, so that projecting them twice changes nothing. */
export const bids = mysqlTable(
  'bids',
  {
    auction_id: reference().notNull(),
    /** The ledger number, `bid_id`. */
    bid_id: bigint({ mode: 'number' }).notNull(),
    /** Null for a leader's raise that nobody else learns of. */
    seq: bigint({ mode: 'number' }),
    user_id: reference().notNull(),
    alias: varchar({ length: 32 }).notNull(),
    kind: asciiKey({ length: 8 }).$type<'max' | 'exact' | 'buy_now'>().notNull(),
    amount_cents: cents().notNull(),
    /** What the bidder offered, secret where it is a maximum. */
    offered_cents: cents().notNull(),
    /** The price after this bid, and who led then. */
    current_bid_cents: cents().notNull(),
    leader_alias: varchar({ length: 32 }).notNull(),
    voided_at: instant(),
    void_reason: varchar({ length: 500 }),
    created_at: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.auction_id, t.bid_id] }),
    index('bids_history').on(t.auction_id, t.seq),
    index('bids_user').on(t.user_id, t.auction_id),
  ],
)

/** Reserves lowered or dropped (R11), keyed as in the ledger: with the bids, what R20 replays. */
export const reserve_changes = mysqlTable(
  'reserve_changes',
  {
    auction_id: reference().notNull(),
    /** The ledger number. */
    number: bigint({ mode: 'number' }).notNull(),
    /** Null where it was dropped. */
    reserve_price_cents: cents(),
    created_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.auction_id, t.number] })],
)

/** One row for each person who bid in an auction: what `GET /api/me/bids` lists. */
export const auction_bidders = mysqlTable(
  'auction_bidders',
  {
    auction_id: reference().notNull(),
    user_id: reference().notNull(),
    alias: varchar({ length: 32 }).notNull(),
    /** The largest standing offer; null when all are voided. */
    max_bid_cents: cents(),
    /** Ledger number that this row shows. */
    projected: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.auction_id, t.user_id] }),
    index('auction_bidders_user').on(t.user_id, t.auction_id),
  ],
)

export const auctionsRelations = relations(auctions, ({ one, many }) => ({
  vehicle: one(vehicles, { fields: [auctions.vehicle_id], references: [vehicles.id] }),
  bids: many(bids),
}))
export const bidsRelations = relations(bids, ({ one }) => ({
  auction: one(auctions, { fields: [bids.auction_id], references: [auctions.id] }),
}))
