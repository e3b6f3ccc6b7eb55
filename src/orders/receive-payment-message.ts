import { eq } from 'drizzle-orm'
import { orders } from '../db/schema/orders.ts'
import type { PaymentEvent, RefundEvent } from '../external/payments.ts'
import { AppError } from '../platform/errors.ts'
import { applyDuePayments } from './apply-due.ts'
import type { OrderRow } from './context.ts'
import { finishRefund } from './finish-refund.ts'
import { countingMoves, lockOrder, orderMissing } from './move-order.ts'
import { REFUND_STATUS } from './payment.ts'
import type { PaymentContext } from './payment-context.ts'
import { findPayment, findRefund, type RefundRow } from './payment-rows.ts'
import { recordPayment } from './record-payment.ts'
import { announceRefund } from './refunds.ts'

/**
 * Takes a provider's message: the other door to `recordPayment`, and the word on refunds that are pending (M6, M7). A
 * message that comes again finds its effect there and changes nothing.
 * @throws AppError `not_found` for a provider that is not configured, an order or a refund that is not there;
 * `unauthenticated` where the signature is not good; `validation_failed`, and what `recordPayment` refuses
 */
export async function receivePaymentMessage(
  ctx: PaymentContext,
  providerName: string,
  headers: Headers,
  body: string,
): Promise<void> {
  const provider = ctx.payments.get(providerName)
  if (provider === undefined) throw new AppError('not_found', 'There is no such provider')
  const event = provider.readMessage(headers, body)
  if (event === null) throw new AppError('unauthenticated', 'The signature is not valid')
  if (event.type === 'other') return
  try {
    await take(ctx, provider.name, event)
  } catch (error) {
    // The provider has moved money that is not taken here: somebody has to look.
    if (error instanceof AppError) {
      const { orderNumber, reference, status } = event
      ctx.log.warn('payment_event_refused', {
        provider: provider.name,
        kind: event.type,
        status,
        order_number: orderNumber,
        reference,
        code: error.code,
      })
    }
    throw error
  }
}

async function take(ctx: PaymentContext, provider: string, event: PaymentEvent | RefundEvent): Promise<void> {
  const [order] = await ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(eq(orders.order_number, event.orderNumber))
  if (order === undefined) throw orderMissing()
  if (event.type === 'refund') return settleRefund(ctx, provider, order.id, event)
  const { reference, method, amount, status } = event
  await recordPayment(ctx, { orderId: order.id, provider, reference, method, amount, status, note: null })
}

async function settleRefund(
  ctx: PaymentContext,
  provider: string,
  orderId: number,
  event: RefundEvent,
): Promise<void> {
  await applyDuePayments(ctx, orderId)
  let finished: { refund: RefundRow; order: OrderRow } | null = null
  await countingMoves(ctx, (begin) =>
    ctx.db.transaction(async (tx) => {
      finished = null
      const moving = begin()
      const order = await lockOrder(tx, orderId)
      const refund = await findRefund(tx, event.refundId)
      const payment = refund === null ? null : await findPayment(tx, refund.payment_id)
      if (refund === null || payment === null || payment.provider !== provider) {
        throw new AppError('not_found', 'Refund not found')
      }
      const isSame =
        payment.order_id === orderId &&
        payment.provider_reference === event.reference &&
        payment.method === event.method &&
        refund.amount_cents === event.amount
      if (!isSame) {
        throw new AppError('id_reused', 'This refund is known with another order, payment, amount or method')
      }
      if (refund.status !== REFUND_STATUS.pending) return
      finished = await finishRefund(tx, moving, { order, payment, refund, status: event.status })
    }),
  )
  if (finished !== null) announceRefund(ctx, finished)
}
