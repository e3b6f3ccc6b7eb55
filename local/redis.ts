import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { requireProgram } from './packages.ts'
import type { Log } from './processes.ts'
import { startServerProcess } from './server-process.ts'

const START_TIMEOUT_MS = 20_000

export interface RedisServer {
  host: string
  port: number
  /** undefined where `REDIS_URL` names a server that is not ours. */
  pid: number | undefined
  /** Resolves once our process has ended, with a sentence that says how. */
  ended?: Promise<string>
  stop(): Promise<void>
}

/** Starts Redis on a free port of 127.0.0.1 with its data in `<dataDir>/redis`, or gives the server in `REDIS_URL`. */
export async function startRedis(options: {
  dataDir: string
  log: Log
  /** false: nothing is written to disk (tests). */
  durable?: boolean
  /** Any free one unless said. */
  port?: number
}): Promise<RedisServer> {
  const url = process.env.REDIS_URL
  if (url) return useServer(url)
  const dataDir = resolve(options.dataDir)
  const program = requireProgram({
    names: ['redis-server', 'valkey-server'],
    debianPackage: 'redis-server',
    urlVariable: 'REDIS_URL',
    log: options.log,
  })
  const files = join(dataDir, 'redis')
  mkdirSync(files, { recursive: true })
  return await startServerProcess({
    name: 'redis',
    program,
    args: (port) => [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', files, '--daemonize', 'no', '--save', ''],
      ...['--appendonly', options.durable === false ? 'no' : 'yes'],
    ],
    dataDir,
    port: options.port,
    timeoutMs: START_TIMEOUT_MS,
    ask: (port) => ping('127.0.0.1', port),
  })
}

async function useServer(text: string): Promise<RedisServer> {
  const url = new URL(text)
  const host = url.hostname
  const port = Number(url.port || 6379)
  if (url.password !== '') throw new Error('REDIS_URL must name a server without a password.')
  try {
    await ping(host, port)
  } catch {
    throw new Error(`the server that REDIS_URL names (${host}:${port}) does not answer.`)
  }
  return { host, port, pid: undefined, stop: async () => {} }
}

/** @throws Error where the answer is none of Redis's */
function ping(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 1000 })
    const fail = (why: string) => {
      socket.destroy()
      reject(new Error(why))
    }
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', (bytes) => {
      if (!bytes.toString().startsWith('+PONG')) return fail('no PONG')
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => fail('a timeout'))
    socket.once('error', ({ message }) => fail(message))
  })
}
