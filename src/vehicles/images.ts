import { and, asc, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { findAnswer, type OnceResult, runOnce } from '../db/idempotency.ts'
import { vehicle_images, vehicles } from '../db/schema/vehicles.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { type ImageBody, type ImageChange, imageMadeSchema } from './body-schemas.ts'
import type { VehicleContext } from './context.ts'
import { requireOpenForFiles } from './edit-vehicle.ts'
import {
  findPrimaryImageKey,
  findVehicle,
  lockVehicle,
  requireOwner,
  summarize,
  vehicleMissing,
} from './find-vehicle.ts'
import { recordEdit } from './record-edit.ts'
import type { VehicleImage } from './schemas.ts'
import { describeImage } from './show-vehicle.ts'
import { deleteLater, keepUploaded, requireUploaded } from './uploads.ts'
import { MAX_IMAGES, VEHICLE_STATUS } from './vehicle.ts'

type Context = VehicleContext & SignedIn
type ImageRow = typeof vehicle_images.$inferSelect

const imageMissing = () => new AppError('not_found', 'Image not found')

/** The vehicle's images in their order, under its lock: whoever changes one of them waits for the other. */
async function lockImages(tx: Transaction, ctx: Context, vehicleId: number): Promise<ImageRow[]> {
  const row = await lockVehicle(tx, vehicleId)
  if (!row) throw vehicleMissing()
  requireOpenForFiles(row)
  await tx
    .update(vehicles)
    .set({ updated_at: new Date(ctx.now) })
    .where(eq(vehicles.id, vehicleId))
  return await tx
    .select()
    .from(vehicle_images)
    .where(eq(vehicle_images.vehicle_id, vehicleId))
    .orderBy(asc(vehicle_images.sort_order), asc(vehicle_images.id))
}

async function makePrimary(tx: Transaction, vehicleId: number, imageId: number): Promise<void> {
  const ofVehicle = eq(vehicle_images.vehicle_id, vehicleId)
  await tx
    .update(vehicle_images)
    .set({ is_primary: false })
    .where(and(ofVehicle, eq(vehicle_images.is_primary, true)))
  await tx
    .update(vehicle_images)
    .set({ is_primary: true })
    .where(and(ofVehicle, eq(vehicle_images.id, imageId)))
}

/** The auction that the vehicle is in shows its primary image as well; that it could not be told harms nobody. */
async function refreshAuction(ctx: Context, vehicleId: number): Promise<void> {
  const row = await findVehicle(ctx.db, vehicleId)
  if (row?.status !== VEHICLE_STATUS.inAuction) return
  const summary = summarize(row, await findPrimaryImageKey(ctx.db, vehicleId))
  await ctx.changeInAuction(ctx, summary, []).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    ctx.log.warn('auction_image_stale', { vehicle_id: vehicleId, code: error.code })
  })
}

/**
 * Puts an uploaded picture to the vehicle; the first one becomes primary. The same key again is the same image.
 * @throws AppError `not_uploaded`, `too_many_images`, `validation_failed`, `wrong_status`, `forbidden`, `not_found`
 */
