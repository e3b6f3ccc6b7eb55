import { describe, expect, onTestFinished, test } from 'vitest'
import { auctionSchema } from '../../src/auctions/schemas.ts'
import { api } from '../support/api.ts'
import { clearFault, setFault, withFault } from '../support/database.ts'
import { type Auction, createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const HOUR_MS = 3_600_000
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()

const [seller, bidder, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])

const get = (id: number, as?: Person) => api('GET', `/api/auctions/${id}`, { as })
const patch = (id: number, body: unknown, as: Person = seller) =>
  api('PATCH', `/api/auctions/${id}`, { body, as })
const cancel = (id: number, as: Person, body: unknown = { reason: 'title lost' }) =>
  api('POST', `/api/auctions/${id}/cancel`, { body, as })
const bid = (id: number, body: unknown, as: Person = bidder) =>
  api('POST', `/api/auctions/${id}/bids`, { body, as })
const schedule = (overrides = {}): Promise<Auction> =>
  createAuction(seller, { starts_at: inMs(HOUR_MS), ends_at: inMs(2 * HOUR_MS), ...overrides })

describe('GET /api/auctions/:id', () => {
  test('R9: shows the reserve to the seller and admins only, and no cancel_reason while not cancelled', async () => {
    const { id } = await createAuction(seller, { reserve_price: 3000 })
    for (const person of [seller, admin]) expect((await get(id, person)).at('reserve_price')).toBe(3000)
    for (const person of [bidder, undefined]) {
      const { body } = await get(id, person)
      expect(body).toMatchObject({ has_reserve: true, reserve_met: false })
      expect(body).not.toHaveProperty('reserve_price')
      expect(body).not.toHaveProperty('cancel_reason')
    }
  })

  test('shows a caller who has bid who they are here, and nobody else’s maximum', async () => {
    const { id } = await createAuction(seller)
    ;(await bid(id, { max_bid: 7654.32 })).expect(201)
    const mine = (await get(id, bidder)).as(auctionSchema)
    expect(mine.you).toEqual({ alias: 'Bidder 1', leading: true, max_bid: 7654.32 })
    expect(mine).toMatchObject({
      current_bid: 1000,
      high_bidder: 'Bidder 1',
      minimum_bid: 1050,
      bid_count: 1,
    })
    const others = await get(id, seller)
    expect(others.at('you')).toBeNull()
    expect(others.text).not.toContain('7654')
  })

  test('answers from the room with MySQL away', async () => {
    const { id } = await createAuction(seller)
    ;(await bid(id, { amount: 1200 })).expect(201)
    await withFault({ mode: 'refuse' }, async () => {
      const answer = (await get(id, bidder)).expect(200)
      expect(answer.as(auctionSchema)).toMatchObject({ current_bid: 1200, vehicle: { make: 'Honda' } })
    })
  })

  test('answers from the room until the auction is settled, though it is over and MySQL away', async () => {
    const { id } = await createAuction(seller, { buy_now_price: 2000 })
    await setFault({ mode: 'refuse' })
    onTestFinished(clearFault)
    ;(await api('POST', `/api/auctions/${id}/buy-now`, { as: bidder })).expect(201)
    const answer = (await get(id)).expect(200)
    expect(answer.body).toMatchObject({ status: 'ended', outcome: 'sold', vehicle: { status: 'in_auction' } })
    expect((await api('GET', `/api/auctions/${id}/bids`)).expect(200).at('bid_count')).toBe(1)
    await clearFault()
    const settled = async () => (await get(id)).at('vehicle.status') === 'sold'
    await waitFor(settled, { timeoutMs: 20_000, what: 'the settlement' })
    expect((await get(id)).body).toMatchObject({ status: 'ended', outcome: 'sold', current_bid: 2000 })
  })

  test.each(['999999', '0', '-1', 'abc', '1.5', '99999999999999999999'])('is 404 for %s', async (id) => {
    expect(refusalOf(await api('GET', `/api/auctions/${id}`))).toEqual([404, 'not_found'])
  })

  test('a token that is not good is 401', async () => {
    const { id } = await createAuction(seller)
    expect(refusalOf(await api('GET', `/api/auctions/${id}`, { token: 'x.y.z' }))).toEqual([
      401,
      'unauthenticated',
    ])
  })
})

