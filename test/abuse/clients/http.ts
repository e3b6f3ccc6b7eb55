import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { z } from 'zod'
import type { Witness } from '../evidence/witness.ts'
import type { Person } from '../scene/people.ts'

const TIMEOUT_MS = 10_000
const CONNECTIONS_MAX = 64

export interface Request {
  method: string
  /** As it goes onto the wire; `null` bytes and the like belong into a `RawRequest`. */
  path: string
  /** Who asks; nobody unless said. */
  as?: Person
  /** In place of that person's access token. */
  token?: string
  /** The client's address as the edge tells it; that person's unless said. */
  address?: string
  headers?: OutgoingHttpHeaders
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is, under the content type of JSON unless `headers` name another. */
  text?: string | Buffer
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** Undefined where the text is no JSON. */
  json: unknown
  durationMs: number
}

/** Nobody answered: the connection broke, or the time was up. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** The connection had been used before, and ended without a byte. */
  readonly wasKept: boolean
  constructor(message: string, wasKept: boolean) {
    super(message)
    this.wasKept = wasKept
  }
}

/** Asks the server under test, and has every answer looked at by the witness. */
export class HttpClient {
  readonly #portOf: () => number
  readonly #witness: Witness
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })
  /** How many requests were sent. */
  sent = 0

  /** `portOf`: where the server is just now. */
  constructor(portOf: () => number, witness: Witness) {
    this.#portOf = portOf
    this.#witness = witness
  }

  get port(): number {
    return this.#portOf()
  }

  /** @throws NoAnswer, which the witness notes as well */
  async send(asked: Request): Promise<Answer> {
    this.sent += 1
    const what = `${asked.method} ${asked.path}`
    try {
      const answer = await this.#exchange(asked).catch((error: unknown) => {
        // The server may end a connection that was kept, just as it is used again; a new one tells.
        if (error instanceof NoAnswer && error.wasKept) return this.#exchange(asked)
        throw error
      })
      this.#witness.seeAnswer(asked.as ?? null, what, answer)
      return answer
    } catch (error) {
      if (error instanceof NoAnswer) this.#witness.note('no answer', `${what}: ${error.message}`)
      throw error
    }
  }

  /** The answer's body, read by `schema`. @throws Error where it is no success */
  async call<Schema extends z.ZodType>(schema: Schema, asked: Request): Promise<z.output<Schema>> {
    const { status, text, json } = await this.send(asked)
    if (status >= 300) throw new Error(`${asked.method} ${asked.path}: ${status} ${text.slice(0, 300)}`)
    return schema.parse(json)
  }

  close(): void {
    this.#agent.destroy()
  }

  #exchange({ method, path, as, token = as?.token, address = as?.address, headers, body, text }: Request) {
    const content = text ?? (body === undefined ? undefined : JSON.stringify(body))
    const startedAt = performance.now()
    return new Promise<Answer>((resolve, reject) => {
      const sending = request({
        host: '127.0.0.1',
        port: this.port,
        agent: this.#agent,
        method,
        path,
        headers: {
          ...(address === undefined ? {} : { 'CF-Connecting-IP': address }),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(content === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(content) }),
          ...headers,
        },
      })
      const fail = (error: Error) => {
        clearTimeout(timer)
        reject(
          new NoAnswer(error.message, sending.reusedSocket && Reflect.get(error, 'code') === 'ECONNRESET'),
        )
      }
      const timer = setTimeout(() => sending.destroy(new Error(`hangs for ${TIMEOUT_MS} ms`)), TIMEOUT_MS)
      sending.on('error', fail)
      sending.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () => {
          clearTimeout(timer)
          const answered = Buffer.concat(chunks).toString('utf8')
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: answered,
            json: parseJson(answered),
            durationMs: performance.now() - startedAt,
          })
        })
      })
      sending.end(content)
    })
  }
}

const refusalSchema = z.object({ code: z.string() })

/** The code of a refusal; empty for anything else. */
export function codeOf({ json }: Answer): string {
  const refusal = refusalSchema.safeParse(json)
  return refusal.success ? refusal.data.code : ''
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
