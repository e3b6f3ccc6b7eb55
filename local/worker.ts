import { createWriteStream } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describeLogLine, type LogLine } from './log-lines.ts'
import { type Log, logFileOf, startProcess } from './processes.ts'

const READY_TIMEOUT_MS = 60_000
const POLL_MS = 100
/** wrangler's own road into the Worker's scheduled handler: `wrangler dev` fires no crons. */
const CRON_PATH = '/cdn-cgi/local/scheduled?cron=*+*+*+*+*&format=json'
const CRON_TIMEOUT_MS = 50_000

export interface LocalWorker {
  url: string
  pid: number
  ended: Promise<string>
  stop(): Promise<void>
}

/** Where the Durable Objects keep their storage. */
export const workerStateOf = (dataDir: string): string => join(dataDir, 'worker')

/** Starts the Worker under `wrangler dev` and waits until it answers. Its whole output is in `logs/worker.log`. */
export async function startWorker(options: {
  port: number
  dataDir: string
  envFile: string
  onLine: (line: LogLine) => void
  /** The directory with wrangler.toml; the current one unless said. */
  cwd?: string
}): Promise<LocalWorker> {
  const { port, dataDir } = options
  const file = createWriteStream(logFileOf(dataDir, 'worker'), { flags: 'a' })
  file.on('error', (error) =>
    options.onLine({ text: `worker.log cannot be written: ${error.message}`, isRoutine: false }),
  )
  const wrangler = dirname(createRequire(import.meta.url).resolve('wrangler/package.json'))
  const server = startProcess({
    name: 'worker',
    command: process.execPath,
    args: [
      join(wrangler, 'bin', 'wrangler.js'),
      'dev',
      ...['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'],
      ...['--persist-to', workerStateOf(dataDir), '--env-file', options.envFile],
      // The first keeps wrangler from reading keys, the second from advising on crons at each start.
      ...['--show-interactive-dev-session=false', '--test-scheduled'],
    ],
    dataDir,
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: { ...process.env, ...quietWrangler(dataDir) },
    onLine: (line) => {
      file.write(`${line}\n`)
      const shown = describeLogLine(line)
      if (shown !== undefined) options.onLine(shown)
    },
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await waitUntilHealthy(url, server.ended)
  } catch (error) {
    await server.stop()
    throw error
  }
  return {
    url,
    pid: server.pid,
    ended: server.ended,
    async stop() {
      await server.stop()
      await new Promise<void>((resolve) => file.end(resolve))
    },
  }
}

/** Calls the Worker's scheduled handler at every full minute; the returned function ends it. */
export function callCron(url: string, log: Log): () => void {
  let timer: NodeJS.Timeout
  const arm = () => {
    timer = setTimeout(tick, 60_000 - (Date.now() % 60_000))
  }
  const tick = async () => {
    arm()
    await runScheduled(url).catch((error: unknown) => {
      log(`the scheduled handler failed: ${error instanceof Error ? error.message : error}`)
    })
  }
  arm()
  return () => clearTimeout(timer)
}

/** Calls the Worker's scheduled handler once. @throws Error where it fails */
export async function runScheduled(url: string): Promise<void> {
  const response = await fetch(url + CRON_PATH, { signal: AbortSignal.timeout(CRON_TIMEOUT_MS) })
  if (!response.ok) throw new Error((await response.text()).slice(0, 300))
}

/** wrangler asks nobody for updates, sends no telemetry, and keeps its own files in the stack's directory. */
function quietWrangler(dataDir: string): Record<string, string> {
  return {
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
    WRANGLER_LOG_PATH: join(dataDir, 'logs', 'wrangler'),
    WRANGLER_REGISTRY_PATH: join(dataDir, 'registry'),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    X_LOCAL_EXPLORER: 'false',
    X_LOCAL_OBSERVABILITY: 'false',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  }
}

async function waitUntilHealthy(url: string, ended: Promise<string>): Promise<void> {
  let end: string | undefined
  ended.then((how) => {
    end = how
  })
  const deadline = Date.now() + READY_TIMEOUT_MS
  let last = 'nobody listens'
  while (Date.now() < deadline) {
    if (end !== undefined) throw new Error(`the Worker ${end}; its output is above`)
    try {
      const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) })
      if (response.ok) return
      last = `${response.status} ${(await response.text()).slice(0, 500)}`
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`GET ${url}/health is not answered within ${READY_TIMEOUT_MS / 1000} s: ${last}`)
}
