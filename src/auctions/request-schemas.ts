import * as z from 'zod'
import { dollars, dollarsOrZero } from '../lib/money.ts'
import { pageQuery } from '../lib/pagination.ts'
import { filter, idText, price, wholeNumber, word } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { AUCTION_STATUS, BELOW_RESERVE_RULES, SALE_TYPES, SOFT_CLOSE_MODES } from './engine/auction.ts'
import type { Offer } from './live/contract.ts'
import { clientIdSchema } from './live/protocol.ts'

export { amountSchema as bidBody } from './live/protocol.ts'

const INCREMENT_ROWS_MAX = 50
export const HISTORY_PER_PAGE = 50

/** Left out: the vehicle's, or what stands. `null`: none. Bounds that depend on each other are the engine's. */
const policyFields = {
  starts_at: isoTime,
  ends_at: isoTime,
  starting_price: dollars,
  reserve_price: dollars.nullable(),
  buy_now_price: dollars.nullable(),
  sale_type: z.enum(SALE_TYPES),
  increments: z.array(z.object({ from: dollarsOrZero, step: dollars })).max(INCREMENT_ROWS_MAX),
  soft_close: z
    .object({
      mode: z.enum(SOFT_CLOSE_MODES),
      window_s: z.int(),
      extension_s: z.int(),
      max_extensions: z.int().nullable(),
    })
    .partial(),
  below_reserve: z.enum(BELOW_RESERVE_RULES),
}

export const auctionPolicyBody = z.object(policyFields).partial()
export type AuctionPolicyInput = z.output<typeof auctionPolicyBody>

export const createAuctionBody = auctionPolicyBody.extend({
  vehicle_id: z.int().positive(),
  starts_at: policyFields.starts_at.nullish(),
  ends_at: policyFields.ends_at,
})
export type CreateAuctionInput = z.output<typeof createAuctionBody>

export const changeAuctionBody = auctionPolicyBody.refine(
  (changes) => Object.keys(changes).length > 0,
  'Nothing to change',
)

export const autoBidBody = z
  .object({ max_bid: dollars })
  .transform(({ max_bid }): Offer => ({ kind: 'bid', offer: 'max', amount: max_bid }))

/** The header that names a bid (R21). */
export const bidIdHeader = z.object({ 'idempotency-key': clientIdSchema.optional() })

export const historyQuery = z.object(pageQuery(HISTORY_PER_PAGE))
export const myBidsQuery = z.object(pageQuery())

export const AUCTION_SORTS = ['ending_soonest', 'newest', 'price_desc', 'bids_desc'] as const
export type AuctionSort = (typeof AUCTION_SORTS)[number]

export const auctionListQuery = z.object({
  status: filter(z.enum(AUCTION_STATUS)),
  seller_id: filter(z.union([z.literal('me'), idText])),
  vehicle_id: filter(idText),
  ending_before: filter(isoTime),
  make: filter(word),
  model: filter(word),
  year_min: filter(wholeNumber),
  year_max: filter(wholeNumber),
  min_price: filter(price),
  max_price: filter(price),
  sort: filter(z.enum(AUCTION_SORTS)),
  ...pageQuery(),
})
export type AuctionListQuery = z.output<typeof auctionListQuery>
