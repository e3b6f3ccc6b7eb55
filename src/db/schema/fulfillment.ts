import { date, index, int, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { TitleDocumentType, TitleStatus } from '../../fulfillment/title.ts'
import type { TransportStatus } from '../../fulfillment/transport.ts'
import { asciiKey, cents, id, instant, reference } from './columns.ts'

export const title_transfers = mysqlTable(
  'title_transfers',
  {
    id: id(),
    order_id: reference().notNull(),
    status: asciiKey({ length: 24 }).$type<TitleStatus>().notNull(),
    rejection_reason: varchar({ length: 500 }),
    /** The first instant at which it is late (M10). */
    due_at: instant().notNull(),
    late_at: instant(),
    submitted_at: instant(),
    completed_at: instant(),
    next_attempt_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('title_transfers_order').on(t.order_id),
    index('title_transfers_next_attempt').on(t.next_attempt_at),
  ],
)

export const title_documents = mysqlTable(
  'title_documents',
  {
    id: id(),
    title_transfer_id: reference().notNull(),
    s3_key: asciiKey({ length: 255 }).notNull(),
    filename: varchar({ length: 255 }).notNull(),
    size_bytes: int().notNull(),
    doc_type: asciiKey({ length: 16 }).$type<TitleDocumentType>().notNull(),
    added_by: reference().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('title_documents_s3_key').on(t.s3_key),
    index('title_documents_transfer').on(t.title_transfer_id),
  ],
)

export const transport_orders = mysqlTable(
  'transport_orders',
  {
    id: id(),
    order_id: reference().notNull(),
    status: asciiKey({ length: 24 }).$type<TransportStatus>().notNull(),
    pickup_address: varchar({ length: 300 }),
    pickup_contact: varchar({ length: 200 }),
    delivery_address: varchar({ length: 300 }),
    delivery_contact: varchar({ length: 200 }),
    carrier: varchar({ length: 200 }),
    driver: varchar({ length: 200 }),
    quoted_price_cents: cents(),
    final_price_cents: cents(),
    pickup_date: date({ mode: 'string' }),
    delivery_date: date({ mode: 'string' }),
    booked_at: instant(),
    delivered_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [uniqueIndex('transport_orders_order').on(t.order_id)],
)

/** Appended to and never changed. */
export const transport_events = mysqlTable(
  'transport_events',
  {
    id: id(),
    transport_order_id: reference().notNull(),
    status: asciiKey({ length: 24 }).$type<TransportStatus>().notNull(),
    location: varchar({ length: 200 }),
    note: varchar({ length: 500 }),
    recorded_by: reference(),
    /** Of the request that made it, so that a transaction that is run again knows what it did. */
    creation_key: asciiKey({ length: 64 }).notNull(),
    happened_at: instant().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('transport_events_creation').on(t.creation_key),
    index('transport_events_order').on(t.transport_order_id, t.id),
  ],
)
