import * as z from 'zod'
import { dollars, dollarsOrZero } from '../lib/money.ts'
import { pageFields } from '../lib/pagination.ts'
import { isoTime } from '../lib/time.ts'
import { listedVehicleSchema } from '../vehicles/schemas.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import {
  AUCTION_STATUS,
  BELOW_RESERVE_RULES,
  OUTCOME,
  SALE_TYPES,
  SOFT_CLOSE_MODES,
} from './engine/auction.ts'
import type { AuctionView } from './engine/view.ts'
import type { RoomAuction } from './live/contract.ts'

/** `currency` of every amount. */
export const CURRENCY = 'USD'
/** The only kind of auction that there is; clients of the replaced backend read it. */
export const AUCTION_TYPE = 'timed'

/** The vehicle as in a list, without its auction. */
export const auctionVehicleSchema = listedVehicleSchema.omit({ auction: true })
export type AuctionVehicle = z.output<typeof auctionVehicleSchema>

export const auctionSchema = z.object({
  id: z.int(),
  vehicle_id: z.int(),
  seller_id: z.int(),
  status: z.enum(AUCTION_STATUS),
  outcome: z.enum(OUTCOME).nullable(),
  auction_type: z.literal(AUCTION_TYPE),
  sale_type: z.enum(SALE_TYPES),
  currency: z.literal(CURRENCY),
  starting_price: dollars,
  has_reserve: z.boolean(),
  reserve_met: z.boolean().nullable(),
  /** Only the seller and admins have the field. */
  reserve_price: dollars.nullable().optional(),
  buy_now_price: dollars.nullable(),
  current_bid: dollarsOrZero,
  minimum_bid: dollarsOrZero.nullable(),
  bid_count: z.int(),
  high_bidder: z.string().nullable(),
  starts_at: isoTime,
  ends_at: isoTime,
  original_ends_at: isoTime,
  extended_count: z.int(),
  time_remaining: z.int(),
  increments: z.array(z.object({ from: dollarsOrZero, step: dollars })),
  soft_close: z.object({
    mode: z.enum(SOFT_CLOSE_MODES),
    window_s: z.int(),
    extension_s: z.int(),
    max_extensions: z.int().nullable(),
  }),
  below_reserve: z.enum(BELOW_RESERVE_RULES),
  seq: z.int(),
  server_time: isoTime,
  /** Only a cancelled auction has the field. */
  cancel_reason: z.string().optional(),
  you: z.object({ alias: z.string(), leading: z.boolean(), max_bid: dollars.nullable() }).nullable(),
  vehicle: auctionVehicleSchema,
})
/** An auction as services and rooms hold it: `Cents` and `Date`; `auctionSchema.encode` puts it on the wire. */
export type AuctionBody = z.output<typeof auctionSchema>

/** What seller and high bidder are deciding on, or have decided (M2): for the two of them and admins. */
export const decisionSchema = z.object({
  stage: z.string(),
  /** The caller's. */
  your_turn: z.boolean(),
  high_bid: dollars,
  seller_counter: dollars.nullable(),
  bidder_counter: dollars.nullable(),
  /** Null once decided. */
  deadline_at: isoTime.nullable(),
  /** What it was sold at; null where it was not, or not yet. */
  agreed_price: dollars.nullable(),
})
export type ShownDecision = z.output<typeof decisionSchema>

/** An auction by itself. */
export const shownAuctionSchema = auctionSchema.extend({ decision: decisionSchema.nullable() })
export type ShownAuction = z.output<typeof shownAuctionSchema>

/**
 * `api.md`'s auction from what a viewer may see of it and its vehicle: the same for a room's answer, a frame and
 * a row of MySQL. `reserve_price` and `cancel_reason` are absent where the view has none for this viewer.
 */
