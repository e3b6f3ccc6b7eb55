import { and, asc, desc, eq, gt, notInArray } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { notifications } from '../db/schema/notifications.ts'
import { countUnread, SHOWN_COLUMNS } from './list-notifications.ts'
import type { Notification } from './schemas.ts'

/** Ids that a stream remembers. They are given before a transaction commits, so a smaller one may come later. */
export const SEEN_KEPT = 50
export const NEWS_AT_ONCE = 100

/** What a person's stream has to tell. */
export interface News {
  /** In the order of their ids. */
  notifications: Notification[]
  /** The newest ids, for the next time. */
  seen: number[]
  unread: number
  /** There is more than is read at once. */
  isMore: boolean
}

/** What came since `seen`; null: the stream begins now, and what is there already is read from the list. */
export async function readNews(db: Database, userId: number, seen: readonly number[] | null): Promise<News> {
  // Counted before they are looked for: none is counted that is not told, and the next reading counts the rest.
  const unread = await countUnread(db, userId)
  const found = seen === null ? [] : await readUnseen(db, userId, seen)
  const known = seen ?? (await readNewestIds(db, userId))
  return {
    notifications: found,
    seen: newest([...known, ...found.map(({ id }) => id)]),
    unread,
    isMore: found.length === NEWS_AT_ONCE,
  }
}

const newest = (ids: readonly number[]): number[] => ids.toSorted((a, b) => b - a).slice(0, SEEN_KEPT)

async function readNewestIds(db: Database, userId: number): Promise<number[]> {
  const rows = await db
    .select({ id: notifications.id })
    .from(notifications, { forceIndex: 'notifications_user' })
    .where(eq(notifications.user_id, userId))
    .orderBy(desc(notifications.id))
    .limit(SEEN_KEPT)
  return rows.map(({ id }) => id)
}

function readUnseen(db: Database, userId: number, seen: readonly number[]): Promise<Notification[]> {
  const floor = seen.length < SEEN_KEPT ? 0 : Math.min(...seen)
  return db
    .select(SHOWN_COLUMNS)
    .from(notifications, { forceIndex: 'notifications_user' })
    .where(
      and(
        eq(notifications.user_id, userId),
        gt(notifications.id, floor),
        seen.length === 0 ? undefined : notInArray(notifications.id, [...seen]),
      ),
    )
    .orderBy(asc(notifications.id))
    .limit(NEWS_AT_ONCE)
}
