import { mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { requireProgram } from './packages.ts'
import { findFreePort } from './ports.ts'
import { type Log, readLogTail, startProcess } from './processes.ts'

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
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await findFreePort())
    const server = startProcess({
      name: 'redis',
      command: program,
      args: [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', files, '--daemonize', 'no', '--save', ''],
        ...['--appendonly', options.durable === false ? 'no' : 'yes'],
      ],
      dataDir,
    })
    let end: string | undefined
    server.ended.then((how) => {
      end = how
    })
    const deadline = Date.now() + START_TIMEOUT_MS
    while (end === undefined && Date.now() < deadline) {
      if (await answersPing('127.0.0.1', port)) {
        return { host: '127.0.0.1', port, pid: server.pid, ended: server.ended, stop: server.stop }
      }
      await new Promise((wake) => setTimeout(wake, 30))
    }
    await server.stop()
    const tail = readLogTail(dataDir, 'redis')
    if (attempt < 3 && /already in use/i.test(tail)) continue
    throw new Error(`${program} did not start: it ${end ?? 'does not answer'}\n${tail}`)
  }
}

async function useServer(text: string): Promise<RedisServer> {
  const url = new URL(text)
  const host = url.hostname
  const port = Number(url.port || 6379)
  if (url.password !== '') throw new Error('REDIS_URL must name a server without a password.')
  if (!(await answersPing(host, port)))
    throw new Error(`the server that REDIS_URL names (${host}:${port}) does not answer.`)
  return { host, port, pid: undefined, stop: async () => {} }
}

function answersPing(host: string, port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host, port, timeout: 1000 })
    const finish = (answer: boolean) => {
      socket.destroy()
      settle(answer)
    }
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', (bytes) => finish(bytes.toString().startsWith('+PONG')))
    socket.once('timeout', () => finish(false))
    socket.once('error', () => finish(false))
  })
}
