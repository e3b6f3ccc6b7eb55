import { and, eq } from 'drizzle-orm'
import type { Executor, Transaction } from '../db/client.ts'
import { vehicle_images, vehicles } from '../db/schema/vehicles.ts'
import type { Actor } from '../platform/actor.ts'
import { isAdmin } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { PUBLIC_STATUSES, type VehicleSummary } from './vehicle.ts'

export type VehicleRow = typeof vehicles.$inferSelect

export const vehicleMissing = () => new AppError('not_found', 'Vehicle not found')

/** The owner and admins see every status and every field. */
export function isInsider(actor: Actor | null, vehicle: Pick<VehicleRow, 'seller_id'>): boolean {
  return actor !== null && (actor.userId === vehicle.seller_id || isAdmin(actor))
}

export async function findVehicle(db: Executor, id: number): Promise<VehicleRow | null> {
  const [row] = await db.select().from(vehicles).where(eq(vehicles.id, id))
  return row ?? null
}

/** The vehicle, held until the transaction ends: one change of it at a time. */
export async function lockVehicle(tx: Transaction, id: number): Promise<VehicleRow | null> {
  const [row] = await tx.select().from(vehicles).where(eq(vehicles.id, id)).for('update')
  return row ?? null
}

/** The vehicle as far as the caller may see it. @throws AppError `not_found` */
export async function requireVisible(db: Executor, id: number, actor: Actor | null): Promise<VehicleRow> {
  const row = await findVehicle(db, id)
  if (!row || !(PUBLIC_STATUSES.includes(row.status) || isInsider(actor, row))) throw vehicleMissing()
  return row
}

/**
 * The vehicle for its owner, or for admins as well where `who` says so.
 * @throws AppError `forbidden` for those who may only see it, else `not_found`
 */
export async function requireOwner(
  db: Executor,
  id: number,
  actor: Actor,
  who: 'owner' | 'owner or admin',
): Promise<VehicleRow> {
  const row = await requireVisible(db, id, actor)
  const may = who === 'owner' ? row.seller_id === actor.userId : isInsider(actor, row)
  if (!may) throw new AppError('forbidden', 'This vehicle is not yours')
  return row
}

/** What an auction keeps of the vehicle, by the row and its primary image. */
export function summarize(row: VehicleRow, primaryImageKey: string | null): VehicleSummary {
  return {
    id: row.id,
    sellerId: row.seller_id,
    vin: row.vin,
    year: row.year,
    make: row.make,
    model: row.model,
    trim: row.trim,
    mileage: row.mileage,
    condition: row.condition,
    titleType: row.title_type,
    startingPrice: row.starting_price_cents,
    buyNowPrice: row.buy_now_price_cents,
    locationCity: row.location_city,
    locationState: row.location_state,
    primaryImageKey,
    createdAt: row.created_at.getTime(),
  }
}

export async function findPrimaryImageKey(db: Executor, vehicleId: number): Promise<string | null> {
  const [image] = await db
    .select({ key: vehicle_images.s3_key })
    .from(vehicle_images)
    .where(and(eq(vehicle_images.vehicle_id, vehicleId), eq(vehicle_images.is_primary, true)))
    .limit(1)
  return image?.key ?? null
}
