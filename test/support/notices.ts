import { env } from 'cloudflare:workers'
import { z } from 'zod'
import { insertNotices } from '../../src/db/insert-notices.ts'
import { createDeps } from '../../src/deps.ts'
import { NOTIFICATION_TYPE, type Notice } from '../../src/notifications/notification.ts'
import { select } from './database.ts'
import type { Person } from './people.ts'

let lastCause = 0

/** A notice of a cause of its own. */
export const makeNotice = (userId: number, fields: Partial<Notice> = {}): Notice => ({
  userId,
  type: NOTIFICATION_TYPE.general,
  title: 'A title',
  message: 'A message',
  data: { vehicle_id: 7 },
  causeKey: `test:${++lastCause}`,
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  ...fields,
})

/** Stores notices as services do, and tells nobody. */
export const storeNotices = (...notices: Notice[]): Promise<void> =>
  insertNotices(createDeps(env).db, notices)

const noticeRow = z.object({
  type: z.string(),
  title: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
  cause_key: z.string(),
})

/** What a person was told of these kinds, in order. */
export function noticesOf(person: Person, ...types: string[]) {
  return select(
    noticeRow,
    `SELECT type, title, message, data, cause_key FROM notifications
     WHERE user_id = ? AND type IN (${types.map(() => '?').join(', ')}) ORDER BY id`,
    [person.user.id, ...types],
  )
}
