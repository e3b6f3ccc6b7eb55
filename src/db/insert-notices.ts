import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Notice } from '../notifications/notification.ts'
import type { Executor } from './client.ts'
import { notification_preferences, notifications } from './schema/notifications.ts'

const NOTICES_PER_STATEMENT = 500

/**
 * Stores notifications, in the transaction of what caused them (M13): one cause tells a person once, however often
 * this is repeated, and nobody is told of a kind that they have switched off.
 */
export async function insertNotices(executor: Executor, notices: readonly Notice[]): Promise<void> {
  for (let from = 0; from < notices.length; from += NOTICES_PER_STATEMENT) {
    const rows = (await withoutUnwanted(executor, notices.slice(from, from + NOTICES_PER_STATEMENT))).map(
      (notice) => ({
        user_id: notice.userId,
        type: notice.type,
        title: notice.title,
        message: notice.message,
        data: notice.data,
        cause_key: notice.causeKey,
        created_at: new Date(notice.createdAt),
      }),
    )
    if (rows.length === 0) continue
    await executor
      .insert(notifications)
      .values(rows)
      .onDuplicateKeyUpdate({ set: { cause_key: sql`cause_key` } })
  }
}

async function withoutUnwanted(executor: Executor, notices: readonly Notice[]): Promise<readonly Notice[]> {
  const userIds = [...new Set(notices.map(({ userId }) => userId))]
  const types = [...new Set(notices.map(({ type }) => type))]
  const off = await executor
    .select({ userId: notification_preferences.user_id, type: notification_preferences.type })
    .from(notification_preferences)
    .where(
      and(
        inArray(notification_preferences.user_id, userIds),
        inArray(notification_preferences.type, types),
        eq(notification_preferences.is_on, false),
      ),
    )
  const unwanted = new Set(off.map(({ userId, type }) => `${userId}:${type}`))
  return notices.filter(({ userId, type }) => !unwanted.has(`${userId}:${type}`))
}
