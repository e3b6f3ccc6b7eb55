import { Hono } from 'hono'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { describe, validate } from '../platform/validate.ts'
import { requireUser } from '../users/auth.ts'
import {
  documentBody,
  documentChangeBody,
  documentChangedSchema,
  documentMadeSchema,
  imageBody,
  imageChangeBody,
  imageChangedSchema,
  imageMadeSchema,
  imageOrderBody,
  imagesOrderedSchema,
  uploadBody,
  uploadSchema,
} from './body-schemas.ts'
import type { VehicleParts } from './context.ts'
import { addDocument, changeDocument, deleteDocument } from './documents.ts'
import { addImage, changeImage, deleteImage, orderImages } from './images.ts'
import { messageSchema } from './schemas.ts'
import { signUpload } from './uploads.ts'

type Env = AppEnv<VehicleParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

/** Uploads, images and documents of a vehicle. */
export const fileRoutes = new Hono<Env>()
  .post(
    '/:id/upload-url',
    describe({
      summary: 'A signed address to upload a file to',
      responses: { 200: uploadSchema, 409: 'wrong_status' },
    }),
    requireUser(),
    validate('json', uploadBody),
    async (c) => {
      const upload = await signUpload(c.var.context, requireId(c.req.param('id')), c.req.valid('json'))
      return reply(c, uploadSchema, upload, 200)
    },
  )
  .post(
    '/:id/images',
    describe({
      summary: 'Put an uploaded picture to a vehicle',
      responses: { 201: imageMadeSchema, 409: 'not_uploaded, too_many_images, wrong_status' },
    }),
    requireUser(),
    validate('json', imageBody),
    idempotent(),
    async (c) =>
      replyOnce(c, await addImage(c.var.context, requireId(c.req.param('id')), c.req.valid('json'))),
  )
  .put(
    '/:id/images/order',
    describe({ summary: 'Order the images of a vehicle', responses: { 200: imagesOrderedSchema } }),
    requireUser(),
    validate('json', imageOrderBody),
    async (c) => {
      const { image_ids } = c.req.valid('json')
      const images = await orderImages(c.var.context, requireId(c.req.param('id')), image_ids)
      return reply(c, imagesOrderedSchema, { message: 'Images ordered', images }, 200)
    },
  )
  .patch(
    '/:id/images/:image_id',
    describe({ summary: 'Change an image’s caption or primary', responses: { 200: imageChangedSchema } }),
    requireUser(),
    validate('json', imageChangeBody),
    async (c) => {
      const [id, imageId] = [requireId(c.req.param('id')), requireId(c.req.param('image_id'))]
      const image = await changeImage(c.var.context, id, imageId, c.req.valid('json'))
      return reply(c, imageChangedSchema, { message: 'Image updated', image }, 200)
    },
  )
  .delete(
    '/:id/images/:image_id',
    describe({ summary: 'Delete an image', responses: { 200: messageSchema } }),
    requireUser(),
    async (c) => {
      const [id, imageId] = [requireId(c.req.param('id')), requireId(c.req.param('image_id'))]
      await deleteImage(c.var.context, id, imageId)
      return reply(c, messageSchema, { message: 'Image deleted' }, 200)
    },
  )
  .post(
    '/:id/documents',
    describe({
      summary: 'Put an uploaded document to a vehicle',
      responses: { 201: documentMadeSchema, 409: 'not_uploaded, wrong_status' },
    }),
    requireUser(),
    validate('json', documentBody),
    idempotent(),
    async (c) =>
      replyOnce(c, await addDocument(c.var.context, requireId(c.req.param('id')), c.req.valid('json'))),
  )
  .patch(
    '/:id/documents/:document_id',
    describe({
      summary: 'Change a document’s kind or visibility',
      responses: { 200: documentChangedSchema },
    }),
    requireUser(),
    validate('json', documentChangeBody),
    async (c) => {
      const [id, documentId] = [requireId(c.req.param('id')), requireId(c.req.param('document_id'))]
      const document = await changeDocument(c.var.context, id, documentId, c.req.valid('json'))
      return reply(c, documentChangedSchema, { message: 'Document updated', document }, 200)
    },
  )
  .delete(
    '/:id/documents/:document_id',
    describe({ summary: 'Delete a document', responses: { 200: messageSchema } }),
    requireUser(),
    async (c) => {
      const [id, documentId] = [requireId(c.req.param('id')), requireId(c.req.param('document_id'))]
      await deleteDocument(c.var.context, id, documentId)
      return reply(c, messageSchema, { message: 'Document deleted' }, 200)
    },
  )
