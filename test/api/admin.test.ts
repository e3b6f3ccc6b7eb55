import { beforeAll, describe, expect, test } from 'vitest'
import { adminUserSchema, auditPageSchema, userPageSchema } from '../../src/users/admin-schemas.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle, createAuction, createDraftVehicle } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { openSocket } from '../support/socket.ts'
import { waitFor } from '../support/wait-for.ts'

let admin: Person
let person: Person

beforeAll(async () => {
  ;[admin, person] = await Promise.all([signInAdmin(), signIn()])
})

const ROUTES: [string, string, unknown?][] = [
  ['GET', '/api/admin/users'],
  ['GET', '/api/admin/listings'],
  ['GET', '/api/admin/seller-profiles'],
  ['GET', '/api/admin/audit-log'],
  ['POST', '/api/admin/users/1/suspend', { reason: 'unpaid' }],
  ['POST', '/api/admin/users/1/restore'],
  ['POST', '/api/admin/users/1/verify', { id: true }],
  ['PUT', '/api/admin/users/1/deposit', { amount: 100 }],
  ['POST', '/api/admin/seller-profiles/1/approve'],
  ['POST', '/api/admin/seller-profiles/1/reject', { reason: 'no licence' }],
]

test.each(ROUTES)(
  'M17: %s %s is for admins: 401 for a stranger, 403 for anyone else',
  async (method, path, body) => {
    expect(refusalOf(await api(method, path, { body }))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await api(method, path, { body, as: person }))).toEqual([403, 'forbidden'])
  },
)

test.each([
  ['POST', '/api/admin/users/1/suspend', {}],
  ['POST', '/api/admin/users/1/suspend', { reason: ' ' }],
  ['POST', '/api/admin/users/1/suspend', { reason: 'x'.repeat(501) }],
  ['POST', '/api/admin/users/1/verify', {}],
  ['POST', '/api/admin/users/1/verify', { id: 'yes' }],
  ['PUT', '/api/admin/users/1/deposit', { amount: -1 }],
  ['PUT', '/api/admin/users/1/deposit', { amount: 1.001 }],
  ['PUT', '/api/admin/users/1/deposit', { amount: 1e300 }],
  ['POST', '/api/admin/seller-profiles/1/reject', {}],
])('%s %s refuses %j', async (method, path, body) => {
  expect(refusalOf(await api(method, path, { body, as: admin }))).toEqual([400, 'validation_failed'])
})

test.each(ROUTES.filter(([, path]) => path.includes('/1/')))(
  '%s %s is 404 for one who is not there',
  async (method, path, body) => {
    const nowhere = path.replace('/1/', '/999999/')
    expect(refusalOf(await api(method, nowhere, { body, as: admin }))).toEqual([404, 'not_found'])
  },
)

const auditOf = async (query: string) =>
  (await api('GET', `/api/admin/audit-log?${query}`, { as: admin })).expect(200).as(auditPageSchema).audit_log

test.each(['action=%C3%A9', 'action=DROP', 'subject=nothing', 'subject_id=x', 'actor_id=0'])(
  'GET /api/admin/audit-log refuses %s',
  async (query) => {
    const answer = await api('GET', `/api/admin/audit-log?${query}`, { as: admin })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
  },
)

describe('GET /api/admin/users', () => {
  test('has everybody, the newest first, with what admins need to know', async () => {
    const newest = await signIn(undefined, { first_name: 'Nora', last_name: 'New' })
    const page = (await api('GET', '/api/admin/users', { as: admin })).expect(200).as(userPageSchema)
    expect(page.users[0]).toMatchObject({
      id: newest.user.id,
      email: newest.user.email,
      first_name: 'Nora',
      roles: ['buyer'],
      status: 'active',
      deposit: 0,
      seller_profile_id: null,
    })
    expect(page.total).toBeGreaterThan(2)
    const ids = page.users.map(({ id }) => id)
    expect(ids).toEqual([...ids].sort((a, b) => b - a))
  })

  test('is found by the beginning of the email, whatever its case, and by status', async () => {
    const wanted = await signIn('user_wanted_by_mail')
    const found = await api('GET', '/api/admin/users?q=USER_wanted_by', { as: admin })
    expect(found.as(userPageSchema).users.map(({ id }) => id)).toEqual([wanted.user.id])
    expect((await api('GET', '/api/admin/users?q=user%25', { as: admin })).as(userPageSchema).users).toEqual(
      [],
    )
    const suspended = await api('GET', '/api/admin/users?q=user_wanted&status=suspended', { as: admin })
    expect(suspended.as(userPageSchema).users).toEqual([])
  })
})

