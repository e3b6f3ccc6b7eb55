import { Hono } from 'hono'
import { type AppEnv, reply } from '../platform/hono.ts'
import { describe } from '../platform/validate.ts'
import { type BuyingPowerContext, getBuyingPower } from './account.ts'
import { requireUser } from './auth.ts'
import { buyingPowerSchema } from './schemas.ts'
import type { IsSuspended } from './user.ts'

type Env = AppEnv<
  Pick<BuyingPowerContext, 'people'> & {
    settings: BuyingPowerContext['settings'] & { JWT_SECRET_KEY: string }
    isSuspended: IsSuspended
  }
>

export const buyingPowerRoutes = new Hono<Env>().get(
  '/',
  describe({
    summary: 'What the caller may have at stake, has, and may add',
    responses: { 200: buyingPowerSchema, 404: 'Buying power is off', 503: 'unavailable' },
  }),
  requireUser(),
  async (c) => reply(c, buyingPowerSchema, await getBuyingPower(c.var.context), 200),
)
