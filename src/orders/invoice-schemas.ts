import * as z from 'zod'
import { auctionVehicleSchema, CURRENCY } from '../auctions/schemas.ts'
import { dollars, dollarsOrZero, isAmount, signedDollars } from '../lib/money.ts'
import { price } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { INVOICE_LINE_KIND } from './invoice.ts'
import { ORDER_STATUS } from './order.ts'
import { partySchema } from './schemas.ts'

const lineSchema = z.object({
  kind: z.enum(INVOICE_LINE_KIND),
  description: z.string(),
  /** How the amount was found, in words. */
  rule: z.string(),
  /** Below zero where a charge was taken back. */
  amount: signedDollars,
})

export const invoiceSchema = z.object({
  invoice_number: z.string(),
  order_id: z.int(),
  order_number: z.string(),
  status: z.enum(ORDER_STATUS),
  issued_at: isoTime,
  /** The first instant at which it is overdue. */
  due_at: isoTime,
  /** Whose days those of the invoice are. */
  time_zone: z.string(),
  seller: partySchema,
  buyer: partySchema.extend({
    address: z.object({
      line1: z.string().nullable(),
      line2: z.string().nullable(),
      city: z.string().nullable(),
      state: z.string().nullable(),
      zip_code: z.string().nullable(),
    }),
  }),
  vehicle: auctionVehicleSchema.pick({
    id: true,
    vin: true,
    year: true,
    make: true,
    model: true,
    trim: true,
    mileage: true,
  }),
  currency: z.literal(CURRENCY),
  lines: z.array(lineSchema.extend({ added_at: isoTime })),
  total: dollarsOrZero,
  paid: dollarsOrZero,
  refunded: dollarsOrZero,
  /** What is still due: nothing once the sale is off. */
  balance: dollarsOrZero,
})
export type Invoice = z.output<typeof invoiceSchema>

export const quoteQuery = z.object({
  amount: price.refine(isAmount, 'Must be an amount from 0.01 to 99999999.99'),
})

export const quoteSchema = z.object({
  auction_id: z.int(),
  amount: dollars,
  currency: z.literal(CURRENCY),
  /** As the invoice would have them; a transport is not known yet. */
  lines: z.array(lineSchema),
  total: dollarsOrZero,
  /** Whose tax is in it: the state in the caller's address; null for a stranger, and where there is none. */
  tax_state: z.string().nullable(),
  /** When a sale at the auction's end as it stands would have to be paid. */
  due_at: isoTime,
})
export type Quote = z.output<typeof quoteSchema>
