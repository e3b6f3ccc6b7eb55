export const ORDER_STATUS = { pendingPayment: 'pending_payment' } as const
export type OrderStatus = (typeof ORDER_STATUS)[keyof typeof ORDER_STATUS]

/** What an order is unique on, however often its making is tried. */
export const auctionSourceKey = (auctionId: number): string => `auction:${auctionId}`

/** What people call an order: the day of the sale (UTC) and the auction. `soldAt` in epoch milliseconds. */
export function auctionOrderNumber(auctionId: number, soldAt: number): string {
  const day = new Date(soldAt).toISOString().slice(0, 10).replaceAll('-', '')
  return `ORD-${day}-A${auctionId}`
}
