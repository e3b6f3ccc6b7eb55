import { and, eq, sql } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { USER_STATUS } from '../users/user.ts'
import { editBody } from './body-schemas.ts'
import { toColumns } from './create-vehicle.ts'
import { VEHICLE_STATUS } from './vehicle.ts'

const isSellerDeleted = sql`exists (select 1 from ${users}
  where ${users.id} = ${vehicles.seller_id} and ${users.status} = ${USER_STATUS.deleted})`
const ACTIVE_OR_ARCHIVED = {
  status: sql`case when ${isSellerDeleted} then ${VEHICLE_STATUS.archived} else ${VEHICLE_STATUS.active} end`,
  live_vin: sql`case when ${isSellerDeleted} then null else ${vehicles.live_vin} end`,
}

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

/**
 * `in_auction → sold`, which frees the VIN for another listing, or back to `active` (M1); `archived` where its seller was
 * deleted. Repeating it changes nothing.
 */
export async function leaveAuction(
  tx: Transaction,
  { vehicleId, isSold, at }: { vehicleId: number; isSold: boolean; at: Date },
): Promise<void> {
  await tx
    .update(vehicles)
    .set(
      isSold
        ? { status: VEHICLE_STATUS.sold, live_vin: null, updated_at: at }
        : { ...ACTIVE_OR_ARCHIVED, next_attempt_at: at, updated_at: at },
    )
    .where(and(eq(vehicles.id, vehicleId), eq(vehicles.status, VEHICLE_STATUS.inAuction)))
}

/**
 * M12: what the auction told everyone of its vehicle, by the fields' names on the wire. Whoever changed it wrote the
 * row as well, unless that failed, or two did so at once and the auction heard them in another order.
 */
export async function discloseInAuction(
  tx: Transaction,
  disclosed: {
    vehicleId: number
    disclosures: readonly { changes: readonly { field: string; after: string | number | null }[] }[]
    at: Date
  },
): Promise<void> {
  const fields = editBody.parse(
    Object.fromEntries(
      disclosed.disclosures.flatMap(({ changes }) => changes.map(({ field, after }) => [field, after])),
    ),
  )
  await tx
    .update(vehicles)
    .set({ ...toColumns(fields), updated_at: disclosed.at })
    .where(and(eq(vehicles.id, disclosed.vehicleId), eq(vehicles.status, VEHICLE_STATUS.inAuction)))
}
