/** What a room is armed with. */
import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import { DEFAULT_INCREMENTS } from '../../src/auctions/engine/increments.ts'
import { DEFAULT_SOFT_CLOSE } from '../../src/auctions/engine/terms.ts'
import type { VehicleSummary } from '../../src/auctions/live/contract.ts'
import { type Cents, cents } from '../../src/lib/money.ts'
import { HOUR_MS } from '../../src/lib/time.ts'

export const SELLER_ID = 900

export const dollars = (amount: number): Cents => cents(Math.round(amount * 100))

export function makeVehicle(fields: Partial<VehicleSummary> = {}): VehicleSummary {
  return {
    id: 70,
    sellerId: SELLER_ID,
    vin: '1HGCM82633A004352',
    year: 2003,
    make: 'Honda',
    model: 'Accord',
    trim: 'EX',
    mileage: 90_000,
    condition: 'runs_drives',
    titleType: 'clean',
    startingPrice: dollars(1_000),
    buyNowPrice: null,
    locationCity: 'Dallas',
    locationState: 'TX',
    primaryImageKey: null,
    createdAt: 1_780_000_000_000,
    ...fields,
  }
}

/** Terms of an auction that opened just now and ends in an hour, without reserve. */
export function makeTerms(auctionId: number, fields: Partial<AuctionTerms> = {}): AuctionTerms {
  return {
    auctionId,
    sellerId: SELLER_ID,
    sellerProfileId: null,
    saleType: 'reserve',
    startingPrice: dollars(1_000),
    reservePrice: null,
    buyNowPrice: null,
    increments: DEFAULT_INCREMENTS,
    softClose: DEFAULT_SOFT_CLOSE,
    belowReserve: 'proxy',
    startsAt: Date.now(),
    endsAt: Date.now() + HOUR_MS,
    ...fields,
  }
}
