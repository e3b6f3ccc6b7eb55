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

/** What is entered by hand, beside the names of providers. */
export const MANUAL_PROVIDER = 'manual'

const P = PAYMENT_STATUS

/** What a payment may be reported as; `refunded` it becomes by its refunds. */
export const REPORTED_STATUSES = [P.pending, P.authorized, P.captured, P.failed] as const
export type ReportedStatus = (typeof REPORTED_STATUSES)[number]

/**
 * The life of a payment: what may follow each status (M6). Reports come in any order, so whatever is not here is one
 * that came late and changes nothing; captured outweighs failed, whichever is heard first.
 */
const PAYMENT_MOVES: Record<PaymentStatus, readonly PaymentStatus[]> = {
  pending: [P.authorized, P.captured, P.failed],
  authorized: [P.captured, P.failed],
  failed: [P.captured],
  captured: [P.refunded],
  refunded: [],
}

/** Whether a payment goes from one status to the other (M6). */
export const mayFollow = (from: PaymentStatus, to: PaymentStatus): boolean => PAYMENT_MOVES[from].includes(to)
