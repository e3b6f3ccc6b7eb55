import * as z from 'zod'
import { CURRENCY } from '../auctions/schemas.ts'
import { dollars, dollarsOrZero } from '../lib/money.ts'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { isoTime } from '../lib/time.ts'
import { ORDER_STATUS } from './order.ts'
import { PAYMENT_METHODS, PAYMENT_STATUS, REFUND_STATUS, REPORTED_STATUSES } from './payment.ts'

const REFERENCE_MAX_CHARS = 128
const TEXT_MAX_CHARS = 500

export const paymentBody = z.object({
  method: z.enum(PAYMENT_METHODS),
  amount: dollars,
  /** What the payment is known by: a cheque's or a transfer's number. One counts once (M6). */
  reference: z
    .string()
    .trim()
    .min(1)
    .max(REFERENCE_MAX_CHARS)
    .regex(/^[\x20-\x7e]*$/, 'Must be printable ASCII'),
  status: z.enum(REPORTED_STATUSES).default(PAYMENT_STATUS.captured),
  note: z.string().trim().max(TEXT_MAX_CHARS).nullish(),
})
export type PaymentInput = z.output<typeof paymentBody>

export const refundBody = z.object({
  /** All that is left of the payment, unless given. */
  amount: dollars.optional(),
  reason: z.string().trim().min(1).max(TEXT_MAX_CHARS),
})
export type RefundInput = z.output<typeof refundBody>

export const refundSchema = z.object({
  id: z.int(),
  payment_id: z.int(),
  amount: dollars,
  reason: z.string(),
  status: z.enum(REFUND_STATUS),
  processed_at: isoTime.nullable(),
  created_at: isoTime,
  updated_at: isoTime,
})
export type Refund = z.output<typeof refundSchema>

export const paymentSchema = z.object({
  id: z.int(),
  order_id: z.int(),
  method: z.enum(PAYMENT_METHODS),
  amount: dollars,
  /** Given back, or on its way back. */
  refunded: dollarsOrZero,
  currency: z.literal(CURRENCY),
  status: z.enum(PAYMENT_STATUS),
  provider: z.string(),
  reference: z.string(),
  /** For admins; null for everybody else. */
  note: z.string().nullable(),
  captured_at: isoTime.nullable(),
  created_at: isoTime,
  updated_at: isoTime,
  refunds: z.array(refundSchema),
})
export type Payment = z.output<typeof paymentSchema>

/** Where a payment or a refund left its order. */
const accountSchema = z.object({
  id: z.int(),
  status: z.enum(ORDER_STATUS),
  due_at: isoTime,
  total: dollarsOrZero,
  paid: dollarsOrZero,
  refunded: dollarsOrZero,
  balance: dollarsOrZero,
})
export type OrderAccount = z.output<typeof accountSchema>

export const paymentRecordedSchema = z.object({
  message: z.string(),
  payment: paymentSchema,
  order: accountSchema,
})
export const refundMadeSchema = paymentRecordedSchema.extend({ refund: refundSchema })

export const paymentPageSchema = z.object({ payments: z.array(paymentSchema), ...pageFields })
export type PaymentPage = z.output<typeof paymentPageSchema>

export const paymentListQuery = z.object(pageQuery())
export type PaymentListRequest = z.output<typeof paymentListQuery>
