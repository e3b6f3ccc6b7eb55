import { boolean, index, int, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import { asciiKey, instant, jsonDocument } from './columns.ts'

/** How many rows a long list has, and where its pages begin: counted by the sweeper, not by requests. */
export const list_counts = mysqlTable(
  'list_counts',
  {
    /** SHA-256 over subject and specification, in hex. */
    list_key: asciiKey({ length: 64 }).primaryKey(),
    subject: varchar({ length: 32 }).notNull(),
    /** Filters and order, from which the subject makes the list again. */
    specification: jsonDocument<unknown>().notNull(),
    /** Null until it is counted. */
    total: int(),
    total_capped: boolean().notNull().default(false),
    /** The last row before each page mark: `[sort key, id]`. */
    marks: jsonDocument<[number, number][]>(),
    counted_at: instant(),
    /** Nobody asked for the list since an hour before this. */
    wanted_until: instant().notNull(),
    next_attempt_at: instant().notNull(),
  },
  (t) => [index('list_counts_next_attempt').on(t.next_attempt_at)],
)
