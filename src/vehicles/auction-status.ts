import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { VEHICLE_STATUS } from './vehicle.ts'

/** `active → in_auction` for a vehicle of this seller. @returns whether this call did it */
export async function enterAuction(
  tx: Transaction,
  { vehicleId, sellerId, at }: { vehicleId: number; sellerId: number; at: Date },
): Promise<boolean> {
  const entered = await tx
    .update(vehicles)
    .set({ status: VEHICLE_STATUS.inAuction, updated_at: at })
    .where(
      and(
        eq(vehicles.id, vehicleId),
        eq(vehicles.seller_id, sellerId),
        eq(vehicles.status, VEHICLE_STATUS.active),
      ),
    )
  return entered.rowsAffected === 1
}

/** `in_auction → sold`, which frees the VIN for another listing, or back to `active` (M1). Repeating it changes nothing. */
export async function leaveAuction(
  tx: Transaction,
  { vehicleId, isSold, at }: { vehicleId: number; isSold: boolean; at: Date },
): Promise<void> {
  await tx
    .update(vehicles)
    .set(
      isSold
        ? { status: VEHICLE_STATUS.sold, live_vin: null, updated_at: at }
        : { status: VEHICLE_STATUS.active, updated_at: at },
    )
    .where(and(eq(vehicles.id, vehicleId), eq(vehicles.status, VEHICLE_STATUS.inAuction)))
}
