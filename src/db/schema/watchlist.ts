import { boolean, index, int, mysqlTable, smallint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, cents, id, instant, jsonDocument, reference } from './columns.ts'

export const watchlist = mysqlTable(
  'watchlist',
  {
    id: id(),
    user_id: reference().notNull(),
    vehicle_id: reference().notNull(),
    note: varchar({ length: 500 }),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('watchlist_user_vehicle').on(t.user_id, t.vehicle_id),
    index('watchlist_user').on(t.user_id, t.id),
    index('watchlist_vehicle').on(t.vehicle_id, t.user_id),
  ],
)

/** The filters as they were given, and beside them the columns by which a vehicle finds the searches that it fits. */
export const saved_searches = mysqlTable(
  'saved_searches',
  {
    id: id(),
    user_id: reference().notNull(),
    name: varchar({ length: 100 }).notNull(),
    filters: jsonDocument<Record<string, string>>().notNull(),
    notify: boolean().notNull(),
    /** Empty where the search names none; compared as the list compares them. */
    make_key: varchar({ length: 64 }).notNull(),
    model_key: varchar({ length: 64 }).notNull(),
    state_key: varchar({ length: 50 }).notNull(),
    /** Bounds that leave nothing out where the search sets none. */
    year_min: smallint().notNull(),
    year_max: smallint().notNull(),
    price_min_cents: cents().notNull(),
    price_max_cents: cents().notNull(),
    mileage_max: int().notNull(),
    /** Of the request that made it, so that a transaction that is run again knows what it did. */
    creation_key: asciiKey({ length: 36 }).notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('saved_searches_creation').on(t.creation_key),
    index('saved_searches_user').on(t.user_id, t.id),
    index('saved_searches_match').on(
      t.notify,
      t.make_key,
      t.model_key,
      t.state_key,
      t.year_min,
      t.year_max,
      t.price_min_cents,
      t.price_max_cents,
      t.mileage_max,
    ),
  ],
)
