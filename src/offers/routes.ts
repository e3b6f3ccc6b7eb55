import { type Context, Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import type { IsSuspended } from '../users/user.ts'
import { answerOffer } from './answer-offer.ts'
import type { OfferParts } from './context.ts'
import { decideOnBid } from './decide-on-bid.ts'
import { listOffers } from './list-offers.ts'
import { makeOffer } from './make-offer.ts'
import { OFFER_ACTION } from './offer.ts'
import { offerSecondChance } from './offer-second-chance.ts'
import {
  decidedSchema,
  decisionBody,
  offerAnsweredSchema,
  offerBody,
  offerListQuery,
  offerMadeSchema,
  offerPageSchema,
} from './schemas.ts'

type Env = AppEnv<
  OfferParts & {
    settings: OfferParts['settings'] & Pick<Settings, 'JWT_SECRET_KEY'>
    isSuspended: IsSuspended
  }
>

const idOf = (c: Context): number => requireId(c.req.param('id') ?? '')

export const offerRoutes = new Hono<Env>()
  .get(
    '/',
    describe({
      summary: 'What the caller has offered and was offered',
      responses: { 200: offerPageSchema },
    }),
    requireUser(),
    validate('query', offerListQuery),
    async (c) => {
      const page = await listOffers(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, offerPageSchema, page, 200)
    },
  )
  .post(
    '/:id/accept',
    describe({
      summary: 'Accept what the other side offers: the vehicle is sold',
      responses: { 200: offerAnsweredSchema, 409: 'not_your_turn, wrong_status, buying_power' },
    }),
    requireUser(),
    idempotent(),
    async (c) => replyOnce(c, await answerOffer(c.var.context, idOf(c), { action: OFFER_ACTION.accept })),
  )
  .post(
    '/:id/reject',
    describe({
      summary: 'Reject what the other side offers',
      responses: { 200: offerAnsweredSchema, 409: 'not_your_turn, wrong_status' },
    }),
    requireUser(),
    idempotent(),
    async (c) => replyOnce(c, await answerOffer(c.var.context, idOf(c), { action: OFFER_ACTION.reject })),
  )
  .post(
    '/:id/counter',
    describe({
      summary: 'Answer with another amount, between the two last ones',
      responses: { 200: offerAnsweredSchema, 409: 'not_your_turn, wrong_status, rounds_used, buying_power' },
    }),
    requireUser(),
    validate('json', offerBody),
    idempotent(),
    async (c) => {
      const answer = { action: OFFER_ACTION.counter, ...c.req.valid('json') }
      return replyOnce(c, await answerOffer(c.var.context, idOf(c), answer))
    },
  )
  .post(
    '/:id/withdraw',
    describe({
      summary: 'Take back an offer or counter of one’s own',
      responses: { 200: offerAnsweredSchema, 409: 'not_your_turn, wrong_status' },
    }),
    requireUser(),
    idempotent(),
    async (c) => replyOnce(c, await answerOffer(c.var.context, idOf(c), { action: OFFER_ACTION.withdraw })),
  )

/** On a listing. */
export const vehicleOfferRoutes = new Hono<Env>().post(
  '/:id/offers',
  describe({
    summary: 'Make an offer on an active vehicle, below its buy-now price',
    responses: {
      201: offerMadeSchema,
      403: 'forbidden, not_eligible',
      409: 'wrong_status, offer_stands, buying_power',
    },
  }),
  requireUser(),
  validate('json', offerBody),
  idempotent(),
  async (c) => replyOnce(c, await makeOffer(c.var.context, idOf(c), c.req.valid('json'))),
)

/** After the hammer. */
export const decisionRoutes = new Hono<Env>()
  .post(
    '/:id/decision',
    describe({
      summary: 'Accept, counter or decline what the auction came to, by whoever’s turn it is',
      responses: { 200: decidedSchema, 403: 'forbidden', 409: 'not_your_turn, wrong_status, buying_power' },
    }),
    requireUser(),
    validate('json', decisionBody),
    idempotent(),
    async (c) => replyOnce(c, await decideOnBid(c.var.context, idOf(c), c.req.valid('json'))),
  )
  .post(
    '/:id/second-chance',
    describe({
      summary: 'Offer the vehicle to the next bidder, after a default or a refused counter',
      responses: {
        201: offerMadeSchema,
        403: 'forbidden',
        409: 'wrong_status, offer_stands, no_next_bidder',
      },
    }),
    requireUser(),
    idempotent(),
    async (c) => replyOnce(c, await offerSecondChance(c.var.context, idOf(c))),
  )
