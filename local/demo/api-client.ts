import { z } from 'zod'
import { createSessionToken } from '../clerk.ts'

const CALL_TIMEOUT_MS = 15_000
const errorSchema = z.object({ error: z.string(), code: z.string() })
const signedInSchema = z.object({ access_token: z.string(), user: z.object({ id: z.number() }) })

/** The API said no. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly body: unknown

  constructor(status: number, code: string, message: string, body: unknown) {
    super(`${status} ${code}: ${message}`)
    this.status = status
    this.code = code
    this.body = body
  }
}

export interface CallOptions {
  body?: unknown
  idempotencyKey?: string
}

/** One person at the API: signs in once, then calls with their own token. */
export class ApiClient {
  readonly baseUrl: string
  readonly name: string
  userId = 0
  #accessToken: string | null = null

  constructor(baseUrl: string, name: string) {
    this.baseUrl = baseUrl
    this.name = name
  }

  async signIn(clerkUserId: string): Promise<this> {
    const session = await createSessionToken(clerkUserId)
    this.#accessToken = session
    const body = {
      clerk_user_id: clerkUserId,
      email: `${clerkUserId}@example.com`.toLowerCase(),
      first_name: this.name,
      last_name: 'Demo',
    }
    const signedIn = await this.call('POST', '/api/auth/clerk-sync', signedInSchema, { body })
    this.#accessToken = signedIn.access_token
    this.userId = signedIn.user.id
    return this
  }

  /** @throws Refused where the API refuses, ZodError where the answer is not of the contract's shape */
  async call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    { body, idempotencyKey }: CallOptions = {},
  ): Promise<z.output<Schema>> {
    const response = await fetch(new URL(path, this.baseUrl), {
      method,
      headers: {
        ...(this.#accessToken === null ? {} : { Authorization: `Bearer ${this.#accessToken}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    const answer: unknown = await response.json()
    if (response.ok) return schema.parse(answer)
    const { error, code } = errorSchema.parse(answer)
    throw new Refused(response.status, code, error, answer)
  }

  /** The refusal of a call that must not succeed; null where it did. */
  async refusalOf(method: string, path: string, options: CallOptions = {}): Promise<Refused | null> {
    try {
      await this.call(method, path, z.unknown(), options)
      return null
    } catch (error) {
      if (error instanceof Refused) return error
      throw error
    }
  }
}
