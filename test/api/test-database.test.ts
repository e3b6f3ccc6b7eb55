// What every other file here relies on: a database of its own, reached over the real driver, with faults and counts.
import { env } from 'cloudflare:workers'
import { Client, DatabaseError } from '@planetscale/database'
import { Redis } from '@upstash/redis/cloudflare'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import {
  clearFault,
  countReads,
  databaseName,
  databaseUrl,
  query,
  select,
  setFault,
  withFault,
} from '../support/index.ts'

afterEach(clearFault)

const redisSchema = z.object({ UPSTASH_REDIS_REST_URL: z.string(), UPSTASH_REDIS_REST_TOKEN: z.string() })

test('the database has every table of the migrations and none of the rows of other files', async () => {
  const tables = await select(
    z.object({ name: z.string() }),
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [databaseName()],
  )
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['users', 'vehicles', 'auctions', 'bids']),
  )
  expect(await query('SELECT id FROM users')).toEqual([])
})

test('Redis is empty at first', async () => {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = redisSchema.parse(env)
  expect(await new Redis({ url, token }).dbsize()).toBe(0)
})

test('a refused connection fails, and goes on when the fault is cleared', async () => {
  await setFault({ mode: 'refuse' })
  await expect(query("SELECT 'yes' AS one")).rejects.toThrow()
  await clearFault()
  expect(await query("SELECT 'yes' AS one")).toEqual([{ one: 'yes' }])
})

test('what hangs goes on when the fault is cleared', async () => {
  await setFault({ mode: 'hang' })
  const hanging = query("SELECT 'yes' AS two")
  await clearFault()
  expect(await hanging).toEqual([{ two: 'yes' }])
})

test('a lost answer to COMMIT leaves the transaction committed and the client in the dark', async () => {
  await query('CREATE TABLE marks (id INT PRIMARY KEY)')
  await withFault({ mode: 'lose-answer', matching: '^commit' }, async () => {
    const transaction = new Client({ url: databaseUrl() }).transaction(async (tx) => {
      await tx.execute('INSERT INTO marks VALUES (1)')
    })
    await expect(transaction).rejects.toThrow()
  })
  expect(await query('SELECT id FROM marks')).toEqual([{ id: 1 }])
})

test('only the statements that a fault names are struck, and only the nth where it says so', async () => {
  await withFault({ mode: 'refuse-statement', matching: 'two', skip: 1, times: 1 }, async () => {
    expect(await query("SELECT 'yes' AS two")).toEqual([{ two: 'yes' }])
    await expect(query("SELECT 'yes' AS two")).rejects.toThrow(DatabaseError)
    expect(await query("SELECT 'yes' AS two")).toEqual([{ two: 'yes' }])
    expect(await query("SELECT 'yes' AS one")).toEqual([{ one: 'yes' }])
  })
})

test('counting tells the rows that MySQL read for each statement', async () => {
  await query('CREATE TABLE numbers (id INT PRIMARY KEY, name VARCHAR(10))')
  await query(
    `INSERT INTO numbers VALUES ${Array.from({ length: 50 }, (_, i) => `(${i}, 'n${i}')`).join(', ')}`,
  )
  const counts = await countReads(async () => {
    await query('SELECT name FROM numbers WHERE id = 7')
    await query("SELECT id FROM numbers WHERE name = 'n7'")
  })
  expect(counts.calls).toBe(2)
  const [byKey, byScan] = counts.statements
  expect(byKey?.handlerReads).toBe(1)
  expect(byScan?.handlerReads).toBeGreaterThanOrEqual(50)
  expect(counts.handlerReads).toBe((byKey?.handlerReads ?? 0) + (byScan?.handlerReads ?? 0))
})
