import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import type { RoomAuction, ShownVehicle } from './live/contract.ts'
import { AUCTION_TYPE, type AuctionBody, type AuctionVehicle, CURRENCY } from './schemas.ts'

/** A room's auction as `auctionSchema` encodes it: the same for `GET /api/auctions/:id` and for `welcome`. */
export function presentAuction({ view, vehicle }: RoomAuction): AuctionBody {
  const { softClose } = view
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
    increments: view.increments.map(({ from, step }) => ({ from, step })),
    soft_close: {
      mode: softClose.mode,
      window_s: softClose.windowSeconds,
      extension_s: softClose.extensionSeconds,
      max_extensions: softClose.maxExtensions,
    },
    below_reserve: view.belowReserve,
    seq: view.seq,
    server_time: new Date(view.serverTime),
    ...(view.cancelReason === null ? {} : { cancel_reason: view.cancelReason }),
    you: view.you && { alias: view.you.alias, leading: view.you.leading, max_bid: view.you.maxBid },
    vehicle: presentVehicle(vehicle),
  }
}

function presentVehicle(vehicle: ShownVehicle): AuctionVehicle {
  return {
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
  }
}
