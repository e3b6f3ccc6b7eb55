import { and, count, desc, eq, inArray, isNull, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { notifications } from '../db/schema/notifications.ts'
import { COUNTED_ROWS_MAX } from '../lib/pagination.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Announce } from './announce.ts'
import type { Notification, NotificationListQuery, NotificationPage } from './schemas.ts'

/** What the services of notifications need. */
export interface NotificationParts {
  db: Database
  announce: Announce
}
export type NotificationContext = RequestContext & NotificationParts & SignedIn

export const NOTIFICATION_LISTS = 'notifications'
const SORT = 'newest'

/** What the API shows of a notification. */
export const SHOWN_COLUMNS = {
  id: notifications.id,
  type: notifications.type,
  title: notifications.title,
  message: notifications.message,
  data: notifications.data,
  read_at: notifications.read_at,
  created_at: notifications.created_at,
}

/** What the caller was told, the newest first. @throws AppError `validation_failed` for a page that no list has */
export async function listNotifications(
  ctx: NotificationContext,
  { unread, ...request }: NotificationListQuery,
): Promise<NotificationPage> {
  const list = notificationList(ctx.db, { user_id: ctx.actor.userId, unread })
  const { ids, ...fields } = await readPage(ctx, list, request)
  return { notifications: await readShown(ctx.db, ids), ...fields }
}

async function readShown(db: Database, ids: readonly number[]): Promise<Notification[]> {
  if (ids.length === 0) return []
  return db
    .select(SHOWN_COLUMNS)
    .from(notifications)
    .where(inArray(notifications.id, [...ids]))
    .orderBy(desc(notifications.id))
}

const specificationSchema = z.object({ user_id: z.int(), unread: z.boolean() })
type Specification = z.output<typeof specificationSchema>

/** Makes a list again for the sweeper. */
export const notificationListOf = restoreBy(specificationSchema, notificationList)

function notificationList(db: Database, { user_id, unread }: Specification): PagedList {
  return {
    subject: NOTIFICATION_LISTS,
    specification: { user_id, unread },
    sort: SORT,
    async read(after, limit) {
      const rows = await db
        .select({ id: notifications.id })
        .from(notifications, { forceIndex: unread ? 'notifications_unread' : 'notifications_user' })
        .where(
          and(
            eq(notifications.user_id, user_id),
            unread ? isNull(notifications.read_at) : undefined,
            after === null ? undefined : lt(notifications.id, after.id),
          ),
        )
        .orderBy(desc(notifications.id))
        .limit(limit)
      return rows.map(({ id }) => ({ key: id, id }))
    },
  }
}

/** How many notifications a person has not read, up to 10 000: one read of an index. */
export async function countUnread(db: Database, userId: number): Promise<number> {
  const unread = db
    .select({ id: notifications.id })
    .from(notifications, { forceIndex: 'notifications_unread' })
    .where(and(eq(notifications.user_id, userId), isNull(notifications.read_at)))
    .limit(COUNTED_ROWS_MAX)
    .as('unread')
  const [row] = await db.select({ count: count() }).from(unread)
  return row?.count ?? 0
}
