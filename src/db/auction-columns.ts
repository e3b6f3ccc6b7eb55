import type { AuctionTerms, Position } from '../auctions/engine/auction.ts'

/** The columns of an auction's row that its terms set: when it is made, and when it is edited. */
export function termsColumnsOf(terms: AuctionTerms) {
  const { softClose } = terms
  return {
    sale_type: terms.saleType,
    below_reserve: terms.belowReserve,
    starting_price_cents: terms.startingPrice,
    buy_now_price_cents: terms.buyNowPrice,
    increments: [...terms.increments],
    soft_close_mode: softClose.mode,
    soft_close_window_s: softClose.windowSeconds,
    soft_close_extension_s: softClose.extensionSeconds,
    soft_close_max_extensions: softClose.maxExtensions,
    starts_at: new Date(terms.startsAt),
    original_ends_at: new Date(terms.endsAt),
  }
}

/** Beyond every end that is to come, so that what is over comes after what runs, the latest end first. */
const OVER = 1_000_000_000_000_000

/** `ends_at`, and where it puts the auction in the order of `ending_soonest`. */
export function endColumnsOf({ status, endsAt }: Pick<Position, 'status' | 'endsAt'>) {
  const isOver = status === 'ended' || status === 'cancelled'
  return { ends_at: new Date(endsAt), ending_key: isOver ? OVER - endsAt : endsAt }
}
