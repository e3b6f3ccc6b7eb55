import { Client } from '@planetscale/database'
import { describe, expect, test } from 'vitest'
import { startPlanetscale } from '../../local/planetscale.ts'
import { failureOf, post, usePlanetscale } from './planetscale-stand.ts'

const stand = usePlanetscale()

describe('values', () => {
  test('every type of column comes out of the driver as from PlanetScale', async () => {
    const { client } = stand()
    await client.execute(`CREATE TABLE kinds (
      tiny TINYINT UNSIGNED, small SMALLINT, medium MEDIUMINT, whole INT UNSIGNED, big BIGINT, ubig BIGINT UNSIGNED,
      yes BOOLEAN, price DECIMAL(12,2), ratio DOUBLE, at DATETIME(3), stamp TIMESTAMP(3) NULL, day DATE, clock TIME,
      yr YEAR, facts JSON, code CHAR(3), hash BINARY(4), token VARBINARY(8), bytes BLOB, words TEXT,
      ascii_id VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin, kind ENUM('a', 'b'), bits BIT(4), nothing INT)`)
    const values = {
      tiny: 255,
      small: -32768,
      medium: -8388608,
      whole: 4294967295,
      big: '-9223372036854775808',
      ubig: '18446744073709551615',
      yes: 1,
      price: '1234567890.10',
      ratio: 0.1,
      at: '2026-11-22 23:59:59.999',
      stamp: '2026-01-02 03:04:05.678',
      day: '2026-02-28',
      clock: '12:34:56',
      yr: 2026,
      facts: { car: ['Škoda', 1.5, null] },
      code: 'abc',
      hash: Uint8Array.of(0, 1, 254, 255),
      token: Uint8Array.of(128, 0),
      bytes: Uint8Array.of(195, 40),
      words: "L'été 🚗 \\ \n end",
      ascii_id: 'User_A',
      kind: 'b',
      bits: Uint8Array.of(5),
      nothing: null,
    }
    const sent = { ...values, facts: JSON.stringify(values.facts), bits: 5 }
    const places = Object.keys(sent).map(() => '?')
    await client.execute(`INSERT INTO kinds VALUES (${places.join(', ')})`, Object.values(sent))
    const { rows, types } = await client.execute('SELECT * FROM kinds')
    expect(rows).toEqual([values])
    expect(types).toMatchObject({
      tiny: 'UINT8',
      big: 'INT64',
      ubig: 'UINT64',
      price: 'DECIMAL',
      at: 'DATETIME',
      facts: 'JSON',
      hash: 'BINARY',
      token: 'VARBINARY',
      bytes: 'BLOB',
      words: 'TEXT',
      ascii_id: 'VARCHAR',
      kind: 'ENUM',
    })
  })

  test('counts and sums are text, JSON made by a function is parsed, NULL has a type', async () => {
    const { client } = stand()
    await client.execute("INSERT INTO items (name, n) VALUES ('a', 1), ('b', 2)")
    const { rows, types } = await client.execute(
      "SELECT COUNT(*) AS c, SUM(n) AS s, JSON_OBJECT('n', MAX(n)) AS j, NULL AS nothing FROM items",
    )
    expect(rows).toEqual([{ c: '2', s: '3', j: { n: 2 }, nothing: null }])
    expect(types.nothing).toBe('NULL')
  })

  test('no rows still have their fields', async () => {
    const { client } = stand()
    const { rows, fields } = await client.execute('SELECT id, name FROM items')
    expect(rows).toEqual([])
    expect(fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'INT64'],
      ['name', 'VARCHAR'],
    ])
  })

  test('a change tells the rows that it matched and the id that it made', async () => {
    const { client } = stand()
    const inserted = await client.execute("INSERT INTO items (name, n) VALUES ('a', 1), ('b', 1)")
    expect(inserted).toMatchObject({ insertId: '1', rowsAffected: 2 })
    const same = await client.execute('UPDATE items SET n = 1')
    expect(same).toMatchObject({ insertId: '0', rowsAffected: 2 })
    expect((await client.execute("DELETE FROM items WHERE name = 'none'")).rowsAffected).toBe(0)
  })

  test('sessions are in UTC and strict, with a short wait for locks', async () => {
    const { client } = stand()
    const { rows } = await client.execute(
      'SELECT @@time_zone AS zone, @@sql_mode AS mode, @@innodb_lock_wait_timeout AS wait',
    )
    expect(rows).toEqual([
      { zone: '+00:00', mode: expect.stringContaining('STRICT_TRANS_TABLES'), wait: '5' },
    ])
  })
})

