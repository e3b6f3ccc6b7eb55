import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { findAnswer, type OnceResult, runOnce } from '../db/idempotency.ts'
import { title_documents } from '../db/schema/fulfillment.ts'
import type { OrderRow } from '../orders/context.ts'
import { lockOrder } from '../orders/move-order.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import {
  keepUploaded,
  requireUploaded,
  type SignedUpload,
  signFile,
  type UploadedFile,
} from '../vehicles/uploads.ts'
import type { FulfillmentContext, TitleDocumentRow, TitleRow } from './context.ts'
import { requireAllowed, requireLockedTitle, requireTitle } from './find-fulfillment.ts'
import { recordChange } from './record-change.ts'
import { type TitleDocumentInput, type TitleUpload, titleDocumentMadeSchema } from './schemas.ts'
import { describeTitleDocument } from './show-title.ts'
import { areDocumentsOpen, MAX_TITLE_DOCUMENTS } from './title.ts'

type Context = FulfillmentContext & SignedIn

function requireOpen(order: OrderRow): void {
  if (!areDocumentsOpen(order.status)) throw new AppError('wrong_status', `The order is ${order.status}`)
}

/**
 * A signed address for a title or bill of sale: pdf or jpeg, to 50 MB.
 * @throws AppError `not_found`, `forbidden`, `wrong_status`, `unavailable`
 */
export async function signTitleUpload(
  ctx: Context,
  orderId: number,
  { content_type, size }: TitleUpload,
): Promise<SignedUpload> {
  const order = await requireAllowed(ctx, orderId, ['upload_title_document'])
  await requireTitle(ctx.db, orderId)
  requireOpen(order)
  return await signFile(ctx, order.vehicle_id, { kind: 'title', content_type, size })
}

/**
 * Puts an uploaded document to the transfer of a title (M10). The same key again is the same document.
 * @throws AppError `not_uploaded`, `validation_failed`, `wrong_status`, `forbidden`, `not_found`
 */
export async function addTitleDocument(
  ctx: Context,
  orderId: number,
  input: TitleDocumentInput,
): Promise<OnceResult<typeof titleDocumentMadeSchema>> {
  const order = await requireAllowed(ctx, orderId, ['add_title_document'])
  const answered = await findAnswer(ctx, titleDocumentMadeSchema)
  if (answered) return answered
  await requireTitle(ctx.db, orderId)
  requireOpen(order)
  const file = await requireUploaded(ctx, order.vehicle_id, 'title', input.s3_key)
  const made = await runOnce(ctx, titleDocumentMadeSchema, async (tx) => {
    const locked = await lockOrder(tx, orderId)
    const title = await requireLockedTitle(tx, orderId)
    requireOpen(locked)
    const row =
      (await findByKey(tx, title, input.s3_key)) ?? (await insert(tx, ctx, locked, title, input, file))
    const document = await describeTitleDocument(ctx, order, row)
    return { status: 201, value: { message: 'Document added', document_id: row.id, document } }
  })
  ctx.announce([order.buyer_id, order.seller_id])
  return made
}

/** @throws AppError `validation_failed` where the file belongs to another sale of the vehicle */
async function findByKey(tx: Transaction, title: TitleRow, key: string): Promise<TitleDocumentRow | null> {
  const [row] = await tx.select().from(title_documents).where(eq(title_documents.s3_key, key))
  if (row !== undefined && row.title_transfer_id !== title.id) {
    const message = 'Not a key that was given out for this order'
    throw new AppError('validation_failed', message, { details: [{ path: 's3_key', message }] })
  }
  return row ?? null
}

async function insert(
  tx: Transaction,
  ctx: Context,
  order: OrderRow,
  title: TitleRow,
  { s3_key, doc_type, filename }: TitleDocumentInput,
  file: UploadedFile,
): Promise<TitleDocumentRow> {
  const present = await tx.$count(title_documents, eq(title_documents.title_transfer_id, title.id))
  if (present >= MAX_TITLE_DOCUMENTS)
    throw new AppError('validation_failed', `A title has at most ${MAX_TITLE_DOCUMENTS} documents`)
  await keepUploaded(ctx, s3_key, file)
  const values = {
    title_transfer_id: title.id,
    s3_key,
    filename,
    size_bytes: file.sizeBytes,
    doc_type,
    added_by: ctx.actor.userId,
    created_at: new Date(ctx.now),
  }
  const [made] = await tx.insert(title_documents).values(values).$returningId()
  if (made === undefined) throw new Error(`The document of title ${title.id} was not stored`)
  await recordChange(tx, ctx, {
    key: `title:${title.id}:document:${made.id}`,
    order,
    subject: AUDIT_SUBJECT.title,
    subjectId: title.id,
    action: 'title.document_added',
    before: null,
    after: { document_id: made.id, doc_type, filename },
    title: doc_type === 'title' ? 'The title was attached' : 'The bill of sale was attached',
    message: filename,
    data: { title_status: title.status, document_id: made.id },
  })
  return { ...values, id: made.id }
}
