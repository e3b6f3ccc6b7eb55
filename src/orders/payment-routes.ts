import { type Context, Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { linkNext } from '../platform/page-link.ts'
import { limit } from '../platform/rate-limit.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireAdmin, requireUser } from '../users/auth.ts'
import { messageBody, receivedSchema } from '../users/schemas.ts'
import type { IsSuspended } from '../users/user.ts'
import { listPayments } from './list-payments.ts'
import { MANUAL_PROVIDER } from './payment.ts'
import type { PaymentParts } from './payment-context.ts'
import {
  paymentBody,
  paymentListQuery,
  paymentPageSchema,
  paymentRecordedSchema,
  refundBody,
  refundMadeSchema,
} from './payment-schemas.ts'
import { receivePaymentMessage } from './receive-payment-message.ts'
import { recordPayment } from './record-payment.ts'
import { refundPayment } from './refunds.ts'

type Env = AppEnv<PaymentParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'>; isSuspended: IsSuspended }>

const idOf = (c: Context): number => requireId(c.req.param('id') ?? '')

/** The payments of an order, beside the order's own routes. */
export const orderPaymentRoutes = new Hono<Env>()
  .get(
    '/:id/payments',
    describe({
      summary: 'An order’s payments with their refunds, for buyer, seller and admins',
      responses: { 200: paymentPageSchema, 404: 'not_found' },
    }),
    requireUser(),
    validate('query', paymentListQuery),
    async (c) => {
      const page = await listPayments(c.var.context, idOf(c), c.req.valid('query'))
      linkNext(c, page)
      return reply(c, paymentPageSchema, page, 200)
    },
  )
  .post(
    '/:id/payments',
    describe({
      summary: 'Record a payment that came in by hand, or its next status (admins)',
      responses: {
        200: paymentRecordedSchema,
        201: paymentRecordedSchema,
        404: 'not_found',
        409: 'too_much, wrong_status; id_reused for a reference that is known with other content',
      },
    }),
    requireAdmin(),
    validate('json', paymentBody),
    idempotent(),
    async (c) => {
      const { note = null, ...payment } = c.req.valid('json')
      const report = { ...payment, note, orderId: idOf(c), provider: MANUAL_PROVIDER }
      return replyOnce(c, await recordPayment(c.var.context, report))
    },
  )

export const paymentRoutes = new Hono<Env>().post(
  '/:id/refunds',
  describe({
    summary: 'Give a captured payment back, whole or in part (admins)',
    responses: { 201: refundMadeSchema, 404: 'not_found', 409: 'too_much, wrong_status' },
  }),
  requireAdmin(),
  validate('json', refundBody),
  idempotent(),
  async (c) => replyOnce(c, await refundPayment(c.var.context, idOf(c), c.req.valid('json'))),
)

/** Providers' messages. The signature is over the body as it came, so nothing parses it before. */
export const paymentWebhookRoutes = new Hono<AppEnv<PaymentParts>>().post(
  '/payments/:provider',
  describe({
    summary: 'A payment provider tells of a payment or a refund, signed as Standard Webhooks says',
    body: { schema: messageBody },
    responses: {
      200: receivedSchema,
      401: 'The signature is not valid',
      404: 'not_found: no such provider, order or refund',
      409: 'too_much, wrong_status, id_reused',
    },
  }),
  limit('webhook'),
  async (c) => {
    const { provider } = c.req.param()
    await receivePaymentMessage(c.var.context, provider, c.req.raw.headers, await c.req.text())
    return reply(c, receivedSchema, { received: true }, 200)
  },
)
