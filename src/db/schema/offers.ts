import { index, int, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { DecisionStage } from '../../offers/decision.ts'
import type { OfferKind, OfferSide, OfferStatus } from '../../offers/offer.ts'
import { asciiKey, cents, id, instant, reference } from './columns.ts'

/** One round of a negotiation: an offer or a counter (M4), or a second chance (M3). */
export const offers = mysqlTable(
  'offers',
  {
    id: id(),
    kind: asciiKey({ length: 16 }).$type<OfferKind>().notNull(),
    vehicle_id: reference().notNull(),
    /** Of a second chance. */
    auction_id: reference(),
    buyer_id: reference().notNull(),
    seller_id: reference().notNull(),
    /** Of a second chance: what its seller knows the bidder by until the sale (R19). */
    buyer_alias: varchar({ length: 32 }),
    made_by: asciiKey({ length: 8 }).$type<OfferSide>().notNull(),
    amount_cents: cents().notNull(),
    message: varchar({ length: 500 }),
    round: int().notNull(),
    /** The round that this one answers. */
    previous_id: reference(),
    status: asciiKey({ length: 16 }).$type<OfferStatus>().notNull(),
    /** `<vehicle>:<buyer>` while it stands, else null: one per buyer and vehicle. A second chance: `<vehicle>:next`. */
    standing_key: asciiKey({ length: 48 }),
    /** The first instant at which it stands no more. */
    expires_at: instant().notNull(),
    /** When the sweeper looks; null once it does not stand. */
    next_attempt_at: instant(),
    /** Of the request that made it, so that a transaction that is run again knows what it did. */
    creation_key: asciiKey({ length: 36 }).notNull(),
    /** Of the request that answered it. */
    answer_key: asciiKey({ length: 36 }),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('offers_standing').on(t.standing_key),
    uniqueIndex('offers_creation').on(t.creation_key),
    index('offers_next_attempt').on(t.next_attempt_at),
    index('offers_vehicle_standing').on(t.vehicle_id, t.standing_key),
    index('offers_vehicle_buyer').on(t.vehicle_id, t.buyer_id, t.id),
    index('offers_vehicle_seller').on(t.vehicle_id, t.seller_id, t.id),
    index('offers_buyer').on(t.buyer_id, t.id),
    index('offers_seller').on(t.seller_id, t.id),
    index('offers_auction').on(t.auction_id, t.id),
  ],
)

/** Whose turn it is after an auction that ended `pending_seller` (M2). */
export const auction_decisions = mysqlTable(
  'auction_decisions',
  {
    auction_id: reference().primaryKey(),
    vehicle_id: reference().notNull(),
    seller_id: reference().notNull(),
    bidder_id: reference().notNull(),
    stage: asciiKey({ length: 24 }).$type<DecisionStage>().notNull(),
    high_bid_cents: cents().notNull(),
    seller_counter_cents: cents(),
    bidder_counter_cents: cents(),
    /** The first instant at which the stage is over; null once decided. */
    deadline_at: instant(),
    next_attempt_at: instant(),
    /** What it came to; null while open, and where it came to nothing. */
    agreed_cents: cents(),
    decided_at: instant(),
    /** Of the request that gave the last answer, so that a transaction that is run again knows what it did. */
    answer_key: asciiKey({ length: 36 }),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    index('auction_decisions_next_attempt').on(t.next_attempt_at),
    index('auction_decisions_vehicle').on(t.vehicle_id),
    index('auction_decisions_bidder').on(t.bidder_id),
    index('auction_decisions_seller').on(t.seller_id),
  ],
)
