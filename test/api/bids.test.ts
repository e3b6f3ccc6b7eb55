import { describe, expect, test } from 'vitest'
import { auctionSchema, verdictSchema } from '../../src/auctions/schemas.ts'
import { api } from '../support/api.ts'
import { postBid, postTo } from '../support/bids.ts'
import { query, withFault } from '../support/database.ts'
import { createAuction } from '../support/market.ts'
import { signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { openSocket } from '../support/socket.ts'
import { waitFor } from '../support/wait-for.ts'

const [seller, ann, ben] = await Promise.all([signIn(), signIn(), signIn()])

describe('POST /api/auctions/:id/bids', () => {
  test('accepts an exact bid', async () => {
    const { id, ends_at } = await createAuction(seller)
    const verdict = (await postBid(id, ann, { amount: 1234.56 })).expect(201).as(verdictSchema)
    expect(verdict).toEqual({
      success: true,
      bid_id: 3,
      seq: 2,
      leading: true,
      your_max: 1234.56,
      current_bid: 1234.56,
      minimum_bid: 1284.56,
      bid_count: 1,
      ends_at,
      server_time: expect.any(String),
    })
  })

  test('accepts a maximum, and says so when it does not lead', async () => {
    const { id } = await createAuction(seller)
    expect((await postBid(id, ann, { max_bid: 3000 })).expect(201).body).toMatchObject({ current_bid: 1000 })
    const second = (await postBid(id, ben, { max_bid: 2000 })).expect(201)
    expect(second.body).toMatchObject({ leading: false, your_max: 2000, current_bid: 2050 })
  })

  test('◆ POST …/bid and …/auto-bid are the same doors', async () => {
    const { id } = await createAuction(seller)
    expect((await postTo(id, 'bid', ann, { amount: 1000 })).expect(201).at('leading')).toBe(true)
    const auto = (await postTo(id, 'auto-bid', ben, { max_bid: 5000 })).expect(201)
    expect(auto.body).toMatchObject({ leading: true, your_max: 5000, current_bid: 1050 })
    expect(refusalOf(await postTo(id, 'auto-bid', ann, { amount: 6000 }))).toEqual([400, 'amount_invalid'])
  })

  test.each([
    ['broken JSON', '{"amount": 12'],
    ['no body', undefined],
    ['neither amount nor max_bid', {}],
    ['both', { amount: 1500, max_bid: 1500 }],
    ['0', { amount: 0 }],
    ['−1', { amount: -1 }],
    ['0.001', { amount: 0.001 }],
    ['half a cent above a good amount', { amount: 1500.005 }],
    ['1e308', { amount: 1e308 }],
    ['2^53', { amount: 2 ** 53 }],
    ['one cent too many', { amount: 100_000_000 }],
    ['NaN as text', { amount: 'NaN' }],
    ['a number as text', { amount: '1500' }],
    ['null', { amount: null }],
    ['true', { amount: true }],
    ['a list', [{ amount: 1500 }]],
    ['text', '"1500"'],
    ['text of a maximum', { max_bid: 'all' }],
  ])('R8: %s is 400 amount_invalid and changes nothing', async (_what, body) => {
    const { id } = await createAuction(seller)
    expect(refusalOf(await postBid(id, ann, body))).toEqual([400, 'amount_invalid'])
    expect((await api('GET', `/api/auctions/${id}`)).body).toMatchObject({ bid_count: 0, seq: 1 })
  })

  test('a megabyte is 413, another content type 415', async () => {
    const { id } = await createAuction(seller)
    expect(refusalOf(await postBid(id, ann, { amount: 1500, note: 'x'.repeat(1_000_000) }))).toEqual([
      413,
      'too_large',
    ])
    const text = await postBid(id, ann, 'amount=1500', { 'content-type': 'text/plain' })
    expect(refusalOf(text)).toEqual([415, 'unsupported_media_type'])
  })

  test('refuses by the rules’ codes, with minimum_bid where it is too low', async () => {
    const { id } = await createAuction(seller)
    const low = await postBid(id, ann, { amount: 999.99 })
    expect(refusalOf(low)).toEqual([409, 'too_low'])
    expect(low.at('minimum_bid')).toBe(1000)
    expect(refusalOf(await postBid(id, seller, { amount: 2000 }))).toEqual([403, 'own_auction'])
    ;(await postBid(id, ann, { amount: 1000 })).expect(201)
    const leading = await postBid(id, ann, { amount: 1100 })
    expect(refusalOf(leading)).toEqual([409, 'already_leading'])
    expect(leading.body).not.toHaveProperty('minimum_bid')
    expect(refusalOf(await postBid(999_999, ann, { amount: 1000 }))).toEqual([404, 'not_found'])
    const nobody = await api('POST', `/api/auctions/${id}/bids`, { body: { amount: 2000 } })
    expect(refusalOf(nobody)).toEqual([401, 'unauthenticated'])
  })

  test('R2: is not_active before the start', async () => {
    const starts_at = new Date(Date.now() + 3_600_000).toISOString()
    const ends_at = new Date(Date.now() + 7_200_000).toISOString()
    const { id } = await createAuction(seller, { starts_at, ends_at })
    expect(refusalOf(await postBid(id, ann, { amount: 1000 }))).toEqual([409, 'not_active'])
  })

  test('R21: the same id gives the first verdict again; other content is id_reused', async () => {
    const { id } = await createAuction(seller)
    const headers = { 'idempotency-key': 'my first bid' }
    const first = (await postBid(id, ann, { amount: 1000 }, headers)).expect(201)
    ;(await postBid(id, ben, { amount: 1500 })).expect(201)
    const again = (await postBid(id, ann, { amount: 1000 }, headers)).expect(201)
    const { server_time: _, ...verdict } = first.as(verdictSchema)
    expect(again.as(verdictSchema)).toMatchObject(verdict)
    expect(again.headers.get('idempotent-replay')).toBe('true')
    expect(refusalOf(await postBid(id, ann, { amount: 1001 }, headers))).toEqual([409, 'id_reused'])
    expect((await api('GET', `/api/auctions/${id}`)).at('bid_count')).toBe(2)
  })

  test('R21: an Idempotency-Key and a frame’s id are the same id', async () => {
    const { id } = await createAuction(seller)
    const first = (await postBid(id, ann, { amount: 1000 }, { 'idempotency-key': 'one' })).expect(201)
    const socket = await openSocket(id, { as: ann })
    expect(await socket.bid({ amount: 1000 }, 'one')).toMatchObject({ bid_id: first.int('bid_id'), seq: 2 })
    const framed = await socket.bid({ max_bid: 2000 }, 'two')
    const again = (await postBid(id, ann, { max_bid: 2000 }, { 'idempotency-key': 'two' })).expect(201)
    expect(framed).toMatchObject({ type: 'accepted', bid_id: again.int('bid_id') })
    expect(again.headers.get('idempotent-replay')).toBe('true')
    await socket.close()
  })

  test('R21: a refusal is remembered too, with its minimum_bid', async () => {
    const { id } = await createAuction(seller)
    const headers = { 'idempotency-key': 'low' }
    expect(refusalOf(await postBid(id, ann, { amount: 900 }, headers))).toEqual([409, 'too_low'])
    ;(await postBid(id, ben, { amount: 5000 })).expect(201)
    const again = await postBid(id, ann, { amount: 900 }, headers)
    expect([refusalOf(again), again.at('minimum_bid')]).toEqual([[409, 'too_low'], 1000])
  })

  test('R21: an id of more than 64 characters is refused by its name', async () => {
    const { id } = await createAuction(seller)
    const answer = await postBid(id, ann, { amount: 1000 }, { 'idempotency-key': 'x'.repeat(65) })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.at('details.0.path')).toBe('idempotency-key')
  })

  test('a person’s bids need no MySQL, and are there when it is back', async () => {
    const { id } = await createAuction(seller)
    await withFault({ mode: 'refuse' }, async () => {
      for (const amount of [1000, 1100, 1200, 1300]) {
        ;(await postBid(id, (amount / 100) % 2 === 0 ? ann : ben, { amount })).expect(201)
      }
    })
    const rows = await waitFor(
      async () => {
        const found = await query('SELECT amount_cents FROM bids WHERE auction_id = ? ORDER BY bid_id', [id])
        return found.length === 4 && found
      },
      { timeoutMs: 20_000, what: 'the backlog to drain' },
    )
    expect(rows.map(({ amount_cents }) => amount_cents)).toEqual(['100000', '110000', '120000', '130000'])
  })
})

