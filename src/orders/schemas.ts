import * as z from 'zod'
import { auctionVehicleSchema, CURRENCY } from '../auctions/schemas.ts'
import { dollars, dollarsOrZero } from '../lib/money.ts'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { filter, idText } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { ORDER_ROLES, ORDER_STATUS } from './order.ts'

/** Buyer and seller are known to each other once there is an order. */
export const partySchema = z.object({
  id: z.int(),
  display_name: z.string(),
  email: z.string(),
  phone: z.string().nullable(),
})
export type Party = z.output<typeof partySchema>

export const orderSchema = z.object({
  id: z.int(),
  order_number: z.string(),
  invoice_number: z.string(),
  auction_id: z.int().nullable(),
  vehicle: auctionVehicleSchema,
  buyer: partySchema,
  seller: partySchema,
  vehicle_price: dollars,
  buyer_fee: dollarsOrZero,
  title_fee: dollarsOrZero,
  transport_fee: dollarsOrZero,
  tax: dollarsOrZero,
  late_fee: dollarsOrZero,
  /** The sum of the invoice's lines. */
  total: dollarsOrZero,
  paid: dollarsOrZero,
  refunded: dollarsOrZero,
  /** What is still due: nothing once the sale is off. */
  balance: dollarsOrZero,
  currency: z.literal(CURRENCY),
  status: z.enum(ORDER_STATUS),
  status_reason: z.string().nullable(),
  /** The buyer collects the vehicle. */
  is_pickup: z.boolean(),
  sold_at: isoTime,
  /** The first instant at which an unpaid order is overdue. */
  due_at: isoTime,
  overdue_at: isoTime.nullable(),
  paid_at: isoTime.nullable(),
  completed_at: isoTime.nullable(),
  /** Since when the buyer may cancel because the title is late; null where they may not. */
  may_cancel_since: isoTime.nullable(),
  created_at: isoTime,
  updated_at: isoTime,
})
export type Order = z.output<typeof orderSchema>

const HISTORY_ACTORS = ['buyer', 'seller', 'admin', 'system'] as const
export type HistoryActor = (typeof HISTORY_ACTORS)[number]

export const orderDetailSchema = orderSchema.extend({
  /** Each status that it came into, the first one first. */
  history: z.array(
    z.object({
      status: z.enum(ORDER_STATUS),
      at: isoTime,
      by: z.enum(HISTORY_ACTORS),
      reason: z.string().nullable(),
    }),
  ),
})
export type OrderDetail = z.output<typeof orderDetailSchema>

export const orderPageSchema = z.object({ orders: z.array(orderSchema), ...pageFields })
export type OrderPage = z.output<typeof orderPageSchema>

const ADMIN_FILTERS = ['buyer_id', 'seller_id', 'order_number'] as const

export const orderListQuery = z
  .object({
    role: filter(z.enum(ORDER_ROLES)),
    status: filter(z.enum(ORDER_STATUS)),
    /** These with `role=admin`. */
    buyer_id: filter(idText),
    seller_id: filter(idText),
    order_number: filter(
      z
        .string()
        .trim()
        .max(32)
        .regex(/^[\x20-\x7e]*$/, 'Must be printable ASCII'),
    ),
    ...pageQuery(),
  })
  .superRefine((query, context) => {
    if (query.role === 'admin') return
    for (const path of ADMIN_FILTERS) {
      if (query[path] === undefined) continue
      context.addIssue({ code: 'custom', path: [path], message: 'Only with role=admin' })
    }
  })
export type OrderListRequest = z.output<typeof orderListQuery>

export const orderPatchBody = z.object({ is_pickup: z.boolean() })
