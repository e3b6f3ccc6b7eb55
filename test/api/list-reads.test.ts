import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { COUNTED_AT_ONCE } from '../../src/db/list-counts.ts'
import worker from '../../src/index.ts'
import { VEHICLE_SORTS, vehiclePageSchema } from '../../src/vehicles/schemas.ts'
import { type ApiResponse, api } from '../support/api.ts'
import { countReads, query, select } from '../support/database.ts'
import { AUCTIONS, fillMarket, VEHICLES } from '../support/many-vehicles.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'

const READS_MAX = 2_000

let seller: Person
beforeAll(async () => {
  seller = await signIn()
  const { id } = await createAuction(seller)
  await fillMarket(await createActiveVehicle(seller), id, seller.user.id)
})

/** A request, and what all statements together read for it: that is what is bounded. */
async function get(search: string, as?: Person): Promise<ApiResponse> {
  let answer: ApiResponse | undefined
  const { handlerReads, statements } = await countReads(async () => {
    answer = await api('GET', `/api/vehicles?${search}`, { as })
  })
  const dearest = statements.toSorted((a, b) => b.handlerReads - a.handlerReads)[0]
  expect(handlerReads, `${search}: ${dearest?.handlerReads} for ${dearest?.sql}`).toBeLessThanOrEqual(
    READS_MAX,
  )
  if (!answer) throw new Error('No answer')
  return answer
}
const page = async (search: string, as?: Person) => (await get(search, as)).expect(200).as(vehiclePageSchema)

/** Lets the cron come, a minute later each time, until no list waits to be counted. */
async function sweepUntilCounted(): Promise<void> {
  for (let minute = 0; minute < 20; minute++) {
    const ctx = createExecutionContext()
    const scheduledTime = new Date(Date.now() + minute)
    await worker.scheduled?.(createScheduledController({ scheduledTime, cron: '* * * * *' }), env, ctx)
    await waitOnExecutionContext(ctx)
    const waiting = await query('SELECT list_key FROM list_counts WHERE total IS NULL LIMIT 1')
    if (waiting.length === 0) return
  }
  throw new Error('Lists are left that nobody counted')
}

/** Filters as a buyer sets them: alone and together, with much and with little behind them. The SQL says the same. */
const FILTERS: [string, string][] = [
  ['', '1'],
  ['make=Ferrari', "make = 'Ferrari'"],
  ['make=Nobody', '0'],
  ['model=Model%2017', "model = 'Model 17'"],
  ['make=Tesla&model=Model%2017', "make = 'Tesla' AND model = 'Model 17'"],
  ['year_min=2000', 'year >= 2000'],
  ['year_max=1990', 'year <= 1990'],
  ['year_min=2010&year_max=2012', 'year BETWEEN 2010 AND 2012'],
  ['min_price=80000', 'starting_price_cents >= 8000000'],
  ['max_price=20', 'starting_price_cents <= 2000'],
  ['min_price=500&price_max=60000', 'starting_price_cents BETWEEN 50000 AND 6000000'],
  ['mileage_max=150', 'mileage <= 150'],
  ['mileage_max=150000', 'mileage <= 150000'],
  ['body_type=SUV', "body_type = 'SUV'"],
  ['body_type=hearse', "body_type = 'Hearse'"],
  ['title_type=clean', "title_type = 'clean'"],
  ['title_type=flood', "title_type = 'flood'"],
  ['condition=starts', "`condition` = 'starts'"],
  ['state=TX', "location_state = 'TX'"],
  ['status=in_auction', "status = 'in_auction'"],
  ['seller_id=1123', 'seller_id = 1123'],
  ['q=ford', "make = 'Ford'"],
  ['q=volvo%20xle%20model', "make = 'Volvo' AND trim = 'XLE'"],
  ['q=nothing-has-this', '0'],
  [
    'make=BMW&condition=parts_only&year_min=1995&max_price=80000',
    "make = 'BMW' AND `condition` = 'parts_only' AND year >= 1995 AND starting_price_cents <= 8000000",
  ],
  [
    'state=CA&title_type=salvage&mileage_max=120000&body_type=SUV&status=active&q=honda',
    "location_state = 'CA' AND title_type = 'salvage' AND mileage <= 120000 AND body_type = 'SUV' AND status = 'active' AND make = 'Honda'",
  ],
]
/** All filters in two orders, which differ in their kind of key, and some in the others, which have the same index. */
const LISTS = VEHICLE_SORTS.flatMap((sort) =>
  FILTERS.filter((_, i) => sort === 'newest' || sort === 'price_asc' || i % 3 === 0).map(
    ([search, sql]) => [`sort=${sort}&${search}`, sort, sql] as const,
  ),
)

