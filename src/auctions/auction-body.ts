import type { AuctionView } from './engine/view.ts'
import { AUCTION_TYPE, type AuctionBody, type AuctionVehicle, CURRENCY } from './schemas.ts'

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
