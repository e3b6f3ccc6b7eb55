import { and, desc, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { payments, refunds } from '../db/schema/orders.ts'
import { addCents, cents, centsToDollars, lowerOf } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { applyDuePayments } from './apply-due.ts'
import { excessOf } from './balance.ts'
import type { MoveContext, OrderRow } from './context.ts'
import { finishRefund } from './finish-refund.ts'
import { countingMoves, lockOrder } from './move-order.ts'
import { MANUAL_PROVIDER, PAYMENT_STATUS, REFUND_STATUS } from './payment.ts'
import type { PaymentContext } from './payment-context.ts'
import {
  describeAccount,
  describePayment,
  describeRefund,
  findPayment,
  type PaymentRow,
  type RefundRow,
} from './payment-rows.ts'
import { type RefundInput, refundMadeSchema } from './payment-schemas.ts'

export const paymentMissing = () => new AppError('not_found', 'Payment not found')

interface Refunded {
  refund: RefundRow
  order: OrderRow
}

/**
 * M7: gives a captured payment back, all that is left of it or a part. What is on its way back counts already, so that
 * no number of requests gives back more than was captured. Money that was entered by hand goes back at once; a
 * provider's is pending until its own word.
 * @throws AppError `not_found`; `wrong_status` for what is not captured; `too_much` above what is left of it
 */
export async function refundPayment(
  ctx: PaymentContext,
  paymentId: number,
  input: RefundInput,
): Promise<OnceResult<typeof refundMadeSchema>> {
  const seen = await findPayment(ctx.db, paymentId)
  if (seen === null) throw paymentMissing()
  await applyDuePayments(ctx, seen.order_id)
  const creationKey = crypto.randomUUID()
  let made: Refunded | null = null
  const result = await countingMoves(ctx, (begin) =>
    runOnce(ctx, refundMadeSchema, async (tx) => {
      const moving = begin()
      const order = await lockOrder(tx, seen.order_id)
      const existing = await findByCreationKey(tx, creationKey)
      // A transaction that is run again finds what its first run did.
      made =
        existing === null
          ? await giveBackPayment(tx, moving, { order, paymentId, input, creationKey })
          : { refund: existing, order }
      const { refund } = made
      const isDone = refund.status === REFUND_STATUS.processed
      return {
        status: 201,
        value: {
          message: isDone ? 'Refund processed' : 'Refund pending',
          refund: describeRefund(refund),
          payment: await describePayment(tx, paymentId),
          order: describeAccount(made.order),
        },
      }
    }),
  )
  if (made !== null) announceRefund(ctx, made)
  return result
}

/** Tells both sides that money went back, once it has committed. */
export function announceRefund(ctx: PaymentContext, { refund, order }: Refunded): void {
  if (refund.status === REFUND_STATUS.processed) ctx.announce([order.buyer_id, order.seller_id])
}

async function findByCreationKey(tx: Transaction, creationKey: string): Promise<RefundRow | null> {
  const [row] = await tx.select().from(refunds).where(eq(refunds.creation_key, creationKey))
  return row ?? null
}

interface Giving {
  order: OrderRow
  paymentId: number
  input: RefundInput
  creationKey: string
}

async function giveBackPayment(
  tx: Transaction,
  ctx: MoveContext,
  { order, paymentId, input, creationKey }: Giving,
): Promise<Refunded> {
  const payment = await findPayment(tx, paymentId)
  if (payment === null) throw paymentMissing()
  return await giveBackPart(tx, ctx, { order, payment, input, creationKey })
}

/**
 * M7: gives back what is held of an order beyond what it costs, from the latest payments. What is on its way back
 * already counts. Under the order's lock; in a transaction that knows its own second run.
 * @returns the order's row as it is now
 */
export async function giveBackExcess(
  tx: Transaction,
  ctx: MoveContext,
  order: OrderRow,
  reason: string,
): Promise<OrderRow> {
  const latest = await tx
    .select()
    .from(payments)
    .where(and(eq(payments.order_id, order.id), eq(payments.status, PAYMENT_STATUS.captured)))
    .orderBy(desc(payments.id))
  const onTheirWay = await sumPending(tx, order.id)
  let after = order
  let rest = Math.max(0, excessOf(order) - onTheirWay)
  for (const payment of latest) {
    const amount = lowerOf(cents(rest), cents(payment.amount_cents - payment.refunded_cents))
    if (amount === 0) continue
    const input = { amount, reason }
    const giving = { order: after, payment, input, creationKey: crypto.randomUUID() }
    after = (await giveBackPart(tx, ctx, giving)).order
    rest -= amount
  }
  return after
}

async function sumPending(tx: Transaction, orderId: number): Promise<number> {
  const rows = await tx
    .select({ amount: refunds.amount_cents })
    .from(refunds)
    .where(and(eq(refunds.order_id, orderId), eq(refunds.status, REFUND_STATUS.pending)))
  return rows.reduce((sum, { amount }) => sum + amount, 0)
}

/** Money that was entered by hand is back at once; a provider's is pending until its own word. */
async function giveBackPart(
  tx: Transaction,
  ctx: MoveContext,
  { order, payment, input, creationKey }: Omit<Giving, 'paymentId'> & { payment: PaymentRow },
): Promise<Refunded> {
  const reserved = await reserve(tx, ctx, payment, input, creationKey)
  if (payment.provider === MANUAL_PROVIDER) {
    return finishRefund(tx, ctx, { order, ...reserved, status: REFUND_STATUS.processed })
  }
  ctx.onRefund(REFUND_STATUS.pending)
  return { refund: reserved.refund, order }
}

/** Stores the refund as pending, and takes its amount from what is left of the payment. */
async function reserve(
  tx: Transaction,
  ctx: MoveContext,
  payment: PaymentRow,
  { amount, reason }: RefundInput,
  creation_key: string,
): Promise<{ payment: PaymentRow; refund: RefundRow }> {
  if (payment.status !== PAYMENT_STATUS.captured) {
    throw new AppError('wrong_status', `A payment that is ${payment.status} cannot be given back`)
  }
  const left = cents(payment.amount_cents - payment.refunded_cents)
  const wanted = amount ?? left
  if (wanted === 0 || wanted > left) {
    const extra = { refundable: centsToDollars(left) }
    throw new AppError('too_much', 'This is more than is left of the payment', { extra })
  }
  const at = new Date(ctx.now)
  const values = {
    payment_id: payment.id,
    order_id: payment.order_id,
    amount_cents: wanted,
    reason,
    status: REFUND_STATUS.pending,
    creation_key,
    recorded_by: ctx.actor?.userId ?? null,
    processed_at: null,
    created_at: at,
    updated_at: at,
  }
  const [row] = await tx.insert(refunds).values(values).$returningId()
  if (row === undefined) throw new Error('The database gave no id')
  const refunded_cents = addCents(payment.refunded_cents, wanted)
  await tx.update(payments).set({ refunded_cents, updated_at: at }).where(eq(payments.id, payment.id))
  await recordAudit(tx, ctx, {
    action: 'refund.pending',
    subject: AUDIT_SUBJECT.refund,
    subjectId: row.id,
    before: null,
    after: {
      status: values.status,
      order_id: payment.order_id,
      payment_id: payment.id,
      amount: centsToDollars(wanted),
      reason,
    },
  })
  return { payment: { ...payment, refunded_cents, updated_at: at }, refund: { ...values, id: row.id } }
}