describe('limits', () => {
  test('more than 100 000 rows are refused', async () => {
    const { client } = stand()
    const values = Array.from({ length: 320 }, (_, i) => `('n${i}')`).join(', ')
    await client.execute(`INSERT INTO items (name) VALUES ${values}`)
    const pairs = 'SELECT a.id FROM items a CROSS JOIN items b'
    expect((await client.execute(`${pairs} LIMIT 100000`)).size).toBe(100_000)
    const error = await failureOf(client.execute(`${pairs} LIMIT 100001`))
    expect(error.body.code).toBe('RESOURCE_EXHAUSTED')
  })

  test('a statement that takes too long is ended on the server', async () => {
    const { database, mysql } = stand()
    const hasty = await startPlanetscale({ port: 0, mysql, statementLimitMs: 100 })
    const client = new Client({ url: hasty.url(database) })
    await client.execute(`INSERT INTO items (n) VALUES ${Array.from({ length: 200 }, (_, i) => `(${i})`)}`)
    const long =
      'INSERT INTO items (n) SELECT COUNT(*) FROM items a, items b, items c, items d WHERE a.n + b.n + c.n + d.n > 4'
    const error = await failureOf(client.execute(long))
    expect(error.body.code).toBe('DEADLINE_EXCEEDED')
    const { rows } = await client.execute(
      "SELECT id FROM information_schema.processlist WHERE info LIKE 'INSERT INTO items (n) SELECT%'",
    )
    expect(rows).toEqual([])
    await hasty.close()
  })
})

describe('errors', () => {
  test.each([
    [
      "INSERT INTO items (name) VALUES ('a'), ('a')",
      'ALREADY_EXISTS',
      /AlreadyExists desc = Duplicate entry 'a' for key .*\(errno 1062\) \(sqlstate 23000\)/,
    ],
    ['SELECT * FROM missing', 'NOT_FOUND', /\(errno 1146\) \(sqlstate 42S02\)/],
    ['SELECT missing FROM items', 'NOT_FOUND', /\(errno 1054\) \(sqlstate 42S22\)/],
    ['SELEC 1', 'INVALID_ARGUMENT', /\(errno 1064\) \(sqlstate 42000\)/],
    ["INSERT INTO items (name) VALUES ('longer than twenty letters')", 'INVALID_ARGUMENT', /\(errno 1406\)/],
    ['SELECT 1; SELECT 2', 'INVALID_ARGUMENT', /\(errno 1064\)/],
    ['LOCK TABLES items WRITE', 'UNIMPLEMENTED', /unsupported/],
  ])('%s', async (sql, code, message) => {
    const { client } = stand()
    const error = await failureOf(client.execute(sql))
    expect(error).toMatchObject({ status: 400, body: { code } })
    expect(error.message).toMatch(message)
  })

  test('SQL errors come with HTTP 200 and the session', async () => {
    const { database, planetscale } = stand()
    expect(await post(planetscale.url(database), { query: 'SELECT * FROM missing', session: null })).toEqual({
      session: {
        signature: expect.any(String),
        vitessSession: expect.objectContaining({ autocommit: true }),
      },
      error: { code: 'NOT_FOUND', message: expect.any(String) },
    })
  })

  test('a wrong password and an unknown database are 401', async () => {
    const { database, planetscale } = stand()
    const url = new URL(planetscale.url(database))
    url.password = 'wrong'
    expect(await failureOf(new Client({ url: url.toString() }).execute('SELECT 1'))).toMatchObject({
      status: 401,
    })
    const unknown = new Client({ url: planetscale.url('unknown') })
    expect(await failureOf(unknown.execute('SELECT 1'))).toMatchObject({ status: 401 })
  })
})
