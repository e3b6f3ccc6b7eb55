import { type Context, Hono } from 'hono'
import { reasonBody } from '../lib/reason.ts'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { linkNext } from '../platform/page-link.ts'
import { isAllowedOrigin } from '../platform/security.ts'
import { describe, validate } from '../platform/validate.ts'
import { optionalUser, requireUser } from '../users/auth.ts'
import { listBids } from './bid-history.ts'
import { bidRoutes } from './bid-routes.ts'
import { cancelAuction, editAuction } from './change-auction.ts'
import type { AuctionParts } from './context.ts'
import { createAuction } from './create-auction.ts'
import { listAuctions } from './list-auctions.ts'
import { type LiveContext, openLive } from './live-door.ts'
import { listMyBids } from './my-bids.ts'
import {
  auctionListQuery,
  changeAuctionBody,
  createAuctionBody,
  historyQuery,
  myBidsQuery,
} from './request-schemas.ts'
import {
  auctionMadeSchema,
  auctionPageSchema,
  auctionSchema,
  bidHistorySchema,
  myBidsSchema,
  shownAuctionSchema,
  ticketSchema,
} from './schemas.ts'
import { getAuction } from './show-auction.ts'
import { takeTicket } from './take-ticket.ts'

type Parts = AuctionParts &
  Pick<LiveContext, 'limits'> & { settings: Pick<Settings, 'JWT_SECRET_KEY' | 'ALLOWED_ORIGINS'> }
type Env = AppEnv<Parts>

const auctionIdOf = (c: Context): number => requireId(c.req.param('id') ?? '')

export const auctionRoutes = new Hono<Env>()
  .route('/', bidRoutes)
  .get(
    '/',
    describe({ summary: 'List auctions', responses: { 200: auctionPageSchema } }),
    optionalUser(),
    validate('query', auctionListQuery),
    async (c) => {
      const page = await listAuctions(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, auctionPageSchema, page, 200)
    },
  )
  .post(
    '/',
    describe({
      summary: 'Put an active vehicle of one’s own up for auction',
      responses: { 201: auctionMadeSchema, 403: 'Not yours', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', createAuctionBody),
    idempotent(),
    async (c) => replyOnce(c, await createAuction(c.var.context, c.req.valid('json'))),
  )
  .get(
    '/:id',
    describe({ summary: 'An auction', responses: { 200: shownAuctionSchema, 404: 'not_found' } }),
    optionalUser(),
    async (c) => reply(c, shownAuctionSchema, await getAuction(c.var.context, auctionIdOf(c)), 200),
  )
  .patch(
    '/:id',
    describe({
      summary: 'Change an auction while it is scheduled, or its reserve while it is active',
      responses: { 200: auctionSchema, 409: 'wrong_status, reserve_locked, ended, cancelled' },
    }),
    requireUser(),
    validate('json', changeAuctionBody),
    async (c) => {
      const auction = await editAuction(c.var.context, auctionIdOf(c), c.req.valid('json'))
      return reply(c, auctionSchema, auction, 200)
    },
  )
  .post(
    '/:id/cancel',
    describe({
      summary: 'Cancel an auction, with a reason that everyone sees',
      responses: { 200: auctionSchema, 409: 'has_bids, wrong_status, ended, cancelled' },
    }),
    requireUser(),
    validate('json', reasonBody),
    async (c) => {
      const auction = await cancelAuction(c.var.context, auctionIdOf(c), c.req.valid('json').reason)
      return reply(c, auctionSchema, auction, 200)
    },
  )
  .get(
    '/:id/bids',
    describe({ summary: 'The bids of an auction, newest first', responses: { 200: bidHistorySchema } }),
    optionalUser(),
    validate('query', historyQuery),
    async (c) => {
      const history = await listBids(c.var.context, auctionIdOf(c), c.req.valid('query'))
      linkNext(c, history)
      return reply(c, bidHistorySchema, history, 200)
    },
  )
  .post(
    '/:id/ticket',
    describe({ summary: 'A ticket for one live connection', responses: { 200: ticketSchema } }),
    requireUser(),
    async (c) => {
      const { origin } = new URL(c.req.url)
      return reply(c, ticketSchema, await takeTicket(c.var.context, auctionIdOf(c), origin), 200)
    },
  )
  .get(
    '/:id/live',
    describe({
      summary: 'The live socket: subprotocol auction.v1',
      responses: { 101: 'A WebSocket', 426: 'upgrade_required' },
    }),
    (c) => {
      const { context } = c.var
      const isAllowed = isAllowedOrigin(c.req.header('Origin'), context.settings.ALLOWED_ORIGINS)
      return openLive(context, c.req.param('id'), c.req.raw, isAllowed)
    },
  )

/** What the caller has to do with auctions. */
export const myAuctionRoutes = new Hono<Env>().get(
  '/bids',
  describe({ summary: 'The auctions that the caller has bid in', responses: { 200: myBidsSchema } }),
  requireUser(),
  validate('query', myBidsQuery),
  async (c) => {
    const page = await listMyBids(c.var.context, c.req.valid('query'))
    linkNext(c, page)
    return reply(c, myBidsSchema, page, 200)
  },
)
