import { type Context, Hono } from 'hono'
import { orderDetailSchema } from '../orders/schemas.ts'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import { uploadSchema } from '../vehicles/body-schemas.ts'
import { changeTitle } from './change-title.ts'
import { changeTransport } from './change-transport.ts'
import type { FulfillmentParts } from './context.ts'
import { handOver } from './hand-over.ts'
import { requestTransport } from './request-transport.ts'
import {
  titleDocumentBody,
  titleDocumentMadeSchema,
  titlePatchBody,
  titleSchema,
  titleUploadBody,
  transportBody,
  transportEventBody,
  transportEventMadeSchema,
  transportMadeSchema,
  transportPatchBody,
  transportSchema,
} from './schemas.ts'
import { getTitle } from './show-title.ts'
import { getTransport } from './show-transport.ts'
import { addTitleDocument, signTitleUpload } from './title-documents.ts'
import { trackTransport } from './track-transport.ts'

type Env = AppEnv<
  FulfillmentParts & {
    settings: FulfillmentParts['settings'] & Pick<Settings, 'JWT_SECRET_KEY'>
    metrics: FulfillmentParts['metrics']
  }
>

const orderIdOf = (c: Context): number => requireId(c.req.param('id') ?? '')

/** How title and vehicle come to the buyer of an order. */
export const fulfillmentRoutes = new Hono<Env>()
  .get(
    '/:id/title',
    describe({
      summary: 'The transfer of the title, for buyer, seller and admins',
      responses: { 200: titleSchema, 404: 'not_found before the order is paid' },
    }),
    requireUser(),
    async (c) => reply(c, titleSchema, await getTitle(c.var.context, orderIdOf(c)), 200),
  )
  .patch(
    '/:id/title',
    describe({
      summary: 'Move the transfer of the title on: the seller submits, an admin the rest',
      responses: { 200: titleSchema, 403: 'forbidden', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', titlePatchBody),
    async (c) => {
      const title = await changeTitle(c.var.context, orderIdOf(c), c.req.valid('json'))
      return reply(c, titleSchema, title, 200)
    },
  )
  .post(
    '/:id/title/upload-url',
    describe({
      summary: 'A signed address to upload a title or bill of sale to',
      responses: { 200: uploadSchema, 403: 'forbidden', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', titleUploadBody),
    async (c) => {
      const upload = await signTitleUpload(c.var.context, orderIdOf(c), c.req.valid('json'))
      return reply(c, uploadSchema, upload, 200)
    },
  )
  .post(
    '/:id/title/documents',
    describe({
      summary: 'Put an uploaded title or bill of sale to the transfer',
      responses: { 201: titleDocumentMadeSchema, 403: 'forbidden', 409: 'not_uploaded, wrong_status' },
    }),
    requireUser(),
    validate('json', titleDocumentBody),
    idempotent(),
    async (c) => replyOnce(c, await addTitleDocument(c.var.context, orderIdOf(c), c.req.valid('json'))),
  )
  .get(
    '/:id/transport',
    describe({
      summary: 'The transport with its events, for buyer, seller and admins',
      responses: { 200: transportSchema, 404: 'not_found where none was asked for' },
    }),
    requireUser(),
    async (c) => reply(c, transportSchema, await getTransport(c.var.context, orderIdOf(c)), 200),
  )
  .post(
    '/:id/transport',
    describe({
      summary: 'The buyer asks what it costs to have the vehicle brought',
      responses: { 201: transportMadeSchema, 403: 'forbidden', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', transportBody),
    idempotent(),
    async (c) => replyOnce(c, await requestTransport(c.var.context, orderIdOf(c), c.req.valid('json'))),
  )
  .patch(
    '/:id/transport',
    describe({
      summary: 'Quote, book, assign, move or cancel a transport, or change its details',
      responses: { 200: transportSchema, 403: 'forbidden', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', transportPatchBody),
    async (c) => {
      const transport = await changeTransport(c.var.context, orderIdOf(c), c.req.valid('json'))
      return reply(c, transportSchema, transport, 200)
    },
  )
  .post(
    '/:id/transport/events',
    describe({
      summary: 'Append a tracking event: where the vehicle is, or that it has come further',
      responses: { 201: transportEventMadeSchema, 403: 'forbidden', 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', transportEventBody),
    idempotent(),
    async (c) => replyOnce(c, await trackTransport(c.var.context, orderIdOf(c), c.req.valid('json'))),
  )
  .post(
    '/:id/collected',
    describe({
      summary: 'The buyer has collected the vehicle, as seller or admin say',
      responses: { 200: orderDetailSchema, 403: 'forbidden', 409: 'wrong_status' },
    }),
    requireUser(),
    async (c) => reply(c, orderDetailSchema, await handOver(c.var.context, orderIdOf(c)), 200),
  )
