import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, DatabaseError } from '@planetscale/database'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { z } from 'zod'
import { createDatabase } from '../../local/databases.ts'
import { type MysqlServer, startMariadb } from '../../local/mariadb.ts'
import { type Planetscale, startPlanetscale } from '../../local/planetscale.ts'

/** Short, so that a test can wait for it. */
export const TRANSACTION_LIMIT_MS = 400

export interface Stand {
  mysql: MysqlServer
  planetscale: Planetscale
  /** A new one for each test, with a table `items`. */
  database: string
  client: Client
}

interface Servers {
  dataDir: string
  mysql: MysqlServer
  planetscale: Planetscale
}

/** Starts servers of its own for a test file, and ends them after it. */
export function useServers(options: { transactionLimitMs?: number } = {}): () => Servers {
  let servers: Servers | undefined
  let dataDir = ''

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'planetscale-'))
    const mysql = await startMariadb({ dataDir, log: () => {}, durable: false })
    servers = { dataDir, mysql, planetscale: await startPlanetscale({ port: 0, mysql, ...options }) }
  })

  afterAll(async () => {
    await servers?.planetscale.close()
    await servers?.mysql.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  return () => {
    if (!servers) throw new Error('The servers have not started')
    return servers
  }
}

/** The same, and gives each test a database. */
export function usePlanetscale(): () => Stand {
  const servers = useServers({ transactionLimitMs: TRANSACTION_LIMIT_MS })
  let stand: Stand | undefined
  let number = 0

  beforeEach(async () => {
    number += 1
    const { mysql, planetscale } = servers()
    const database = `test_${number}`
    await createDatabase(mysql, database, { fresh: true })
    const client = new Client({ url: planetscale.url(database) })
    await client.execute(
      'CREATE TABLE items (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, n INT)',
    )
    stand = { mysql, planetscale, database, client }
  })

  return () => {
    if (!stand) throw new Error('There is no database yet')
    return stand
  }
}

export async function namesIn(client: Client): Promise<string[]> {
  const { rows } = await client.execute<{ name: string }>('SELECT name FROM items ORDER BY id')
  return rows.map((row) => row.name)
}

/** The driver's error of something that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof DatabaseError) return error
  throw error
}

/** One call of the protocol, without the driver; it throws unless HTTP says 200. */
export async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const { origin, username, password } = new URL(url)
  const response = await fetch(`${origin}/psdb.v1alpha1.Database/Execute`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return z.record(z.string(), z.unknown()).parse(await response.json())
}
