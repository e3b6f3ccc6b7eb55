import type { Cents } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import type { AuctionPolicy, EpochMs, SoftClose } from './engine/auction.ts'
import { DEFAULT_INCREMENTS } from './engine/increments.ts'
import { DEFAULT_SOFT_CLOSE } from './engine/terms.ts'
import type { AuctionPolicyInput, CreateAuctionInput } from './request-schemas.ts'

/** What a new auction inherits where its seller does not say. */
interface AskingPrices {
  readonly starting_price_cents: Cents | null
  readonly reserve_price_cents: Cents | null
  readonly buy_now_price_cents: Cents | null
}

/**
 * The policy of a new auction. A price left out is the vehicle's, null means none; an `absolute` sale inherits neither
 * reserve nor buy-now price. Without a start, or with one that has passed, it opens at once. Whether the policy is
 * sound is the engine's to say. @throws AppError `validation_failed` without a starting price
 */
export function composePolicy(input: CreateAuctionInput, asked: AskingPrices, now: EpochMs): AuctionPolicy {
  const saleType = input.sale_type ?? 'reserve'
  const inherits = saleType !== 'absolute'
  const inherited = (said: Cents | null | undefined, own: Cents | null) =>
    said === undefined ? (inherits ? own : null) : said
  const startingPrice = input.starting_price ?? asked.starting_price_cents
  if (startingPrice === null) {
    throw new AppError('validation_failed', undefined, {
      details: [{ path: 'starting_price', message: 'The vehicle has none either' }],
    })
  }
  return {
    saleType,
    startingPrice,
    reservePrice: inherited(input.reserve_price, asked.reserve_price_cents),
    buyNowPrice: inherited(input.buy_now_price, asked.buy_now_price_cents),
    increments: input.increments ?? DEFAULT_INCREMENTS,
    softClose: mergeSoftClose(DEFAULT_SOFT_CLOSE, input.soft_close ?? {}),
    belowReserve: input.below_reserve ?? 'proxy',
    startsAt: Math.max(now, input.starts_at?.getTime() ?? now),
    endsAt: input.ends_at.getTime(),
  }
}

/** What a PATCH changes; fields of `soft_close` that are missing stay as they are. */
export function readChanges(input: AuctionPolicyInput, softClose: SoftClose): Partial<AuctionPolicy> {
  return {
    ...(input.sale_type !== undefined && { saleType: input.sale_type }),
    ...(input.starting_price !== undefined && { startingPrice: input.starting_price }),
    ...(input.reserve_price !== undefined && { reservePrice: input.reserve_price }),
    ...(input.buy_now_price !== undefined && { buyNowPrice: input.buy_now_price }),
    ...(input.increments !== undefined && { increments: input.increments }),
    ...(input.soft_close !== undefined && { softClose: mergeSoftClose(softClose, input.soft_close) }),
    ...(input.below_reserve !== undefined && { belowReserve: input.below_reserve }),
    ...(input.starts_at !== undefined && { startsAt: input.starts_at.getTime() }),
    ...(input.ends_at !== undefined && { endsAt: input.ends_at.getTime() }),
  }
}

type SoftCloseInput = NonNullable<AuctionPolicyInput['soft_close']>

const mergeSoftClose = (standing: SoftClose, said: SoftCloseInput): SoftClose => ({
  mode: said.mode ?? standing.mode,
  windowSeconds: said.window_s ?? standing.windowSeconds,
  extensionSeconds: said.extension_s ?? standing.extensionSeconds,
  maxExtensions: said.max_extensions === undefined ? standing.maxExtensions : said.max_extensions,
})
