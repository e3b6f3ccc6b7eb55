import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auctionPageSchema, myBidsSchema } from '../../src/auctions/schemas.ts'
import { api } from '../support/api.ts'
import { query, select } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const MINUTE_MS = 60_000
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString()

let ann: Person
let ben: Person
let buyer: Person
/** By what they are called below. */
const ids: Record<string, number> = {}

const list = async (params: string, as?: Person) => {
  const answer = await api('GET', `/api/auctions?${params}`, { as })
  return answer.expect(200).as(auctionPageSchema)
}
const names = (page: { auctions: { id: number }[] }) =>
  page.auctions.map(({ id }) => Object.keys(ids).find((name) => ids[name] === id))

beforeAll(async () => {
  ;[ann, ben, buyer] = await Promise.all([signIn(), signIn(), signIn()])
  const open = async (
    name: string,
    seller: Person,
    vehicle: object,
    auction: Record<string, unknown>,
  ): Promise<void> => {
    const vehicle_id = await createActiveVehicle(seller, vehicle)
    ids[name] = (await createAuction(seller, { vehicle_id, ...auction })).id
  }
  await open('accord', ann, { year: 2003 }, { ends_at: inMinutes(60) })
  await open('civic', ann, { model: 'Civic', year: 2010, starting_price: 3000 }, { ends_at: inMinutes(30) })
  await open('camry', ben, { make: 'Toyota', model: 'Camry', year: 2015 }, { ends_at: inMinutes(90) })
  await open('later', ben, { year: 2020 }, { starts_at: inMinutes(10), ends_at: inMinutes(20) })
  await open('gone', ben, { year: 1999 }, { ends_at: inMinutes(10) })
  for (const [name, amount] of [
    ['accord', 1000],
    ['accord', 5000],
    ['camry', 2000],
  ] as const) {
    const as = amount === 5000 ? ben : buyer
    ;(await api('POST', `/api/auctions/${ids[name]}/bids`, { as, body: { amount } })).expect(201)
  }
  const gone = { as: ben, body: { reason: 'sold elsewhere' } }
  ;(await api('POST', `/api/auctions/${ids.gone}/cancel`, gone)).expect(200)
  await waitFor(async () => {
    const behind = await query(
      `SELECT 1 FROM auctions WHERE projected = 0 OR (id = ? AND bid_count < 2) OR (id = ? AND bid_count < 1)
       OR (id = ? AND settled_at IS NULL)`,
      [ids.accord, ids.camry, ids.gone],
    )
    return behind.length === 0
  })
})

