import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { vehicle_documents, vehicle_images, vehicles } from '../db/schema/vehicles.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import type { VehicleContext } from './context.ts'
import { namingDuplicate } from './create-vehicle.ts'
import { requireComplete } from './edit-vehicle.ts'
import { lockVehicle, requireOwner, requireVisible, type VehicleRow, vehicleMissing } from './find-vehicle.ts'
import { reviewNotice } from './review-notice.ts'
import type { Vehicle } from './schemas.ts'
import { showVehicle } from './show-vehicle.ts'
import { liveVin, statusAfter, VEHICLE_ACTIONS, VEHICLE_STATUS, type VehicleAction } from './vehicle.ts'

type Context = VehicleContext & SignedIn

/**
 * Takes the action under the vehicle's lock. A second run of the transaction finds the status that the first one
 * left, with the time of this request on it, and is done.
 */
async function takeAction(
  ctx: Context,
  id: number,
  action: VehicleAction,
  check: (row: VehicleRow) => void = () => undefined,
  reviewReason: string | null = null,
): Promise<void> {
  const at = new Date(ctx.now)
  const told: number[] = []
  try {
    const reached = await ctx.db.transaction(async (tx) => {
      const row = await lockVehicle(tx, id)
      if (!row) throw vehicleMissing()
      const status = statusAfter(row.status, action)
      if (status === null) {
        if (row.updated_at.getTime() === ctx.now && row.status === targetOf(action)) return row.status
        throw new AppError('wrong_status', `Not possible for a vehicle that is ${row.status}`)
      }
      check(row)
      await tx
        .update(vehicles)
        .set({
          status,
          live_vin: liveVin(status, row.vin),
          review_reason: reviewReason,
          ...(status === VEHICLE_STATUS.active ? { next_attempt_at: at } : {}),
          updated_at: at,
        })
        .where(eq(vehicles.id, id))
      if (status === VEHICLE_STATUS.archived) {
        told.push(...(await ctx.onVehicleGone(tx, { vehicleId: id, at })))
      }
      if (isAdmin(ctx.actor)) {
        await recordAudit(tx, ctx, {
          action: `vehicle.${action}`,
          subject: AUDIT_SUBJECT.vehicle,
          subjectId: id,
          before: { status: row.status },
          after: { status, reason: reviewReason },
        })
      }
      const notice = reviewNotice(row, action, reviewReason, ctx.now)
      if (notice !== null) {
        await insertNotices(tx, [notice])
        told.push(notice.userId)
      }
      return status
    })
    ctx.metrics.vehicles.inc({ status: reached })
    if (reached === VEHICLE_STATUS.active) ctx.onVehicleActive(ctx, id)
    ctx.announce(told)
  } catch (error) {
    throw namingDuplicate(error)
  }
}

/** Where an action leads, from wherever. */
const targetOf = (action: VehicleAction) =>
  Object.values(VEHICLE_STATUS)
    .map((from) => statusAfter(from, action))
    .find((to) => to !== null)

/**
 * Puts a listing before the public, or before a reviewer first where `LISTING_REVIEW=manual`.
 * @throws AppError `validation_failed` naming what is missing, `duplicate_vin`, `wrong_status`
 */
export async function submitVehicle(ctx: Context, id: number): Promise<Vehicle> {
  await requireOwner(ctx.db, id, ctx.actor, 'owner')
  const isManual = ctx.settings.LISTING_REVIEW === 'manual'
  const action = isManual ? VEHICLE_ACTIONS.submitForReview : VEHICLE_ACTIONS.submit
  await takeAction(ctx, id, action, requireComplete)
  return await showAgain(ctx, id)
}

/** For admins. @throws AppError `wrong_status` */
export async function approveVehicle(ctx: Context, id: number): Promise<Vehicle> {
  await takeAction(ctx, id, VEHICLE_ACTIONS.approve, requireComplete)
  return await showAgain(ctx, id)
}

/** For admins; the owner reads the reason and may change and submit again. @throws AppError `wrong_status` */
export async function rejectVehicle(ctx: Context, id: number, reason: string): Promise<Vehicle> {
  await takeAction(ctx, id, VEHICLE_ACTIONS.reject, undefined, reason)
  return await showAgain(ctx, id)
}

/** @throws AppError `wrong_status` while in auction, when sold, or where it is archived already */
export async function archiveVehicle(ctx: Context, id: number): Promise<void> {
  await requireOwner(ctx.db, id, ctx.actor, 'owner')
  await takeAction(ctx, id, VEHICLE_ACTIONS.archive)
}

async function showAgain(ctx: Context, id: number): Promise<Vehicle> {
  return await showVehicle(ctx, await requireVisible(ctx.db, id, ctx.actor))
}

/**
 * Deletes a draft with its files and archives anything else.
 * @returns which of the two it was
 * @throws AppError `wrong_status` while in auction or when sold
 */
export async function deleteVehicle(ctx: Context, id: number): Promise<'deleted' | 'archived'> {
  const seen = await requireOwner(ctx.db, id, ctx.actor, 'owner')
  if (seen.status === VEHICLE_STATUS.archived) return 'archived'
  if (seen.status !== VEHICLE_STATUS.draft) {
    await takeAction(ctx, id, VEHICLE_ACTIONS.archive)
    return 'archived'
  }
  const keys = await ctx.db.transaction((tx) => deleteDraft(tx, id))
  const { storage } = ctx
  if (storage) {
    const gone = keys.map((key) => storage.delete(key))
    ctx.waitUntil(Promise.allSettled(gone))
  }
  return 'deleted'
}

/** The keys of the files that belonged to it. Where it is gone already, this very transaction deleted it before. */
async function deleteDraft(tx: Transaction, id: number): Promise<string[]> {
  const row = await lockVehicle(tx, id)
  if (!row) return []
  if (row.status !== VEHICLE_STATUS.draft)
    throw new AppError('wrong_status', `The vehicle is ${row.status} now`)
  const images = await tx
    .select({ key: vehicle_images.s3_key })
    .from(vehicle_images)
    .where(eq(vehicle_images.vehicle_id, id))
  const documents = await tx
    .select({ key: vehicle_documents.s3_key })
    .from(vehicle_documents)
    .where(eq(vehicle_documents.vehicle_id, id))
  await tx.delete(vehicle_images).where(eq(vehicle_images.vehicle_id, id))
  await tx.delete(vehicle_documents).where(eq(vehicle_documents.vehicle_id, id))
  await tx.delete(vehicles).where(eq(vehicles.id, id))
  return [...images, ...documents].map(({ key }) => key)
}
