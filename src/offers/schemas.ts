import * as z from 'zod'
import { auctionVehicleSchema, CURRENCY, decisionSchema } from '../auctions/schemas.ts'
import { dollars } from '../lib/money.ts'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { filter, idText } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { DECISION_ACTION } from './decision.ts'
import { OFFER_KIND, OFFER_SIDE, OFFER_STATUS } from './offer.ts'

const MESSAGE_MAX_CHARS = 500

export const offerBody = z.object({
  amount: dollars,
  message: z.string().trim().min(1).max(MESSAGE_MAX_CHARS).nullish(),
})
export type OfferInput = z.output<typeof offerBody>

export const decisionBody = z.discriminatedUnion('action', [
  z.object({ action: z.literal(DECISION_ACTION.accept) }),
  z.object({ action: z.literal(DECISION_ACTION.decline) }),
  z.object({ action: z.literal(DECISION_ACTION.counter), amount: dollars }),
])

/** The other side as far as it may be known: until the sale a bidder is no more than an alias (R19). */
const partySchema = z.object({ id: z.int().nullable(), display_name: z.string() })

export const offerSchema = z.object({
  id: z.int(),
  kind: z.enum(OFFER_KIND),
  vehicle_id: z.int(),
  /** Of a second chance. */
  auction_id: z.int().nullable(),
  buyer: partySchema,
  seller: partySchema,
  made_by: z.enum(OFFER_SIDE),
  amount: dollars,
  currency: z.literal(CURRENCY),
  message: z.string().nullable(),
  round: z.int(),
  /** The round that this one answers. */
  previous_id: z.int().nullable(),
  status: z.enum(OFFER_STATUS),
  your_turn: z.boolean(),
  expires_at: isoTime,
  created_at: isoTime,
  updated_at: isoTime,
})
export type Offer = z.output<typeof offerSchema>

export const offerMadeSchema = z.object({ message: z.string(), offer: offerSchema })

/** `order_id` where it was accepted. */
export const offerAnsweredSchema = z.object({
  message: z.string(),
  offer: offerSchema,
  order_id: z.int().nullable(),
})

export const offerPageSchema = z.object({
  offers: z.array(offerSchema.extend({ vehicle: auctionVehicleSchema })),
  ...pageFields,
})
export type OfferPage = z.output<typeof offerPageSchema>

export const offerListQuery = z.object({
  vehicle_id: filter(idText),
  ...pageQuery(),
})
export type OfferListQuery = z.output<typeof offerListQuery>

/** `order_id` where it was accepted. */
export const decidedSchema = z.object({
  message: z.string(),
  auction_id: z.int(),
  decision: decisionSchema,
  order_id: z.int().nullable(),
})
