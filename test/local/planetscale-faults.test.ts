import { Client } from '@planetscale/database'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterEach, describe, expect, test } from 'vitest'
import { createDatabase } from '../../local/databases.ts'
import { startPlanetscale } from '../../local/planetscale.ts'
import { failureOf, namesIn, usePlanetscale } from './planetscale-stand.ts'

const stand = usePlanetscale()

afterEach(() => stand().planetscale.setFault(stand().database, null))

describe('faults', () => {
  test('refuse: nothing is executed', async () => {
    const { client, database, planetscale } = stand()
    planetscale.setFault(database, { mode: 'refuse' })
    await expect(client.execute("INSERT INTO items (name) VALUES ('a')")).rejects.toThrow('fetch failed')
    planetscale.setFault(database, null)
    expect(await namesIn(client)).toEqual([])
  })

  test('hang: a client that gives up has changed nothing, one that waits goes on', async () => {
    const { client, database, planetscale } = stand()
    planetscale.setFault(database, { mode: 'hang' })
    const impatient = new Client({
      url: planetscale.url(database),
      fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(50) }),
    })
    await expect(impatient.execute("INSERT INTO items (name) VALUES ('a')")).rejects.toThrow(/aborted/)
    const patient = client.execute("INSERT INTO items (name) VALUES ('b')")
    planetscale.setFault(database, null)
    await patient
    expect(await namesIn(client)).toEqual(['b'])
  })

  test('lose-answer: it is executed, and the client does not know', async () => {
    const { client, database, planetscale } = stand()
    planetscale.setFault(database, { mode: 'lose-answer', matching: '^insert' })
    await expect(client.execute("INSERT INTO items (name) VALUES ('a')")).rejects.toThrow('fetch failed')
    expect(await namesIn(client)).toEqual(['a'])
  })

  test('refuse-statement: the statements that match are refused for good, others pass', async () => {
    const { client, database, planetscale } = stand()
    const error = { errno: 1264, sqlState: '22003', message: 'Out of range value' }
    planetscale.setFault(database, { mode: 'refuse-statement', matching: "'bad'", error })
    const refused = await failureOf(client.execute("INSERT INTO items (name) VALUES ('bad')"))
    expect(refused.message).toContain('Out of range value (errno 1264) (sqlstate 22003)')
    await client.execute("INSERT INTO items (name) VALUES ('good')")
    expect(await namesIn(client)).toEqual(['good'])
  })

  test('skip and times: only the nth statement fails', async () => {
    const { client, database, planetscale } = stand()
    planetscale.setFault(database, { mode: 'refuse', matching: '^insert', skip: 1, times: 1 })
    await client.execute("INSERT INTO items (name) VALUES ('first')")
    await expect(client.execute("INSERT INTO items (name) VALUES ('second')")).rejects.toThrow()
    await client.execute("INSERT INTO items (name) VALUES ('third')")
    expect(await namesIn(client)).toEqual(['first', 'third'])
  })

  test('a fault of one database is none of another', async () => {
    const { database, mysql, planetscale } = stand()
    await createDatabase(mysql, 'healthy')
    planetscale.setFault(database, { mode: 'refuse' })
    const { rows } = await new Client({ url: planetscale.url('healthy') }).execute("SELECT 'yes' AS well")
    expect(rows).toEqual([{ well: 'yes' }])
  })
})

test('counting adds up the rows that the server read, as its own counters tell it', async () => {
  const { client, database, mysql, planetscale } = stand()
  await client.execute(
    `INSERT INTO items (name, n) VALUES ${Array.from({ length: 30 }, (_, i) => `('n${i}', ${i})`)}`,
  )
  planetscale.startCounting(database)
  await client.execute('SELECT name FROM items WHERE id = 3')
  await client.execute('SELECT id FROM items WHERE n = 3')
  await client.execute('SELECT id FROM items ORDER BY id LIMIT 5')
  const counts = planetscale.stopCounting(database)
  const reads = counts.statements.map(({ handlerReads }) => handlerReads)

  const { host, port, user, password } = mysql
  const direct = await createConnection({ host, port, user, password, database })
  const expected: number[] = []
  for (const { sql } of counts.statements) {
    await direct.query('FLUSH STATUS')
    await direct.query(sql)
    const [rows] = await direct.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Handler_read%'")
    expected.push(rows.reduce((sum, row) => sum + Number(row.Value), 0))
  }
  await direct.end()
  expect(reads).toEqual(expected)
  expect(counts.calls).toBe(3)
  expect(counts.handlerReads).toBe(reads.reduce((sum, n) => sum + n, 0))
})

test('without its server the answer says unavailable, and comes at once', async () => {
  const { mysql } = stand()
  const orphan = await startPlanetscale({ port: 0, mysql: { ...mysql, port: 1 } })
  const error = await failureOf(new Client({ url: orphan.url('any') }).execute('SELECT 1'))
  expect(error.body.code).toBe('UNAVAILABLE')
  await orphan.close()
})