export async function addImage(
  ctx: Context,
  vehicleId: number,
  { s3_key, is_primary = false, caption = null }: ImageBody,
): Promise<OnceResult<typeof imageMadeSchema>> {
  const answered = await findAnswer(ctx, imageMadeSchema)
  if (answered) return answered
  requireOpenForFiles(await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin'))
  const file = await requireUploaded(ctx, vehicleId, 'image', s3_key)
  const made = await runOnce(ctx, imageMadeSchema, async (tx) => {
    const images = await lockImages(tx, ctx, vehicleId)
    let row = images.find((image) => image.s3_key === s3_key)
    if (!row) {
      if (images.length >= MAX_IMAGES) throw new AppError('too_many_images')
      await keepUploaded(ctx, s3_key, file)
      const values = {
        vehicle_id: vehicleId,
        s3_key,
        content_type: file.contentType,
        size_bytes: file.sizeBytes,
        caption,
        sort_order: Math.max(-1, ...images.map(({ sort_order }) => sort_order)) + 1,
        created_at: new Date(ctx.now),
      }
      const [inserted] = await tx.insert(vehicle_images).values(values).$returningId()
      if (!inserted) throw imageMissing()
      const becomesPrimary = is_primary || images.length === 0
      if (becomesPrimary) await makePrimary(tx, vehicleId, inserted.id)
      row = { ...values, id: inserted.id, is_primary: becomesPrimary }
      const after = { id: inserted.id, caption, is_primary: becomesPrimary }
      await recordEdit(tx, ctx, { vehicleId, action: 'image_added', before: null, after })
    }
    const image = await describeImage(ctx, row)
    const value = { message: 'Image added', image_id: row.id, is_primary: row.is_primary, image }
    return { status: 201, value }
  })
  if (made.body.is_primary) await refreshAuction(ctx, vehicleId)
  return made
}

/**
 * Changes caption or primary. A vehicle with images always has a primary one: where it stops being so, the first
 * other one takes its place.
 */
export async function changeImage(
  ctx: Context,
  vehicleId: number,
  imageId: number,
  { is_primary, caption }: ImageChange,
): Promise<VehicleImage> {
  await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin')
  const row = await ctx.db.transaction(async (tx) => {
    const images = await lockImages(tx, ctx, vehicleId)
    const image = images.find(({ id }) => id === imageId)
    if (!image) throw imageMissing()
    if (caption !== undefined)
      await tx.update(vehicle_images).set({ caption }).where(eq(vehicle_images.id, imageId))
    const other = images.find(({ id }) => id !== imageId)
    const next = is_primary === true ? image : is_primary === false && image.is_primary ? other : undefined
    if (next) await makePrimary(tx, vehicleId, next.id)
    const changed = {
      ...image,
      caption: caption === undefined ? image.caption : caption,
      is_primary: next ? next.id === imageId : image.is_primary,
    }
    await recordEdit(tx, ctx, {
      vehicleId,
      action: 'image_changed',
      before: { id: imageId, caption: image.caption, is_primary: image.is_primary },
      after: { id: imageId, caption: changed.caption, is_primary: changed.is_primary },
    })
    return changed
  })
  if (is_primary !== undefined) await refreshAuction(ctx, vehicleId)
  return await describeImage(ctx, row)
}

/** Deletes the image and its file; the first one left becomes primary where it was. */
export async function deleteImage(ctx: Context, vehicleId: number, imageId: number): Promise<void> {
  await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin')
  const [seen] = await ctx.db
    .select({ key: vehicle_images.s3_key, is_primary: vehicle_images.is_primary })
    .from(vehicle_images)
    .where(and(eq(vehicle_images.vehicle_id, vehicleId), eq(vehicle_images.id, imageId)))
  if (!seen) throw imageMissing()
  await ctx.db.transaction(async (tx) => {
    const images = await lockImages(tx, ctx, vehicleId)
    const image = images.find(({ id }) => id === imageId)
    // It was there a moment ago: the first run of this very transaction, or another request, deleted it.
    if (!image) return
    await tx.delete(vehicle_images).where(eq(vehicle_images.id, imageId))
    const next = images.find(({ id }) => id !== imageId)
    if (image.is_primary && next) await makePrimary(tx, vehicleId, next.id)
    const before = { id: imageId, caption: image.caption, is_primary: image.is_primary }
    await recordEdit(tx, ctx, { vehicleId, action: 'image_deleted', before, after: null })
  })
  deleteLater(ctx, seen.key)
  if (seen.is_primary) await refreshAuction(ctx, vehicleId)
}

/**
 * Puts the images into this order; each of them must be named once.
 * @throws AppError `validation_failed`
 */
export async function orderImages(
  ctx: Context,
  vehicleId: number,
  imageIds: readonly number[],
): Promise<VehicleImage[]> {
  await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin')
  const rows = await ctx.db.transaction(async (tx) => {
    const images = await lockImages(tx, ctx, vehicleId)
    const byId = new Map(images.map((image) => [image.id, image]))
    const ordered = imageIds.flatMap((id) => byId.get(id) ?? [])
    const named = new Set(imageIds)
    if ([imageIds.length, named.size, ordered.length].some((count) => count !== images.length)) {
      const message = 'Must name each image of the vehicle once'
      throw new AppError('validation_failed', message, { details: [{ path: 'image_ids', message }] })
    }
    for (const [sort_order, { id }] of ordered.entries()) {
      await tx.update(vehicle_images).set({ sort_order }).where(eq(vehicle_images.id, id))
    }
    await recordEdit(tx, ctx, {
      vehicleId,
      action: 'images_ordered',
      before: { image_ids: images.map(({ id }) => id) },
      after: { image_ids: imageIds },
    })
    return ordered.map((image, sort_order) => ({ ...image, sort_order }))
  })
  return await Promise.all(rows.map((row) => describeImage(ctx, row)))
}
