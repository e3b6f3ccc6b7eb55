import * as z from 'zod'
import { auctionVehicleSchema, CURRENCY } from '../auctions/schemas.ts'
import { dollars } from '../lib/money.ts'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { isoTime } from '../lib/time.ts'
import { ORDER_STATUS } from './order.ts'

/** Buyer and seller are known to each other once there is an order. */
const partySchema = z.object({
  id: z.int(),
  display_name: z.string(),
  email: z.string(),
  phone: z.string().nullable(),
})

export const orderSchema = z.object({
  id: z.int(),
  order_number: z.string(),
  auction_id: z.int().nullable(),
  vehicle: auctionVehicleSchema,
  buyer: partySchema,
  seller: partySchema,
  vehicle_price: dollars,
  currency: z.literal(CURRENCY),
  status: z.enum(ORDER_STATUS),
  created_at: isoTime,
})
export type Order = z.output<typeof orderSchema>

export const orderPageSchema = z.object({ orders: z.array(orderSchema), ...pageFields })
export type OrderPage = z.output<typeof orderPageSchema>

export const orderListQuery = z.object(pageQuery())
