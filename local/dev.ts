import { join } from 'node:path'
import { Client } from '@planetscale/database'
import { DEV_DATA_DIR } from './clerk.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { findOwner } from './lock.ts'
import { migrate } from './migrations.ts'
import { isPortTaken } from './ports.ts'
import { clearOrphans } from './processes.ts'
import { printSteps } from './progress.ts'
import { seedMarket } from './seed/seed.ts'
import { readDevVars, resolveVariables, writeEnvFile } from './variables.ts'
import { callCron, type LocalWorker, startWorker } from './worker.ts'

const PORTS = {
  worker: { variable: 'PORT', port: readPort('PORT', 5001) },
  planetscale: { variable: 'PLANETSCALE_PORT', port: readPort('PLANETSCALE_PORT', 5002) },
  upstash: { variable: 'UPSTASH_PORT', port: readPort('UPSTASH_PORT', 5003) },
  s3: { variable: 'S3_PORT', port: readPort('S3_PORT', 5004) },
}

const steps = printSteps(process.stdout)
let cloud: Cloud | undefined
let worker: LocalWorker | undefined
let stopCron = () => {}
let stopping: Promise<void> | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))

try {
  await start()
} catch (error) {
  // A part that is stopped while it starts fails: that is no news.
  if (!stopping) {
    steps.fail(error instanceof Error ? error.message : String(error))
    await stop(1)
  }
}

async function start(): Promise<void> {
  const startedAt = performance.now()
  await steps.run('ports', async () => {
    const owner = findOwner(DEV_DATA_DIR)
    if (owner) {
      const ports = Object.values(PORTS).map(({ port }) => port)
      throw new Error(
        `It runs already from this directory (process ${owner}); ports ${ports.join(', ')} are its own. ` +
          'Stop it first: one directory holds the data of one stack.',
      )
    }
    await clearOrphans(DEV_DATA_DIR, steps.note)
    await refuseTakenPorts()
    return Object.values(PORTS)
      .map(({ port }) => port)
      .join(', ')
  })
  const running = await steps.run('MySQL, Redis, and the services in front of them', async () => {
    cloud = await startCloud({
      dataDir: DEV_DATA_DIR,
      ports: { planetscale: PORTS.planetscale.port, upstash: PORTS.upstash.port, s3: PORTS.s3.port },
      log: steps.note,
    })
    return cloud
  })
  const { values, overridden } = resolveVariables(withOwnOrigins(running.env), process.env, readDevVars())
  for (const [name, source] of overridden)
    steps.note(`${name} comes from ${source === 'environment' ? 'the environment' : source}`)
  const isOwnDatabase = values.DATABASE_URL === running.env.DATABASE_URL
  if (isOwnDatabase) {
    await steps.run('migrations', async () => {
      const url = await running.createDatabase('auctions')
      const applied = await migrate(new Client({ url }), 'migrations')
      return applied.length === 0 ? 'up to date' : `${applied.length} applied`
    })
  } else steps.note('DATABASE_URL is not the local one: its database is neither migrated nor seeded')

  const envFile = join(DEV_DATA_DIR, 'worker.env')
  writeEnvFile(envFile, values)
  const served = await steps.run('Worker', async () => {
    worker = await startWorker({
      port: PORTS.worker.port,
      dataDir: DEV_DATA_DIR,
      envFile: join(process.cwd(), envFile),
      onLine: steps.output,
    })
    return worker
  })
  if (isOwnDatabase) {
    await steps.run('market', () => seedMarket({ url: served.url, dataDir: DEV_DATA_DIR }))
  }
  stopCron = callCron(served.url, steps.note)
  running.watch((name, how) => steps.note(`${name} ${how}; stop and start again to bring it back`))
  served.ended.then((how) => {
    if (stopping) return
    steps.fail(`the Worker ${how}`)
    return stop(1)
  })
  steps.finish(describeStack(performance.now() - startedAt))
}

/** Worker first, then the databases. What an interrupted start has begun is found by its pid files. */
function stop(status: number): Promise<void> {
  stopping ??= (async () => {
    stopCron()
    steps.note('stopping')
    await worker?.stop()
    await cloud?.stop()
    if (!cloud && !findOwnerElsewhere()) await clearOrphans(DEV_DATA_DIR, () => {})
    process.exit(status)
  })()
  return stopping
}

function findOwnerElsewhere(): boolean {
  const owner = findOwner(DEV_DATA_DIR)
  return owner !== undefined && owner !== process.pid
}

async function refuseTakenPorts(): Promise<void> {
  const taken: string[] = []
  for (const [part, { variable, port }] of Object.entries(PORTS)) {
    if (await isPortTaken(port))
      taken.push(`Port ${port} (${part}) is taken: choose another with ${variable}=<port> npm run dev`)
  }
  if (taken.length > 0) throw new Error(`${taken.join('\n')}\nPerhaps another copy of this project runs.`)
}

/** Pages that the Worker serves itself may call it too. */
function withOwnOrigins(env: Record<string, string>): Record<string, string> {
  const own = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${PORTS.worker.port}`)
  return { ...env, ALLOWED_ORIGINS: [env.ALLOWED_ORIGINS, ...own].join(',') }
}

function describeStack(tookMs: number): string {
  return [
    `Ready after ${(tookMs / 1000).toFixed(1)} s:  http://localhost:${PORTS.worker.port}`,
    '',
    `  curl 'localhost:${PORTS.worker.port}/api/auctions?status=active'    the running auctions`,
    '  npm run -s token -- my_first_bidder           sign in as anyone',
    '  npm run demo                                  a whole sale, from listing to order',
    '',
    `  Data and logs: ${DEV_DATA_DIR}   The Worker's log: ${DEV_DATA_DIR}/logs/worker.log   Stop: Ctrl-C`,
  ].join('\n')
}

function readPort(variable: string, fallback: number): number {
  const text = process.env[variable]
  if (text === undefined || text === '') return fallback
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  console.error(`${variable} must be a port, not "${text}".`)
  process.exit(1)
}
