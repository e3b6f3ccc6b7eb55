import { desc, eq } from 'drizzle-orm'
import { isDuplicate, type Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { becomeSeller } from '../users/service.ts'
import type { ListingFields } from './body-schemas.ts'
import type { VehicleContext } from './context.ts'
import { readVin, warnOfListing } from './decode-vin.ts'
import { findVehicle, type VehicleRow, vehicleMissing } from './find-vehicle.ts'
import { vehicleMadeSchema } from './schemas.ts'
import { showNewVehicle } from './show-vehicle.ts'
import { VEHICLE_STATUS } from './vehicle.ts'
import { fillListing } from './vin/listing.ts'

const RECENT_ROWS = 20

/** The listing's fields as columns; what is absent is undefined, which leaves a column alone. */
export function toColumns(fields: ListingFields) {
  const { starting_price, reserve_price, buy_now_price, condition_grade, ...same } = fields
  return {
    ...same,
    starting_price_cents: starting_price,
    reserve_price_cents: reserve_price,
    buy_now_price_cents: buy_now_price,
    condition_grade_tenths: condition_grade,
  }
}

/** @throws AppError `duplicate_vin` where another live listing holds the VIN */
export async function requireFreeVin(tx: Transaction, vin: string): Promise<void> {
  const [holder] = await tx.select({ id: vehicles.id }).from(vehicles).where(eq(vehicles.live_vin, vin))
  if (holder) throw new AppError('duplicate_vin')
}

/** What a broken unique index on `live_vin` means, wherever it is broken. */
export function namingDuplicate(error: unknown): unknown {
  return isDuplicate(error) ? new AppError('duplicate_vin', undefined, { cause: error }) : error
}

/** The draft that the first run of this very transaction made, where only its answer was lost. */
async function findMade(
  tx: Transaction,
  sellerId: number,
  vin: string,
  at: Date,
): Promise<VehicleRow | null> {
  const recent = await tx
    .select()
    .from(vehicles)
    .where(eq(vehicles.seller_id, sellerId))
    .orderBy(desc(vehicles.id))
    .limit(RECENT_ROWS)
  return recent.find((row) => row.vin === vin && row.created_at.getTime() === at.getTime()) ?? null
}

async function makeDraft(
  tx: Transaction,
  sellerId: number,
  fields: ListingFields & { vin: string },
  vin_warnings: string[],
  at: Date,
): Promise<VehicleRow> {
  const values = {
    ...toColumns(fields),
    vin: fields.vin,
    vin_warnings,
    seller_id: sellerId,
    created_at: at,
    updated_at: at,
  }
  const [made] = await tx.insert(vehicles).values(values).$returningId()
  const row = made ? await findVehicle(tx, made.id) : null
  if (!row) throw vehicleMissing()
  return row
}

/**
 * Makes a draft of the caller's, who becomes a seller with it. What the VIN tells of what was left out is filled in.
 * @throws AppError `duplicate_vin`; KeyConflict
 */
export async function createVehicle(
  ctx: VehicleContext & SignedIn,
  fields: ListingFields & { vin: string },
): Promise<OnceResult<typeof vehicleMadeSchema>> {
  const sellerId = ctx.actor.userId
  const at = new Date(ctx.now)
  const decoded = await readVin(ctx, fields.vin, fields.year)
  const filled = fillListing(fields, decoded)
  const warnings = warnOfListing(fields, decoded)
  const made = await runOnce(ctx, vehicleMadeSchema, async (tx) => {
    let row = await findMade(tx, sellerId, fields.vin, at)
    if (!row) {
      await requireFreeVin(tx, fields.vin)
      await becomeSeller(tx, sellerId, ctx.now)
      row = await makeDraft(tx, sellerId, filled, warnings, at)
    }
    const vehicle = await showNewVehicle(ctx, tx, row)
    const value = { message: 'Vehicle created', vehicle_id: row.id, vin: row.vin, warnings, vehicle }
    return { status: 201, value }
  })
  if (!made.replayed) ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.draft })
  return made
}
