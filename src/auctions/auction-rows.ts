import { eq } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { type auction_bidders, auctions } from '../db/schema/auctions.ts'
import { type Actor, isAdmin } from '../platform/actor.ts'
import { AUCTION_STATUS, type AuctionTerms, type EpochMs } from './engine/auction.ts'
import type { AuctionView } from './engine/view.ts'

export type AuctionRow = typeof auctions.$inferSelect
type BidderRow = typeof auction_bidders.$inferSelect

export async function findAuctionRow(db: Executor, auctionId: number): Promise<AuctionRow | null> {
  const [row] = await db.select().from(auctions).where(eq(auctions.id, auctionId))
  return row ?? null
}

/** Whether a person sees the reserve (R9): the seller, whoever is of their profile, and admins. */
export function seesReserve(
  actor: Actor | null,
  row: Pick<AuctionRow, 'seller_id' | 'seller_profile_id'>,
): boolean {
  if (actor === null) return false
  const isOfProfile = row.seller_profile_id !== null && actor.sellerProfileId === row.seller_profile_id
  return isOfProfile || actor.userId === row.seller_id || isAdmin(actor)
}

const softCloseOf = (row: AuctionRow): AuctionTerms['softClose'] => ({
  mode: row.soft_close_mode,
  windowSeconds: row.soft_close_window_s,
  extensionSeconds: row.soft_close_extension_s,
  maxExtensions: row.soft_close_max_extensions,
})

/** The terms of an auction that was never armed: nothing has changed them since. */
export function termsOf(row: AuctionRow): AuctionTerms {
  return {
    auctionId: row.id,
    sellerId: row.seller_id,
    sellerProfileId: row.seller_profile_id,
    saleType: row.sale_type,
    startingPrice: row.starting_price_cents,
    reservePrice: row.reserve_price_cents,
    buyNowPrice: row.buy_now_price_cents,
    increments: row.increments,
    softClose: softCloseOf(row),
    belowReserve: row.below_reserve,
    startsAt: row.starts_at.getTime(),
    endsAt: row.original_ends_at.getTime(),
  }
}

/** A row as its viewer may see it, in the words of the engine. `now` in epoch milliseconds. */
export function viewRow(
  row: AuctionRow,
  actor: Actor | null,
  bidder: Pick<BidderRow, 'alias' | 'max_bid_cents'> | null,
  now: EpochMs,
): AuctionView {
  const isOver = row.status === AUCTION_STATUS.ended || row.status === AUCTION_STATUS.cancelled
  const remainingMs = isOver ? 0 : Math.max(0, row.ends_at.getTime() - now)
  return {
    id: row.id,
    sellerId: row.seller_id,
    status: row.status,
    outcome: row.outcome,
    saleType: row.sale_type,
    startingPrice: row.starting_price_cents,
    hasReserve: row.reserve_price_cents !== null,
    reserveMet: row.reserve_met,
    ...(seesReserve(actor, row) && { reservePrice: row.reserve_price_cents }),
    buyNowPrice: row.buy_now_price_cents,
    currentBid: row.current_bid_cents,
    minimumBid: row.minimum_bid_cents,
    highBidder: row.high_bidder_alias,
    bidCount: row.bid_count,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    originalEndsAt: row.original_ends_at.getTime(),
    extendedCount: row.extended_count,
    timeRemainingSeconds: Math.floor(remainingMs / 1_000),
    increments: row.increments,
    softClose: softCloseOf(row),
    belowReserve: row.below_reserve,
    seq: row.seq,
    serverTime: now,
    cancelReason: row.cancel_reason,
    you: bidder && {
      alias: bidder.alias,
      leading: actor !== null && row.high_bidder_id === actor.userId,
      maxBid: bidder.max_bid_cents,
    },
  }
}
