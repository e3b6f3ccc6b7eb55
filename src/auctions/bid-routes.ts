import { type Context, Hono } from 'hono'
import { reasonBody } from '../lib/reason.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, requireId } from '../platform/hono.ts'
import { limit } from '../platform/rate-limit.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireAdmin, requireBearer } from '../users/auth.ts'
import { voidBid } from './change-auction.ts'
import type { AuctionContext, AuctionParts } from './context.ts'
import type { Offer } from './live/contract.ts'
import { placeBid } from './place-bid.ts'
import { autoBidBody, bidBody, bidIdHeader } from './request-schemas.ts'
import { auctionSchema, verdictSchema } from './schemas.ts'

type Env = AppEnv<AuctionParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

const RESPONSES = {
  201: verdictSchema,
  400: 'amount_invalid',
  403: 'own_auction, not_eligible',
  404: 'not_found',
  409: 'ended, cancelled, not_active, already_leading, too_low (with minimum_bid), buying_power, buy_now_gone, id_reused',
  429: 'rate_limited',
  503: 'unavailable',
}

type IdHeader = { 'idempotency-key'?: string | undefined }

/** Places the caller's bid under their own id, where the header names one (R21). */
async function answerBid(c: Context, ctx: AuctionContext & SignedIn, header: IdHeader, offer: Offer) {
  const auctionId = requireId(c.req.param('id') ?? '')
  const { verdict, replayed } = await placeBid(ctx, auctionId, header['idempotency-key'] ?? null, offer)
  if (replayed) c.header('Idempotent-Replay', 'true')
  return reply(c, verdictSchema, verdict, 201)
}

/** A door for bids of one form, whatever its name. */
const bidDoor = (summary: string, body: typeof bidBody | typeof autoBidBody) =>
  new Hono<Env>().post(
    '/',
    describe({ summary, responses: RESPONSES }),
    limit(null),
    requireBearer(),
    validate('header', bidIdHeader),
    validate('json', body, 'amount_invalid'),
    (c) => answerBid(c, c.var.context, c.req.valid('header'), c.req.valid('json')),
  )

/**
 * Bids have a limit of their own, kept in the room: a repeated id is answered before it (R21). Only those that find no
 * room are counted here.
 */
export const bidRoutes = new Hono<Env>()
  .route('/:id/bids', bidDoor('Bid exactly (amount) or up to a maximum (max_bid)', bidBody))
  .route('/:id/bid', bidDoor('The same under its old name', bidBody))
  .route('/:id/auto-bid', bidDoor('Bid up to a maximum', autoBidBody))
  .post(
    '/:id/buy-now',
    describe({ summary: 'Buy at the buy-now price', responses: RESPONSES }),
    limit(null),
    requireBearer(),
    validate('header', bidIdHeader),
    (c) => answerBid(c, c.var.context, c.req.valid('header'), { kind: 'buy_now' }),
  )
  .post(
    '/:id/bids/:bid_id/void',
    describe({
      summary: 'Void a bid (admins)',
      responses: { 200: auctionSchema, 409: 'not_voidable, ended, cancelled' },
    }),
    requireAdmin(),
    validate('json', reasonBody),
    async (c) => {
      const auctionId = requireId(c.req.param('id'))
      const bidId = requireId(c.req.param('bid_id'))
      const auction = await voidBid(c.var.context, auctionId, bidId, c.req.valid('json').reason)
      return reply(c, auctionSchema, auction, 200)
    },
  )
