import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@planetscale/database'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { migrate } from '../../local/migrations.ts'
import { type Log, logFileOf } from '../../local/processes.ts'
import { type Bundle, buildBundle } from '../../local/workerd/bundle.ts'
import { startWorkerd, type Workerd } from '../../local/workerd/serve.ts'

const DATA_DIR = '.local/abuse'
const ADMINS = 4

export type Limits = 'on' | 'off'

/** The names under which administrators sign in. */
export const ADMIN_NAMES = Array.from({ length: ADMINS }, (_, number) => `admin_${number}`)

/** A server of this run's own: the built Worker in workerd, on a free port, over a database that begins empty. */
export class AbuseStack {
  readonly cloud: Cloud
  readonly #bundle: Bundle
  readonly #variables: Record<string, string>
  #worker: Workerd
  #end: string | null = null

  private constructor(cloud: Cloud, bundle: Bundle, variables: Record<string, string>, worker: Workerd) {
    this.cloud = cloud
    this.#bundle = bundle
    this.#variables = variables
    this.#worker = worker
    this.#watch()
  }

  static async open(limits: Limits, log: Log): Promise<AbuseStack> {
    rmSync(join(DATA_DIR, 'logs'), { recursive: true, force: true })
    log('building the Worker')
    const bundle = await buildBundle('wrangler.toml', join(DATA_DIR, 'bundle'))
    log('starting the database, Redis, storage and workerd')
    const cloud = await startCloud({ dataDir: DATA_DIR, log, throwAway: true })
    try {
      const DATABASE_URL = await cloud.createDatabase('auctions')
      await migrate(new Client({ url: DATABASE_URL }), 'migrations')
      const ADMIN_CLERK_IDS = ADMIN_NAMES.map((name) => `abuse_${name}`).join(',')
      const variables = { ...cloud.env, DATABASE_URL, ADMIN_CLERK_IDS }
      const worker = await startWorkerd({
        bundle,
        dataDir: cloud.dataDir,
        variables: { ...variables, RATE_LIMITS: limits },
      })
      return new AbuseStack(cloud, bundle, variables, worker)
    } catch (error) {
      await cloud.stop()
      throw error
    }
  }

  /** Starts the Worker anew, on another port and with all that its objects stored. */
  async restart(limits: Limits): Promise<void> {
    await this.#worker.stop()
    this.#worker = await startWorkerd({
      bundle: this.#bundle,
      dataDir: this.cloud.dataDir,
      variables: { ...this.#variables, RATE_LIMITS: limits },
      keepStorage: true,
    })
    this.#end = null
    this.#watch()
  }

  get port(): number {
    return this.#worker.port
  }

  get workerPid(): number {
    return this.#worker.pid
  }

  /** How the Worker ended, or null while it runs. */
  get workerEnd(): string | null {
    return this.#end
  }

  get workerLog(): string {
    return logFileOf(this.cloud.dataDir, `workerd-${this.#bundle.name}`)
  }

  async stop(): Promise<void> {
    await this.#worker.stop()
    await this.cloud.stop()
  }

  #watch(): void {
    const worker = this.#worker
    void worker.ended.then((how) => {
      if (worker === this.#worker) this.#end = how
    })
  }
}
