import { Hono } from 'hono'
import { type AppEnv, reply } from '../platform/hono.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from './auth.ts'
import { getSellerProfile, type SellerProfileContext, saveSellerProfile } from './seller-profiles.ts'
import { ownSellerProfileSchema, sellerProfileBody } from './seller-schemas.ts'
import type { IsSuspended } from './user.ts'

type Env = AppEnv<
  Pick<SellerProfileContext, 'db'> & { settings: { JWT_SECRET_KEY: string }; isSuspended: IsSuspended }
>

export const mySellerProfileRoutes = new Hono<Env>()
  .get(
    '/',
    describe({
      summary: 'The caller’s seller profile',
      responses: { 200: ownSellerProfileSchema, 404: 'not_found' },
    }),
    requireUser(),
    async (c) => reply(c, ownSellerProfileSchema, await getSellerProfile(c.var.context), 200),
  )
  .put(
    '/',
    describe({
      summary: 'Make or change the caller’s seller profile; an admin approves it',
      responses: { 200: ownSellerProfileSchema },
    }),
    requireUser(),
    validate('json', sellerProfileBody),
    async (c) => {
      const profile = await saveSellerProfile(c.var.context, c.req.valid('json'))
      return reply(c, ownSellerProfileSchema, profile, 200)
    },
  )
