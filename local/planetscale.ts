/**
 * PlanetScale's HTTP protocol in front of a MySQL or MariaDB server, so that `@planetscale/database` is used here
 * exactly as in production. The user name of the URL is the database, the password one for all of them.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { listen } from './http-server.ts'
import type { Counts, Fault } from './planetscale/control-schema.ts'
import { Counting } from './planetscale/counting.ts'
import { Faults } from './planetscale/faults.ts'
import { type Execution, type MysqlServer, Sessions, UnknownDatabase } from './planetscale/sessions.ts'
import { describeSqlError } from './planetscale/vitess-error.ts'

export type { Counts, Fault } from './planetscale/control-schema.ts'

export type Planetscale = {
  port: number
  /** The driver's URL of a database. */
  url(database: string): string
  /** Sets, or with null clears, the fault of the way to one database. */
  setFault(database: string, fault: Fault | null): void
  /** From now on counts the statements of a database and the rows that the server reads for them. */
  startCounting(database: string): void
  stopCounting(database: string): Counts
  /** Ends all connections to a database, so that it can be dropped. */
  release(database: string): Promise<void>
  close(): Promise<void>
}

export type PlanetscaleOptions = {
  /** 0 takes any free port. */
  port: number
  mysql: MysqlServer
  password?: string
  /** PlanetScale's own unless given: 20 s and 30 s. */
  transactionLimitMs?: number
  statementLimitMs?: number
}

const MAX_BODY_BYTES = 64 * 1024 * 1024
// The client closes idle connections, never the server: a request on one that was just closed would be lost.
const KEEP_ALIVE_MS = 3_600_000

const executeBody = z.object({
  query: z.string(),
  session: z
    .object({
      signature: z.string(),
      vitessSession: z.object({
        autocommit: z.boolean(),
        inTransaction: z.boolean().optional(),
        SessionUUID: z.string(),
      }),
    })
    .nullish(),
})

/** Starts the server on 127.0.0.1; rejects when the port is taken. */
export async function startPlanetscale(options: PlanetscaleOptions): Promise<Planetscale> {
  const password = options.password ?? randomBytes(16).toString('hex')
  const counting = new Counting()
  const faults = new Faults()
  const sessions = new Sessions(options.mysql, counting, {
    transactionMs: options.transactionLimitMs,
    statementMs: options.statementLimitMs,
  })

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      sendError(response, 500, 'INTERNAL', error instanceof Error ? error.message : String(error))
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const database = authenticate(request.headers.authorization, password)
    const body = await readBody(request)
    if (database === null) return sendError(response, 401, 'UNAUTHENTICATED', 'Access denied')
    const path = request.url ?? '/'
    if (request.method !== 'POST') return sendError(response, 405, 'INVALID_ARGUMENT', 'Use POST')
    if (path === '/psdb.v1alpha1.Database/CreateSession') {
      return send(response, 200, { branch: 'main', user: { username: database }, session: sessions.open() })
    }
    if (path !== '/psdb.v1alpha1.Database/Execute') {
      return sendError(response, 404, 'NOT_FOUND', `No method ${path}`)
    }
    const parsed = executeBody.safeParse(body)
    if (!parsed.success) return sendError(response, 400, 'INVALID_ARGUMENT', z.prettifyError(parsed.error))
    await execute(database, parsed.data, response)
  }

  async function execute(database: string, body: z.infer<typeof executeBody>, response: ServerResponse) {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const session = body.session ?? sessions.open()
    const fault = faults.strike(database, body.query)
    if (fault?.mode === 'refuse') return void response.destroy()
    if (fault?.mode === 'refuse-statement') {
      const error = describeSqlError(database, faults.errorOf(fault))
      return send(response, 200, { session, error: { message: error.message, code: error.code } })
    }
    if (fault?.mode === 'hang') await faults.hang(database, gone.signal)
    if (fault?.mode === 'delay') await faults.delay(fault, gone.signal)
    if (gone.signal.aborted) return

    const startedAt = performance.now()
    let execution: Execution
    try {
      execution = await sessions.execute(database, body.query, session)
    } catch (error) {
      if (!(error instanceof UnknownDatabase)) throw error
      return sendError(response, 401, 'UNAUTHENTICATED', error.message)
    }
    if (fault?.mode === 'lose-answer') return void response.destroy()
    const timing = (performance.now() - startedAt) / 1000
    if ('error' in execution) {
      const { message, code } = execution.error
      return send(response, 200, { session: execution.session, error: { message, code } })
    }
    send(response, 200, { session: execution.session, result: execution.result, timing })
  }

  const { port, close } = await listen(server, options.port)

  return {
    port,
    url: (database) => `http://${database}:${password}@127.0.0.1:${port}/`,
    setFault: (database, fault) => faults.set(database, fault),
    startCounting: (database) => counting.start(database),
    stopCounting: (database) => counting.stop(database),
    async release(database) {
      faults.set(database, null)
      await sessions.release(database)
    },
    async close() {
      await close()
      await sessions.close()
    },
  }
}

/** The database that the caller may use, or null. */
function authenticate(header: string | undefined, password: string): string | null {
  const [scheme, encoded] = (header ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || !encoded) return null
  const credentials = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  const database = credentials.slice(0, Math.max(colon, 0))
  const given = Buffer.from(credentials.slice(colon + 1))
  const wanted = Buffer.from(password)
  const isRight = given.length === wanted.length && timingSafeEqual(given, wanted)
  return isRight && /^\w{1,64}$/.test(database) ? database : null
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error(`A statement may have ${MAX_BODY_BYTES} bytes`)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) return void response.destroy()
  send(response, status, { error: { code: code.toLowerCase(), message } })
}
