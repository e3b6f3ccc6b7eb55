import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@planetscale/database'
import { parseSettings } from '../src/platform/env.ts'
import { DEV_DATA_DIR } from './clerk.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { findOwner } from './lock.ts'
import { migrate } from './migrations.ts'
import { isPortTaken } from './ports.ts'
import { clearOrphans } from './processes.ts'
import { printSteps } from './progress.ts'
import { findRunningStack, withdrawStack } from './running.ts'
import { seedMarket } from './seed/seed.ts'
import { readDevVars, resolveVariables, writeEnvFile } from './variables.ts'
import { callCron, type LocalWorker, startWorker, workerStateOf } from './worker.ts'

const PORTS = {
  worker: { variable: 'PORT', port: readPort('PORT', 5001) },
  planetscale: { variable: 'PLANETSCALE_PORT', port: readPort('PLANETSCALE_PORT', 5002) },
  upstash: { variable: 'UPSTASH_PORT', port: readPort('UPSTASH_PORT', 5003) },
  s3: { variable: 'S3_PORT', port: readPort('S3_PORT', 5004) },
}

const STOP_LIMIT_MS = 10_000

// A terminal that is closed must not keep the parts from being stopped.
process.stdout.on('error', () => {})
const steps = printSteps(process.stdout)
let cloud: Cloud | undefined
let worker: LocalWorker | undefined
let stopCron = () => {}
let isOwner = false
let isReady = false
let stopping: Promise<void> | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
// npm that is killed takes nobody with it: whoever was started by it stops when it is gone.
const npmPid = process.env.npm_lifecycle_event === undefined ? undefined : process.ppid
const npmWatch = setInterval(() => {
  if (npmPid !== undefined && process.ppid !== npmPid) void stop(0)
}, 500)
npmWatch.unref()

const starting = start()
try {
  await starting
} catch (error) {
  // A part that is stopped while it starts fails: that is no news.
  if (!stopping) {
    steps.fail(error instanceof Error ? error.message : String(error))
    await stop(1)
  }
}

async function start(): Promise<void> {
  const startedAt = performance.now()
  await runStep('ports', async () => {
    const owner = await findLastingOwner()
    if (owner) {
      throw new Error(
        `Port ${PORTS.worker.port} is taken: the stack runs already from this directory (process ${owner}). ` +
          'One directory holds the data of one stack: stop it first.',
      )
    }
    isOwner = true
    await clearOrphans(DEV_DATA_DIR, steps.note)
    await refuseTakenPorts()
    return Object.values(PORTS)
      .map(({ port }) => port)
      .join(', ')
  })
  const running = await runStep('MySQL, Redis, and the services in front of them', async () => {
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
  // The Worker would say so too, but to every request.
  parseSettings(values)
  const isOwnDatabase = values.DATABASE_URL === running.env.DATABASE_URL
  if (isOwnDatabase) {
    await runStep('migrations', async () => {
      const client = new Client({ url: await running.createDatabase('auctions') })
      const applied = await migrate(client, 'migrations')
      await forgetRoomsOfAnotherDatabase(client)
      return applied.length === 0 ? 'up to date' : `${applied.length} applied`
    })
  } else steps.note('DATABASE_URL is not the local one: its database is neither migrated nor seeded')

  const envFile = join(DEV_DATA_DIR, 'worker.env')
  writeEnvFile(envFile, values)
  const served = await runStep('Worker', async () => {
    worker = await startWorker({
      port: PORTS.worker.port,
      dataDir: DEV_DATA_DIR,
      envFile: join(process.cwd(), envFile),
      onLine: ({ text, isRoutine }) => {
        // What the seeding asks for is of no interest, unless it goes wrong.
        if (!stopping && (isReady || !isRoutine)) steps.output(text)
      },
    })
    return worker
  })
  if (isOwnDatabase) {
    await runStep('market', () => seedMarket({ url: served.url, dataDir: DEV_DATA_DIR })).catch(
      (error: unknown) => {
        if (stopping) return
        // Whoever breaks a route while working on it still wants the server.
        steps.fail(`${error instanceof Error ? error.message : error}\n    The next start goes on with it.`)
      },
    )
  }
  if (stopping) return
  isReady = true
  stopCron = callCron(served.url, steps.note)
  running.watch((name, how) => steps.note(`${name} ${how}; stop and start again to bring it back`))
  served.ended.then((how) => {
    if (stopping) return
    steps.fail(`the Worker ${how}`)
    return stop(1)
  })
  steps.finish(describeStack(performance.now() - startedAt))
}

/** Rooms are known by the numbers of auctions, which begin again at 1 in an empty database. */
async function forgetRoomsOfAnotherDatabase(client: Client): Promise<void> {
  const isEmpty = (await client.execute('SELECT 1 FROM users LIMIT 1')).rows.length === 0
  if (isEmpty) rmSync(workerStateOf(DEV_DATA_DIR), { recursive: true, force: true })
}

/** The process that runs the stack already; one that is stopping is waited for. */
async function findLastingOwner(): Promise<number | undefined> {
  const deadline = Date.now() + STOP_LIMIT_MS
  for (;;) {
    const owner = findOwner(DEV_DATA_DIR)
    if (owner === undefined || findRunningStack(DEV_DATA_DIR) || Date.now() > deadline) return owner
    await sleep(100)
  }
}

/** Runs one step of the start, unless the stack is to stop. */
function runStep<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (stopping) throw new Error('stopped')
  return steps.run(name, work)
}

/** Worker first, then the databases. */
function stop(status: number): Promise<void> {
  stopping ??= (async () => {
    stopCron()
    if (isOwner) {
      if (cloud || status === 0) steps.note('stopping')
      withdrawStack(DEV_DATA_DIR)
      await endUnfinishedStart()
      await worker?.stop()
      await cloud?.stop()
    }
    process.exit(status)
  })()
  return stopping
}

/** Ends the parts of a start that is under way by their pid files, upon which the step that waits for them fails. */
async function endUnfinishedStart(): Promise<void> {
  const settled = starting.then(
    () => true,
    () => true,
  )
  const deadline = Date.now() + STOP_LIMIT_MS
  while (Date.now() < deadline) {
    if (await Promise.race([settled, sleep(100, false)])) return
    await clearOrphans(DEV_DATA_DIR, () => {})
  }
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
    '  npm run demo                                  two sales, one of them from listing to hand-over',
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
