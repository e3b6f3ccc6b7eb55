import { eq } from 'drizzle-orm'
import { isDuplicate, type Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { orders, payments } from '../db/schema/orders.ts'
import { type Cents, centsToDollars, ZERO_CENTS } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { applyDuePayments } from './apply-due.ts'
import { balanceOf, pay } from './balance.ts'
import type { MoveContext, OrderRow } from './context.ts'
import { countingMoves, lockOrder, moveOrder } from './move-order.ts'
import { isEnded, ORDER_STATUS } from './order.ts'
import { mayFollow, PAYMENT_STATUS, type PaymentMethod, type ReportedStatus } from './payment.ts'
import type { PaymentContext } from './payment-context.ts'
import { noticesOfPayment } from './payment-notices.ts'
import { describeAccount, describePayment, findByReference, type PaymentRow } from './payment-rows.ts'
import { paymentRecordedSchema } from './payment-schemas.ts'

/** What a provider tells of a payment, or an admin enters. */
export interface PaymentReport {
  orderId: number
  /** The provider, or `MANUAL_PROVIDER`. */
  provider: string
  reference: string
  method: PaymentMethod
  amount: Cents
  status: ReportedStatus
  note: string | null
}

interface Recorded {
  payment: PaymentRow
  order: OrderRow
  /** Whether this report brought about anything. */
  hasChanged: boolean
}

/**
 * M6: takes a payment's status, as both doors report it, under its order's lock. One reference of a provider is one
 * payment however often and in whatever order it is reported: what was known already changes nothing. Captured
 * payments add up; with the last one the order is paid.
 * @returns status 201 for a payment that is new, 200 for one that was known
 * @throws AppError `not_found`; `id_reused` where the reference belongs to another order, amount or method; `too_much`
 * above what is due; `wrong_status` where the sale is off
 */
export async function recordPayment(
  ctx: PaymentContext,
  report: PaymentReport,
): Promise<OnceResult<typeof paymentRecordedSchema>> {
  await applyDuePayments(ctx, report.orderId)
  const made = new Set<number>()
  let recorded: Recorded | null = null
  const attempt = () =>
    countingMoves(ctx, (begin) =>
      runOnce(ctx, paymentRecordedSchema, async (tx) => {
        const taken = await record(tx, begin(), report, made)
        recorded = taken
        const payment = await describePayment(tx, taken.payment.id)
        const isNew = made.has(taken.payment.id)
        return {
          status: isNew ? 201 : 200,
          value: {
            message: isNew ? 'Payment recorded' : `Payment ${payment.status}`,
            payment,
            order: describeAccount(taken.order),
          },
        }
      }),
    )
  const result = await attempt().catch((error: unknown) => {
    // Another order's payment took the reference at the same moment: seen now, it is told apart.
    if (isDuplicate(error)) return attempt()
    throw error
  })
  if (recorded !== null) announcePayment(ctx, recorded)
  return result
}

function announcePayment(ctx: PaymentContext, { payment, order, hasChanged }: Recorded): void {
  if (!hasChanged) return
  ctx.metrics.payments.inc({ type: payment.method, status: payment.status })
  if (payment.status === PAYMENT_STATUS.captured) ctx.announce([order.buyer_id, order.seller_id])
}

/** @param made the payments that this request has made, in this run of its transaction or in one before */
async function record(
  tx: Transaction,
  ctx: MoveContext,
  report: PaymentReport,
  made: Set<number>,
): Promise<Recorded> {
  const order = await lockOrder(tx, report.orderId)
  const known = await findByReference(tx, report.provider, report.reference)
  if (known !== null) requireSame(known, report)
  if (known !== null && !mayFollow(known.status, report.status)) {
    return { payment: known, order, hasChanged: false }
  }
  const account = takeIn(order, report)
  const payment =
    known === null ? await insertPayment(tx, ctx, report) : await advance(tx, ctx, known, report)
  if (known === null) made.add(payment.id)
  await recordAudit(tx, ctx, {
    action: `payment.${payment.status}`,
    subject: AUDIT_SUBJECT.payment,
    subjectId: payment.id,
    before: known === null ? null : { status: known.status },
    after: {
      status: payment.status,
      order_id: order.id,
      amount: centsToDollars(payment.amount_cents),
      method: payment.method,
      provider: payment.provider,
      reference: payment.provider_reference,
    },
  })
  if (payment.status !== PAYMENT_STATUS.captured) return { payment, order, hasChanged: true }
  const { paid_cents, updated_at } = { ...account, updated_at: new Date(ctx.now) }
  await tx.update(orders).set({ paid_cents, updated_at }).where(eq(orders.id, order.id))
  await ctx.accounts.touch(tx, order.buyer_id, updated_at)
  const paid = { ...account, updated_at }
  await insertNotices(tx, noticesOfPayment(paid, payment, updated_at))
  const isPaidInFull = order.status === ORDER_STATUS.pendingPayment && balanceOf(paid) === 0
  const moved = isPaidInFull ? await moveOrder(tx, ctx, order.id, ORDER_STATUS.paid) : paid
  return { payment, order: moved, hasChanged: true }
}

function requireSame(known: PaymentRow, { orderId, amount, method }: PaymentReport): void {
  if (known.order_id === orderId && known.amount_cents === amount && known.method === method) return
  throw new AppError('id_reused', 'This reference is known with another order, amount or method')
}

/** The order with the payment in it, where it is captured. Money that failed to come is nobody's too much. */
function takeIn(order: OrderRow, { amount, status }: PaymentReport): OrderRow {
  if (status === PAYMENT_STATUS.failed) return order
  if (isEnded(order.status)) throw new AppError('wrong_status', `The order is ${order.status}`)
  const after = pay(order, amount)
  if (after === null) {
    const balance = centsToDollars(balanceOf(order))
    throw new AppError('too_much', 'This is more than is due', { extra: { balance } })
  }
  return status === PAYMENT_STATUS.captured ? after : order
}

const capturedAt = (status: ReportedStatus, at: Date): Date | null =>
  status === PAYMENT_STATUS.captured ? at : null

async function insertPayment(tx: Transaction, ctx: MoveContext, report: PaymentReport): Promise<PaymentRow> {
  const at = new Date(ctx.now)
  const values = {
    order_id: report.orderId,
    method: report.method,
    status: report.status,
    amount_cents: report.amount,
    refunded_cents: ZERO_CENTS,
    provider: report.provider,
    provider_reference: report.reference,
    note: report.note,
    recorded_by: ctx.actor?.userId ?? null,
    captured_at: capturedAt(report.status, at),
    created_at: at,
    updated_at: at,
  }
  const [row] = await tx.insert(payments).values(values).$returningId()
  if (row === undefined) throw new Error('The database gave no id')
  return { ...values, id: row.id }
}

async function advance(
  tx: Transaction,
  ctx: MoveContext,
  known: PaymentRow,
  { status, note }: PaymentReport,
): Promise<PaymentRow> {
  const at = new Date(ctx.now)
  const changed = { status, note: note ?? known.note, captured_at: capturedAt(status, at), updated_at: at }
  await tx.update(payments).set(changed).where(eq(payments.id, known.id))
  return { ...known, ...changed }
}
