import { eq, sql } from 'drizzle-orm'
import { notification_preferences } from '../db/schema/notifications.ts'
import type { NotificationContext } from './list-notifications.ts'
import { NOTIFICATION_TYPES, type NotificationType } from './notification.ts'
import { type Preferences, preferencesSchema } from './schemas.ts'

/** Every kind, and whether the caller wants to be told of it; one that they said nothing about is on. */
export async function getPreferences({ db, actor }: NotificationContext): Promise<Preferences> {
  const rows = await db
    .select({ type: notification_preferences.type, is_on: notification_preferences.is_on })
    .from(notification_preferences)
    .where(eq(notification_preferences.user_id, actor.userId))
  const chosen = new Map(rows.map(({ type, is_on }) => [type, is_on]))
  const kinds = NOTIFICATION_TYPES.map((type) => [type, chosen.get(type) ?? true] as const)
  return preferencesSchema.shape.preferences.parse(Object.fromEntries(kinds))
}

/** Switches kinds on or off for what is stored from now on. @returns all of them */
export async function changePreferences(
  ctx: NotificationContext,
  changes: Partial<Record<NotificationType, boolean>>,
): Promise<Preferences> {
  const { db, actor, now } = ctx
  const rows = NOTIFICATION_TYPES.flatMap((type) => {
    const is_on = changes[type]
    return is_on === undefined ? [] : [{ user_id: actor.userId, type, is_on, updated_at: new Date(now) }]
  })
  if (rows.length > 0) {
    await db
      .insert(notification_preferences)
      .values(rows)
      .onDuplicateKeyUpdate({ set: { is_on: sql`values(is_on)`, updated_at: sql`values(updated_at)` } })
  }
  return getPreferences(ctx)
}
