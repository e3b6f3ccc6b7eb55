import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { findAnswer, type OnceResult, runOnce } from '../db/idempotency.ts'
import { vehicle_documents } from '../db/schema/vehicles.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { type DocumentBody, type DocumentChange, documentMadeSchema } from './body-schemas.ts'
import type { VehicleContext } from './context.ts'
import { requireOpenForFiles } from './edit-vehicle.ts'
import { lockVehicle, requireOwner, vehicleMissing } from './find-vehicle.ts'
import { recordEdit } from './record-edit.ts'
import type { VehicleDocument } from './schemas.ts'
import { describeDocument } from './show-vehicle.ts'
import { deleteLater, keepUploaded, requireUploaded } from './uploads.ts'
import { MAX_DOCUMENTS } from './vehicle.ts'

type Context = VehicleContext & SignedIn
type DocumentRow = typeof vehicle_documents.$inferSelect

const documentMissing = () => new AppError('not_found', 'Document not found')

async function lockDocuments(tx: Transaction, vehicleId: number): Promise<DocumentRow[]> {
  const row = await lockVehicle(tx, vehicleId)
  if (!row) throw vehicleMissing()
  requireOpenForFiles(row)
  return await tx.select().from(vehicle_documents).where(eq(vehicle_documents.vehicle_id, vehicleId))
}

/**
 * Puts an uploaded document to the vehicle. The same key again is the same document.
 * @throws AppError `not_uploaded`, `validation_failed`, `wrong_status`, `forbidden`, `not_found`
 */
export async function addDocument(
  ctx: Context,
  vehicleId: number,
  { s3_key, doc_type, filename, visibility }: DocumentBody,
): Promise<OnceResult<typeof documentMadeSchema>> {
  const answered = await findAnswer(ctx, documentMadeSchema)
  if (answered) return answered
  requireOpenForFiles(await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin'))
  const file = await requireUploaded(ctx, vehicleId, 'document', s3_key)
  return await runOnce(ctx, documentMadeSchema, async (tx) => {
    const documents = await lockDocuments(tx, vehicleId)
    let row = documents.find((document) => document.s3_key === s3_key)
    if (!row) {
      if (documents.length >= MAX_DOCUMENTS)
        throw new AppError('validation_failed', `A vehicle has at most ${MAX_DOCUMENTS} documents`)
      await keepUploaded(ctx, s3_key, file)
      const values = {
        vehicle_id: vehicleId,
        s3_key,
        filename,
        size_bytes: file.sizeBytes,
        doc_type,
        visibility,
        created_at: new Date(ctx.now),
      }
      const [inserted] = await tx.insert(vehicle_documents).values(values).$returningId()
      if (!inserted) throw documentMissing()
      row = { ...values, id: inserted.id }
      const after = { id: inserted.id, doc_type, filename, visibility }
      await recordEdit(tx, ctx, { vehicleId, action: 'document_added', before: null, after })
    }
    const document = await describeDocument(ctx, row)
    return { status: 201, value: { message: 'Document added', document_id: row.id, document } }
  })
}

export async function changeDocument(
  ctx: Context,
  vehicleId: number,
  documentId: number,
  { doc_type, filename, visibility }: DocumentChange,
): Promise<VehicleDocument> {
  await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin')
  const row = await ctx.db.transaction(async (tx) => {
    const document = (await lockDocuments(tx, vehicleId)).find(({ id }) => id === documentId)
    if (!document) throw documentMissing()
    const changed = {
      doc_type: doc_type ?? document.doc_type,
      filename: filename ?? document.filename,
      visibility: visibility ?? document.visibility,
    }
    await tx.update(vehicle_documents).set(changed).where(eq(vehicle_documents.id, documentId))
    const { id, doc_type: type, filename: name, visibility: seenBy } = document
    await recordEdit(tx, ctx, {
      vehicleId,
      action: 'document_changed',
      before: { id, doc_type: type, filename: name, visibility: seenBy },
      after: { id, ...changed },
    })
    return { ...document, ...changed }
  })
  return await describeDocument(ctx, row)
}

export async function deleteDocument(ctx: Context, vehicleId: number, documentId: number): Promise<void> {
  await requireOwner(ctx.db, vehicleId, ctx.actor, 'owner or admin')
  const isThis = and(eq(vehicle_documents.vehicle_id, vehicleId), eq(vehicle_documents.id, documentId))
  const [seen] = await ctx.db.select({ key: vehicle_documents.s3_key }).from(vehicle_documents).where(isThis)
  if (!seen) throw documentMissing()
  await ctx.db.transaction(async (tx) => {
    const document = (await lockDocuments(tx, vehicleId)).find(({ id }) => id === documentId)
    // The first run of this very transaction, or another request, deleted it.
    if (!document) return
    await tx.delete(vehicle_documents).where(isThis)
    const { doc_type, filename, visibility } = document
    const before = { id: documentId, doc_type, filename, visibility }
    await recordEdit(tx, ctx, { vehicleId, action: 'document_deleted', before, after: null })
  })
  deleteLater(ctx, seen.key)
}
