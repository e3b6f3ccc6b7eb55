export const ORDER_STATUS = {
  pendingPayment: 'pending_payment',
  paid: 'paid',
  titleProcessing: 'title_processing',
  transportScheduled: 'transport_scheduled',
  inTransit: 'in_transit',
  delivered: 'delivered',
  completed: 'completed',
  cancelled: 'cancelled',
  refunded: 'refunded',
  defaulted: 'defaulted',
} as const
export type OrderStatus = (typeof ORDER_STATUS)[keyof typeof ORDER_STATUS]
export const ORDER_STATUSES = Object.values(ORDER_STATUS)

/** As whom one has to do with an order. */
export const ORDER_SIDES = ['buyer', 'seller'] as const
export type OrderSide = (typeof ORDER_SIDES)[number]
/** As whom one lists orders: an admin everybody's. */
export const ORDER_ROLES = [...ORDER_SIDES, 'admin'] as const

const S = ORDER_STATUS

/**
 * The life of an order: what may follow each status (M9). Back to `pending_payment` leads a refund that reopens it, to
 * `refunded` one that gives everything back (M7); a transport that is cancelled leads back to `title_processing`;
 * `title_processing → delivered` is a vehicle that its buyer collects.
 */
const MOVES: Record<OrderStatus, readonly OrderStatus[]> = {
  pending_payment: [S.paid, S.cancelled, S.defaulted],
  paid: [S.titleProcessing, S.pendingPayment, S.cancelled, S.refunded],
  title_processing: [S.transportScheduled, S.delivered, S.pendingPayment, S.cancelled, S.refunded],
  transport_scheduled: [S.inTransit, S.titleProcessing, S.cancelled, S.refunded],
  in_transit: [S.delivered, S.cancelled, S.refunded],
  delivered: [S.completed, S.cancelled, S.refunded],
  completed: [S.refunded],
  cancelled: [S.refunded],
  refunded: [],
  defaulted: [],
}

/** Whether an order may go from one status to the other (M9). */
export const mayMove = (from: OrderStatus, to: OrderStatus): boolean => MOVES[from].includes(to)

/** The sale did not come about: the vehicle goes back to its seller's listing (M1). */
export const ENDED_STATUSES: readonly OrderStatus[] = [S.cancelled, S.refunded, S.defaulted]
export const isEnded = (status: OrderStatus): boolean => ENDED_STATUSES.includes(status)

/** Everything is paid for, and the sale stands but is not done yet. */
export const PAID_STATUSES: readonly OrderStatus[] = [
  S.paid,
  S.titleProcessing,
  S.transportScheduled,
  S.inTransit,
  S.delivered,
]