describe('PATCH /api/auctions/:id', () => {
  test('changes everything while scheduled', async () => {
    const { id } = await schedule({ reserve_price: 2000 })
    const ends_at = inMs(3 * HOUR_MS)
    const changes = {
      ends_at,
      starting_price: 500,
      reserve_price: null,
      buy_now_price: 9000,
      sale_type: 'on_approval',
      increments: [{ from: 0, step: 5 }],
      soft_close: { window_s: 60 },
      below_reserve: 'post_max',
    }
    const changed = (await patch(id, changes)).expect(200).as(auctionSchema)
    expect(changed).toMatchObject({
      ...changes,
      has_reserve: false,
      minimum_bid: 500,
      original_ends_at: ends_at,
      soft_close: { mode: 'reset', window_s: 60, extension_s: 120, max_extensions: null },
    })
    expect((await get(id, seller)).as(auctionSchema)).toMatchObject({ starting_price: 500, ends_at })
  })

  test('R11: while active lowers the reserve once, drops it, and nothing else', async () => {
    const { id } = await createAuction(seller, { reserve_price: 3000 })
    expect(refusalOf(await patch(id, { starting_price: 1 }))).toEqual([409, 'wrong_status'])
    expect(refusalOf(await patch(id, { reserve_price: 3500 }))).toEqual([409, 'reserve_locked'])
    const below = await patch(id, { reserve_price: 999 })
    expect(refusalOf(below)).toEqual([400, 'validation_failed'])
    expect(below.at('details.0.path')).toBe('reserve_price')
    expect((await patch(id, { reserve_price: 2000 })).expect(200).at('reserve_price')).toBe(2000)
    expect(refusalOf(await patch(id, { reserve_price: 1500 }))).toEqual([409, 'reserve_locked'])
    expect((await patch(id, { reserve_price: null })).expect(200).at('has_reserve')).toBe(false)
  })

  test.each([
    ['nothing', {}],
    ['nothing known', { colour: 'red' }],
    ['a reserve below the starting price', { reserve_price: 1 }],
    ['an end before the start', { ends_at: inMs(HOUR_MS) }],
    ['text for a price', { starting_price: 'a lot' }],
  ])('refuses %s', async (_what, changes) => {
    const { id } = await schedule()
    expect(refusalOf(await patch(id, changes))).toEqual([400, 'validation_failed'])
  })

  test('is the seller’s alone', async () => {
    const { id } = await schedule()
    for (const person of [bidder, admin]) {
      expect(refusalOf(await patch(id, { starting_price: 1 }, person))).toEqual([403, 'forbidden'])
    }
    expect(refusalOf(await patch(999_999, { starting_price: 1 }))).toEqual([404, 'not_found'])
  })
})

describe('POST /api/auctions/:id/cancel', () => {
  test('R17: the seller may while there is no bid; everyone sees the reason', async () => {
    const { id } = await createAuction(seller)
    const cancelled = (await cancel(id, seller)).expect(200).as(auctionSchema)
    expect(cancelled).toMatchObject({ status: 'cancelled', cancel_reason: 'title lost', time_remaining: 0 })
    expect((await get(id)).at('cancel_reason')).toBe('title lost')
    expect(refusalOf(await cancel(id, seller))).toEqual([409, 'cancelled'])
    expect(refusalOf(await bid(id, { amount: 1000 }))).toEqual([409, 'cancelled'])
  })

  test('R17: with a bid only an admin may', async () => {
    const { id } = await createAuction(seller)
    ;(await bid(id, { amount: 1000 })).expect(201)
    expect(refusalOf(await cancel(id, seller))).toEqual([409, 'has_bids'])
    expect((await cancel(id, admin)).expect(200).at('status')).toBe('cancelled')
  })

  test('R17: an absolute auction that has opened is wrong_status for its seller', async () => {
    const { id } = await createAuction(seller, { sale_type: 'absolute' })
    expect(refusalOf(await cancel(id, seller))).toEqual([409, 'wrong_status'])
  })

  test('wants a reason, and somebody who may', async () => {
    const { id } = await createAuction(seller)
    for (const body of [{}, { reason: '' }, { reason: '   ' }, { reason: 'x'.repeat(501) }, { reason: 7 }]) {
      expect(refusalOf(await cancel(id, seller, body))).toEqual([400, 'validation_failed'])
    }
    expect(refusalOf(await cancel(id, bidder))).toEqual([403, 'forbidden'])
    expect(refusalOf(await cancel(999_999, seller))).toEqual([404, 'not_found'])
    const nobody = await api('POST', `/api/auctions/${id}/cancel`, { body: { reason: 'x' } })
    expect(refusalOf(nobody)).toEqual([401, 'unauthenticated'])
  })

  test('M1: returns the vehicle, which can be put up again', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    const { id } = await createAuction(seller, { vehicle_id })
    ;(await cancel(id, seller)).expect(200)
    await waitFor(async () => (await api('GET', `/api/vehicles/${vehicle_id}`)).at('status') === 'active')
    expect((await createAuction(seller, { vehicle_id })).id).not.toBe(id)
  })
})

describe('POST /api/auctions/:id/ticket', () => {
  test('gives a ticket for 30 s and where to connect', async () => {
    const { id } = await createAuction(seller)
    const answer = (await api('POST', `/api/auctions/${id}/ticket`, { as: bidder })).expect(200)
    expect(answer.body).toEqual({
      ticket: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_in: 30,
      url: `ws://localhost:5001/api/auctions/${id}/live`,
    })
  })

  test('is 404 for an auction that is not there, 401 for a stranger', async () => {
    expect(refusalOf(await api('POST', '/api/auctions/999999/ticket', { as: bidder }))).toEqual([
      404,
      'not_found',
    ])
    const { id } = await createAuction(seller)
    expect(refusalOf(await api('POST', `/api/auctions/${id}/ticket`))).toEqual([401, 'unauthenticated'])
  })
})
