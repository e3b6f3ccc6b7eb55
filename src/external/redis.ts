import { Ratelimit } from '@upstash/ratelimit'
import { errors, Redis } from '@upstash/redis/cloudflare'
import type { z } from 'zod'
import { isTimeout, TimeoutError } from '../lib/bounded.ts'
import type { Rate, WindowCounter, WindowVerdict } from '../platform/rate-limit.ts'

/** What a request may wait for Redis before it goes on without. */
export const COMMAND_TIMEOUT_MS = 300

export type AwayReason = 'disabled' | 'timeout' | 'error'
/** That Redis cannot be asked is an answer like any other: nothing here throws, since nothing depends on it. */
export type Answer<Value> = { away: false; value: Value } | { away: true; reason: AwayReason }

export type RedisOperation = 'get' | 'set' | 'ping' | 'limit'
export interface RedisCall {
  operation: RedisOperation
  status: 'success' | 'timeout' | 'error'
  durationMs: number
  /** Why it failed; null after a success. */
  error: unknown
}

export interface RedisOptions {
  /** Without both, Redis is disabled: every answer is `away`. */
  url: string | undefined
  token: string | undefined
  /** Told of every call that went out. */
  onCall?: (call: RedisCall) => void
}

/** Upstash over HTTP: one attempt a call (a repeated INCR may count twice), each bounded, cached values parsed by zod. */
export class RedisService implements WindowCounter {
  readonly #credentials: { url: string; token: string } | null
  readonly #onCall: (call: RedisCall) => void

  constructor({ url, token, onCall = () => undefined }: RedisOptions) {
    this.#credentials = url && token ? { url, token } : null
    this.#onCall = onCall
  }

  get isEnabled(): boolean {
    return this.#credentials !== null
  }

  /** The cached value; null where there is none, or one that another version wrote in another shape. */
  async get<Schema extends z.ZodType>(key: string, schema: Schema): Promise<Answer<z.output<Schema> | null>> {
    const answer = await this.#ask('get', COMMAND_TIMEOUT_MS, (redis) => redis.get<string>(key))
    return answer.away ? answer : { away: false, value: parseCached(answer.value, schema) }
  }

  /** The cached values of several keys, which are few: each as `get` tells it, in the order of the keys. */
  async getMany<Schema extends z.ZodType>(
    keys: readonly string[],
    schema: Schema,
  ): Promise<Answer<(z.output<Schema> | null)[]>> {
    const answer = await this.#ask('get', COMMAND_TIMEOUT_MS, (redis) =>
      redis.mget<(string | null)[]>(...keys),
    )
    if (answer.away) return answer
    return { away: false, value: answer.value.map((text) => parseCached(text, schema)) }
  }

  /** Caches what JSON can hold for `ttlSeconds`. */
  async set(key: string, value: unknown, ttlSeconds: number): Promise<Answer<null>> {
    const text = JSON.stringify(value)
    const answer = await this.#ask('set', COMMAND_TIMEOUT_MS, (redis) =>
      redis.set(key, text, { ex: ttlSeconds }),
    )
    return answer.away ? answer : { away: false, value: null }
  }

  async ping(timeoutMs: number): Promise<Answer<null>> {
    const answer = await this.#ask('ping', timeoutMs, (redis) => redis.ping())
    return answer.away ? answer : { away: false, value: null }
  }

  async take(key: string, rate: Rate, count: number): Promise<WindowVerdict | null> {
    const answer = await this.#ask('limit', COMMAND_TIMEOUT_MS, async (redis) => {
      const limiter = createLimiter(redis, rate)
      if (count > 1) {
        // Where only some of several are too many, the limiter refuses them and counts them all the same.
        const { remaining, reset } = await limiter.getRemaining(key)
        if (remaining < count) return { allowed: false, resetMs: reset }
      }
      const verdict = await limiter.limit(key, { rate: count })
      // The limiter's own way of saying that nobody answered is to let the request pass.
      if (verdict.reason === 'timeout') throw new TimeoutError('No answer in time')
      return { allowed: verdict.success, resetMs: verdict.reset }
    })
    return answer.away ? null : answer.value
  }

  async look(key: string, rate: Rate): Promise<WindowVerdict | null> {
    const answer = await this.#ask('limit', COMMAND_TIMEOUT_MS, async (redis) => {
      const { remaining, reset } = await createLimiter(redis, rate).getRemaining(key)
      return { allowed: remaining > 0, resetMs: reset }
    })
    return answer.away ? null : answer.value
  }

  async #ask<Value>(
    operation: RedisOperation,
    timeoutMs: number,
    command: (redis: Redis) => Promise<Value>,
  ): Promise<Answer<Value>> {
    if (this.#credentials === null) return { away: true, reason: 'disabled' }
    const startedMs = Date.now()
    const report = (status: RedisCall['status'], error: unknown) =>
      this.#onCall({ operation, status, durationMs: Date.now() - startedMs, error })
    try {
      const value = await command(createClient(this.#credentials, timeoutMs))
      report('success', null)
      return { away: false, value }
    } catch (error) {
      const reason = isTimeout(error) ? 'timeout' : 'error'
      report(reason, withoutData(error))
      return { away: true, reason }
    }
  }
}

/** What may be logged of a failure: Upstash's client quotes the command, with all that it was to keep, or the answer. */
function withoutData(error: unknown): unknown {
  if (error instanceof errors.UpstashJSONParseError) return new Error('The answer is no JSON')
  if (!(error instanceof errors.UpstashError)) return error
  return new Error(error.message.split(/, (?:command was|with args beginning with):/)[0])
}

function createClient(credentials: { url: string; token: string }, timeoutMs: number): Redis {
  return new Redis({
    ...credentials,
    // `retry: false` would still try twice.
    retry: { retries: 0 },
    // A function: with a plain signal the client answers an abort as though Redis had said it.
    signal: () => AbortSignal.timeout(timeoutMs),
    automaticDeserialization: false,
    readYourWrites: false,
    enableTelemetry: false,
  })
}

const createLimiter = (redis: Redis, { requests, windowSeconds }: Rate): Ratelimit =>
  new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(requests, `${windowSeconds} s`),
    prefix: 'limit',
    timeout: COMMAND_TIMEOUT_MS,
    // It would be of this request alone, or of the isolate and without a bound.
    ephemeralCache: false,
    enableTelemetry: false,
  })

/** Null where there is nothing, or what another version wrote in another shape. */
function parseCached<Schema extends z.ZodType>(text: string | null, schema: Schema): z.output<Schema> | null {
  if (text === null) return null
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
