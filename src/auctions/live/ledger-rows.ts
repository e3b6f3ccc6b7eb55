import * as z from 'zod'
import { type Cents, isCents } from '../../lib/money.ts'
import { VEHICLE_CONDITIONS, VEHICLE_TITLE_TYPES } from '../../vehicles/vehicle.ts'
import {
  AUCTION_STATUS,
  type Auction,
  type AuctionEvent,
  type AuctionTerms,
  BELOW_RESERVE_RULES,
  type LedgerEntry,
  OUTCOME,
  type Position,
  SALE_TYPES,
  SOFT_CLOSE_MODES,
  type Verdict,
} from '../engine/auction.ts'
import type { RefusalCode, VehicleSummary } from './contract.ts'
import type { SqlValue } from './ports.ts'
import { REFUSAL_CODES } from './protocol.ts'

/** The JSON columns of a room: another version of this code may have written them. */

export const centsColumn = z.custom<Cents>((value) => typeof value === 'number' && isCents(value))
const instant = z.number()

const termsSchema: z.ZodType<AuctionTerms> = z.object({
  auctionId: z.int(),
  sellerId: z.int(),
  sellerProfileId: z.int().nullable(),
  saleType: z.enum(SALE_TYPES),
  startingPrice: centsColumn,
  reservePrice: centsColumn.nullable(),
  buyNowPrice: centsColumn.nullable(),
  increments: z.array(z.object({ from: centsColumn, step: centsColumn })),
  softClose: z.object({
    mode: z.enum(SOFT_CLOSE_MODES),
    windowSeconds: z.int(),
    extensionSeconds: z.int(),
    maxExtensions: z.int().nullable(),
  }),
  belowReserve: z.enum(BELOW_RESERVE_RULES),
  startsAt: instant,
  endsAt: instant,
})

const positionFields = z.object({
  price: centsColumn,
  leader: z.object({ bidderId: z.int(), alias: z.string(), maximum: centsColumn }).nullable(),
  minimumBid: centsColumn.nullable(),
  bidCount: z.int(),
  bidderCount: z.int(),
  reservePrice: centsColumn.nullable(),
  reserveMet: z.boolean().nullable(),
  reserveLowered: z.boolean(),
  endsAt: instant,
  extendedCount: z.int(),
})
const positionSchema: z.ZodType<Position> = z.discriminatedUnion('status', [
  positionFields.extend({
    status: z.enum([AUCTION_STATUS.scheduled, AUCTION_STATUS.active]),
    outcome: z.null(),
    cancelReason: z.null(),
  }),
  positionFields.extend({
    status: z.literal(AUCTION_STATUS.ended),
    outcome: z.enum(OUTCOME),
    cancelReason: z.null(),
  }),
  positionFields.extend({
    status: z.literal(AUCTION_STATUS.cancelled),
    outcome: z.null(),
    cancelReason: z.string(),
  }),
])

const bidSchema = z.object({
  bidderId: z.int(),
  alias: z.string(),
  kind: z.enum(['max', 'exact', 'buy_now']),
  offered: centsColumn,
  amount: centsColumn,
  whileLeading: z.boolean(),
})
const disclosedValue = z.union([z.string(), z.number(), z.null()])
const eventSchema: z.ZodType<AuctionEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['armed', 'edited']), seq: z.null(), terms: termsSchema }),
  z.object({ kind: z.literal('raised'), seq: z.null(), bid: bidSchema }),
  z.object({ kind: z.enum(['bid', 'bought']), seq: z.int(), bid: bidSchema }),
  z.object({
    kind: z.literal('bid_voided'),
    seq: z.int().nullable(),
    bidId: z.int(),
    bidderId: z.int(),
    alias: z.string(),
    amount: centsColumn,
    reason: z.string(),
  }),
  z.object({
    kind: z.literal('disclosure_changed'),
    seq: z.int(),
    changes: z.array(z.object({ field: z.string(), before: disclosedValue, after: disclosedValue })),
  }),
  z.object({ kind: z.literal('cancelled'), seq: z.int(), reason: z.string() }),
  z.object({
    kind: z.enum(['opened', 'reserve_met', 'extended', 'reserve_lowered', 'ended']),
    seq: z.int(),
  }),
])

/** `ledger.entry`; number and instant are columns of their own. */
export const entryColumn = z.object({ events: z.array(eventSchema), after: positionSchema })

export interface EntryRow extends Record<string, SqlValue> {
  number: number
  at: number
  entry: string
}

export const parseEntry = ({ number, at, entry }: EntryRow): LedgerEntry => ({
  number,
  at,
  ...entryColumn.parse(JSON.parse(entry)),
})

/** `ledger.snapshot` */
export const snapshotColumn: z.ZodType<Auction> = z.object({
  terms: termsSchema,
  number: z.int(),
  seq: z.int(),
  lastAt: instant,
  position: positionSchema,
})

/** `room.vehicle` */
export const vehicleColumn: z.ZodType<VehicleSummary> = z.object({
  id: z.int(),
  sellerId: z.int(),
  vin: z.string(),
  year: z.int().nullable(),
  make: z.string().nullable(),
  model: z.string().nullable(),
  trim: z.string().nullable(),
  mileage: z.int().nullable(),
  condition: z.enum(VEHICLE_CONDITIONS).nullable(),
  titleType: z.enum(VEHICLE_TITLE_TYPES).nullable(),
  startingPrice: centsColumn.nullable(),
  buyNowPrice: centsColumn.nullable(),
  locationCity: z.string().nullable(),
  locationState: z.string().nullable(),
  primaryImageKey: z.string().nullable(),
  createdAt: instant,
})

/** What a bidder's id was answered with (R21). */
export type Judgement =
  | { readonly accepted: Verdict }
  | { readonly refused: RefusalCode; readonly minimumBid: Cents | null }

/** `verdicts.verdict` */
export const judgementColumn: z.ZodType<Judgement> = z.union([
  z.object({
    accepted: z.object({
      bidId: z.int(),
      seq: z.int().nullable(),
      leading: z.boolean(),
      yourMax: centsColumn,
      currentBid: centsColumn,
      minimumBid: centsColumn.nullable(),
      bidCount: z.int(),
      endsAt: instant,
    }),
  }),
  z.object({
    refused: z.enum(REFUSAL_CODES),
    minimumBid: centsColumn.nullable(),
  }),
])
