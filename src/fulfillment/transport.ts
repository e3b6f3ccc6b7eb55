import { ORDER_STATUS, type OrderStatus } from '../orders/order.ts'

export const TRANSPORT_STATUS = {
  quoteRequested: 'quote_requested',
  quoted: 'quoted',
  booked: 'booked',
  assigned: 'assigned',
  pickedUp: 'picked_up',
  inTransit: 'in_transit',
  delivered: 'delivered',
  cancelled: 'cancelled',
} as const
export type TransportStatus = (typeof TRANSPORT_STATUS)[keyof typeof TRANSPORT_STATUS]
export const TRANSPORT_STATUSES = Object.values(TRANSPORT_STATUS)

const S = TRANSPORT_STATUS

/**
 * What may follow each status of a transport (M11). One that was cancelled may be asked for anew. Once the vehicle is
 * on its way, only the end of its order cancels one.
 */
const MOVES: Record<TransportStatus, readonly TransportStatus[]> = {
  quote_requested: [S.quoted, S.cancelled],
  quoted: [S.booked, S.cancelled],
  booked: [S.assigned, S.cancelled],
  assigned: [S.pickedUp, S.cancelled],
  picked_up: [S.inTransit],
  in_transit: [S.delivered],
  delivered: [],
  cancelled: [S.quoteRequested],
}

/** Whether a transport may go from one status to the other (M11). */
export const mayMoveTransport = (from: TransportStatus, to: TransportStatus): boolean =>
  MOVES[from].includes(to)

/** Neither carried out nor called off. */
export const isTransportOpen = (status: TransportStatus): boolean =>
  status !== S.delivered && status !== S.cancelled

/** What is booked is owed: from then on only an admin calls it off. */
export const mayBuyerCancel = (status: TransportStatus): boolean =>
  status === S.quoteRequested || status === S.quoted

/** An order in these may have a transport asked for, quoted and booked. */
export const BEFORE_TRANSPORT: readonly OrderStatus[] = [
  ORDER_STATUS.pendingPayment,
  ORDER_STATUS.paid,
  ORDER_STATUS.titleProcessing,
]

/** Where a transport's status takes its order (M9). */
export const ORDER_STATUS_AT: Partial<Record<TransportStatus, OrderStatus>> = {
  assigned: ORDER_STATUS.transportScheduled,
  picked_up: ORDER_STATUS.inTransit,
  delivered: ORDER_STATUS.delivered,
}

/** What a tracking event may tell: where the vehicle is, or that it has come further. */
export const TRACKED_STATUSES = [S.pickedUp, S.inTransit, S.delivered] as const
/** Tracking events of one transport. */
export const MAX_EVENTS = 200

export const PICKUP_FIELDS = ['pickup_address', 'pickup_contact'] as const
export const DELIVERY_FIELDS = ['delivery_address', 'delivery_contact'] as const
export const CARRIAGE_FIELDS = ['carrier', 'driver', 'pickup_date', 'delivery_date'] as const
export type TransportField =
  | (typeof PICKUP_FIELDS)[number]
  | (typeof DELIVERY_FIELDS)[number]
  | (typeof CARRIAGE_FIELDS)[number]

const BEFORE_QUOTE: readonly TransportStatus[] = [S.quoteRequested]
const BEFORE_PICKUP: readonly TransportStatus[] = [S.quoteRequested, S.quoted, S.booked, S.assigned]
const BEFORE_DELIVERY: readonly TransportStatus[] = [...BEFORE_PICKUP, S.pickedUp, S.inTransit]

/** Addresses are what a quote is for: after it only an admin changes them, and nobody once the vehicle is fetched. */
export function mayEditField(field: TransportField, status: TransportStatus, byAdmin: boolean): boolean {
  const isAddress = field === 'pickup_address' || field === 'delivery_address'
  if (!isAddress) return BEFORE_DELIVERY.includes(status)
  return (byAdmin ? BEFORE_PICKUP : BEFORE_QUOTE).includes(status)
}
