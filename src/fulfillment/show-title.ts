import { asc, eq } from 'drizzle-orm'
import { title_documents } from '../db/schema/fulfillment.ts'
import type { OrderRow } from '../orders/context.ts'
import { standingOf } from '../orders/show-order.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { FulfillmentContext, TitleDocumentRow } from './context.ts'
import { requireAllowed, requireTitle } from './find-fulfillment.ts'
import type { Title, TitleDocument } from './schemas.ts'
import { areDocumentsOpen } from './title.ts'

export async function describeTitleDocument(
  ctx: FulfillmentContext,
  { buyer_id, seller_id }: Pick<OrderRow, 'buyer_id' | 'seller_id'>,
  row: TitleDocumentRow,
): Promise<TitleDocument> {
  const { id, doc_type, filename, size_bytes, added_by, created_at } = row
  const url = ctx.storage === null ? null : await ctx.storage.privateUrl(row.s3_key, ctx.now)
  const side = added_by === seller_id ? 'seller' : 'admin'
  return {
    id,
    url,
    doc_type,
    filename,
    size_bytes,
    added_by: added_by === buyer_id ? 'buyer' : side,
    created_at,
  }
}

/**
 * The transfer of an order's title, for buyer, seller and admins (M10). Its documents are hidden from a buyer whose
 * sale is off.
 * @throws AppError `not_found` for everybody else, and before the order was paid
 */
export async function getTitle(ctx: FulfillmentContext & SignedIn, orderId: number): Promise<Title> {
  const order = await requireAllowed(ctx, orderId, ['view_title'])
  const row = await requireTitle(ctx.db, orderId)
  const isHidden = standingOf(ctx.actor, order) === 'buyer' && !areDocumentsOpen(order.status)
  const documents = isHidden
    ? []
    : await ctx.db
        .select()
        .from(title_documents)
        .where(eq(title_documents.title_transfer_id, row.id))
        .orderBy(asc(title_documents.id))
  const {
    id,
    status,
    rejection_reason,
    due_at,
    late_at,
    submitted_at,
    completed_at,
    created_at,
    updated_at,
  } = row
  return {
    id,
    order_id: orderId,
    status,
    rejection_reason,
    due_at,
    late_at,
    submitted_at,
    completed_at,
    documents: await Promise.all(documents.map((document) => describeTitleDocument(ctx, order, document))),
    created_at,
    updated_at,
  }
}
