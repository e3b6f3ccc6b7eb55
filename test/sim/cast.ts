import {
  type Auction,
  type AuctionTerms,
  evolve,
  type IncrementRow,
  SOFT_CLOSE_MODES,
} from '../../src/auctions/engine/auction.ts'
import { decide, decideDue } from '../../src/auctions/engine/decide.ts'
import { DEFAULT_INCREMENTS } from '../../src/auctions/engine/increments.ts'
import type { RoomBidder, RoomViewer, VehicleSummary } from '../../src/auctions/live/contract.ts'
import { endColumnsOf, termsColumnsOf } from '../../src/db/auction-columns.ts'
import { cents } from '../../src/lib/money.ts'
import type { DatabaseServer } from './database/server.ts'
import type { Random } from './random.ts'

/** Who and what a history is about. */

const SELLER_ID = 900
const SELLER_PROFILE_ID = 77
export const SELLER: RoomViewer = { userId: SELLER_ID, sellerProfileId: SELLER_PROFILE_ID, isAdmin: false }
export const ADMIN: RoomViewer = { userId: 901, sellerProfileId: null, isAdmin: true }

const ARM_AGAIN_AFTER_MS = 15_000

/** Most may bid; one may not yet, and one is of the seller's own house. */
export function castBidders(random: Random): RoomBidder[] {
  return Array.from({ length: random.between(2, 6) }, (_, index) => ({
    userId: 11 + index,
    sellerProfileId: random.chance(0.02) ? SELLER_PROFILE_ID : null,
    canBid: !random.chance(0.03),
  }))
}

/** What a bidder may have at stake (M18): nothing, about as much as is bid, or more than they will ever need. */
export const drawLimit = (random: Random): number =>
  random.weighted([
    [1, 0],
    [5, random.between(1_000, 250_000)],
    [2, 1_000_000_000],
  ])

export function drawTerms(random: Random, auctionId: number, now: number): AuctionTerms {
  const saleType = random.weighted([
    [8, 'reserve'],
    [1, 'absolute'],
    [1, 'on_approval'],
  ] as const)
  const startingPrice = random.between(1, 30_000)
  const isFree = saleType !== 'absolute'
  const reservePrice = isFree && random.chance(0.5) ? startingPrice + random.between(0, 100_000) : null
  const isBuyable = isFree && random.chance(0.25)
  const buyNowPrice = isBuyable ? (reservePrice ?? startingPrice) + random.between(1, 200_000) : null
  const startsAt = now + (random.chance(0.6) ? 0 : random.between(1_000, 15_000))
  return {
    auctionId,
    sellerId: SELLER_ID,
    sellerProfileId: SELLER_PROFILE_ID,
    saleType,
    startingPrice: cents(startingPrice),
    reservePrice: reservePrice === null ? null : cents(reservePrice),
    buyNowPrice: buyNowPrice === null ? null : cents(buyNowPrice),
    increments: drawIncrements(random),
    softClose: {
      mode: random.pick(SOFT_CLOSE_MODES),
      windowSeconds: random.between(1, 120),
      extensionSeconds: random.between(1, 120),
      maxExtensions: random.chance(0.7) ? null : random.between(0, 5),
    },
    belowReserve: random.chance(0.3) ? 'post_max' : 'proxy',
    startsAt,
    endsAt: startsAt + random.between(20_000, 300_000),
  }
}

function drawIncrements(random: Random): readonly IncrementRow[] {
  if (random.chance(0.5)) return DEFAULT_INCREMENTS
  const first = { from: cents(0), step: cents(random.between(1, 5_000)) }
  const second = { from: cents(random.between(1, 100_000)), step: cents(random.between(1, 20_000)) }
  return [first, second]
}

export function describeVehicle(random: Random, vehicleId: number, now: number): VehicleSummary {
  return {
    id: vehicleId,
    sellerId: SELLER_ID,
    vin: '1HGCM82633A004352',
    year: 2003,
    make: 'Honda',
    model: "Accord \\ 'EX'",
    trim: null,
    mileage: 90_000,
    condition: 'runs_drives',
    titleType: 'clean',
    startingPrice: null,
    buyNowPrice: null,
    locationCity: 'Dallas',
    locationState: 'TX',
    primaryImageKey: random.chance(0.5) ? `vehicles/${vehicleId}/front.jpg` : null,
    createdAt: now,
  }
}

const instant = (at: number): string => new Date(at).toISOString().slice(0, -1).replace('T', ' ')

/** The auction as its room will have it: armed, and open where its start has come. */
export function openingOf(terms: AuctionTerms, now: number): Auction {
  const armed = decide(null, null, { kind: 'arm', terms }, now)
  if (armed.rejected !== null) throw new Error(`These are no terms: ${JSON.stringify(armed.problems)}`)
  const auction = evolve(null, armed.entry)
  const opened = decideDue(auction, now)
  return opened === null ? auction : evolve(auction, opened)
}

/** What the transaction of `POST /api/auctions` leaves behind; arming is another matter. */
export function storeListing(server: DatabaseServer, opening: Auction, vehicle: VehicleSummary, now: number) {
  const { terms, position, seq } = opening
  const { increments, starts_at, original_ends_at, ...scheduled } = termsColumnsOf(terms)
  const { ends_at, ending_key } = endColumnsOf(position)
  insertRow(server, 'vehicles', {
    id: vehicle.id,
    seller_id: vehicle.sellerId,
    status: 'in_auction',
    vin: vehicle.vin,
    live_vin: `${vehicle.vin}${vehicle.id}`,
    year: vehicle.year,
    make: vehicle.make,
    model: vehicle.model,
    mileage: vehicle.mileage,
    condition: vehicle.condition,
    title_type: vehicle.titleType,
    location_city: vehicle.locationCity,
    location_state: vehicle.locationState,
    created_at: instant(vehicle.createdAt),
    updated_at: instant(now),
  })
  if (vehicle.primaryImageKey !== null) {
    insertRow(server, 'vehicle_images', {
      vehicle_id: vehicle.id,
      s3_key: vehicle.primaryImageKey,
      content_type: 'image/jpeg',
      size_bytes: 1,
      is_primary: 1,
      sort_order: 0,
      created_at: instant(now),
    })
  }
  insertRow(server, 'auctions', {
    ...scheduled,
    id: terms.auctionId,
    creation_key: `sim-${terms.auctionId}`,
    vehicle_id: vehicle.id,
    seller_id: terms.sellerId,
    seller_profile_id: terms.sellerProfileId,
    status: position.status,
    reserve_price_cents: position.reservePrice,
    reserve_met: position.reserveMet === null ? null : Number(position.reserveMet),
    increments: JSON.stringify(increments),
    starts_at: instant(starts_at.getTime()),
    original_ends_at: instant(original_ends_at.getTime()),
    ends_at: instant(ends_at.getTime()),
    ending_key,
    current_bid_cents: 0,
    price_cents: terms.startingPrice,
    minimum_bid_cents: position.minimumBid,
    seq,
    year: vehicle.year,
    make: vehicle.make,
    model: vehicle.model,
    next_attempt_at: instant(now + ARM_AGAIN_AFTER_MS),
    created_at: instant(now),
    updated_at: instant(now),
  })
}

function insertRow(server: DatabaseServer, table: string, columns: Record<string, string | number | null>) {
  const names = Object.keys(columns)
  const marks = names.map(() => '?').join(', ')
  server.rows(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`, ...Object.values(columns))
}
