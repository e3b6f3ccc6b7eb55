import { and, eq, isNull } from 'drizzle-orm'
import { notifications } from '../db/schema/notifications.ts'
import { AppError } from '../platform/errors.ts'
import { type NotificationContext, SHOWN_COLUMNS } from './list-notifications.ts'
import type { Notification } from './schemas.ts'

/** Marks one of the caller's as read. Repeating it keeps the first time. @throws AppError `not_found` */
export async function markRead(ctx: NotificationContext, id: number): Promise<Notification> {
  const { db, actor } = ctx
  const isTheirs = and(eq(notifications.id, id), eq(notifications.user_id, actor.userId))
  const marked = await db
    .update(notifications)
    .set({ read_at: new Date(ctx.now) })
    .where(and(isTheirs, isNull(notifications.read_at)))
  const [row] = await db.select(SHOWN_COLUMNS).from(notifications).where(isTheirs)
  if (row === undefined) throw new AppError('not_found', 'Notification not found')
  if (marked.rowsAffected > 0) ctx.announce([actor.userId])
  return row
}

/** Marks everything of the caller's as read, in one statement. @returns how many were unread */
export async function markAllRead(ctx: NotificationContext): Promise<number> {
  const { db, actor } = ctx
  const { rowsAffected } = await db
    .update(notifications)
    .set({ read_at: new Date(ctx.now) })
    .where(and(eq(notifications.user_id, actor.userId), isNull(notifications.read_at)))
  if (rowsAffected > 0) ctx.announce([actor.userId])
  return rowsAffected
}