export function describeAuction(view: AuctionView, vehicle: AuctionVehicle): AuctionBody {
  return {
    id: view.id,
    vehicle_id: vehicle.id,
    seller_id: view.sellerId,
    status: view.status,
    outcome: view.outcome,
    auction_type: AUCTION_TYPE,
    sale_type: view.saleType,
    currency: CURRENCY,
    starting_price: view.startingPrice,
    has_reserve: view.hasReserve,
    reserve_met: view.reserveMet,
    ...(view.reservePrice === undefined ? {} : { reserve_price: view.reservePrice }),
    buy_now_price: view.buyNowPrice,
    current_bid: view.currentBid,
    minimum_bid: view.minimumBid,
    bid_count: view.bidCount,
    high_bidder: view.highBidder,
    starts_at: new Date(view.startsAt),
    ends_at: new Date(view.endsAt),
    original_ends_at: new Date(view.originalEndsAt),
    extended_count: view.extendedCount,
    time_remaining: view.timeRemainingSeconds,
    increments: [...view.increments],
    soft_close: {
      mode: view.softClose.mode,
      window_s: view.softClose.windowSeconds,
      extension_s: view.softClose.extensionSeconds,
      max_extensions: view.softClose.maxExtensions,
    },
    below_reserve: view.belowReserve,
    seq: view.seq,
    server_time: new Date(view.serverTime),
    ...(view.cancelReason === null ? {} : { cancel_reason: view.cancelReason }),
    you:
      view.you === null
        ? null
        : { alias: view.you.alias, leading: view.you.leading, max_bid: view.you.maxBid },
    vehicle,
  }
}

/** What a room answers, as an auction. Until settlement its vehicle is in auction. */
export function describeRoomAuction({ view, vehicle }: RoomAuction): AuctionBody {
  return describeAuction(view, {
    id: vehicle.id,
    vin: vehicle.vin,
    year: vehicle.year,
    make: vehicle.make,
    model: vehicle.model,
    trim: vehicle.trim,
    mileage: vehicle.mileage,
    condition: vehicle.condition,
    title_type: vehicle.titleType,
    starting_price: vehicle.startingPrice,
    buy_now_price: vehicle.buyNowPrice,
    location_city: vehicle.locationCity,
    location_state: vehicle.locationState,
    primary_image_url: vehicle.primaryImageUrl,
    status: VEHICLE_STATUS.inAuction,
    seller_id: vehicle.sellerId,
    created_at: new Date(vehicle.createdAt),
  })
}

export const auctionPageSchema = z.object({ auctions: z.array(auctionSchema), ...pageFields })
export type AuctionPage = z.output<typeof auctionPageSchema>

export const auctionMadeSchema = z.object({
  message: z.string(),
  auction_id: z.int(),
  auction: auctionSchema,
})

/** What the bidder is told of an accepted bid or purchase (R21). */
export const verdictSchema = z.object({
  success: z.literal(true),
  bid_id: z.int(),
  seq: z.int().nullable(),
  leading: z.boolean(),
  your_max: dollars,
  current_bid: dollarsOrZero,
  minimum_bid: dollarsOrZero.nullable(),
  bid_count: z.int(),
  ends_at: isoTime,
  server_time: isoTime,
})

export const bidHistorySchema = z.object({
  auction_id: z.int(),
  current_bid: dollarsOrZero,
  bid_count: z.int(),
  bids: z.array(
    z.object({
      id: z.int(),
      amount: dollars,
      user_display: z.string(),
      is_auto_bid: z.boolean(),
      created_at: isoTime,
      current_bid: dollarsOrZero,
      leader: z.string(),
      kind: z.enum(['max', 'exact', 'buy_now']),
      voided: z.boolean(),
      void_reason: z.string().nullable(),
    }),
  ),
  ...pageFields,
})

export const myBidsSchema = z.object({
  bids: z.array(
    z.object({
      auction: auctionSchema,
      your_max: dollars.nullable(),
      leading: z.boolean(),
      outcome: z.enum(OUTCOME).nullable(),
    }),
  ),
  ...pageFields,
})

export const ticketSchema = z.object({ ticket: z.string(), expires_in: z.int(), url: z.string() })
