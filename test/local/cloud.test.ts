import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@planetscale/database'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts'
import { bornAt } from '../../local/processes.ts'
import { findRunningStack } from '../../local/running.ts'
import { parseSettings } from '../../src/platform/env.ts'

let dataDir: string
const clouds: Cloud[] = []

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'cloud-')), 'stack')
  // It is about servers that we start, whatever a developer's environment names.
  vi.stubEnv('MYSQL_URL', '')
  vi.stubEnv('REDIS_URL', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const cloud of clouds.splice(0)) await cloud.stop()
  rmSync(join(dataDir, '..'), { recursive: true, force: true })
})

async function start(options: Partial<CloudOptions> = {}): Promise<Cloud> {
  const cloud = await startCloud({ dataDir, log: () => {}, ...options })
  clouds.push(cloud)
  return cloud
}

/** Of a server that this test started: to signal process 0 is to signal oneself. */
function pidOf({ pid }: { pid: number | undefined }): number {
  if (pid === undefined) throw new Error('This server is not of our making')
  return pid
}
const pidsOf = (cloud: Cloud) => [pidOf(cloud.mysql), pidOf(cloud.redis)]
const areAlive = (pids: number[]) => pids.map((pid) => bornAt(pid) !== undefined)

describe('the local cloud', { timeout: 60_000 }, () => {
  test('gives every variable that the Worker needs, and says where it is until it stops', async () => {
    const cloud = await start({ throwAway: true })
    expect(parseSettings(cloud.env)).toMatchObject({ ENVIRONMENT: 'development', VPIC: 'off' })
    const url = await cloud.createDatabase('auctions')
    expect(url).toBe(cloud.env.DATABASE_URL)
    expect((await new Client({ url }).execute('SELECT DATABASE() AS name')).rows).toEqual([
      { name: 'auctions' },
    ])
    expect(findRunningStack(dataDir)?.env).toEqual(cloud.env)
    await cloud.stop()
    expect(findRunningStack(dataDir)).toBeUndefined()
    expect(areAlive(pidsOf(cloud))).toEqual([false, false])
  })

  test('keeps databases and secrets over a restart', async () => {
    const first = await start()
    const client = new Client({ url: await first.createDatabase('kept') })
    await client.execute('CREATE TABLE t (id INT PRIMARY KEY)')
    await first.stop()
    const second = await start()
    expect(second.secrets).toEqual(first.secrets)
    const again = new Client({ url: await second.createDatabase('kept') })
    expect((await again.execute("SHOW TABLES LIKE 't'")).rows).toHaveLength(1)
  })

  test('a throw-away one begins empty', async () => {
    const first = await start({ throwAway: true })
    await first.createDatabase('left_over')
    await first.stop()
    const second = await start({ throwAway: true })
    const client = new Client({ url: await second.createDatabase('mine') })
    expect((await client.execute("SHOW DATABASES LIKE 'left_over'")).rows).toEqual([])
  })

  test('of two in one directory the second is refused, and a throw-away one takes the next directory', async () => {
    const first = await start()
    await expect(start()).rejects.toThrow(`in use by process ${process.pid}`)
    const beside = await start({ throwAway: true })
    expect([first.dataDir, beside.dataDir]).toEqual([dataDir, `${dataDir}-2`])
    expect(areAlive([...pidsOf(first), ...pidsOf(beside)])).toEqual([true, true, true, true])
  })

  test('what a killed run left running is ended by the next start', async () => {
    const script = `
      import { startCloud } from './local/cloud.ts'
      const cloud = await startCloud({ dataDir: ${JSON.stringify(dataDir)}, log: () => {} })
      console.log(JSON.stringify([cloud.mysql.pid, cloud.redis.pid]))`
    const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
    const line = await new Promise((resolve, reject) => {
      run.stdout.once('data', (bytes: Buffer) => resolve(JSON.parse(bytes.toString())))
      run.once('exit', (status) => reject(new Error(`the run ended with ${status}`)))
    })
    const orphans = z.array(z.number()).length(2).parse(line)
    const isGone = once(run, 'exit')
    run.kill('SIGKILL')
    await isGone
    expect(areAlive(orphans)).toEqual([true, true])
    await start()
    expect(areAlive(orphans)).toEqual([false, false])
  })

  test('a server that ends by itself is reported, one that is stopped is not', async () => {
    const cloud = await start({ throwAway: true })
    const reported = new Promise((resolve) => cloud.watch((name, how) => resolve(`${name} ${how}`)))
    process.kill(pidOf(cloud.mysql), 'SIGKILL')
    expect(await reported).toBe('MySQL was ended by SIGKILL')
    const quiet = await start({ throwAway: true })
    const reports: string[] = []
    quiet.watch((name) => reports.push(name))
    await quiet.stop()
    expect(reports).toEqual([])
  })
})
