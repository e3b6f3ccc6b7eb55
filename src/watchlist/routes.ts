import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import type { VehicleParts } from '../vehicles/context.ts'
import { messageSchema } from '../vehicles/schemas.ts'
import { deleteSearch, editSearch, getSearch, listSearches, saveSearch } from './saved-searches.ts'
import {
  savedSearchBody,
  savedSearchEditBody,
  savedSearchListSchema,
  savedSearchMadeSchema,
  savedSearchSchema,
  watchBody,
  watchedMadeSchema,
  watchlistPageSchema,
  watchlistQuery,
} from './schemas.ts'
import { listWatched, unwatchVehicle, watchVehicle } from './watch.ts'

type Env = AppEnv<VehicleParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

export const watchlistRoutes = new Hono<Env>()
  .get(
    '/',
    describe({ summary: 'The vehicles that the caller watches', responses: { 200: watchlistPageSchema } }),
    requireUser(),
    validate('query', watchlistQuery),
    async (c) => {
      const page = await listWatched(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, watchlistPageSchema, page, 200)
    },
  )
  .post(
    '/',
    describe({
      summary: 'Watch a vehicle; again, to change the note',
      responses: { 201: watchedMadeSchema, 404: 'not_found' },
    }),
    requireUser(),
    validate('json', watchBody),
    idempotent(),
    async (c) => replyOnce(c, await watchVehicle(c.var.context, c.req.valid('json'))),
  )
  .delete(
    '/:vehicle_id',
    describe({ summary: 'Watch a vehicle no longer', responses: { 200: messageSchema, 404: 'not_found' } }),
    requireUser(),
    async (c) => {
      await unwatchVehicle(c.var.context, requireId(c.req.param('vehicle_id')))
      return reply(c, messageSchema, { message: 'Vehicle no longer watched' }, 200)
    },
  )

export const savedSearchRoutes = new Hono<Env>()
  .get(
    '/',
    describe({ summary: 'The caller’s saved searches', responses: { 200: savedSearchListSchema } }),
    requireUser(),
    async (c) => reply(c, savedSearchListSchema, await listSearches(c.var.context), 200),
  )
  .post(
    '/',
    describe({
      summary: 'Save a search: its filters are those of the vehicles’ list',
      responses: { 201: savedSearchMadeSchema, 409: 'too_many_searches' },
    }),
    requireUser(),
    validate('json', savedSearchBody),
    idempotent(),
    async (c) => replyOnce(c, await saveSearch(c.var.context, c.req.valid('json'))),
  )
  .get(
    '/:id',
    describe({ summary: 'A saved search', responses: { 200: savedSearchSchema, 404: 'not_found' } }),
    requireUser(),
    async (c) =>
      reply(c, savedSearchSchema, await getSearch(c.var.context, requireId(c.req.param('id'))), 200),
  )
  .on(
    ['PUT', 'PATCH'],
    '/:id',
    describe({
      summary: 'Change the fields that are there',
      responses: { 200: savedSearchSchema, 404: 'not_found' },
    }),
    requireUser(),
    validate('json', savedSearchEditBody),
    async (c) => {
      const id = requireId(c.req.param('id'))
      return reply(c, savedSearchSchema, await editSearch(c.var.context, id, c.req.valid('json')), 200)
    },
  )
  .delete(
    '/:id',
    describe({ summary: 'Delete a saved search', responses: { 200: messageSchema, 404: 'not_found' } }),
    requireUser(),
    async (c) => {
      await deleteSearch(c.var.context, requireId(c.req.param('id')))
      return reply(c, messageSchema, { message: 'Saved search deleted' }, 200)
    },
  )