describe('POST /api/auctions/:id/buy-now', () => {
  test('R14: sells at the buy-now price, once', async () => {
    const { id } = await createAuction(seller, { buy_now_price: 4000 })
    const bought = (await postTo(id, 'buy-now', ann)).expect(201).as(verdictSchema)
    expect(bought).toMatchObject({ leading: true, your_max: 4000, current_bid: 4000, minimum_bid: null })
    const auction = (await api('GET', `/api/auctions/${id}`)).as(auctionSchema)
    expect(auction).toMatchObject({ status: 'ended', outcome: 'sold', current_bid: 4000 })
    expect(refusalOf(await postTo(id, 'buy-now', ben))).toEqual([409, 'ended'])
  })

  test('R14: is buy_now_gone once there is a bid, and where there was none', async () => {
    const { id } = await createAuction(seller, { buy_now_price: 4000 })
    ;(await postBid(id, ann, { amount: 1000 })).expect(201)
    expect(refusalOf(await postTo(id, 'buy-now', ben))).toEqual([409, 'buy_now_gone'])
    const none = await createAuction(seller)
    expect(refusalOf(await postTo(none.id, 'buy-now', ben))).toEqual([409, 'buy_now_gone'])
    expect(refusalOf(await postTo(none.id, 'buy-now', seller))).toEqual([403, 'own_auction'])
    expect(refusalOf(await postTo(none.id, 'buy-now', undefined))).toEqual([401, 'unauthenticated'])
  })
})