describe('GET /api/auctions', () => {
  test.each([
    ['what ends soonest first, and what is over last', '', ['later', 'civic', 'accord', 'camry', 'gone']],
    ['the newest', 'sort=newest', ['gone', 'later', 'camry', 'civic', 'accord']],
    ['the dearest', 'sort=price_desc', ['accord', 'civic', 'camry', 'gone', 'later']],
    ['the most bids', 'sort=bids_desc', ['accord', 'camry', 'gone', 'later', 'civic']],
    ['active ones', 'status=active', ['civic', 'accord', 'camry']],
    ['scheduled ones', 'status=scheduled&sort=newest', ['later']],
    ['cancelled ones', 'status=cancelled', ['gone']],
    ['a make', 'make=toyota', ['camry']],
    ['a make and a model', 'make=Honda&model=Civic', ['civic']],
    ['years', 'year_min=2003&year_max=2010', ['civic', 'accord']],
    ['a price, which is the starting price without a bid', 'min_price=3000', ['civic', 'accord']],
    ['a highest price', 'max_price=2000&status=active', ['camry']],
    ['filters left empty', 'make=&min_price=&sort=&status=active', ['civic', 'accord', 'camry']],
    [
      'all filters together',
      'make=Honda&model=Accord&year_min=2000&min_price=4999.99&sort=bids_desc',
      ['accord'],
    ],
  ])('lists %s', async (_what, params, expected) => {
    expect(names(await list(params))).toEqual(expected)
  })

  test('lists by seller, vehicle and end', async () => {
    expect(names(await list(`seller_id=${ann.user.id}`))).toEqual(['civic', 'accord'])
    expect(names(await list(`seller_id=${ben.user.id}&sort=newest&status=active`))).toEqual(['camry'])
    expect(names(await list('seller_id=me&status=active', ann))).toEqual(['civic', 'accord'])
    const { auctions } = await list('make=Toyota')
    expect(names(await list(`vehicle_id=${auctions[0]?.vehicle_id}`))).toEqual(['camry'])
    const before = encodeURIComponent(inMinutes(45))
    expect(names(await list(`ending_before=${before}&status=active`))).toEqual(['civic'])
  })

  test('shows each as by itself: its vehicle, the reserve to its seller, what the caller has bid', async () => {
    const [accord] = (await list('make=Honda&model=Accord&status=active', buyer)).auctions
    expect(accord).toMatchObject({
      id: ids.accord,
      current_bid: 5000,
      bid_count: 2,
      high_bidder: 'Bidder 2',
      you: { alias: 'Bidder 1', leading: false, max_bid: 1000 },
      vehicle: { make: 'Honda', status: 'in_auction' },
    })
    expect(accord).not.toHaveProperty('reserve_price')
    expect(accord?.vehicle).not.toHaveProperty('auction')
  })

  test('pages by number and by cursor, stable while bids move the order', async () => {
    const first = await list('per_page=2&sort=newest')
    expect(first).toMatchObject({ total: 5, total_capped: false, pages: 3, current_page: 1 })
    const second = await list(`per_page=2&sort=newest&cursor=${first.next_cursor}`)
    const third = await list(`per_page=2&sort=newest&cursor=${second.next_cursor}`)
    expect([first, second, third].flatMap(names)).toEqual(['gone', 'later', 'camry', 'civic', 'accord'])
    expect(third).toMatchObject({ next_cursor: null, pages: null, current_page: null })
    expect(names(await list('per_page=2&sort=newest&page=2'))).toEqual(names(second))
    for (const sort of ['ending_soonest', 'price_desc', 'bids_desc']) {
      const whole = await list(`sort=${sort}`)
      const begin = await list(`per_page=3&sort=${sort}`)
      const rest = await list(`per_page=3&sort=${sort}&cursor=${begin.next_cursor}`)
      expect([...names(begin), ...names(rest)]).toEqual(names(whole))
    }
    const answer = await api('GET', '/api/auctions?per_page=2&sort=newest&make=Honda')
    expect(answer.headers.get('link')).toMatch(
      /^<\/api\/auctions\?per_page=2&sort=newest&make=Honda&cursor=[\w-]+>; rel="next"$/,
    )
  })

  test.each([
    'status=open',
    'sort=cheapest',
    'year_min=old',
    'min_price=1e9',
    'min_price=-1',
    'seller_id=x',
    'ending_before=tomorrow',
    'page=0',
    'page=1000',
    'per_page=101',
    'cursor=abc',
  ])('refuses %s', async (params) => {
    expect(refusalOf(await api('GET', `/api/auctions?${params}`))).toEqual([400, 'validation_failed'])
  })

  test('refuses a cursor of another order, and me without a sign-in', async () => {
    const { next_cursor } = await list('per_page=2&sort=newest')
    const other = await api('GET', `/api/auctions?sort=price_desc&cursor=${next_cursor}`)
    expect(refusalOf(other)).toEqual([400, 'validation_failed'])
    expect(refusalOf(await api('GET', '/api/auctions?seller_id=me'))).toEqual([401, 'unauthenticated'])
  })
})

describe('GET /api/me/bids', () => {
  const mine = async (as: Person, params = '') =>
    (await api('GET', `/api/me/bids${params}`, { as })).expect(200).as(myBidsSchema)

  test('has one row for each auction that the caller has bid in, the newest first', async () => {
    const page = await mine(buyer)
    expect(page.bids.map(({ auction, ...row }) => [auction.id, row])).toEqual([
      [ids.camry, { your_max: 2000, leading: true, outcome: null }],
      [ids.accord, { your_max: 1000, leading: false, outcome: null }],
    ])
    expect(page).toMatchObject({ total: 2, current_page: 1 })
    expect(page.bids[0]?.auction).toMatchObject({ vehicle: { make: 'Toyota' }, you: { alias: 'Bidder 1' } })
    const next = await mine(buyer, `?per_page=1&cursor=${(await mine(buyer, '?per_page=1')).next_cursor}`)
    expect(next.bids.map(({ auction }) => auction.id)).toEqual([ids.accord])
  })

  test('is empty for who has not bid, and 401 for a stranger', async () => {
    expect((await mine(ann)).bids).toEqual([])
    expect(refusalOf(await api('GET', '/api/me/bids'))).toEqual([401, 'unauthenticated'])
  })
})

describe('vehicles show the auction that they are in', () => {
  test('◆ as {id, status, current_bid, bid_count, ends_at, time_remaining}', async () => {
    const [row] = await select(
      z.object({ vehicle_id: z.string() }),
      'SELECT vehicle_id FROM auctions WHERE id = ?',
      [ids.accord],
    )
    const vehicle = (await api('GET', `/api/vehicles/${row?.vehicle_id}`)).expect(200)
    expect(vehicle.at('auction')).toEqual({
      id: ids.accord,
      status: 'active',
      current_bid: 5000,
      bid_count: 2,
      ends_at: expect.any(String),
      time_remaining: expect.any(Number),
    })
  })
})
