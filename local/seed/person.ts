import { z } from 'zod'
import { createSessionToken } from '../clerk.ts'

const CALL_TIMEOUT_MS = 20_000
const MAX_WAIT_S = 30
const signedInSchema = z.object({ access_token: z.string() })

/** The API's answer to a call that was refused. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly code: string
  constructor(call: string, status: number, body: string) {
    super(`${call}: ${status} ${body.slice(0, 500)}`)
    this.code = z.object({ code: z.string() }).catch({ code: '' }).parse(parseJson(body)).code
  }
}

/** One account of the seeded market, or with no name a visitor. */
export class Person {
  readonly #url: string
  #token: string | undefined

  constructor(url: string) {
    this.#url = url
  }

  /** Signs in as `seed_<key>`, under the name of a business. */
  async signIn(key: string, [first, last]: readonly [string, string], dataDir: string): Promise<this> {
    const clerkUserId = `seed_${key}`
    this.#token = await createSessionToken(clerkUserId, dataDir)
    const { access_token } = await this.call('POST', '/api/auth/clerk-sync', signedInSchema, {
      body: { clerk_user_id: clerkUserId, email: `${key}@seed.example`, first_name: first, last_name: last },
    })
    this.#token = access_token
    return this
  }

  /** @throws RefusedError */
  async call<T extends z.ZodType>(
    method: string,
    path: string,
    schema: T,
    options: { body?: unknown; key?: string } = {},
  ): Promise<z.output<T>> {
    for (;;) {
      const response = await fetch(this.#url + path, {
        method,
        headers: {
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.key ? { 'idempotency-key': options.key } : {}),
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      })
      const text = await response.text()
      if (response.ok) return schema.parse(parseJson(text))
      const waitS = Number(response.headers.get('retry-after') ?? Number.NaN)
      if (![429, 503].includes(response.status) || !(waitS <= MAX_WAIT_S)) {
        throw new RefusedError(`${method} ${path}`, response.status, text)
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(waitS, 1) * 1000))
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
