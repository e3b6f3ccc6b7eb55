import { beforeAll, describe, expect, test } from 'vitest'
import { auctionMadeSchema, auctionSchema } from '../../src/auctions/schemas.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction, createDraftVehicle } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const HOUR_MS = 3_600_000
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()

let seller: Person
let stranger: Person
beforeAll(async () => {
  seller = await signIn()
  stranger = await signIn()
})

const post = (body: unknown, as: Person | undefined = seller, headers = {}) =>
  api('POST', '/api/auctions', { body, headers, as })

describe('POST /api/auctions', () => {
  test('puts an active vehicle up for auction; without starts_at it opens at once', async () => {
    const vehicle_id = await createActiveVehicle(seller, { reserve_price: 2000, buy_now_price: 5000 })
    const ends_at = inMs(HOUR_MS)
    const answer = (await post({ vehicle_id, ends_at })).expect(201)
    const { message, auction_id, auction } = answer.as(auctionMadeSchema)
    expect([message, auction_id]).toEqual(['Auction created', auction.id])
    expect(auction).toMatchObject({
      vehicle_id,
      seller_id: seller.user.id,
      status: 'active',
      outcome: null,
      auction_type: 'timed',
      sale_type: 'reserve',
      currency: 'USD',
      starting_price: 1000,
      has_reserve: true,
      reserve_met: false,
      reserve_price: 2000,
      buy_now_price: 5000,
      current_bid: 0,
      minimum_bid: 1000,
      bid_count: 0,
      high_bidder: null,
      ends_at,
      original_ends_at: ends_at,
      extended_count: 0,
      increments: [
        { from: 0, step: 10 },
        { from: 100, step: 25 },
        { from: 1000, step: 50 },
        { from: 5000, step: 100 },
        { from: 25_000, step: 250 },
      ],
      soft_close: { mode: 'reset', window_s: 120, extension_s: 120, max_extensions: null },
      below_reserve: 'proxy',
      seq: 1,
      you: null,
      vehicle: { id: vehicle_id, make: 'Honda', status: 'in_auction' },
    })
    expect(auction.time_remaining).toBeGreaterThan(3_590)
    const shown = (await api('GET', `/api/auctions/${auction_id}`, { as: seller })).as(auctionSchema)
    const { server_time: _, time_remaining: __, ...made } = auction
    expect(shown).toMatchObject(made)
  })

  test('is scheduled where starts_at lies ahead', async () => {
    const auction = await createAuction(seller, { starts_at: inMs(HOUR_MS), ends_at: inMs(2 * HOUR_MS) })
    expect(auction).toMatchObject({ status: 'scheduled', seq: 0 })
  })

  test('a starts_at that has passed opens it at once', async () => {
    const auction = await createAuction(seller, { starts_at: inMs(-HOUR_MS) })
    expect(auction.status).toBe('active')
    expect(Date.parse(auction.starts_at)).toBeGreaterThan(Date.now() - 60_000)
  })

  test('a price left out is the vehicle’s, null means none', async () => {
    const vehicle_id = await createActiveVehicle(seller, { reserve_price: 2000, buy_now_price: 5000 })
    const auction = await createAuction(seller, { vehicle_id, starting_price: 1500, buy_now_price: null })
    expect(auction).toMatchObject({ starting_price: 1500, reserve_price: 2000, buy_now_price: null })
  })

  test('an absolute sale inherits neither reserve nor buy-now price', async () => {
    const vehicle_id = await createActiveVehicle(seller, { reserve_price: 2000, buy_now_price: 5000 })
    const auction = await createAuction(seller, { vehicle_id, sale_type: 'absolute' })
    expect(auction).toMatchObject({ has_reserve: false, reserve_met: null, buy_now_price: null })
  })

  test('each field of soft_close that is missing is R12’s default', async () => {
    const auction = await createAuction(seller, { soft_close: { mode: 'extend', max_extensions: 3 } })
    expect(auction.soft_close).toEqual({ mode: 'extend', window_s: 120, extension_s: 120, max_extensions: 3 })
  })

  test.each([
    ['a reserve below the starting price', { reserve_price: 999.99 }, 'reserve_price'],
    ['R14: a buy-now price at the starting price', { buy_now_price: 1000 }, 'buy_now_price'],
    ['R14: a buy-now price below the reserve', { reserve_price: 3000, buy_now_price: 2999 }, 'buy_now_price'],
    ['R15: an absolute sale with a reserve', { sale_type: 'absolute', reserve_price: 2000 }, 'reserve_price'],
    ['R15: an absolute sale with buy-now', { sale_type: 'absolute', buy_now_price: 2000 }, 'buy_now_price'],
    ['an end in the past', { ends_at: inMs(-1000) }, 'ends_at'],
    ['less than AUCTION_MIN_SECONDS', { ends_at: inMs(4_000) }, 'ends_at'],
    ['more than 90 days', { ends_at: inMs(91 * 24 * HOUR_MS) }, 'ends_at'],
    ['R8: no increments', { increments: [] }, 'increments'],
    ['R8: increments that do not begin at 0', { increments: [{ from: 1, step: 1 }] }, 'increments.0.from'],
    ['R8: a step of nothing', { increments: [{ from: 0, step: 0 }] }, 'increments.0.step'],
    ['R12: a window over an hour', { soft_close: { mode: 'reset', window_s: 3601 } }, 'soft_close.window_s'],
    ['more extensions than can be', { soft_close: { max_extensions: 2 ** 40 } }, 'soft_close.max_extensions'],
    [
      'an end in the year 10000',
      { starts_at: '9999-12-31T23:00:00Z', ends_at: '9999-12-31T23:59:59-23:59' },
      'ends_at',
    ],
    [
      'an end for which no alarm can be set',
      { starts_at: '2190-01-01T00:00:00Z', ends_at: '2190-01-02T00:00:00Z' },
      'ends_at',
    ],
    ['a negative price', { starting_price: -1 }, 'starting_price'],
    ['half a cent', { starting_price: 1000.005 }, 'starting_price'],
    ['a price as text', { starting_price: '1000' }, 'starting_price'],
    ['no starting price', { starting_price: null }, 'starting_price'],
    ['an unknown sale type', { sale_type: 'dutch' }, 'sale_type'],
    ['an end without a time zone', { ends_at: '2027-01-01T00:00:00' }, 'ends_at'],
    ['a vehicle that is no id', { vehicle_id: '7' }, 'vehicle_id'],
  ])('refuses %s', async (_what, changes, path) => {
    const vehicle_id = await createActiveVehicle(seller)
    const answer = await post({ vehicle_id, ends_at: inMs(HOUR_MS), ...changes })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.at('details')).toEqual(expect.arrayContaining([expect.objectContaining({ path })]))
    const vehicle = await api('GET', `/api/vehicles/${vehicle_id}`)
    expect(vehicle.at('status')).toBe('active')
  })

  test('refuses whom the vehicle does not belong to: 403 where they may see it, 404 where not', async () => {
    const ends_at = inMs(HOUR_MS)
    const active = await createActiveVehicle(seller)
    const draft = await createDraftVehicle(seller)
    expect(refusalOf(await post({ vehicle_id: active, ends_at }, stranger))).toEqual([403, 'forbidden'])
    expect(refusalOf(await post({ vehicle_id: draft, ends_at }, stranger))).toEqual([404, 'not_found'])
    expect(refusalOf(await post({ vehicle_id: 999_999, ends_at }))).toEqual([404, 'not_found'])
    const admin = await signInAdmin()
    expect(refusalOf(await post({ vehicle_id: active, ends_at }, admin))).toEqual([403, 'forbidden'])
    const nobody = await api('POST', '/api/auctions', { body: { vehicle_id: active, ends_at } })
    expect(refusalOf(nobody)).toEqual([401, 'unauthenticated'])
  })

  test('refuses a vehicle that is not active, one in auction included', async () => {
    const draft = await createDraftVehicle(seller)
    const { vehicle_id } = await createAuction(seller)
    for (const id of [draft, vehicle_id]) {
      const answer = await post({ vehicle_id: id, ends_at: inMs(HOUR_MS) })
      expect(refusalOf(answer)).toEqual([409, 'wrong_status'])
    }
  })

  test('of two at once for the same vehicle one is made', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    const body = { vehicle_id, ends_at: inMs(HOUR_MS) }
    const answers = await Promise.all([post(body), post(body), post(body)])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const [made] = await query('SELECT COUNT(*) AS n FROM auctions WHERE vehicle_id = ?', [vehicle_id])
    expect(made).toEqual({ n: '1' })
  })

  test('repeated under its Idempotency-Key it answers the same again; another body is id_reused', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    const body = { vehicle_id, ends_at: inMs(HOUR_MS) }
    const headers = { 'idempotency-key': 'one auction' }
    const first = (await post(body, seller, headers)).expect(201)
    const second = (await post(body, seller, headers)).expect(201)
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('idempotent-replay')).toBe('true')
    const other = await post({ ...body, starting_price: 5 }, seller, headers)
    expect(refusalOf(other)).toEqual([409, 'id_reused'])
  })

  test('a COMMIT whose answer is lost makes one auction, and answers with it', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    const answer = await withFault({ mode: 'lose-answer', matching: '^\\s*commit', times: 1 }, () =>
      post({ vehicle_id, ends_at: inMs(HOUR_MS) }),
    )
    const id = answer.expect(201).int('auction_id')
    expect(await query('SELECT id FROM auctions WHERE vehicle_id = ?', [vehicle_id])).toEqual([
      { id: String(id) },
    ])
    await waitFor(async () => (await api('GET', `/api/auctions/${id}`)).at('status') === 'active')
  })
})
