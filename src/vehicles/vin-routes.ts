import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply } from '../platform/hono.ts'
import { limit } from '../platform/rate-limit.ts'
import { describe, validate } from '../platform/validate.ts'
import { optionalUser, requireUser } from '../users/auth.ts'
import { decodeVinBody } from './body-schemas.ts'
import type { VehicleParts } from './context.ts'
import { decodeVin, decodeVins } from './decode-vin.ts'
import { decodedVinSchema, vinBatchBody, vinBatchSchema, vinQuery, vinSchema } from './vin-schemas.ts'

type Env = AppEnv<VehicleParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

/** What clients of the replaced backend look at in a refusal. */
const FAILED = { success: false }

export const vinRoutes = new Hono<Env>()
  .post(
    '/decode-vin',
    describe({ summary: 'Decode a VIN for a listing', responses: { 200: decodedVinSchema } }),
    limit('vin'),
    requireUser(),
    validate('json', decodeVinBody, 'validation_failed', FAILED),
    async (c) => {
      const { vin } = c.req.valid('json')
      const { source, warnings, ...data } = await decodeVin(c.var.context, vin, { extra: FAILED })
      return reply(c, decodedVinSchema, { success: true, data, source, warnings }, 200)
    },
  )
  .get(
    '/vin/:vin',
    describe({
      summary:
        'What a VIN tells; * stands for a character that is not known, and year settles the model year where two are possible',
      responses: { 200: vinSchema, 400: 'validation_failed' },
    }),
    limit('vin'),
    optionalUser(),
    validate('query', vinQuery),
    async (c) => {
      const { year: listedYear = null } = c.req.valid('query')
      const decoded = await decodeVin(c.var.context, c.req.param('vin'), { mayBePartial: true, listedYear })
      return reply(c, vinSchema, decoded, 200)
    },
  )
  .post(
    '/vin/batch',
    describe({
      summary: 'What up to fifty VINs tell, in their order',
      responses: { 200: vinBatchSchema },
    }),
    limit('vin_batch'),
    optionalUser(),
    validate('json', vinBatchBody),
    async (c) => reply(c, vinBatchSchema, await decodeVins(c.var.context, c.req.valid('json').vins), 200),
  )
