import { relations } from 'drizzle-orm'
import { boolean, index, int, mysqlTable, primaryKey, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { InvoiceLineKind } from '../../orders/invoice.ts'
import type { OrderStatus } from '../../orders/order.ts'
import type { PaymentMethod, PaymentStatus, RefundStatus } from '../../orders/payment.ts'
import { auctions } from './auctions.ts'
import { asciiKey, cents, id, instant, reference, signedCents } from './columns.ts'
import { users } from './users.ts'
import { vehicles } from './vehicles.ts'

export const orders = mysqlTable(
  'orders',
  {
    id: id(),
    order_number: asciiKey({ length: 32 }).notNull(),
    /** What was sold, as `auction:<id>`: one order for each, however often its making is tried. */
    source_key: asciiKey({ length: 64 }).notNull(),
    auction_id: reference(),
    vehicle_id: reference().notNull(),
    buyer_id: reference().notNull(),
    seller_id: reference().notNull(),
    /** The terms that it was made under. */
    fee_schedule_id: reference().notNull(),
    vehicle_price_cents: cents().notNull(),
    buyer_fee_cents: cents().notNull(),
    title_fee_cents: cents().notNull(),
    transport_fee_cents: cents().notNull(),
    late_fee_cents: cents().notNull(),
    tax_cents: cents().notNull(),
    /** The sum of the invoice's lines. */
    total_cents: cents().notNull(),
    /** Captured payments, and what of them was given back: changed only under this row's lock. */
    paid_cents: cents().notNull(),
    refunded_cents: cents().notNull(),
    status: asciiKey({ length: 24 }).$type<OrderStatus>().notNull(),
    status_reason: varchar({ length: 500 }),
    /** The buyer collects the vehicle: no transport. */
    is_pickup: boolean().notNull().default(false),
    sold_at: instant().notNull(),
    /** The first instant at which an unpaid order is overdue (M5). */
    due_at: instant().notNull(),
    reminded_at: instant(),
    overdue_at: instant(),
    paid_at: instant(),
    completed_at: instant(),
    /** The buyer may cancel once, because the title is late (M10). */
    may_cancel_since: instant(),
    /** When the sweeper looks at it again; null where no deadline is left. */
    next_attempt_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('orders_source_key').on(t.source_key),
    uniqueIndex('orders_order_number').on(t.order_number),
    index('orders_next_attempt').on(t.next_attempt_at),
    index('orders_buyer').on(t.buyer_id, t.id),
    index('orders_seller').on(t.seller_id, t.id),
    index('orders_buyer_status').on(t.buyer_id, t.status, t.id),
    index('orders_seller_status').on(t.seller_id, t.status, t.id),
    index('orders_status').on(t.status, t.id),
    index('orders_vehicle').on(t.vehicle_id),
    index('orders_auction').on(t.auction_id),
  ],
)

export const invoices = mysqlTable(
  'invoices',
  {
    id: id(),
    order_id: reference().notNull(),
    invoice_number: asciiKey({ length: 32 }).notNull(),
    fee_schedule_id: reference().notNull(),
    issued_at: instant().notNull(),
    due_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('invoices_order').on(t.order_id),
    uniqueIndex('invoices_invoice_number').on(t.invoice_number),
  ],
)

/** Lines are added, never changed: a charge is taken back by a line below zero. */
export const invoice_lines = mysqlTable(
  'invoice_lines',
  {
    invoice_id: reference().notNull(),
    kind: asciiKey({ length: 16 }).$type<InvoiceLineKind>().notNull(),
    position: int().notNull(),
    description: varchar({ length: 200 }).notNull(),
    /** How the amount was found, in words: `4.5 % of 10,000.00, at least 225.00, at most 4,500.00`. */
    rule: varchar({ length: 200 }).notNull(),
    amount_cents: signedCents().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.invoice_id, t.position] })],
)

export const payments = mysqlTable(
  'payments',
  {
    id: id(),
    order_id: reference().notNull(),
    method: asciiKey({ length: 8 }).$type<PaymentMethod>().notNull(),
    status: asciiKey({ length: 16 }).$type<PaymentStatus>().notNull(),
    amount_cents: cents().notNull(),
    /** Processed refunds and those that are pending: never more than was captured. */
    refunded_cents: cents().notNull(),
    provider: asciiKey({ length: 32 }).notNull(),
    /** The provider's own; one counts once, however often it is reported (M6). */
    provider_reference: asciiKey({ length: 128 }).notNull(),
    note: varchar({ length: 500 }),
    /** The admin who entered it; null where the provider told. */
    recorded_by: reference(),
    captured_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('payments_provider_reference').on(t.provider, t.provider_reference),
    index('payments_order').on(t.order_id, t.id),
  ],
)

export const refunds = mysqlTable(
  'refunds',
  {
    id: id(),
    payment_id: reference().notNull(),
    order_id: reference().notNull(),
    amount_cents: cents().notNull(),
    reason: varchar({ length: 500 }).notNull(),
    status: asciiKey({ length: 16 }).$type<RefundStatus>().notNull(),
    /** Of the request that made it, so that a transaction that is run again knows what it did. */
    creation_key: asciiKey({ length: 64 }).notNull(),
    recorded_by: reference(),
    processed_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('refunds_creation').on(t.creation_key),
    index('refunds_payment').on(t.payment_id, t.id),
    index('refunds_order').on(t.order_id, t.id),
  ],
)

export const ordersRelations = relations(orders, ({ one, many }) => ({
  auction: one(auctions, { fields: [orders.auction_id], references: [auctions.id] }),
  vehicle: one(vehicles, { fields: [orders.vehicle_id], references: [vehicles.id] }),
  buyer: one(users, { fields: [orders.buyer_id], references: [users.id], relationName: 'buyer' }),
  seller: one(users, { fields: [orders.seller_id], references: [users.id], relationName: 'seller' }),
  payments: many(payments),
}))
export const paymentsRelations = relations(payments, ({ one, many }) => ({
  order: one(orders, { fields: [payments.order_id], references: [orders.id] }),
  refunds: many(refunds),
}))
export const refundsRelations = relations(refunds, ({ one }) => ({
  payment: one(payments, { fields: [refunds.payment_id], references: [payments.id] }),
}))
