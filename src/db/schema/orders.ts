import { relations } from 'drizzle-orm'
import { index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { OrderStatus } from '../../orders/order.ts'
import { auctions } from './auctions.ts'
import { asciiKey, cents, id, instant, reference } from './columns.ts'
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
    vehicle_price_cents: cents().notNull(),
    status: asciiKey({ length: 24 }).$type<OrderStatus>().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('orders_source_key').on(t.source_key),
    uniqueIndex('orders_order_number').on(t.order_number),
    index('orders_buyer').on(t.buyer_id, t.id),
    index('orders_seller').on(t.seller_id, t.id),
    index('orders_vehicle').on(t.vehicle_id),
  ],
)

export const ordersRelations = relations(orders, ({ one }) => ({
  auction: one(auctions, { fields: [orders.auction_id], references: [auctions.id] }),
  vehicle: one(vehicles, { fields: [orders.vehicle_id], references: [vehicles.id] }),
  buyer: one(users, { fields: [orders.buyer_id], references: [users.id], relationName: 'buyer' }),
  seller: one(users, { fields: [orders.seller_id], references: [users.id], relationName: 'seller' }),
}))
