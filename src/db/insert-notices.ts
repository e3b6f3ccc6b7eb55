import { type SQL, sql } from 'drizzle-orm'
import type { CommonNotice, Notice } from '../notifications/notification.ts'
import type { Executor } from './client.ts'
import { notifications, TITLE_MAX_CHARS } from './schema/notifications.ts'

const NOTICES_PER_STATEMENT = 500

/**
 * Stores notifications, in the transaction of what caused them (M13): one cause tells a person once, however often
 * this is repeated, and nobody is told of a kind that they have switched off. One statement for up to 500.
 */
export async function insertNotices(executor: Executor, notices: readonly Notice[]): Promise<void> {
  for (let from = 0; from < notices.length; from += NOTICES_PER_STATEMENT) {
    const rows = notices.slice(from, from + NOTICES_PER_STATEMENT).map(rowOf)
    await executor.execute(sql`insert into notifications (user_id, type, title, message, data, cause_key, created_at)
      select n.user_id, n.type, n.title, n.message, n.data, n.cause_key, n.created_at
      from (${sql.join(rows, sql` union all `)}) as n
      where ${IS_WANTED}
      ${ONCE}`)
  }
}

/** The same for everyone who watches a vehicle, however many they are, in one statement. */
export async function insertForWatchers(
  executor: Executor,
  vehicleId: number,
  notice: CommonNotice,
): Promise<void> {
  const { type, message, causeKey } = notice
  await executor.execute(sql`insert into notifications (user_id, type, title, message, data, cause_key, created_at)
    select n.user_id, ${type}, ${shortened(notice.title)}, ${message}, ${dataOf(notice)}, ${causeKey}, ${createdAtOf(notice)}
    from (select user_id, ${type} as type from watchlist where vehicle_id = ${vehicleId}) as n
    where ${IS_WANTED}
    ${ONCE}`)
}

const IS_WANTED = sql`not exists (
  select 1 from notification_preferences p
  where p.user_id = n.user_id and p.type = n.type and p.is_on = false
)`
const ONCE = sql`on duplicate key update cause_key = values(cause_key)`

const dataOf = ({ data }: CommonNotice) => sql.param(data, notifications.data)
const createdAtOf = ({ createdAt }: CommonNotice) => sql.param(new Date(createdAt), notifications.created_at)

/** The first one names the columns for all. */
function rowOf(notice: Notice, index: number): SQL {
  const [data, createdAt] = [dataOf(notice), createdAtOf(notice)]
  const { userId, type, message, causeKey } = notice
  const title = shortened(notice.title)
  return index === 0
    ? sql`select ${userId} as user_id, ${type} as type, ${title} as title, ${message} as message, ${data} as data,
          ${causeKey} as cause_key, ${createdAt} as created_at`
    : sql`select ${userId}, ${type}, ${title}, ${message}, ${data}, ${causeKey}, ${createdAt}`
}

/** Names of vehicles and searches may come to more than the column holds: that would keep everybody from being told. */
function shortened(title: string): string {
  const characters = [...title]
  return characters.length <= TITLE_MAX_CHARS
    ? title
    : `${characters.slice(0, TITLE_MAX_CHARS - 1).join('')}…`
}
