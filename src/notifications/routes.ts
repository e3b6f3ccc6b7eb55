import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, requireId } from '../platform/hono.ts'
import { linkNext } from '../platform/page-link.ts'
import { isAllowedOrigin } from '../platform/security.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import type { IsSuspended } from '../users/user.ts'
import { countUnread, listNotifications, type NotificationParts } from './list-notifications.ts'
import { markAllRead, markRead } from './mark-read.ts'
import { changePreferences, getPreferences } from './preferences.ts'
import {
  allReadSchema,
  notificationListQuery,
  notificationPageSchema,
  notificationSchema,
  preferencesBody,
  preferencesSchema,
  streamTicketSchema,
  unreadCountSchema,
} from './schemas.ts'
import { openStream, type StreamParts, takeStreamTicket } from './stream-door.ts'

type Env = AppEnv<
  NotificationParts &
    Omit<StreamParts, 'settings'> & {
      settings: Pick<Settings, 'JWT_SECRET_KEY' | 'ALLOWED_ORIGINS'>
      isSuspended: IsSuspended
    }
>

const READ_METHODS = ['PUT', 'POST']

export const notificationRoutes = new Hono<Env>()
  .get(
    '/',
    describe({
      summary: 'What the caller was told, the newest first',
      responses: { 200: notificationPageSchema },
    }),
    requireUser(),
    validate('query', notificationListQuery),
    async (c) => {
      const page = await listNotifications(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, notificationPageSchema, page, 200)
    },
  )
  .get(
    '/unread-count',
    describe({ summary: 'How much of it is unread', responses: { 200: unreadCountSchema } }),
    requireUser(),
    async (c) => {
      const { db, actor } = c.var.context
      return reply(c, unreadCountSchema, { count: await countUnread(db, actor.userId) }, 200)
    },
  )
  .on(
    READ_METHODS,
    '/read-all',
    describe({ summary: 'Mark everything as read', responses: { 200: allReadSchema } }),
    requireUser(),
    async (c) => {
      const marked = await markAllRead(c.var.context)
      return reply(c, allReadSchema, { message: 'All notifications marked as read', marked }, 200)
    },
  )
  .on(
    READ_METHODS,
    '/:id/read',
    describe({ summary: 'Mark one as read', responses: { 200: notificationSchema, 404: 'not_found' } }),
    requireUser(),
    async (c) => {
      const id = requireId(c.req.param('id'))
      return reply(c, notificationSchema, await markRead(c.var.context, id), 200)
    },
  )

/** What the caller wants to be told, and where they are told it at once. */
export const myNotificationRoutes = new Hono<Env>()
  .get(
    '/notification-preferences',
    describe({ summary: 'Which kinds the caller is told of', responses: { 200: preferencesSchema } }),
    requireUser(),
    async (c) => reply(c, preferencesSchema, { preferences: await getPreferences(c.var.context) }, 200),
  )
  .put(
    '/notification-preferences',
    describe({ summary: 'Switch kinds on or off', responses: { 200: preferencesSchema } }),
    requireUser(),
    validate('json', preferencesBody),
    async (c) => {
      const preferences = await changePreferences(c.var.context, c.req.valid('json').preferences)
      return reply(c, preferencesSchema, { preferences }, 200)
    },
  )
  .post(
    '/stream/ticket',
    describe({
      summary: 'A ticket for one connection to the caller’s stream',
      responses: { 200: streamTicketSchema },
    }),
    requireUser(),
    async (c) => {
      const { origin } = new URL(c.req.url)
      return reply(c, streamTicketSchema, await takeStreamTicket(c.var.context, origin), 200)
    },
  )
  .get(
    '/stream',
    describe({
      summary: 'What the caller is told, live: subprotocol me.v1',
      responses: { 101: 'A WebSocket', 426: 'upgrade_required' },
    }),
    (c) => {
      const { context } = c.var
      const isAllowed = isAllowedOrigin(c.req.header('Origin'), context.settings.ALLOWED_ORIGINS)
      return openStream(context, c.req.raw, isAllowed)
    },
  )
