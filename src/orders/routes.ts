import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, requireId } from '../platform/hono.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import type { VehicleParts } from '../vehicles/context.ts'
import { getOrder, listOrders } from './list-orders.ts'
import { orderListQuery, orderPageSchema, orderSchema } from './schemas.ts'

type Env = AppEnv<VehicleParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

export const orderRoutes = new Hono<Env>()
  .get(
    '/',
    describe({ summary: 'What the caller has bought and sold', responses: { 200: orderPageSchema } }),
    requireUser(),
    validate('query', orderListQuery),
    async (c) => {
      const page = await listOrders(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, orderPageSchema, page, 200)
    },
  )
  .get(
    '/:id',
    describe({ summary: 'An order, for buyer, seller and admins', responses: { 200: orderSchema } }),
    requireUser(),
    async (c) => reply(c, orderSchema, await getOrder(c.var.context, requireId(c.req.param('id'))), 200),
  )
