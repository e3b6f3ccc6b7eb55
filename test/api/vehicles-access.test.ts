import { describe, expect, test } from 'vitest'
import { vehicleSchema } from '../../src/vehicles/schemas.ts'
import { VEHICLE_STATUSES } from '../../src/vehicles/vehicle.ts'
import {
  api,
  createActiveVehicle,
  createDraftVehicle,
  createVehicleIn,
  query,
  signIn,
  signInAdmin,
} from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, stranger, admin] = [await signIn(), await signIn(), await signInAdmin()]
type Caller = typeof seller | undefined

const call = (as: Caller, method: string, path: string, body?: unknown) =>
  api(method, `/api/vehicles/${path}`, { as, body })

describe('GET /api/vehicles/:id', () => {
  test.each(VEHICLE_STATUSES)('who sees a vehicle that is %s', async (status) => {
    const id = await createVehicleIn(status, seller)
    const isPublic = ['active', 'in_auction', 'sold'].includes(status)
    for (const as of [undefined, stranger]) {
      expect((await call(as, 'GET', `${id}`)).status).toBe(isPublic ? 200 : 404)
    }
    for (const as of [seller, admin]) expect((await call(as, 'GET', `${id}`)).at('status')).toBe(status)
  })

  test('reserve and reason of rejection are null but for the owner and admins', async () => {
    const id = await createActiveVehicle(seller, { reserve_price: 1_234.56 })
    await query(`UPDATE vehicles SET review_reason = 'blurred' WHERE id = ?`, [id])
    for (const as of [undefined, stranger]) {
      const answer = await call(as, 'GET', `${id}`)
      expect([answer.at('reserve_price'), answer.at('review_reason')]).toEqual([null, null])
      expect(answer.text).not.toMatch(/1234|123456|blurred/)
    }
    for (const as of [seller, admin]) {
      const answer = await call(as, 'GET', `${id}`)
      expect([answer.at('reserve_price'), answer.at('review_reason')]).toEqual([1_234.56, 'blurred'])
    }
  })

  test('M16: the seller is shown by name and initial, or by their business once an admin has approved it', async () => {
    const person = await signIn(undefined, { first_name: 'Ada', last_name: 'Byron' })
    const id = await createActiveVehicle(person)
    const sellerOf = async () => (await call(undefined, 'GET', `${id}`)).expect(200).as(vehicleSchema).seller
    expect(await sellerOf()).toEqual({ id: person.user.id, display_name: 'Ada B.', seller_profile_id: null })
    await query(
      `INSERT INTO seller_profiles (id, user_id, business_name, created_at, updated_at) VALUES (77, ?, 'Byron Motors', NOW(3), NOW(3))`,
      [person.user.id],
    )
    for (const status of ['pending', 'rejected']) {
      await query('UPDATE seller_profiles SET status = ? WHERE id = 77', [status])
      expect(await sellerOf()).toMatchObject({ display_name: 'Ada B.', seller_profile_id: null })
    }
    await query("UPDATE seller_profiles SET status = 'approved' WHERE id = 77")
    expect(await sellerOf()).toEqual({
      id: person.user.id,
      display_name: 'Byron Motors',
      seller_profile_id: 77,
    })
  })

  test.each(['0', '-1', '999999999', '9223372036854775808', '1e3', 'abc', '1%20OR%201=1', '%00', "1'"])(
    'id %s is 404',
    async (id) => {
      for (const [method, path, body] of [
        ['GET', ''],
        ['PATCH', '', {}],
        ['DELETE', ''],
        ['POST', '/submit'],
        ['POST', '/archive'],
        ['POST', '/upload-url', { filename: 'a', content_type: 'image/png' }],
        ['POST', '/images', { s3_key: 'x' }],
        ['DELETE', '/images/1'],
        ['DELETE', '/documents/1'],
      ] as const) {
        expect(refusalOf(await call(seller, method, id + path, body)), method + path).toEqual([
          404,
          'not_found',
        ])
      }
    },
  )

  test('a token that is not good is 401 even here', async () => {
    expect(refusalOf(await api('GET', '/api/vehicles/1', { token: 'x.y.z' }))).toEqual([
      401,
      'unauthenticated',
    ])
  })
})

describe('who may change what', () => {
  const ACTIONS = [
    ['PATCH', '', { trim: 'LX' }],
    ['PUT', '', { trim: 'LX' }],
    ['DELETE', '', undefined],
    ['POST', '/submit', undefined],
    ['POST', '/archive', undefined],
    ['POST', '/upload-url', { filename: 'a.png', content_type: 'image/png' }],
    ['POST', '/images', { s3_key: 'x' }],
    ['PUT', '/images/order', { image_ids: [] }],
    ['PATCH', '/images/1', {}],
    ['DELETE', '/images/1', undefined],
    ['POST', '/documents', { s3_key: 'x', doc_type: 'title', filename: 'a.pdf' }],
    ['PATCH', '/documents/1', {}],
    ['DELETE', '/documents/1', undefined],
  ] as const

  test.each(ACTIONS)(
    '%s %s by a stranger: 403 where they may see it, 404 where not, 401 without a token',
    async (method, path, body) => {
      const [shown, hidden] = [await createActiveVehicle(seller), await createDraftVehicle(seller)]
      expect(refusalOf(await call(stranger, method, shown + path, body))).toEqual([403, 'forbidden'])
      expect(refusalOf(await call(stranger, method, hidden + path, body))).toEqual([404, 'not_found'])
      expect(refusalOf(await call(undefined, method, shown + path, body))).toEqual([401, 'unauthenticated'])
    },
  )

  test('an admin may change a vehicle but not archive, submit or delete it', async () => {
    const id = await createDraftVehicle(seller)
    ;(await call(admin, 'PATCH', `${id}`, { trim: 'LX' })).expect(200)
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/submit'],
      ['POST', '/archive'],
    ] as const) {
      expect(refusalOf(await call(admin, method, id + path))).toEqual([403, 'forbidden'])
    }
  })

  test.each([
    ['draft', 200, 200],
    ['rejected', 200, 200],
    ['active', 200, 200],
    ['pending_review', 409, 200],
    ['in_auction', 409, 200],
    ['sold', 409, 409],
    ['archived', 409, 409],
  ] as const)('%s: fields %i, images and documents %i', async (status, fields, files) => {
    const id = await createVehicleIn(status, seller)
    const edit = await call(seller, 'PATCH', `${id}`, { trim: 'LX' })
    expect([edit.status, edit.at('code')]).toEqual([fields, fields === 409 ? 'wrong_status' : undefined])
    const upload = await call(seller, 'POST', `${id}/upload-url`, {
      filename: 'a',
      content_type: 'image/png',
    })
    expect([upload.status, upload.at('code')]).toEqual([files, files === 409 ? 'wrong_status' : undefined])
  })

  test.each(['sold', 'archived'] as const)('%s: nothing, not even nothing', async (status) => {
    const id = await createVehicleIn(status, seller)
    expect(refusalOf(await call(seller, 'PATCH', `${id}`, {}))).toEqual([409, 'wrong_status'])
  })

  test('in auction the description may change, and one locked field beside it refuses all', async () => {
    const id = await createVehicleIn('in_auction', seller)
    ;(await call(seller, 'PATCH', `${id}`, { description: 'New tyres' })).expect(200)
    const answer = await call(seller, 'PATCH', `${id}`, { description: 'Old tyres', starting_price: 1 })
    expect(refusalOf(answer)).toEqual([409, 'wrong_status'])
    expect((await call(seller, 'GET', `${id}`)).at('description')).toBe('New tyres')
  })
})
