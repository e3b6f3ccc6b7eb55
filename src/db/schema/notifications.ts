import { boolean, index, mysqlTable, primaryKey, text, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type { NotificationType } from '../../notifications/notification.ts'
import { asciiKey, id, instant, jsonDocument, reference } from './columns.ts'

/** What is longer is shortened. */
export const TITLE_MAX_CHARS = 200

export const notifications = mysqlTable(
  'notifications',
  {
    id: id(),
    user_id: reference().notNull(),
    type: asciiKey({ length: 32 }).$type<NotificationType>().notNull(),
    title: varchar({ length: TITLE_MAX_CHARS }).notNull(),
    message: text().notNull(),
    data: jsonDocument<Record<string, unknown>>().notNull(),
    /** What caused it: the same cause tells a person once, however often it is projected. */
    cause_key: asciiKey({ length: 128 }).notNull(),
    read_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('notifications_cause').on(t.user_id, t.cause_key),
    index('notifications_user').on(t.user_id, t.id),
    index('notifications_unread').on(t.user_id, t.read_at, t.id),
  ],
)

/** A kind without a row is on. */
export const notification_preferences = mysqlTable(
  'notification_preferences',
  {
    user_id: reference().notNull(),
    type: asciiKey({ length: 32 }).$type<NotificationType>().notNull(),
    is_on: boolean().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.type] })],
)
