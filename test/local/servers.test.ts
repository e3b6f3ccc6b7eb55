import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDatabase, dropDatabases, withConnection } from '../../local/databases.ts'
import { startMariadb } from '../../local/mariadb.ts'
import { startRedis } from '../../local/redis.ts'

const log = () => {}
let dataDir: string
const stops: (() => Promise<void>)[] = []

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'servers-'))
  vi.stubEnv('MYSQL_URL', '')
  vi.stubEnv('REDIS_URL', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const stop of stops.splice(0)) await stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function startMysql() {
  const mysql = await startMariadb({ dataDir, log, durable: false })
  stops.push(mysql.stop)
  return mysql
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}

const otherAddress = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

describe('MySQL', { timeout: 60_000 }, () => {
  test('runs in UTC, in utf8mb4, with lock waits of five seconds', async () => {
    const mysql = await startMysql()
    await createDatabase(mysql, 'settings')
    await withConnection(mysql, async (connection) => {
      const [rows] = await connection.query(
        `SELECT @@time_zone AS zone, @@innodb_lock_wait_timeout AS wait, @@character_set_server AS charset,
           (SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = 'settings') AS collation`,
      )
      expect(rows).toEqual([{ zone: '+00:00', wait: 5, charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }])
    })
  })

  test('listens on 127.0.0.1 only and wants the password', async () => {
    const { host, port, user } = await startMysql()
    if (otherAddress) expect(await canConnect(otherAddress, port)).toBe(false)
    await expect(createConnection({ host, port, user, password: 'guess' })).rejects.toThrow(/Access denied/)
    await expect(createConnection({ host, port, user: 'root', password: '' })).rejects.toThrow(
      /Access denied/,
    )
  })

  test('keeps its data and its password over a restart', async () => {
    const first = await startMysql()
    await createDatabase(first, 'kept')
    await withConnection(first, async (connection) => {
      await connection.query('CREATE TABLE kept.t (id INT PRIMARY KEY)')
      await connection.query('INSERT INTO kept.t VALUES (7)')
    })
    await first.stop()
    const second = await startMysql()
    expect(second.password).toBe(first.password)
    await withConnection(second, async (connection) => {
      expect((await connection.query('SELECT id FROM kept.t'))[0]).toEqual([{ id: 7 }])
    })
  })

  test('MYSQL_URL names a server to use instead, which is never stopped', async () => {
    const own = await startMysql()
    vi.stubEnv('MYSQL_URL', `mysql://${own.user}:${own.password}@${own.host}:${own.port}`)
    const named = await startMariadb({ dataDir: join(dataDir, 'other'), log })
    expect(named).toMatchObject({ port: own.port, user: own.user, pid: undefined })
    await named.stop()
    await createDatabase(named, 'still_there')
    await createDatabase(named, 'mine_1')
    await dropDatabases(named, 'mine_')
    await withConnection(named, async (connection) => {
      const [rows] = await connection.query("SHOW DATABASES WHERE `Database` IN ('still_there', 'mine_1')")
      expect(rows).toEqual([{ Database: 'still_there' }])
    })
  })

  test('a MYSQL_URL that nobody answers is one clear sentence', async () => {
    vi.stubEnv('MYSQL_URL', 'mysql://somebody@127.0.0.1:1')
    await expect(startMariadb({ dataDir, log })).rejects.toThrow(
      /MYSQL_URL names \(127\.0\.0\.1:1\) does not answer/,
    )
  })

  test.each(['a`; DROP DATABASE mysql; --', '', 'x'.repeat(65)])(
    '%j is no name of a database',
    async (name) => {
      await expect(createDatabase({ host: '', port: 0, user: '', password: '' }, name)).rejects.toThrow()
    },
  )
})

describe('Redis', { timeout: 30_000 }, () => {
  test('listens on 127.0.0.1 only and keeps its data over a restart', async () => {
    const first = await startRedis({ dataDir, log })
    stops.push(first.stop)
    if (otherAddress) expect(await canConnect(otherAddress, first.port)).toBe(false)
    const client = new Redis(first.port, first.host)
    await client.set('a', 'kept')
    client.disconnect()
    await first.stop()
    const second = await startRedis({ dataDir, log })
    stops.push(second.stop)
    const again = new Redis(second.port, second.host)
    expect(await again.get('a')).toBe('kept')
    again.disconnect()
  })

  test('REDIS_URL names a server to use instead, which is never stopped', async () => {
    const own = await startRedis({ dataDir, log, durable: false })
    stops.push(own.stop)
    vi.stubEnv('REDIS_URL', `redis://127.0.0.1:${own.port}`)
    const named = await startRedis({ dataDir: join(dataDir, 'other'), log })
    await named.stop()
    expect(named).toMatchObject({ port: own.port, pid: undefined })
    expect(await canConnect('127.0.0.1', own.port)).toBe(true)
  })
})
