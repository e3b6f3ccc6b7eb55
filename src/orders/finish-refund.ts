import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { orders, payments, refunds } from '../db/schema/orders.ts'
import { addCents, cents, ZERO_CENTS } from '../lib/money.ts'
import { readPinnedTerms } from '../market/read-terms.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { balanceOf, giveBack, heldOf } from './balance.ts'
import type { MoveContext, OrderRow } from './context.ts'
import { moveOrder } from './move-order.ts'
import { mayMove, ORDER_STATUS } from './order.ts'
import { PAYMENT_STATUS, REFUND_STATUS } from './payment.ts'
import { openDeadlines } from './payment-deadlines.ts'
import { noticesOfRefund } from './payment-notices.ts'
import { type PaymentRow, type RefundRow, refundsOf } from './payment-rows.ts'

export interface RefundEnd {
  order: OrderRow
  payment: PaymentRow
  /** Pending until now. */
  refund: RefundRow
  status: 'processed' | 'failed'
}

/**
 * The end of a pending refund, under its order's lock (M7). Processed: the money is no longer held, and the order
 * follows. Failed: what was on its way back can be given back again.
 */
export async function finishRefund(
  tx: Transaction,
  ctx: MoveContext,
  { order, payment, refund, status }: RefundEnd,
): Promise<{ order: OrderRow; refund: RefundRow }> {
  const at = new Date(ctx.now)
  const isProcessed = status === REFUND_STATUS.processed
  const changed = { status, processed_at: isProcessed ? at : null, updated_at: at }
  const finished = { ...refund, ...changed }
  await tx.update(refunds).set(changed).where(eq(refunds.id, refund.id))
  await recordAudit(tx, ctx, {
    action: `refund.${status}`,
    subject: AUDIT_SUBJECT.refund,
    subjectId: refund.id,
    before: { status: refund.status },
    after: { status },
  })
  ctx.onRefund(status)
  if (!isProcessed) {
    const refunded_cents = cents(payment.refunded_cents - refund.amount_cents)
    await tx.update(payments).set({ refunded_cents, updated_at: at }).where(eq(payments.id, payment.id))
    return { order, refund: finished }
  }
  await markGivenBack(tx, ctx, payment)
  const after = giveBack(order, refund.amount_cents)
  if (after === null) throw new Error(`Order ${order.id} holds less than refund ${refund.id} gives back`)
  const { refunded_cents } = after
  await tx.update(orders).set({ refunded_cents, updated_at: at }).where(eq(orders.id, order.id))
  await ctx.accounts.touch(tx, order.buyer_id, at)
  await insertNotices(tx, noticesOfRefund(after, finished, at))
  return { order: await follow(tx, ctx, after, refund.reason), refund: finished }
}

/** A payment of which nothing is left is `refunded`. */
async function markGivenBack(tx: Transaction, ctx: MoveContext, payment: PaymentRow): Promise<void> {
  const rows = await refundsOf(tx, payment.id)
  const back = rows
    .filter(({ status }) => status === REFUND_STATUS.processed)
    .reduce((sum, { amount_cents }) => addCents(sum, amount_cents), ZERO_CENTS)
  if (back < payment.amount_cents) return
  const status = PAYMENT_STATUS.refunded
  await tx
    .update(payments)
    .set({ status, updated_at: new Date(ctx.now) })
    .where(eq(payments.id, payment.id))
  await recordAudit(tx, ctx, {
    action: `payment.${status}`,
    subject: AUDIT_SUBJECT.payment,
    subjectId: payment.id,
    before: { status: payment.status },
    after: { status },
  })
}

/**
 * Where a refund leaves its order: `refunded` once nothing is held of a sale that was paid or cancelled; to be paid
 * again, with a new deadline, where a part is due now before the vehicle is on its way; else where it was (M7).
 */
async function follow(tx: Transaction, ctx: MoveContext, order: OrderRow, reason: string): Promise<OrderRow> {
  if (heldOf(order) === 0) {
    if (!mayMove(order.status, ORDER_STATUS.refunded)) return order
    return moveOrder(tx, ctx, order.id, ORDER_STATUS.refunded, { reason })
  }
  const mayReopen = order.status === ORDER_STATUS.paid || order.status === ORDER_STATUS.titleProcessing
  if (!mayReopen || balanceOf(order) === 0) return order
  const reopened = await moveOrder(tx, ctx, order.id, ORDER_STATUS.pendingPayment, { reason })
  const deadlines = openDeadlines(ctx.now, await readPinnedTerms(tx, order.fee_schedule_id))
  await tx.update(orders).set(deadlines).where(eq(orders.id, order.id))
  return { ...reopened, ...deadlines }
}
