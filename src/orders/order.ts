import type { Cents } from '../lib/money.ts'

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

/** What an order is unique on, however often its making is tried. */
export const auctionSourceKey = (auctionId: number): string => `auction:${auctionId}`

/** What people call an order: the day of the sale (UTC) and the auction. `soldAt` in epoch milliseconds. */
export function auctionOrderNumber(auctionId: number, soldAt: number): string {
  const day = new Date(soldAt).toISOString().slice(0, 10).replaceAll('-', '')
  return `ORD-${day}-A${auctionId}`
}

/** A sale, of whatever kind, as its order is made from it (M1). */
export interface Sale {
  /** `auction:<id>`, `second-chance:<offer>` or `offer:<id>`. */
  readonly sourceKey: string
  readonly orderNumber: string
  readonly auctionId: number | null
  readonly vehicleId: number
  readonly buyerId: number
  readonly sellerId: number
  readonly price: Cents
  /** Epoch milliseconds: the end of the auction, or the acceptance (M5). */
  readonly soldAt: number
}
