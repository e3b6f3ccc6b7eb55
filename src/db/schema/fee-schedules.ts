import { mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { Calendar } from '../../market/calendar.ts'
import type { FeeTerms } from '../../market/terms.ts'
import { id, instant, jsonDocument } from './columns.ts'

/** Rows are added, never changed: orders and invoices pin theirs. */
export const fee_schedules = mysqlTable(
  'fee_schedules',
  {
    id: id(),
    effective_at: instant().notNull(),
    fees: jsonDocument<FeeTerms>().notNull(),
    calendar: jsonDocument<Calendar>().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [uniqueIndex('fee_schedules_effective_at').on(t.effective_at)],
)
