import { describe, expect, test } from 'vitest'
import { statusChangedSchema } from '../../src/vehicles/schemas.ts'
import { VEHICLE_STATUSES } from '../../src/vehicles/vehicle.ts'
import {
  api,
  createDraftVehicle,
  createVehicleIn,
  makeSilentVin,
  makeVin,
  query,
  signIn,
  signInAdmin,
  withFault,
} from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'
import { setVariables } from '../support/variables.ts'

const [seller, stranger, admin] = [await signIn(), await signIn(), await signInAdmin()]
type Caller = typeof seller | undefined

const call = (as: Caller, method: string, path: string, body?: unknown) =>
  api(method, `/api/vehicles/${path}`, { as, body })
const statusOf = async (id: number) => (await call(seller, 'GET', `${id}`)).at('status')

describe('POST /api/vehicles/:id/submit', () => {
  test('makes a draft active', async () => {
    const id = await createDraftVehicle(seller)
    const { message, status, vehicle } = (await call(seller, 'POST', `${id}/submit`))
      .expect(200)
      .as(statusChangedSchema)
    expect([message, status, vehicle.status, vehicle.id]).toEqual(['Vehicle is live', 'active', 'active', id])
  })

  test('with LISTING_REVIEW=manual a reviewer comes first, who approves', async () => {
    setVariables({ LISTING_REVIEW: 'manual' })
    const vin = makeVin()
    const id = await createDraftVehicle(seller, { vin })
    const submitted = (await call(seller, 'POST', `${id}/submit`)).expect(200).as(statusChangedSchema)
    expect(submitted.status).toBe('pending_review')
    expect(refusalOf(await api('POST', '/api/vehicles', { as: stranger, body: { vin } }))).toEqual([
      409,
      'duplicate_vin',
    ])
    expect(refusalOf(await call(seller, 'POST', `${id}/approve`))).toEqual([403, 'forbidden'])
    expect((await call(admin, 'POST', `${id}/approve`)).expect(200).at('status')).toBe('active')
  })

  test('a rejected listing shows its owner why, frees the VIN, and can be submitted again', async () => {
    setVariables({ LISTING_REVIEW: 'manual' })
    const vin = makeVin()
    const id = await createDraftVehicle(seller, { vin })
    ;(await call(seller, 'POST', `${id}/submit`)).expect(200)
    for (const body of [{}, { reason: ' ' }, { reason: 'x'.repeat(501) }, '{']) {
      expect(refusalOf(await call(admin, 'POST', `${id}/reject`, body))[0]).toBe(400)
    }
    expect(refusalOf(await call(stranger, 'POST', `${id}/reject`, { reason: 'no' }))).toEqual([
      403,
      'forbidden',
    ])
    const rejected = await call(admin, 'POST', `${id}/reject`, { reason: 'No photo of the dashboard' })
    expect(rejected.expect(200).at('status')).toBe('rejected')
    expect((await call(seller, 'GET', `${id}`)).at('review_reason')).toBe('No photo of the dashboard')
    const other = await createDraftVehicle(stranger, { vin })
    ;(await call(seller, 'POST', `${id}/submit`)).expect(200)
    expect(refusalOf(await call(stranger, 'POST', `${other}/submit`))).toEqual([409, 'duplicate_vin'])
    expect((await call(seller, 'GET', `${id}`)).at('review_reason')).toBeNull()
  })

  test.each(['year', 'make', 'model', 'starting_price'])('without %s is 400 and names it', async (field) => {
    const id = await createDraftVehicle(seller, { vin: makeSilentVin(), [field]: '' })
    const answer = await call(seller, 'POST', `${id}/submit`)
    expect([...refusalOf(answer), answer.at('details.0.path')]).toEqual([400, 'validation_failed', field])
    expect(await statusOf(id)).toBe('draft')
  })

  test('two drafts of one VIN: the first that is submitted has it', async () => {
    const vin = makeVin()
    const ids = [await createDraftVehicle(seller, { vin }), await createDraftVehicle(stranger, { vin })]
    const answers = await Promise.all([
      call(seller, 'POST', `${ids[0]}/submit`),
      call(stranger, 'POST', `${ids[1]}/submit`),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('a COMMIT whose answer is lost is no refusal', async () => {
    const id = await createDraftVehicle(seller)
    const answer = await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () =>
      call(seller, 'POST', `${id}/submit`),
    )
    expect(answer.expect(200).at('status')).toBe('active')
  })
})

describe('which status an action leads from', () => {
  test.each([
    ['submit', seller, ['draft', 'rejected']],
    ['approve', admin, ['pending_review']],
    ['reject', admin, ['pending_review']],
    ['archive', seller, ['draft', 'pending_review', 'active', 'rejected']],
  ] as const)('%s', async (action, as, allowed) => {
    for (const status of VEHICLE_STATUSES) {
      const id = await createVehicleIn(status, seller)
      const answer = await call(as, 'POST', `${id}/${action}`, { reason: 'because' })
      const isAllowed = (allowed as readonly string[]).includes(status)
      expect([status, answer.status, answer.at('code')]).toEqual(
        isAllowed ? [status, 200, undefined] : [status, 409, 'wrong_status'],
      )
    }
  })

  test('archive answers its message', async () => {
    const id = await createVehicleIn('active', seller)
    expect((await call(seller, 'POST', `${id}/archive`)).body).toEqual({ message: 'Vehicle archived' })
  })
})

describe('DELETE /api/vehicles/:id', () => {
  test('a draft goes, with its images and documents', async () => {
    const id = await createDraftVehicle(seller)
    await query(
      `INSERT INTO vehicle_images (vehicle_id, s3_key, content_type, size_bytes, sort_order, created_at) VALUES (?, ?, 'image/png', 1, 0, NOW(3))`,
      [id, `vehicles/${id}/images/x.png`],
    )
    expect((await call(seller, 'DELETE', `${id}`)).expect(200).body).toEqual({ message: 'Vehicle deleted' })
    expect((await call(seller, 'GET', `${id}`)).status).toBe(404)
    expect(await query('SELECT id FROM vehicle_images WHERE vehicle_id = ?', [id])).toEqual([])
    expect(refusalOf(await call(seller, 'DELETE', `${id}`))).toEqual([404, 'not_found'])
  })

  test.each(['pending_review', 'active', 'rejected', 'archived'] as const)(
    'one that is %s is archived',
    async (status) => {
      const id = await createVehicleIn(status, seller)
      expect((await call(seller, 'DELETE', `${id}`)).expect(200).body).toEqual({
        message: 'Vehicle archived',
      })
      expect(await statusOf(id)).toBe('archived')
    },
  )

  test.each(['in_auction', 'sold'] as const)('not while %s', async (status) => {
    const id = await createVehicleIn(status, seller)
    expect(refusalOf(await call(seller, 'DELETE', `${id}`))).toEqual([409, 'wrong_status'])
    expect(await statusOf(id)).toBe(status)
  })
})