describe('suspension (M17)', () => {
  const suspend = (id: number, reason = 'unpaid') =>
    api('POST', `/api/admin/users/${id}/suspend`, { as: admin, body: { reason } })

  test('ends sessions, voids bids and closes sockets within 5 s', async () => {
    const seller = await signIn()
    const [bidder, other] = [await signIn(), await signIn()]
    const { id } = await createAuction(seller, { starting_price: 1000 })
    const socket = await openSocket(id, { as: bidder })
    await api('POST', `/api/auctions/${id}/bids`, { as: other, body: { amount: 1000 } })
    await socket.bid({ amount: 2000 })
    const since = Date.now()
    const user = (await suspend(bidder.user.id)).expect(200).as(adminUserSchema)
    expect(user).toMatchObject({ status: 'suspended', status_reason: 'unpaid' })
    await socket.closed
    await waitFor(async () => (await api('GET', `/api/auctions/${id}`)).at('current_bid') === 1000)
    await waitFor(async () => (await api('GET', '/api/me/bids', { as: bidder })).status === 403)
    expect(Date.now() - since).toBeLessThan(5_000)
    const refresh = await api('POST', '/api/auth/refresh', { token: bidder.refresh_token })
    expect(refresh.status).toBe(401)
    const bid = await api('POST', `/api/auctions/${id}/bids`, { as: bidder, body: { amount: 9000 } })
    expect(refusalOf(bid)).toEqual([403, 'not_eligible'])
  })

  test('is in the audit log once with who, what, before and after, however often it is repeated', async () => {
    const someone = await signIn()
    await suspend(someone.user.id)
    const again = await suspend(someone.user.id, 'another reason')
    expect(again.expect(200).at('status_reason')).toBe('unpaid')
    expect(await auditOf(`subject=user&subject_id=${someone.user.id}`)).toEqual([
      expect.objectContaining({
        actor_id: admin.user.id,
        action: 'user.suspended',
        before: { status: 'active', reason: null },
        after: { status: 'suspended', reason: 'unpaid' },
        request_id: expect.any(String),
      }),
    ])
  })

  test('of oneself is refused', async () => {
    expect(refusalOf(await suspend(admin.user.id))).toEqual([403, 'forbidden'])
  })

  test('restored, a person may act again', async () => {
    const someone = await signIn()
    await suspend(someone.user.id)
    const restored = await api('POST', `/api/admin/users/${someone.user.id}/restore`, { as: admin })
    expect(restored.expect(200).as(adminUserSchema)).toMatchObject({ status: 'active', status_reason: null })
    await waitFor(async () => (await api('GET', '/api/me/bids', { as: someone })).status === 200)
  })
})

test.each([-1, 1.005, 100_000_000, 10_000_000_000_000, 1e20, '5', null])(
  'a deposit of %s is 400, and the one before stands',
  async (amount) => {
    const path = `/api/admin/users/${(await signIn()).user.id}/deposit`
    ;(await api('PUT', path, { as: admin, body: { amount: 99_999_999.99 } })).expect(200)
    expect((await api('PUT', path, { as: admin, body: { amount } })).status).toBe(400)
    const [row] = await query('SELECT deposit_cents FROM users WHERE id = ?', [path.split('/')[4] ?? ''])
    expect(Number(row?.deposit_cents)).toBe(9_999_999_999)
  },
)

test('verification and deposit are recorded, and in the audit log with what they were', async () => {
  const { user } = await signIn()
  const verified = await api('POST', `/api/admin/users/${user.id}/verify`, {
    as: admin,
    body: { id: true, payment: true },
  })
  expect(verified.expect(200).as(adminUserSchema)).toMatchObject({
    is_id_verified: true,
    has_payment_method: true,
  })
  const deposit = await api('PUT', `/api/admin/users/${user.id}/deposit`, {
    as: admin,
    body: { amount: 1500.5 },
  })
  expect(deposit.expect(200).at('deposit')).toBe(1500.5)
  const entries = await auditOf(`subject=user&subject_id=${user.id}`)
  expect(entries.map(({ action }) => action)).toEqual(['user.deposit_recorded', 'user.verified'])
  expect(entries[0]).toMatchObject({ before: { deposit_cents: 0 }, after: { deposit_cents: 150_050 } })
})

describe('what admins do elsewhere is in the audit log', () => {
  test('a voided bid and a cancelled auction, with their reasons', async () => {
    const seller = await signIn()
    const { id } = await createAuction(seller, { starting_price: 1000 })
    const bid = await api('POST', `/api/auctions/${id}/bids`, { as: person, body: { amount: 1000 } })
    await api('POST', `/api/auctions/${id}/bids/${bid.int('bid_id')}/void`, {
      as: admin,
      body: { reason: 'a mistake' },
    })
    await api('POST', `/api/auctions/${id}/cancel`, { as: admin, body: { reason: 'stolen' } })
    const entries = await auditOf(`subject=auction&subject_id=${id}`)
    expect(entries.map(({ action, after }) => [action, after])).toEqual([
      ['auction.cancel', { reason: 'stolen' }],
      ['auction.void_bid', { bid_id: bid.int('bid_id'), reason: 'a mistake' }],
    ])
  })

  test('not what a seller does with their own', async () => {
    const seller = await signIn()
    const vehicleId = await createActiveVehicle(seller)
    expect(await auditOf(`subject=vehicle&subject_id=${vehicleId}`)).toEqual([])
  })
})

test('GET /api/admin/listings has vehicles of every status, or of one', async () => {
  const seller = await signIn()
  const draft = await createDraftVehicle(seller)
  const active = await createActiveVehicle(seller)
  const list = async (query: string) =>
    (await api('GET', `/api/admin/listings?seller_id=${seller.user.id}${query}`, { as: admin }))
      .expect(200)
      .at('vehicles')
  expect(await list('')).toMatchObject([{ id: active }, { id: draft }])
  expect(await list('&status=draft')).toMatchObject([{ id: draft }])
  expect(await list('&status=active')).toMatchObject([{ id: active }])
})