const ORDER_SQL: Record<(typeof VEHICLE_SORTS)[number], string> = {
  newest: 'id DESC',
  price_asc: 'starting_price_cents, id',
  price_desc: 'starting_price_cents DESC, id DESC',
  year_desc: 'year DESC, id DESC',
  mileage_asc: 'COALESCE(mileage, 2147483647), id',
}
const PUBLIC = "status IN ('active', 'in_auction')"
const idsOf = async (where: string, order: string, offset: number, limit: number): Promise<number[]> =>
  (
    await select(
      z.object({ id: z.coerce.number() }),
      `SELECT id FROM vehicles WHERE ${PUBLIC} AND ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
    )
  ).map(({ id }) => id)
const countOf = async (where: string): Promise<number> =>
  (
    await select(
      z.object({ n: z.coerce.number() }),
      `SELECT COUNT(*) n FROM vehicles WHERE ${PUBLIC} AND ${where}`,
    )
  )[0]?.n ?? 0

describe(`over ${VEHICLES} vehicles and ${AUCTIONS} auctions no request reads more than ${READS_MAX} rows`, () => {
  test.each(LISTS)('%s: the first page, and the next by its cursor', async (search, sort, where) => {
    const matching = await countOf(where)
    const first = await page(`${search}&per_page=100`)
    expect(first.vehicles.map(({ id }) => id)).toEqual(await idsOf(where, ORDER_SQL[sort], 0, 100))
    expect([first.total, first.total_capped]).toEqual([
      Math.min(matching, COUNTED_AT_ONCE),
      matching > COUNTED_AT_ONCE,
    ])
    if (first.next_cursor === null) return
    const second = await page(`${search}&per_page=100&cursor=${first.next_cursor}`)
    expect(second.vehicles.map(({ id }) => id)).toEqual(await idsOf(where, ORDER_SQL[sort], 100, 100))
  })

  test('a page far behind, of a list that nobody has counted yet, is found all the same', async () => {
    const answer = await api('GET', '/api/vehicles?per_page=20&page=500')
    const { vehicles, total, total_capped } = answer.expect(200).as(vehiclePageSchema)
    expect(vehicles.map(({ id }) => id)).toEqual(await idsOf('1 = 1', ORDER_SQL.newest, 9_980, 20))
    expect([total, total_capped]).toEqual([10_000, true])
  })

  describe('once the sweeper has counted', () => {
    beforeAll(sweepUntilCounted)

    // Counting does not depend on the order: the others are looked at with a few filters only.
    const counted = LISTS.filter(([, sort], i) => sort === 'newest' || i % 6 === 0)
    test.each(counted)('%s: total, and the last page that has a number', async (search, sort, where) => {
      const matching = await countOf(where)
      const total = Math.min(matching, 10_000)
      const first = await page(`${search}&per_page=20`)
      expect([first.total, first.total_capped, first.pages]).toEqual([
        total,
        matching > 10_000,
        Math.ceil(total / 20),
      ])
      const last = Math.max(1, Math.ceil(total / 20))
      const { vehicles, current_page } = await page(`${search}&per_page=20&page=${last}`)
      expect(current_page).toBe(last)
      const offset = (last - 1) * 20
      expect(vehicles.map(({ id }) => id)).toEqual(await idsOf(where, ORDER_SQL[sort], offset, 20))
    })

    test('every page in between has its rows', async () => {
      const all = await idsOf('1', ORDER_SQL.price_asc, 0, 10_000)
      for (const number of [1, 12, 13, 25, 26, 60, 61, 75, 100]) {
        const { vehicles } = await page(`sort=price_asc&per_page=100&page=${number}`)
        expect(vehicles.map(({ id }) => id)).toEqual(all.slice((number - 1) * 100, number * 100))
      }
    })

    test('a vehicle that comes anew is on the first page at once', async () => {
      const id = await createActiveVehicle(seller)
      expect((await page('sort=newest&')).vehicles[0]?.id).toBe(id)
    })

    test('a list that nobody asks for any more is no longer counted', async () => {
      await query(
        'UPDATE list_counts SET wanted_until = NOW(3) - INTERVAL 1 DAY, next_attempt_at = NOW(3) - INTERVAL 1 DAY',
      )
      await query(`UPDATE list_counts SET total = NULL`)
      await sweepUntilCounted()
      expect(await query('SELECT list_key FROM list_counts')).toEqual([])
    })
  })

  test.each(VEHICLE_SORTS)('everything of one’s own, a thousand vehicles, by %s', async (sort) => {
    const { total, vehicles } = await page(`seller_id=me&per_page=100&sort=${sort}`, seller)
    expect([total, vehicles.length]).toEqual([expect.any(Number), 100])
    expect(total).toBeGreaterThanOrEqual(VEHICLES / 50)
    await page(`seller_id=me&per_page=20&page=50&sort=${sort}`, seller)
    await page(`seller_id=me&status=draft&sort=${sort}`, seller)
  })

  test.each(VEHICLE_SORTS)('what waits or is over, for admins, by %s', async (sort) => {
    const admin = await signInAdmin()
    const { vehicles } = await page(`status=sold&per_page=100&sort=${sort}`, admin)
    expect(vehicles.map(({ status }) => status)).toEqual(Array(100).fill('sold'))
    await page(`status=draft&make=Honda&sort=${sort}`, admin)
  })
})
