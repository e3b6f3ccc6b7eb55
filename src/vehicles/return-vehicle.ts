import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { USER_STATUS } from '../users/user.ts'
import { lockVehicle } from './find-vehicle.ts'
import { liveVin, statusAfter, VEHICLE_ACTIONS, VEHICLE_STATUS } from './vehicle.ts'

/** What a sold vehicle becomes when its sale did not come about. */
export type ReturnedVehicle = 'active' | 'archived'

/**
 * A sold vehicle whose sale did not come about is `active` again; where its VIN is in another live listing by now, or
 * its seller was deleted, it is archived instead (M1).
 * @returns what it became, or null where it was not sold
 */
export async function returnVehicle(
  tx: Transaction,
  { vehicleId, at }: { vehicleId: number; at: Date },
): Promise<ReturnedVehicle | null> {
  const row = await lockVehicle(tx, vehicleId)
  if (row === null || statusAfter(row.status, VEHICLE_ACTIONS.takeBack) === null) return null
  // Locked, so that nobody lists the VIN between the look and the change.
  const [holder] = await tx
    .select({ id: vehicles.id })
    .from(vehicles)
    .where(eq(vehicles.live_vin, row.vin))
    .for('update')
  const [seller] = await tx.select({ status: users.status }).from(users).where(eq(users.id, row.seller_id))
  const isKept = holder === undefined && seller?.status !== USER_STATUS.deleted
  const status = isKept ? VEHICLE_STATUS.active : VEHICLE_STATUS.archived
  await tx
    .update(vehicles)
    .set({
      status,
      live_vin: liveVin(status, row.vin),
      ...(status === VEHICLE_STATUS.active ? { next_attempt_at: at } : {}),
      updated_at: at,
    })
    .where(eq(vehicles.id, vehicleId))
  return status
}
