import { connect } from '@planetscale/database'
import { expect, test } from 'vitest'
import { createDatabase } from '../../local/databases.ts'
import { failureOf, namesIn, post, usePlanetscale } from './planetscale-stand.ts'

const stand = usePlanetscale()

test('nobody else sees a transaction before it is committed', async () => {
  const { client } = stand()
  await client.transaction(async (tx) => {
    await tx.execute("INSERT INTO items (name) VALUES ('a')")
    expect(await namesIn(client)).toEqual([])
    expect((await tx.execute('SELECT name FROM items')).rows).toEqual([{ name: 'a' }])
  })
  expect(await namesIn(client)).toEqual(['a'])
})

test('an error rolls everything back', async () => {
  const { client } = stand()
  await client.execute("INSERT INTO items (name) VALUES ('a')")
  const error = await failureOf(
    client.transaction(async (tx) => {
      await tx.execute("INSERT INTO items (name) VALUES ('b')")
      await tx.execute("INSERT INTO items (name) VALUES ('a')")
    }),
  )
  expect(error.body.code).toBe('ALREADY_EXISTS')
  expect(await namesIn(client)).toEqual(['a'])
})

test('one that lasts longer than its limit is rolled back, and its next statement and ROLLBACK fail', async () => {
  const { client, database, planetscale } = stand()
  const connection = connect({ url: planetscale.url(database) })
  await connection.execute('BEGIN')
  await connection.execute("INSERT INTO items (name) VALUES ('a')")
  const error = await failureOf(connection.execute('SELECT SLEEP(5)'))
  expect(error.body.code).toBe('ABORTED')
  expect(error.message).toMatch(
    /^target: test_\d+\.-\.primary: vttablet: rpc error: code = Aborted desc = transaction .* ended at .* \(exceeded timeout: 0\.4s\)/,
  )
  expect((await failureOf(connection.execute('SELECT 1'))).body.code).toBe('ABORTED')
  expect((await failureOf(connection.execute('ROLLBACK'))).body.code).toBe('ABORTED')
  expect(await namesIn(client)).toEqual([])
  // Its locks are gone too: this would otherwise wait for them.
  await client.execute("INSERT INTO items (name) VALUES ('a')")
})

test('two statements at once in one transaction are refused', async () => {
  const { client } = stand()
  await client.transaction(async (tx) => {
    const outcomes = await Promise.allSettled([
      tx.execute('SELECT SLEEP(0.1)'),
      tx.execute('SELECT SLEEP(0.1)'),
    ])
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(1)
    expect(String(refused[0]?.reason)).toContain('in use: for query')
  })
})

test('a deadlock aborts one of the two, and the other commits', async () => {
  const { client } = stand()
  await client.execute("INSERT INTO items (name, n) VALUES ('a', 0), ('b', 0)")
  const arrived = Promise.withResolvers<void>()
  let waiting = 0
  const cross = (first: string, second: string) =>
    client.transaction(async (tx) => {
      await tx.execute('UPDATE items SET n = n + 1 WHERE name = ?', [first])
      waiting += 1
      if (waiting === 2) arrived.resolve()
      await arrived.promise
      await tx.execute('UPDATE items SET n = n + 1 WHERE name = ?', [second])
    })
  const outcomes = await Promise.allSettled([cross('a', 'b'), cross('b', 'a')])
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(failed).toHaveLength(1)
  expect(String(failed[0]?.reason)).toMatch(/code = Aborted desc = Deadlock found .* \(errno 1213\)/)
  expect((await client.execute('SELECT n FROM items')).rows).toEqual([{ n: 1 }, { n: 1 }])
})

test('a savepoint can be rolled back to without ending the transaction', async () => {
  const { client } = stand()
  await client.transaction(async (tx) => {
    await tx.execute("INSERT INTO items (name) VALUES ('a')")
    await tx.execute('SAVEPOINT here')
    await tx.execute("INSERT INTO items (name) VALUES ('b')")
    await tx.execute('ROLLBACK TO SAVEPOINT here')
    await tx.execute("INSERT INTO items (name) VALUES ('c')")
  })
  expect(await namesIn(client)).toEqual(['a', 'c'])
})

test('a transaction of one database is of no use for another', async () => {
  const { database, mysql, planetscale } = stand()
  await createDatabase(mysql, 'other')
  const { session } = await post(planetscale.url(database), { query: 'BEGIN', session: null })
  expect(await post(planetscale.url('other'), { query: 'SELECT 1', session })).toMatchObject({
    error: { code: 'ABORTED' },
  })
  expect(await post(planetscale.url(database), { query: 'SELECT 1', session })).not.toHaveProperty('error')
  await post(planetscale.url(database), { query: 'ROLLBACK', session })
})

test('what SET changes does not reach the next one', async () => {
  const { client } = stand()
  await client.transaction(async (tx) => {
    await tx.execute("SET time_zone = '+05:00'")
  })
  await client.execute("SET time_zone = '+05:00'")
  const zones = await Promise.all(
    Array.from({ length: 8 }, () => client.execute('SELECT @@time_zone AS zone')),
  )
  expect(zones.map(({ rows }) => rows)).toEqual(zones.map(() => [{ zone: '+00:00' }]))
})
