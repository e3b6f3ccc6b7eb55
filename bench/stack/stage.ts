import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@planetscale/database'
import { type Cloud, startCloud } from '../../local/cloud.ts'
import { withConnection } from '../../local/databases.ts'
import { migrate } from '../../local/migrations.ts'
import { type Bundle, buildBundle } from '../../local/workerd/bundle.ts'
import { startWorkerd, type Workerd } from '../../local/workerd/serve.ts'

const DATA_DIR = '.local/bench'
/** Made and removed, so that nothing else may have this name. */
const STORAGE_NAME = 'vehicle-auctions-bench'
const WORKERS_DIR = 'bench/workers'

/** Everything that a measurement runs on: the local cloud with a database of its own, and the Workers to serve. */
export interface Stage {
  cloud: Cloud
  dataDir: string
  /** Where the objects' databases are. */
  storageRoot: string
  /** The PlanetScale driver's name and URL of this run's database. */
  database: BenchDatabase
  /** One more, migrated and empty. */
  createDatabase(name: string): Promise<BenchDatabase>
  bundles: Record<'auctions' | 'bare' | 'counted', Bundle>
  /** The auctions' Worker, with limits off; what an earlier process stored is gone unless kept. */
  serve(options?: ServeOptions): Promise<Workerd>
  /** The bare Worker, in the same workerd build. */
  serveBare(options?: ServeOptions): Promise<Workerd>
  serveCounted(): Promise<Workerd>
  close(): Promise<void>
}

export interface BenchDatabase {
  name: string
  url: string
  drop(): Promise<void>
}

export interface ServeOptions {
  keepStorage?: boolean
  isProfiled?: boolean
}

export interface StageOptions {
  /** Where the objects' databases are put; on the disk of `.local` unless said. */
  storageDir?: string
}

export async function openStage(log: (line: string) => void, options: StageOptions = {}): Promise<Stage> {
  const storageRoot = join(options.storageDir ?? DATA_DIR, STORAGE_NAME)
  const build = (name: string, config: string) => buildBundle(config, join(DATA_DIR, 'bundles', name))
  const bundles = {
    auctions: await build('auctions', 'wrangler.toml'),
    bare: await build('bare', join(WORKERS_DIR, 'bare.toml')),
    counted: await build('counted', join(WORKERS_DIR, 'counted.toml')),
  }
  const cloud = await startCloud({ dataDir: DATA_DIR, log })
  try {
    const database = await createDatabase(cloud, 'bench')
    const variables = { ...cloud.env, DATABASE_URL: database.url, RATE_LIMITS: 'off' }
    const { dataDir } = cloud
    return {
      cloud,
      dataDir,
      storageRoot,
      database,
      createDatabase: (name) => createDatabase(cloud, `bench_${name}`),
      bundles,
      serve: (options) =>
        startWorkerd({ bundle: bundles.auctions, dataDir, variables, storageRoot, ...options }),
      serveBare: (options) => startWorkerd({ bundle: bundles.bare, dataDir, storageRoot, ...options }),
      serveCounted: () => startWorkerd({ bundle: bundles.counted, dataDir, storageRoot }),
      async close() {
        await database.drop()
        rmSync(storageRoot, { recursive: true, force: true })
        await cloud.stop()
      },
    }
  } catch (error) {
    await cloud.stop()
    throw error
  }
}

async function createDatabase(cloud: Cloud, prefix: string): Promise<BenchDatabase> {
  const url = await cloud.createDatabase(`${prefix}_${Date.now()}`)
  // The driver's user name is the database.
  const name = decodeURIComponent(new URL(url).username)
  await migrate(new Client({ url }), 'migrations')
  return {
    name,
    url,
    async drop() {
      await cloud.planetscale.release(name)
      await withConnection(cloud.mysql, async (connection) => {
        await connection.query('DROP DATABASE IF EXISTS ??', [name])
      })
    },
  }
}
