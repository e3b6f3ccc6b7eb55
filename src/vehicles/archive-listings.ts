import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import type { Logger } from '../platform/logger.ts'
import type { VehicleParts } from './context.ts'
import { lockVehicle } from './find-vehicle.ts'
import { statusAfter, VEHICLE_ACTIONS, VEHICLE_STATUS, VEHICLE_STATUSES } from './vehicle.ts'

type ArchiveContext = Pick<VehicleParts, 'db' | 'metrics' | 'announce' | 'onVehicleGone'> & {
  log: Logger
  /** Epoch milliseconds. */
  now: number
}

const mayArchive = VEHICLE_STATUSES.filter((status) => statusAfter(status, VEHICLE_ACTIONS.archive) !== null)

/**
 * A person was deleted: their listings are archived, and what is negotiated about them falls. What is in auction goes
 * on, since people have bid on it, and is archived should it not be sold; an admin may cancel it (R17). Repeating it
 * changes nothing.
 */
export async function archiveListings(ctx: ArchiveContext, sellerId: number): Promise<void> {
  const rows = await ctx.db
    .select({ id: vehicles.id, status: vehicles.status })
    .from(vehicles)
    .where(
      and(
        eq(vehicles.seller_id, sellerId),
        inArray(vehicles.status, [...mayArchive, VEHICLE_STATUS.inAuction]),
      ),
    )
    .orderBy(asc(vehicles.id))
  for (const { id, status } of rows) {
    if (status === VEHICLE_STATUS.inAuction) {
      ctx.log.warn('deleted_seller_in_auction', { user_id: sellerId, vehicle_id: id })
      continue
    }
    const told = await ctx.db.transaction((tx) => archive(tx, ctx, id))
    if (told === null) continue
    ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.archived })
    ctx.announce(told)
  }
}

/** @returns who was told; null where it cannot be archived any more */
async function archive(tx: Transaction, ctx: ArchiveContext, vehicleId: number): Promise<number[] | null> {
  const row = await lockVehicle(tx, vehicleId)
  const status = row === null ? null : statusAfter(row.status, VEHICLE_ACTIONS.archive)
  if (status === null) return null
  const at = new Date(ctx.now)
  await tx.update(vehicles).set({ status, live_vin: null, updated_at: at }).where(eq(vehicles.id, vehicleId))
  return await ctx.onVehicleGone(tx, { vehicleId, at })
}
