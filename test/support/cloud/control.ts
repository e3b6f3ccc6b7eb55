/**
 * What a test in workerd asks the local stack to do: it has no other way to it than HTTP. One call a path, all POST
 * with a Bearer secret; `/hang/…` never answers anybody.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Cloud } from '../../../local/cloud.ts'
import { listen } from '../../../local/http-server.ts'
import { faultSchema } from '../../../local/planetscale/control-schema.ts'
import type { Control } from '../provided.ts'
import type { TestDatabases } from './databases.ts'

/** Redis has 16 numbered databases; 0 stays with the stack's own token. */
const REDIS_DATABASES = 15

const databaseSchema = z.object({ database: z.string() })
const faultCallSchema = databaseSchema.extend({ fault: faultSchema.nullable() })

export async function startControl(
  cloud: Cloud,
  databases: TestDatabases,
): Promise<Control & { close(): Promise<void> }> {
  const secret = randomBytes(16).toString('hex')
  let created = 0

  const calls: Record<string, (body: unknown) => Promise<unknown>> = {
    async '/databases/create'() {
      created += 1
      const url = cloud.databaseUrl(`file_${created}`)
      const database = new URL(url).username
      const [redisToken] = await Promise.all([
        // A Redis that is not ours is not emptied; its users share one database then.
        cloud.redis.pid === undefined
          ? cloud.upstash.token
          : cloud.upstash.addToken(1 + (created % REDIS_DATABASES)),
        databases.create(database),
      ])
      return { database, url, redisToken }
    },
    async '/databases/drop'(body) {
      const { database } = databaseSchema.parse(body)
      await cloud.planetscale.release(database)
      await databases.drop(database)
    },
    async '/faults/set'(body) {
      const { database, fault } = faultCallSchema.parse(body)
      cloud.planetscale.setFault(database, fault)
    },
    async '/counting/start'(body) {
      cloud.planetscale.startCounting(databaseSchema.parse(body).database)
    },
    async '/counting/stop'(body) {
      return cloud.planetscale.stopCounting(databaseSchema.parse(body).database)
    },
  }

  const server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) => {
    const path = request.url ?? '/'
    if (path.startsWith('/hang')) return
    if (request.headers.authorization !== `Bearer ${secret}`) return send(response, 401, 'Unauthorized')
    const call = calls[path]
    if (!call) return send(response, 404, `There is no call ${path}`)
    readJson(request)
      .then(call)
      .then((answer) => send(response, 200, answer ?? null))
      .catch((error: unknown) => send(response, 500, error instanceof Error ? error.message : String(error)))
  })
  return { ...(await listen(server, 0)), secret }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
