import { and, asc, inArray, ne } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { auctions } from '../db/schema/auctions.ts'
import type { VehicleAuction } from '../vehicles/schemas.ts'
import { AUCTION_STATUS, type EpochMs } from './engine/auction.ts'

/** The latest auction of each vehicle that was not cancelled, as MySQL knows it: what vehicles are shown with. */
export async function auctionsOfVehicles(
  db: Executor,
  vehicleIds: readonly number[],
  now: EpochMs,
): Promise<Map<number, VehicleAuction>> {
  const rows = await db
    .select({
      vehicle_id: auctions.vehicle_id,
      id: auctions.id,
      status: auctions.status,
      current_bid: auctions.current_bid_cents,
      bid_count: auctions.bid_count,
      ends_at: auctions.ends_at,
    })
    .from(auctions)
    .where(and(inArray(auctions.vehicle_id, [...vehicleIds]), ne(auctions.status, AUCTION_STATUS.cancelled)))
    .orderBy(asc(auctions.id))
  return new Map(
    rows.map(({ vehicle_id, ...auction }) => {
      const isOver = auction.status === AUCTION_STATUS.ended
      const remainingMs = isOver ? 0 : Math.max(0, auction.ends_at.getTime() - now)
      return [vehicle_id, { ...auction, time_remaining: Math.floor(remainingMs / 1_000) }]
    }),
  )
}
