import { type Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { reasonBody } from '../lib/reason.ts'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, requireId } from '../platform/hono.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import { optionalUser, requireUser } from '../users/auth.ts'
import type { VehicleParts } from '../vehicles/context.ts'
import { cancelOrder } from './cancel-order.ts'
import { choosePickup } from './choose-pickup.ts'
import type { OrderParts } from './context.ts'
import { getQuote } from './get-quote.ts'
import { invoicePagePolicy, renderInvoice } from './invoice-page.ts'
import { invoiceSchema, quoteQuery, quoteSchema } from './invoice-schemas.ts'
import { listOrders } from './list-orders.ts'
import type { PaymentParts } from './payment-context.ts'
import { getInvoice } from './read-invoice.ts'
import { orderDetailSchema, orderListQuery, orderPageSchema, orderPatchBody } from './schemas.ts'
import { getOrder } from './show-order.ts'

type Parts = VehicleParts &
  OrderParts &
  Pick<PaymentParts, 'people' | 'onPersonGone'> & {
    metrics: VehicleParts['metrics'] & OrderParts['metrics']
    settings: Pick<Settings, 'JWT_SECRET_KEY'>
  }
type Env = AppEnv<Parts>

const orderIdOf = (c: Context): number => requireId(c.req.param('id') ?? '')

const JSON_TYPE = 'application/json'
const HTML_TYPE = 'text/html'

export const orderRoutes = new Hono<Env>()
  .get(
    '/',
    describe({
      summary: 'What the caller has bought and sold; for admins with role=admin everybody’s orders',
      responses: { 200: orderPageSchema, 403: 'role=admin by somebody else' },
    }),
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
    describe({ summary: 'An order, for buyer, seller and admins', responses: { 200: orderDetailSchema } }),
    requireUser(),
    async (c) => reply(c, orderDetailSchema, await getOrder(c.var.context, orderIdOf(c)), 200),
  )
  .patch(
    '/:id',
    describe({
      summary: 'The buyer says whether they collect the vehicle',
      responses: { 200: orderDetailSchema, 403: 'Not the buyer', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', orderPatchBody),
    async (c) => {
      const order = await choosePickup(c.var.context, orderIdOf(c), c.req.valid('json').is_pickup)
      return reply(c, orderDetailSchema, order, 200)
    },
  )
  .post(
    '/:id/cancel',
    describe({
      summary: 'Call a sale off: admins while it is unpaid, its buyer once the title is late',
      responses: { 200: orderDetailSchema, 403: 'Neither buyer nor admin', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', reasonBody),
    async (c) => {
      const order = await cancelOrder(c.var.context, orderIdOf(c), c.req.valid('json').reason)
      return reply(c, orderDetailSchema, order, 200)
    },
  )
  .get(
    '/:id/invoice',
    describe({
      summary: 'The invoice: JSON, or with Accept: text/html a page to print',
      responses: { 200: invoiceSchema },
    }),
    requireUser(),
    async (c) => {
      const invoice = await getInvoice(c.var.context, orderIdOf(c))
      c.header('Vary', 'Accept', { append: true })
      c.header('Cache-Control', 'private, no-store')
      const type = accepts(c, { header: 'Accept', supports: [JSON_TYPE, HTML_TYPE], default: JSON_TYPE })
      if (type !== HTML_TYPE) {
        return reply(c, invoiceSchema, invoice, 200)
      }
      c.header('Content-Security-Policy', await invoicePagePolicy())
      return c.html(renderInvoice(invoice), 200)
    },
  )

/** What a bid would come to in all, beside the routes of auctions. */
export const quoteRoutes = new Hono<Env>().get(
  '/:id/quote',
  describe({
    summary: 'What a vehicle would cost in all at this price, with the tax of the caller’s state',
    responses: { 200: quoteSchema, 404: 'not_found' },
  }),
  optionalUser(),
  validate('query', quoteQuery),
  async (c) => {
    const { amount } = c.req.valid('query')
    return reply(c, quoteSchema, await getQuote(c.var.context, orderIdOf(c), amount), 200)
  },
)
