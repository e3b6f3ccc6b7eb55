import { Hono } from 'hono'
import { reasonBody } from '../lib/reason.ts'
import { type AppEnv, reply, requireId } from '../platform/hono.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import {
  type AdminContext,
  listUsers,
  recordDeposit,
  restoreByAdmin,
  suspendByAdmin,
  verifyUser,
} from './admin.ts'
import {
  adminUserSchema,
  auditListQuery,
  auditPageSchema,
  depositBody,
  userListQuery,
  userPageSchema,
  verifyBody,
} from './admin-schemas.ts'
import { listAudit } from './audit-list.ts'
import { requireAdmin } from './auth.ts'
import { listSellerProfiles } from './seller-list.ts'
import { reviewSellerProfile } from './seller-profiles.ts'
import { ownSellerProfileSchema, sellerProfileListQuery, sellerProfilePageSchema } from './seller-schemas.ts'
import { type IsSuspended, SELLER_PROFILE_STATUS } from './user.ts'

type Env = AppEnv<
  Pick<AdminContext, 'db' | 'people' | 'accounts' | 'onPersonGone'> & {
    settings: { JWT_SECRET_KEY: string }
    isSuspended: IsSuspended
  }
>

/** For administrators only; each route says so itself. */
export const adminRoutes = new Hono<Env>()
  .get(
    '/users',
    describe({ summary: 'Everybody who ever signed in (admins)', responses: { 200: userPageSchema } }),
    requireAdmin(),
    validate('query', userListQuery),
    async (c) => {
      const page = await listUsers(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, userPageSchema, page, 200)
    },
  )
  .post(
    '/users/:id/suspend',
    describe({
      summary: 'End a person’s sessions, void their bids, close their sockets (admins)',
      responses: { 200: adminUserSchema, 404: 'not_found', 409: 'wrong_status' },
    }),
    requireAdmin(),
    validate('json', reasonBody),
    async (c) => {
      const id = requireId(c.req.param('id'))
      const user = await suspendByAdmin(c.var.context, id, c.req.valid('json').reason)
      return reply(c, adminUserSchema, user, 200)
    },
  )
  .post(
    '/users/:id/restore',
    describe({
      summary: 'Restore a suspended person (admins)',
      responses: { 200: adminUserSchema, 404: 'not_found', 409: 'wrong_status' },
    }),
    requireAdmin(),
    async (c) => {
      const user = await restoreByAdmin(c.var.context, requireId(c.req.param('id')))
      return reply(c, adminUserSchema, user, 200)
    },
  )
  .post(
    '/users/:id/verify',
    describe({
      summary: 'Mark id and payment method as verified, or not (admins)',
      responses: { 200: adminUserSchema, 404: 'not_found' },
    }),
    requireAdmin(),
    validate('json', verifyBody),
    async (c) => {
      const user = await verifyUser(c.var.context, requireId(c.req.param('id')), c.req.valid('json'))
      return reply(c, adminUserSchema, user, 200)
    },
  )
  .put(
    '/users/:id/deposit',
    describe({
      summary: 'Record a person’s deposit (admins)',
      responses: { 200: adminUserSchema, 404: 'not_found' },
    }),
    requireAdmin(),
    validate('json', depositBody),
    async (c) => {
      const id = requireId(c.req.param('id'))
      const user = await recordDeposit(c.var.context, id, c.req.valid('json').amount)
      return reply(c, adminUserSchema, user, 200)
    },
  )
  .get(
    '/seller-profiles',
    describe({ summary: 'Seller profiles (admins)', responses: { 200: sellerProfilePageSchema } }),
    requireAdmin(),
    validate('query', sellerProfileListQuery),
    async (c) => {
      const page = await listSellerProfiles(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, sellerProfilePageSchema, page, 200)
    },
  )
  .post(
    '/seller-profiles/:id/approve',
    describe({
      summary: 'Approve a seller profile (admins)',
      responses: { 200: ownSellerProfileSchema, 404: 'not_found' },
    }),
    requireAdmin(),
    async (c) => {
      const id = requireId(c.req.param('id'))
      const profile = await reviewSellerProfile(c.var.context, id, SELLER_PROFILE_STATUS.approved, null)
      return reply(c, ownSellerProfileSchema, profile, 200)
    },
  )
  .post(
    '/seller-profiles/:id/reject',
    describe({
      summary: 'Reject a seller profile (admins)',
      responses: { 200: ownSellerProfileSchema, 404: 'not_found' },
    }),
    requireAdmin(),
    validate('json', reasonBody),
    async (c) => {
      const id = requireId(c.req.param('id'))
      const { reason } = c.req.valid('json')
      const profile = await reviewSellerProfile(c.var.context, id, SELLER_PROFILE_STATUS.rejected, reason)
      return reply(c, ownSellerProfileSchema, profile, 200)
    },
  )
  .get(
    '/audit-log',
    describe({ summary: 'The audit log, the newest first (admins)', responses: { 200: auditPageSchema } }),
    requireAdmin(),
    validate('query', auditListQuery),
    async (c) => {
      const page = await listAudit(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, auditPageSchema, page, 200)
    },
  )
