/**
 * Upstash's REST protocol in front of a Redis server, so that `@upstash/redis` and `@upstash/ratelimit` are used
 * here exactly as in production: `POST /` with a command, `/pipeline`, `/multi-exec`, `/command/argument/…`.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Redis from 'ioredis'
import { z } from 'zod'
import { type Listening, listen } from './http-server.ts'
import { Scripts } from './upstash/scripts.ts'

export interface Upstash extends Listening {
  token: string
  /** A token of its own for another of the server's numbered databases, which is emptied first. */
  addToken(database: number): Promise<string>
}

export interface UpstashOptions {
  /** 0 takes any free port. */
  port: number
  redis: { host: string; port: number }
  token: string
}

type Argument = string | Buffer
interface Connection {
  redis: Redis
  scripts: Scripts
}
type Reply = { result: unknown } | { error: string }

const MAX_BODY_BYTES = 16 * 1024 * 1024
const KEEP_ALIVE_MS = 3_600_000
const COMMAND_TIMEOUT_MS = 5_000

const argumentSchema = z
  .union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.record(z.string(), z.unknown()),
    z.array(z.unknown()),
  ])
  .transform((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
const commandSchema = z.array(argumentSchema).min(1)
const pipelineSchema = z.array(commandSchema).min(1)

/** Each of these would change the one connection that everybody shares, or stop the server. */
const REFUSED = new Set(
  'AUTH BLPOP BRPOP BLMOVE BZPOPMIN BZPOPMAX CLIENT DISCARD EXEC HELLO MONITOR MULTI PSUBSCRIBE PUNSUBSCRIBE QUIT RESET SELECT SHUTDOWN SSUBSCRIBE SUBSCRIBE SUNSUBSCRIBE UNSUBSCRIBE UNWATCH WAIT WATCH'.split(
    ' ',
  ),
)

class RequestError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Starts the server on 127.0.0.1; rejects when the port is taken. */
export async function startUpstash(options: UpstashOptions): Promise<Upstash> {
  const scripts = new Scripts()
  const databaseByToken = new Map([[digest(options.token), 0]])
  const connections = new Map<number, Connection>()

  function connectionOf(database: number): Connection {
    let connection = connections.get(database)
    if (!connection) {
      const redis = new Redis({
        ...options.redis,
        db: database,
        connectTimeout: 2_000,
        commandTimeout: COMMAND_TIMEOUT_MS,
        maxRetriesPerRequest: 1,
        retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
      })
      // Each command that fails answers for itself; without a listener the process would end.
      redis.on('error', () => undefined)
      connection = { redis, scripts }
      connections.set(database, connection)
    }
    return connection
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const status = error instanceof RequestError ? error.status : 500
        send(response, status, { error: error instanceof Error ? error.message : String(error) })
      },
    )
  })

  async function answer(request: IncomingMessage): Promise<Reply | Reply[]> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const body = await readBody(request)
    const token =
      request.headers.authorization?.replace(/^bearer /i, '') ?? url.searchParams.get('_token') ?? ''
    const database = findDatabase(databaseByToken, token)
    if (database === undefined) {
      throw new RequestError(401, 'WRONGPASS invalid or missing auth token')
    }
    const connection = connectionOf(database)
    const encode = request.headers['upstash-encoding'] === 'base64' ? encodeBase64 : encodeText
    if (url.pathname === '/pipeline') {
      const commands = parse(pipelineSchema, body)
      return await Promise.all(commands.map((command) => run(connection, command, encode)))
    }
    if (url.pathname === '/multi-exec')
      return await runTransaction(connection, parse(pipelineSchema, body), encode)
    const command = url.pathname === '/' ? parse(commandSchema, body) : commandOfPath(url, request, body)
    const reply = await run(connection, command, encode)
    if ('error' in reply) throw new RequestError(400, reply.error)
    return reply
  }

  const listening = await listen(server, options.port)
  return {
    ...listening,
    token: options.token,
    async addToken(database) {
      const token = randomBytes(24).toString('hex')
      await connectionOf(database).redis.flushdb()
      databaseByToken.set(digest(token), database)
      return token
    },
    async close() {
      await listening.close()
      for (const { redis } of connections.values()) redis.disconnect()
    },
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function findDatabase(databaseByToken: Map<string, number>, token: string): number | undefined {
  const given = Buffer.from(digest(token))
  for (const [known, database] of databaseByToken) {
    if (timingSafeEqual(Buffer.from(known), given)) return database
  }
  return undefined
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw new RequestError(400, 'ERR failed to parse the request body as JSON')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new RequestError(400, 'ERR expected a command as an array, or an array of them')
  return parsed.data
}

/** `/set/key/value?EX=100`, where a body is the last argument before those of the query. */
function commandOfPath(url: URL, request: IncomingMessage, body: Buffer): Argument[] {
  const parts = url.pathname.slice(1).split('/').map(decodePart)
  const hasBody = request.method === 'POST' && body.length > 0
  const options = [...url.searchParams].filter(([name]) => name !== '_token')
  return [...parts, ...(hasBody ? [body] : []), ...options.flat().filter((part) => part !== '')]
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new RequestError(400, 'ERR the path is not well encoded')
  }
}

async function run(connection: Connection, [name, ...args]: Argument[], encode: Encoder): Promise<Reply> {
  // In capitals, because ioredis reshapes the answers of the commands that it knows by their small name.
  const command = String(name).toUpperCase()
  if (REFUSED.has(command)) return { error: `ERR Command is not available: '${command}'` }
  try {
    const reply = await connection.redis.callBuffer(command, ...connection.scripts.translate(command, args))
    return { result: encode(connection.scripts.answer(command, args, reply), true) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

async function runTransaction(
  { redis, scripts }: Connection,
  commands: Argument[][],
  encode: Encoder,
): Promise<Reply[]> {
  const translated = commands.map(([name, ...args]) => {
    const command = String(name).toUpperCase()
    if (REFUSED.has(command)) throw new RequestError(400, `ERR Command is not available: '${command}'`)
    return { command, args: scripts.translate(command, args) }
  })
  // Written in one go, so that nobody else's command comes between them on the shared connection.
  const queued = [redis.call('MULTI'), ...translated.map(({ command, args }) => redis.call(command, ...args))]
  const executed = redis.callBuffer('EXEC')
  const [outcome] = await Promise.allSettled([executed, ...queued])
  if (outcome.status === 'rejected') {
    throw new RequestError(400, outcome.reason instanceof Error ? outcome.reason.message : 'EXECABORT')
  }
  const replies: unknown[] = Array.isArray(outcome.value) ? outcome.value : []
  return replies.map((reply) =>
    reply instanceof Error ? { error: reply.message } : { result: encode(reply, true) },
  )
}

type Encoder = (reply: unknown, isTop: boolean) => unknown

function encodeText(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString('utf8')
  if (Array.isArray(reply)) return reply.map(encodeText)
  return reply instanceof Error ? reply.message : reply
}

/** As Upstash does for binary safety: every string but a bare OK. */
function encodeBase64(reply: unknown, isTop: boolean): unknown {
  if (Buffer.isBuffer(reply)) {
    const text = reply.toString('latin1')
    return isTop && text === 'OK' ? text : reply.toString('base64')
  }
  if (Array.isArray(reply)) return reply.map((item) => encodeBase64(item, false))
  return reply instanceof Error ? Buffer.from(reply.message).toString('base64') : reply
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new RequestError(413, 'ERR max request size exceeded')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
