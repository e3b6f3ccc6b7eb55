import { and, desc, eq, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { payments } from '../db/schema/orders.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import type { PaymentContext } from './payment-context.ts'
import { describePayments } from './payment-rows.ts'
import type { PaymentListRequest, PaymentPage } from './payment-schemas.ts'
import { requireOrder } from './show-order.ts'

export const PAYMENT_LISTS = 'payments'
const SORT = 'newest'

/**
 * The payments of an order with their refunds, the newest first.
 * @throws AppError `not_found` for all but buyer, seller and admins; PageRefused
 */
export async function listPayments(
  ctx: PaymentContext & SignedIn,
  orderId: number,
  request: PaymentListRequest,
): Promise<PaymentPage> {
  await requireOrder(ctx.db, orderId, ctx.actor)
  const { ids, ...fields } = await readPage(ctx, paymentList(ctx.db, { order_id: orderId }), request)
  const rows = await describePayments(ctx.db, ids, { isForAdmin: isAdmin(ctx.actor) })
  return { payments: rows, ...fields }
}

const specificationSchema = z.object({ order_id: z.int() })

/** Makes a list again for the sweeper. */
export const paymentListOf = restoreBy(specificationSchema, paymentList)

function paymentList(db: Database, { order_id }: z.output<typeof specificationSchema>): PagedList {
  return {
    subject: PAYMENT_LISTS,
    specification: { order_id },
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: payments.id, id: payments.id })
        .from(payments, { forceIndex: 'payments_order' })
        .where(and(eq(payments.order_id, order_id), after === null ? undefined : lt(payments.id, after.id)))
        .orderBy(desc(payments.id))
        .limit(limit),
  }
}
