import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import { minimumBid } from '../../src/auctions/engine/increments.ts'
import type { VehicleSummary } from '../../src/auctions/live/contract.ts'
import { endColumnsOf, termsColumnsOf } from '../../src/db/auction-columns.ts'
import type { Database } from '../../src/db/client.ts'
import { auctions, vehicles } from '../../src/db/schema/index.ts'
import { ZERO_CENTS } from '../../src/lib/money.ts'

const BASE_VIN = '1HGCM82633A'
let made = 0

/** A vehicle in auction and the row of its auction, as they are right before the room is armed. */
export async function insertAuction(
  db: Database,
  terms: AuctionTerms,
): Promise<{ vehicle: VehicleSummary; terms: AuctionTerms }> {
  made += 1
  const at = new Date(terms.startsAt - 3_600_000)
  const vin = `${BASE_VIN}${String(made).padStart(6, '0')}`
  const [vehicle] = await db
    .insert(vehicles)
    .values({
      seller_id: terms.sellerId,
      status: 'in_auction',
      vin,
      live_vin: vin,
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      created_at: at,
      updated_at: at,
    })
    .$returningId()
  if (vehicle === undefined) throw new Error('no vehicle')
  const [auction] = await db
    .insert(auctions)
    .values({
      ...termsColumnsOf(terms),
      creation_key: crypto.randomUUID(),
      vehicle_id: vehicle.id,
      seller_id: terms.sellerId,
      seller_profile_id: terms.sellerProfileId,
      status: 'scheduled',
      reserve_price_cents: terms.reservePrice,
      reserve_met: terms.reservePrice === null ? null : false,
      ...endColumnsOf({ status: 'scheduled', endsAt: terms.endsAt }),
      current_bid_cents: ZERO_CENTS,
      price_cents: terms.startingPrice,
      minimum_bid_cents: minimumBid(terms, ZERO_CENTS, false),
      make: 'Honda',
      model: 'Accord',
      year: 2003,
      next_attempt_at: at,
      created_at: at,
      updated_at: at,
    })
    .$returningId()
  if (auction === undefined) throw new Error('no auction')
  return {
    terms: { ...terms, auctionId: auction.id },
    vehicle: {
      id: vehicle.id,
      sellerId: terms.sellerId,
      vin,
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      trim: null,
      mileage: null,
      condition: null,
      titleType: null,
      startingPrice: null,
      buyNowPrice: null,
      locationCity: null,
      locationState: null,
      primaryImageKey: null,
      createdAt: at.getTime(),
    },
  }
}
