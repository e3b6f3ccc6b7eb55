import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { auctionPageSchema, bidHistorySchema, myBidsSchema } from '../../src/auctions/schemas.ts'
import worker from '../../src/index.ts'
import { orderPageSchema } from '../../src/orders/schemas.ts'
import { api } from '../support/api.ts'
import { countReads, query } from '../support/database.ts'
import { createAuction } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'
import { waitFor } from '../support/wait-for.ts'

const AUCTIONS = 5_000
const READS_MAX = 2_000
const FIRST_ID = 1_000

let person: Person

/** Copies one auction, its vehicle, a bid and an order until there are 5 000 of each, spread over makes, years and prices. */
async function fill(auctionId: number): Promise<void> {
  const columnsOf = async (table: string, but: string[]) => {
    const rows = await query(`SHOW COLUMNS FROM ${table} WHERE Extra NOT LIKE '%GENERATED%'`)
    return rows.map(({ Field }) => String(Field)).filter((name) => !but.includes(name))
  }
  const copy = async (table: string, fresh: Record<string, string>, where: string) => {
    const kept = await columnsOf(table, Object.keys(fresh))
    await query(
      `INSERT INTO ${table} (${[...kept, ...Object.keys(fresh)].map((name) => `\`${name}\``).join(', ')})
       SELECT ${[...kept.map((name) => `t.\`${name}\``), ...Object.values(fresh)].join(', ')}
       FROM ${table} t JOIN numbers WHERE ${where}`,
    )
  }
  await query('CREATE TABLE numbers (n INT PRIMARY KEY)')
  for (let from = 0; from < AUCTIONS; from += 1_000) {
    const values = Array.from({ length: 1_000 }, (_, i) => `(${from + i})`).join(', ')
    await query(`INSERT INTO numbers VALUES ${values}`)
  }
  const [auction] = await query('SELECT vehicle_id FROM auctions WHERE id = ?', [auctionId])
  await copy(
    'vehicles',
    { id: `${FIRST_ID} + n`, vin: "CONCAT('COPY', n)", live_vin: 'NULL' },
    `t.id = ${auction?.vehicle_id}`,
  )
  await copy(
    'auctions',
    {
      id: `${FIRST_ID} + n`,
      vehicle_id: `${FIRST_ID} + n`,
      creation_key: "CONCAT('copy', n)",
      status: "ELT(1 + n % 3, 'active', 'ended', 'scheduled')",
      ends_at: 'DATE_ADD(t.ends_at, INTERVAL n SECOND)',
      ending_key: 't.ending_key + n * 1000',
      price_cents: '100000 + n',
      bid_count: 'n % 50',
      make: "ELT(1 + n % 7, 'Honda', 'Toyota', 'Ford', 'Jeep', 'Kia', 'Ram', 'Audi')",
      model: "CONCAT('Model ', n % 70)",
      year: '1990 + n % 35',
    },
    `t.id = ${auctionId}`,
  )
  await copy('auction_bidders', { auction_id: `${FIRST_ID} + n` }, `t.auction_id = ${auctionId}`)
  await copy('bids', { bid_id: '1000 + n', seq: '1000 + n' }, `t.auction_id = ${auctionId} ORDER BY n`)
  await copy(
    'orders',
    {
      id: `${FIRST_ID} + n`,
      order_number: "CONCAT('copy', n)",
      source_key: "CONCAT('copy', n)",
      vehicle_id: `${FIRST_ID} + n`,
    },
    `t.auction_id = ${auctionId}`,
  )
  await copy(
    'invoices',
    { id: `${FIRST_ID} + n`, order_id: `${FIRST_ID} + n`, invoice_number: "CONCAT('copy', n)" },
    `t.order_id = (SELECT id FROM orders WHERE source_key = 'auction:${auctionId}')`,
  )
  await query('DROP TABLE numbers')
  await query('ANALYZE TABLE auctions, vehicles, auction_bidders, bids, orders')
}

beforeAll(async () => {
  const seller = await signIn()
  person = await signIn()
  const { id } = await createAuction(seller, { buy_now_price: 5000 })
  ;(await api('POST', `/api/auctions/${id}/buy-now`, { as: person })).expect(201)
  await waitFor(async () => (await query('SELECT 1 FROM orders')).length === 1)
  await fill(id)
})

async function readsOf(path: string, as?: Person): Promise<{ reads: number; body: unknown }> {
  let body: unknown
  const { handlerReads } = await countReads(async () => {
    body = (await api('GET', path, { as })).expect(200).body
  })
  return { reads: handlerReads, body }
}

describe(`over ${AUCTIONS} auctions a request reads at most ${READS_MAX} rows`, () => {
  const sorts = ['ending_soonest', 'newest', 'price_desc', 'bids_desc']
  const filters = [
    '',
    'status=active',
    'status=cancelled',
    'seller_id=1',
    'seller_id=1&status=ended',
    'seller_id=999999',
    'vehicle_id=3000',
    'make=Jeep',
    'make=Jeep&model=Model%203',
    'make=Lancia',
    'year_min=2001&year_max=2001&status=ended',
    'year_min=1880&year_max=1890',
    'min_price=1049.99&max_price=1050',
    'min_price=90000',
    'ending_before=2001-01-01T00:00:00Z',
    'status=scheduled&make=Audi&model=Model%206&year_min=1996&min_price=1000.01&seller_id=1',
  ]
  test.each(sorts.flatMap((sort) => filters.map((filter) => `sort=${sort}&per_page=100&${filter}`)))(
    'GET /api/auctions?%s',
    async (params) => {
      const first = await readsOf(`/api/auctions?${params}`, person)
      expect(first.reads).toBeLessThanOrEqual(READS_MAX)
      const { next_cursor } = auctionPageSchema.pick({ next_cursor: true }).parse(first.body)
      if (next_cursor === null) return
      const second = await readsOf(`/api/auctions?${params}&cursor=${next_cursor}`, person)
      expect(second.reads).toBeLessThanOrEqual(READS_MAX)
    },
  )

  test('GET /api/me/bids', async () => {
    const { reads, body } = await readsOf('/api/me/bids?per_page=100', person)
    expect(reads).toBeLessThanOrEqual(READS_MAX)
    expect(myBidsSchema.parse(body)).toMatchObject({ total_capped: true })
  })

  test('GET /api/orders', async () => {
    const { reads, body } = await readsOf('/api/orders?per_page=100', person)
    expect(reads).toBeLessThanOrEqual(READS_MAX)
    expect(orderPageSchema.parse(body).orders).toHaveLength(100)
  })

  test.each(['/api/me/bids', '/api/orders'])('GET %s of who has nothing reads nothing', async (path) => {
    expect((await readsOf(path, await signIn())).reads).toBeLessThanOrEqual(20)
  })

  test('GET /api/auctions/:id/bids, after settlement', async () => {
    const { reads, body } = await readsOf('/api/auctions/1/bids?per_page=100')
    expect(reads).toBeLessThanOrEqual(READS_MAX)
    expect(bidHistorySchema.parse(body)).toMatchObject({ total: 1_200, total_capped: true })
  })

  test('GET /api/auctions/:id', async () => {
    expect((await readsOf('/api/auctions/1', person)).reads).toBeLessThanOrEqual(20)
  })
})

describe('once the sweeper has counted them', () => {
  test('long lists know their length, and every page by number is in reach', async () => {
    await api('GET', '/api/auctions?sort=newest')
    await waitFor(async () => (await query('SELECT 1 FROM list_counts')).length > 0)
    const execution = createExecutionContext()
    await worker.scheduled(createScheduledController(), env, execution)
    await waitOnExecutionContext(execution)
    const { reads, body } = await readsOf('/api/auctions?sort=newest&page=40&per_page=100')
    expect(reads).toBeLessThanOrEqual(READS_MAX)
    const page = auctionPageSchema.parse(body)
    expect(page).toMatchObject({ total: AUCTIONS + 1, total_capped: false, pages: 51, current_page: 40 })
    expect(page.auctions.map(({ id }) => id)[0]).toBe(FIRST_ID + AUCTIONS - 1 - 39 * 100)
  })
})
