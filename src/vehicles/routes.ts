import { Hono } from 'hono'
import { reasonBody } from '../lib/reason.ts'
import type { Settings } from '../platform/env.ts'
import { type AppEnv, reply, replyOnce, requireId } from '../platform/hono.ts'
import { idempotent } from '../platform/idempotency.ts'
import { linkNext } from '../platform/page-link.ts'
import { describe, validate } from '../platform/validate.ts'
import { optionalUser, requireAdmin, requireUser } from '../users/auth.ts'
import { createBody, editBody } from './body-schemas.ts'
import {
  approveVehicle,
  archiveVehicle,
  deleteVehicle,
  rejectVehicle,
  submitVehicle,
} from './change-status.ts'
import type { VehicleParts } from './context.ts'
import { createVehicle } from './create-vehicle.ts'
import { editVehicle } from './edit-vehicle.ts'
import { fileRoutes } from './file-routes.ts'
import { listVehicles } from './list-vehicles.ts'
import {
  messageSchema,
  statusChangedSchema,
  vehicleChangedSchema,
  vehicleListQuery,
  vehicleMadeSchema,
  vehiclePageSchema,
  vehicleSchema,
} from './schemas.ts'
import { getVehicle } from './show-vehicle.ts'

type Env = AppEnv<VehicleParts & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }>

export const vehicleRoutes = new Hono<Env>()
  .route('/', fileRoutes)
  .get(
    '/',
    describe({ summary: 'List vehicles', responses: { 200: vehiclePageSchema } }),
    optionalUser(),
    validate('query', vehicleListQuery),
    async (c) => {
      const page = await listVehicles(c.var.context, c.req.valid('query'))
      linkNext(c, page)
      return reply(c, vehiclePageSchema, page, 200)
    },
  )
  .post(
    '/',
    describe({
      summary: 'List a vehicle of one’s own, as a draft',
      responses: { 201: vehicleMadeSchema, 409: 'duplicate_vin' },
    }),
    requireUser(),
    validate('json', createBody),
    idempotent(),
    async (c) => replyOnce(c, await createVehicle(c.var.context, c.req.valid('json'))),
  )
  .get(
    '/:id',
    describe({ summary: 'A vehicle', responses: { 200: vehicleSchema, 404: 'not_found' } }),
    optionalUser(),
    async (c) => {
      const vehicle = await getVehicle(c.var.context, requireId(c.req.param('id')))
      return reply(c, vehicleSchema, vehicle, 200)
    },
  )
  .on(
    ['PUT', 'PATCH'],
    '/:id',
    describe({
      summary: 'Change the fields that are there',
      responses: { 200: vehicleChangedSchema, 409: 'wrong_status, duplicate_vin, has_bids' },
    }),
    requireUser(),
    validate('json', editBody),
    async (c) => {
      const id = requireId(c.req.param('id'))
      const vehicle = await editVehicle(c.var.context, id, c.req.valid('json'))
      return reply(c, vehicleChangedSchema, { message: 'Vehicle updated', vehicle_id: id, vehicle }, 200)
    },
  )
  .delete(
    '/:id',
    describe({
      summary: 'Delete a draft, archive anything else',
      responses: { 200: messageSchema, 409: 'wrong_status' },
    }),
    requireUser(),
    async (c) => {
      const what = await deleteVehicle(c.var.context, requireId(c.req.param('id')))
      return reply(c, messageSchema, { message: `Vehicle ${what}` }, 200)
    },
  )
  .post(
    '/:id/submit',
    describe({
      summary: 'Put a listing before the public or a reviewer',
      responses: { 200: statusChangedSchema, 409: 'wrong_status, duplicate_vin' },
    }),
    requireUser(),
    async (c) => {
      const vehicle = await submitVehicle(c.var.context, requireId(c.req.param('id')))
      const { status } = vehicle
      const message = status === 'active' ? 'Vehicle is live' : 'Vehicle submitted for review'
      return reply(c, statusChangedSchema, { message, status, vehicle }, 200)
    },
  )
  .post(
    '/:id/approve',
    describe({
      summary: 'Approve a listing (admins)',
      responses: { 200: statusChangedSchema, 409: 'wrong_status' },
    }),
    requireAdmin(),
    async (c) => {
      const vehicle = await approveVehicle(c.var.context, requireId(c.req.param('id')))
      return reply(
        c,
        statusChangedSchema,
        { message: 'Vehicle approved', status: vehicle.status, vehicle },
        200,
      )
    },
  )
  .post(
    '/:id/reject',
    describe({
      summary: 'Reject a listing (admins)',
      responses: { 200: statusChangedSchema, 409: 'wrong_status' },
    }),
    requireAdmin(),
    validate('json', reasonBody),
    async (c) => {
      const { reason } = c.req.valid('json')
      const vehicle = await rejectVehicle(c.var.context, requireId(c.req.param('id')), reason)
      return reply(
        c,
        statusChangedSchema,
        { message: 'Vehicle rejected', status: vehicle.status, vehicle },
        200,
      )
    },
  )
  .post(
    '/:id/archive',
    describe({ summary: 'Archive a listing', responses: { 200: messageSchema, 409: 'wrong_status' } }),
    requireUser(),
    async (c) => {
      await archiveVehicle(c.var.context, requireId(c.req.param('id')))
      return reply(c, messageSchema, { message: 'Vehicle archived' }, 200)
    },
  )
