import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, requireId } from '../platform/hono.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import { optionalUser, requireAdmin } from '../users/auth.ts'
import type { VehicleParts } from './context.ts'
import { listEveryVehicle } from './list-vehicles.ts'
import { adminListingPageSchema, sellerPageSchema, vehicleListQuery } from './schemas.ts'
import { type SellerPageParts, showSeller } from './seller-page.ts'

type Env = AppEnv<VehicleParts & SellerPageParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

export const sellerPageRoutes = new Hono<Env>().get(
  '/:id',
  describe({
    summary: 'An approved seller: listings and completed sales',
    responses: { 200: sellerPageSchema, 404: 'not_found' },
  }),
  optionalUser(),
  async (c) => reply(c, sellerPageSchema, await showSeller(c.var.context, requireId(c.req.param('id'))), 200),
)

export const adminListingRoutes = new Hono<Env>().get(
  '/',
  describe({ summary: 'Listings of every status (admins)', responses: { 200: adminListingPageSchema } }),
  requireAdmin(),
  validate('query', vehicleListQuery),
  async (c) => {
    const page = await listEveryVehicle(c.var.context, c.req.valid('query'))
    linkNext(c, page)
    return reply(c, adminListingPageSchema, page, 200)
  },
)
