import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { VEHICLE_STATUS } from './vehicle.ts'

/** `active → sold` outside an auction, which frees the VIN for another listing. @returns whether this call did it */
export async function sellVehicle(
  tx: Transaction,
  { vehicleId, at }: { vehicleId: number; at: Date },
): Promise<boolean> {
  const sold = await tx
    .update(vehicles)
    .set({ status: VEHICLE_STATUS.sold, live_vin: null, updated_at: at })
    .where(and(eq(vehicles.id, vehicleId), eq(vehicles.status, VEHICLE_STATUS.active)))
  return sold.rowsAffected === 1
}
