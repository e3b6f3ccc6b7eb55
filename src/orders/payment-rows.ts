import { and, asc, desc, eq, inArray } from 'drizzle-orm'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Executor } from '../db/client.ts'
import { payments, refunds } from '../db/schema/orders.ts'
import { dueOf } from './balance.ts'
import type { OrderRow } from './context.ts'
import type { OrderAccount, Payment, Refund } from './payment-schemas.ts'

export type PaymentRow = typeof payments.$inferSelect
export type RefundRow = typeof refunds.$inferSelect

export async function findPayment(db: Executor, paymentId: number): Promise<PaymentRow | null> {
  const [row] = await db.select().from(payments).where(eq(payments.id, paymentId))
  return row ?? null
}

/** The payment that a provider, or an admin by hand, calls so. */
export async function findByReference(
  db: Executor,
  provider: string,
  reference: string,
): Promise<PaymentRow | null> {
  const [row] = await db
    .select()
    .from(payments)
    .where(and(eq(payments.provider, provider), eq(payments.provider_reference, reference)))
  return row ?? null
}

export async function findRefund(db: Executor, refundId: number): Promise<RefundRow | null> {
  const [row] = await db.select().from(refunds).where(eq(refunds.id, refundId))
  return row ?? null
}

export const refundsOf = (db: Executor, paymentId: number): Promise<RefundRow[]> =>
  db.select().from(refunds).where(eq(refunds.payment_id, paymentId)).orderBy(asc(refunds.id))

export function describeRefund(row: RefundRow): Refund {
  const { id, payment_id, reason, status, processed_at, created_at, updated_at } = row
  return { id, payment_id, amount: row.amount_cents, reason, status, processed_at, created_at, updated_at }
}

/** Payments by their ids, the newest first, each with its refunds; `note` for admins only. */
export async function describePayments(
  db: Executor,
  ids: readonly number[],
  { isForAdmin }: { isForAdmin: boolean },
): Promise<Payment[]> {
  if (ids.length === 0) return []
  const rows = await db
    .select()
    .from(payments)
    .where(inArray(payments.id, [...ids]))
    .orderBy(desc(payments.id))
  const given = await db
    .select()
    .from(refunds)
    .where(inArray(refunds.payment_id, [...ids]))
    .orderBy(asc(refunds.id))
  const refundsByPayment = Map.groupBy(given, ({ payment_id }) => payment_id)
  return rows.map((row) => ({
    id: row.id,
    order_id: row.order_id,
    method: row.method,
    amount: row.amount_cents,
    refunded: row.refunded_cents,
    currency: CURRENCY,
    status: row.status,
    provider: row.provider,
    reference: row.provider_reference,
    note: isForAdmin ? row.note : null,
    captured_at: row.captured_at,
    created_at: row.created_at,
    updated_at: row.updated_at,
    refunds: (refundsByPayment.get(row.id) ?? []).map(describeRefund),
  }))
}

/** One payment as an admin sees it. */
export async function describePayment(db: Executor, paymentId: number): Promise<Payment> {
  const [payment] = await describePayments(db, [paymentId], { isForAdmin: true })
  if (payment === undefined) throw new Error(`There is no payment ${paymentId}`)
  return payment
}

export const describeAccount = (order: OrderRow): OrderAccount => ({
  id: order.id,
  status: order.status,
  due_at: order.due_at,
  total: order.total_cents,
  paid: order.paid_cents,
  refunded: order.refunded_cents,
  balance: dueOf(order),
})
