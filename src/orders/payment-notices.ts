import { centsToDollars, formatAmount } from '../lib/money.ts'
import { NOTIFICATION_TYPE, type Notice, type NotificationType } from '../notifications/notification.ts'
import { balanceOf } from './balance.ts'
import type { OrderRow } from './context.ts'
import type { PaymentRow, RefundRow } from './payment-rows.ts'

interface Words {
  type: NotificationType
  title: string
  message: string
  data?: Record<string, unknown>
  /** What happened, and to which of its kind: one tells a person once. */
  cause: string
}

const compose = (order: OrderRow, userId: number, at: Date, words: Words): Notice => ({
  userId,
  type: words.type,
  title: `${words.title}: ${order.order_number}`,
  message: words.message,
  data: {
    order_id: order.id,
    vehicle_id: order.vehicle_id,
    auction_id: order.auction_id,
    status: order.status,
    ...words.data,
  },
  causeKey: `order:${order.id}:${words.cause}`,
  createdAt: at.getTime(),
})

/** To both sides: money came, and what is left to pay. */
export function noticesOfPayment(order: OrderRow, payment: PaymentRow, at: Date): Notice[] {
  const balance = balanceOf(order)
  const rest = balance === 0 ? 'It is paid in full.' : `${formatAmount(balance)} is left to pay.`
  const words: Words = {
    type: NOTIFICATION_TYPE.paymentReceived,
    title: 'Payment received',
    message: `${formatAmount(payment.amount_cents)} by ${payment.method}. ${rest}`,
    data: {
      payment_id: payment.id,
      amount: centsToDollars(payment.amount_cents),
      balance: centsToDollars(balance),
    },
    cause: `payment:${payment.id}:captured`,
  }
  return [order.buyer_id, order.seller_id].map((userId) => compose(order, userId, at, words))
}

/** To both sides: money went back. */
export function noticesOfRefund(order: OrderRow, refund: RefundRow, at: Date): Notice[] {
  const words: Words = {
    type: NOTIFICATION_TYPE.general,
    title: 'Refund',
    message: `${formatAmount(refund.amount_cents)} was given back: ${refund.reason}`,
    data: { refund_id: refund.id, amount: centsToDollars(refund.amount_cents) },
    cause: `refund:${refund.id}:processed`,
  }
  return [order.buyer_id, order.seller_id].map((userId) => compose(order, userId, at, words))
}

/** An order that was reopened comes to the same deadlines again: each due date has its own. */
const deadlineCause = (name: string, order: OrderRow): string => `${name}:${order.due_at.getTime()}`

/** To the buyer, before the order is due (M8). */
export const noticeOfReminder = (order: OrderRow, at: Date): Notice =>
  compose(order, order.buyer_id, at, {
    type: NOTIFICATION_TYPE.paymentDue,
    title: 'Payment due',
    message: `${formatAmount(balanceOf(order))} is due before ${order.due_at.toISOString()}.`,
    data: { amount: centsToDollars(balanceOf(order)), due_at: order.due_at.toISOString() },
    cause: deadlineCause('payment_due', order),
  })

/** To the buyer, with the late fee added already (M8). `defaultAt` in epoch milliseconds. */
export const noticeOfOverdue = (order: OrderRow, at: Date, defaultAt: number): Notice =>
  compose(order, order.buyer_id, at, {
    type: NOTIFICATION_TYPE.paymentOverdue,
    title: 'Payment overdue',
    message:
      `${formatAmount(balanceOf(order))} is overdue, late fee included. ` +
      `If it is not paid before ${new Date(defaultAt).toISOString()}, the sale is off and you may bid no more.`,
    data: { amount: centsToDollars(balanceOf(order)), late_fee: centsToDollars(order.late_fee_cents) },
    cause: deadlineCause('payment_overdue', order),
  })

/** To both sides: the sale is off, the buyer suspended, and the seller may go on to the next bidder (M3, M8). */
export function noticesOfDefault(order: OrderRow, at: Date): Notice[] {
  const words = (message: string): Words => ({
    type: NOTIFICATION_TYPE.general,
    title: 'Order defaulted',
    message,
    cause: 'defaulted',
  })
  const next =
    order.auction_id === null
      ? 'You may sell the vehicle again.'
      : 'You may offer the vehicle to the next bidder, or sell it again.'
  return [
    compose(order, order.buyer_id, at, words('It was not paid in time. You are suspended from bidding.')),
    compose(order, order.seller_id, at, words(`Its buyer did not pay in time. ${next}`)),
  ]
}
