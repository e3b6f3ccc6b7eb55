export const PAYMENT_METHODS = ['card', 'ach', 'wire', 'check'] as const
export type PaymentMethod = (typeof PAYMENT_METHODS)[number]

export const PAYMENT_STATUS = {
  pending: 'pending',
  authorized: 'authorized',
  captured: 'captured',
  failed: 'failed',
  refunded: 'refunded',
} as const
export type PaymentStatus = (typeof PAYMENT_STATUS)[keyof typeof PAYMENT_STATUS]

export const REFUND_STATUS = { pending: 'pending', processed: 'processed', failed: 'failed' } as const
export type RefundStatus = (typeof REFUND_STATUS)[keyof typeof REFUND_STATUS]
