export const ORDER_STATUS = { pendingPayment: 'pending_payment' } as const
export type OrderStatus = (typeof ORDER_STATUS)[keyof typeof ORDER_STATUS]
