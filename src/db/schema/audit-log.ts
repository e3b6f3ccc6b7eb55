import { index, mysqlTable, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { AuditSubject } from '../../users/audit-subjects.ts'
import { asciiKey, id, instant, jsonDocument, reference } from './columns.ts'

/** Appended to and never changed (M17). */
export const audit_log = mysqlTable(
  'audit_log',
  {
    id: id(),
    /** Null where the system did it by itself: a deadline, a provider's message. */
    actor_id: reference(),
    action: asciiKey({ length: 48 }).notNull(),
    subject: asciiKey({ length: 24 }).$type<AuditSubject>().notNull(),
    subject_id: reference().notNull(),
    before: jsonDocument<unknown>(),
    after: jsonDocument<unknown>(),
    address: varchar({ length: 64 }),
    request_id: asciiKey({ length: 64 }).notNull(),
    /** What makes two attempts at the same change one entry; null where the change itself is guarded. */
    cause_key: asciiKey({ length: 128 }),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('audit_log_cause').on(t.cause_key),
    index('audit_log_subject').on(t.subject, t.subject_id, t.id),
    index('audit_log_actor').on(t.actor_id, t.id),
    index('audit_log_action').on(t.action, t.id),
  ],
)
