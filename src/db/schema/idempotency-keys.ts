import { index, mediumtext, mysqlTable, primaryKey, smallint } from 'drizzle-orm/mysql-core'
import { asciiKey, instant, reference } from './columns.ts'

export const idempotency_keys = mysqlTable(
  'idempotency_keys',
  {
    user_id: reference().notNull(),
    key: asciiKey({ length: 255 }).notNull(),
    fingerprint: asciiKey({ length: 64 }).notNull(),
    /** Who runs the request now; whoever takes over an expired lease writes their own. */
    claim: asciiKey({ length: 36 }).notNull(),
    leased_until: instant().notNull(),
    /** Null while the request runs. */
    status: smallint(),
    body: mediumtext(),
    created_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.key] }), index('idempotency_keys_created_at').on(t.created_at)],
)
