import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@planetscale/database'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { createDatabase } from '../../local/databases.ts'
import { type MysqlServer, startMariadb } from '../../local/mariadb.ts'
import { migrate } from '../../local/migrations.ts'
import { type Log, logFileOf } from '../../local/processes.ts'
import { type RedisServer, startRedis } from '../../local/redis.ts'
import { type Bundle, buildBundle } from '../../local/workerd/bundle.ts'
import { startWorkerd, type Workerd } from '../../local/workerd/serve.ts'
import type { Outage } from './talks/appointments.ts'

const DATA_DIR = '.local/crash'
const DATABASE = 'auctions'
const CRON_TIMEOUT_MS = 30_000
/** Of everybody, where buying power is on: more than is ever at stake. */
const DEPOSIT_CENTS = 1_000_000_000_000

type Part = 'worker' | 'database' | 'redis'

/** The real stack with its state on disk, and the means to break it. Each part comes back where it was. */
export class CrashStack {
  readonly url: string
  readonly databaseUrl: string
  readonly dataDir: string
  readonly #cloud: Cloud
  readonly #bundle: Bundle
  readonly #log: Log
  readonly #variables: Record<string, string>
  readonly #broken = new Map<Part, Promise<void>>()
  /** When which part was away. */
  readonly outages: Outage[] = []
  readonly #stopping = new AbortController()
  #worker: Workerd
  #mysql: MysqlServer
  #redis: RedisServer

  private constructor(
    cloud: Cloud,
    bundle: Bundle,
    worker: Workerd,
    log: Log,
    variables: Record<string, string>,
  ) {
    this.url = worker.url
    this.databaseUrl = cloud.databaseUrl(DATABASE)
    this.dataDir = cloud.dataDir
    this.#cloud = cloud
    this.#bundle = bundle
    this.#log = log
    this.#variables = variables
    this.#worker = worker
    this.#mysql = cloud.mysql
    this.#redis = cloud.redis
  }

  /** Builds the Worker and starts everything, with an empty database and empty objects. */
  static async open(log: Log, { hasBuyingPower }: { hasBuyingPower: boolean }): Promise<CrashStack> {
    const cloud = await startCloud({ dataDir: DATA_DIR, log })
    try {
      const { dataDir } = cloud
      const variables = { ...cloud.env, BUYING_POWER: hasBuyingPower ? 'on' : 'off' }
      // The directory is ours from here on.
      const bundle = await buildBundle('wrangler.toml', join(dataDir, 'bundle'))
      rmSync(logFileOf(dataDir, `workerd-${bundle.name}`), { force: true })
      if (cloud.mysql.pid === undefined || cloud.redis.pid === undefined) {
        throw new Error('This kills its servers: MYSQL_URL and REDIS_URL must not be set')
      }
      await createDatabase(cloud.mysql, DATABASE, { fresh: true })
      const client = new Client({ url: cloud.databaseUrl(DATABASE) })
      await migrate(client, 'migrations')
      if (hasBuyingPower)
        await client.execute(`ALTER TABLE users ALTER deposit_cents SET DEFAULT ${DEPOSIT_CENTS}`)
      const worker = await startWorkerd({ bundle, dataDir, variables, hasCronDoor: true })
      return new CrashStack(cloud, bundle, worker, log, variables)
    } catch (error) {
      await cloud.stop()
      throw error
    }
  }

  get storageDir(): string {
    return this.#worker.storageDir
  }

  /** Of workerd, and of whatever came after it was killed. */
  get logFile(): string {
    return logFileOf(this.dataDir, `workerd-${this.#bundle.name}`)
  }

  /** Whether a part can be broken now: what is broken already cannot be broken again. */
  isWhole(part: Part): boolean {
    return !this.#broken.has(part)
  }

  /** `kill -9` of workerd, and a new one `downMs` later. */
  killWorker(downMs: number): Promise<void> {
    return this.#break('worker', async () => {
      await this.endWorker()
      await this.#stayDown(downMs)
      this.#worker = await startWorkerd({
        bundle: this.#bundle,
        dataDir: this.dataDir,
        variables: this.#variables,
        port: this.#worker.port,
        keepStorage: true,
        hasCronDoor: true,
      })
    })
  }

  /** `kill -9` of workerd, for good. */
  async endWorker(): Promise<void> {
    kill(this.#worker.pid)
    await this.#worker.ended
  }

  /** `kill -9` of the database, and a new one `downMs` later. */
  killDatabase(downMs: number): Promise<void> {
    return this.#break('database', async () => {
      kill(this.#mysql.pid)
      await this.#mysql.ended
      await this.#stayDown(downMs)
      this.#mysql = await startMariadb({ dataDir: this.dataDir, log: this.#log, port: this.#mysql.port })
    })
  }

  /** Stops the database for `stoppedMs`: it does not refuse, it hangs. */
  hangDatabase(stoppedMs: number): Promise<void> {
    return this.#break('database', async () => {
      const { pid } = this.#mysql
      if (pid === undefined) return
      process.kill(pid, 'SIGSTOP')
      try {
        await this.#stayDown(stoppedMs)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
    })
  }

  /** `kill -9` of Redis, and a new one `downMs` later. */
  killRedis(downMs: number): Promise<void> {
    return this.#break('redis', async () => {
      kill(this.#redis.pid)
      await this.#redis.ended
      await this.#stayDown(downMs)
      this.#redis = await startRedis({ dataDir: this.dataDir, log: this.#log, port: this.#redis.port })
    })
  }

  /** What the platform does once a minute. @returns whether the handler ended well */
  async callCron(): Promise<boolean> {
    const { cronUrl } = this.#worker
    if (cronUrl === null) throw new Error('The Worker was started without its cron')
    try {
      const response = await fetch(cronUrl, { signal: AbortSignal.timeout(CRON_TIMEOUT_MS) })
      return response.ok && (await response.text()) === 'ok'
    } catch {
      return false
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The run was stopped'))
    // What is coming back is waited for: it could not be stopped before.
    await Promise.allSettled(this.#broken.values())
    await this.#worker.stop()
    // The cloud knows only the servers that it started itself, which may be gone.
    await this.#mysql.stop()
    await this.#redis.stop()
    await this.#cloud.stop()
  }

  /** @throws Error where nothing is to come back any more */
  async #stayDown(downMs: number): Promise<void> {
    await sleep(downMs, undefined, { signal: this.#stopping.signal })
  }

  async #break(part: Part, harm: () => Promise<void>): Promise<void> {
    if (!this.isWhole(part)) throw new Error(`The ${part} is broken already`)
    const from = Date.now()
    const breaking = harm()
    this.#broken.set(part, breaking)
    try {
      await breaking
    } finally {
      this.#broken.delete(part)
      this.outages.push({ part, from, to: Date.now() })
    }
  }
}

function kill(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGKILL')
}
