import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply } from '../platform/hono.ts'
import { limit } from '../platform/rate-limit.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import { decodeVinBody } from './body-schemas.ts'
import type { VehicleParts } from './context.ts'
import { decodeVin } from './decode-vin.ts'
import { decodedVinSchema, vinSchema } from './schemas.ts'

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
      const { source, warnings, ...data } = await decodeVin(c.var.context, c.req.valid('json').vin, FAILED)
      return reply(c, decodedVinSchema, { success: true, data, source, warnings }, 200)
    },
  )
  .get(
    '/vin/:vin',
    describe({ summary: 'What a VIN tells', responses: { 200: vinSchema } }),
    limit('vin'),
    async (c) => reply(c, vinSchema, await decodeVin(c.var.context, c.req.param('vin')), 200),
  )
