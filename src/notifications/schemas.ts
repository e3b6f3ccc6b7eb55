import * as z from 'zod'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { filter } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { NOTIFICATION_TYPES } from './notification.ts'

const typeSchema = z.enum(NOTIFICATION_TYPES)

export const notificationSchema = z.object({
  id: z.int(),
  type: typeSchema,
  title: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
  read_at: isoTime.nullable(),
  created_at: isoTime,
})
export type Notification = z.output<typeof notificationSchema>

export const notificationPageSchema = z.object({ notifications: z.array(notificationSchema), ...pageFields })
export type NotificationPage = z.output<typeof notificationPageSchema>

export const notificationListQuery = z.object({
  ...pageQuery(),
  unread: filter(z.enum(['true', 'false'])).transform((unread) => unread === 'true'),
})
export type NotificationListQuery = z.output<typeof notificationListQuery>

/** Counting stops at 10 000. */
export const unreadCountSchema = z.object({ count: z.int() })
export const allReadSchema = z.object({ message: z.string(), marked: z.int() })

/** Every kind, on or off. */
export const preferencesSchema = z.object({ preferences: z.record(typeSchema, z.boolean()) })
/** The kinds that change; the others stay as they are. */
export const preferencesBody = z.strictObject({ preferences: z.partialRecord(typeSchema, z.boolean()) })
export type Preferences = z.output<typeof preferencesSchema>['preferences']

export const streamTicketSchema = z.object({ ticket: z.string(), expires_in: z.int(), url: z.string() })
