import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import { networkOf } from '../lib/network.ts'
import { SECOND_MS } from '../lib/time.ts'
import { AppError } from './errors.ts'
import type { AppEnv } from './hono.ts'
import type { IsolateLimiter } from './isolate-limit.ts'
import type { Logger } from './logger.ts'

/** So many requests in a window that slides. */
export interface Rate {
  requests: number
  windowSeconds: number
}

export interface WindowVerdict {
  allowed: boolean
  /** Epoch milliseconds at which the window ends. */
  resetMs: number
}

/** Null where the counter is away. */
export interface WindowCounter {
  /** Counts `count` more under `key`, all of them or none. */
  take(key: string, rate: Rate, count: number): Promise<WindowVerdict | null>
  /** Whether one more would be allowed; counts nothing. */
  look(key: string, rate: Rate): Promise<WindowVerdict | null>
}

interface Limit {
  /** For those who are signed in: they count as themselves, wherever they are. */
  perUser: Rate
  /** For everybody else: an address (of IPv6 the /64) may be a whole office. */
  perAddress: Rate
  counted: Counted
}

/**
 * Where requests are counted: in Redis, where everybody passes while it is away; in Redis, and in the isolate while it
 * is away; or in the isolate alone, for what asks nothing outside and is to wait for nothing outside.
 */
type Counted = 'redis' | 'redis_or_isolate' | 'isolate'

const perMinute = (requests: number): Rate => ({ requests, windowSeconds: 60 })

/** Bids are not here: their limit (10/s, burst 20) is kept in the room. */
export const LIMITS = {
  read: { perUser: perMinute(600), perAddress: perMinute(600), counted: 'redis' },
  /** Forty photos take eighty requests, sent at once. */
  write: { perUser: perMinute(300), perAddress: perMinute(120), counted: 'redis' },
  /**
   * Exchanging and refreshing tokens, per address (an office signs in at nine) and, once the token has told who it
   * is, per person: see `require`.
   */
  authentication: { perUser: perMinute(30), perAddress: perMinute(60), counted: 'redis_or_isolate' },
  /** What a number alone tells comes from the isolate's memory. */
  vin: { perUser: perMinute(300), perAddress: perMinute(120), counted: 'isolate' },
  /** Up to fifty numbers each. */
  vin_batch: { perUser: perMinute(60), perAddress: perMinute(20), counted: 'isolate' },
  /** Numbers, not requests: vendors are paid by the answer. Of one who is signed in a batch has room. */
  vin_vendor: { perUser: perMinute(100), perAddress: perMinute(20), counted: 'redis_or_isolate' },
  /** Messages of a vendor come from few addresses, and are signed. */
  webhook: { perUser: perMinute(600), perAddress: perMinute(600), counted: 'redis' },
  /** Sockets, tickets and bids to rooms that are not there: each would wake an object. */
  unknown_auction: { perUser: perMinute(30), perAddress: perMinute(30), counted: 'redis_or_isolate' },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof LIMITS

/** Who is counted: the person where `userKey` is there, else the address. */
export interface Caller {
  userKey: string | number | null
  address: string | null
}

interface Moment {
  /** Epoch milliseconds. */
  now: number
  log: Logger
}

/** One question to both counters. */
interface Ask {
  inRedis(key: string, rate: Rate): Promise<WindowVerdict | null>
  inIsolate(key: string, rate: Rate): WindowVerdict
}

export class RateLimiter {
  readonly #counter: WindowCounter
  readonly #isolateOf: (name: LimitName) => IsolateLimiter
  readonly #isOn: boolean

  constructor(options: {
    counter: WindowCounter
    isolateOf: (name: LimitName) => IsolateLimiter
    isOn: boolean
  }) {
    this.#counter = options.counter
    this.#isolateOf = options.isolateOf
    this.#isOn = options.isOn
  }

  /**
   * Counts one request, where `LIMITS` says.
   *
   * A caller without a user key whose address is not known passes too, and each such request is logged: one bucket
   * for all of them would let a single one lock out the rest. Cloudflare sets `CF-Connecting-IP` on every request
   * from outside and lets nobody remove it.
   * @throws AppError `rate_limited`
   */
  async require(name: LimitName, caller: Caller, at: Moment): Promise<void> {
    refuse(await this.#take(name, caller, at, 1), at)
  }

  /** Counts as `require` does, `count` at once, all of them or none; tells instead of refusing. */
  async allows(name: LimitName, caller: Caller, at: Moment, count: number): Promise<boolean> {
    return (await this.#take(name, caller, at, count)).allowed
  }

  /** Refuses who has nothing left and counts nothing. @throws AppError `rate_limited` */
  async requireLeft(name: LimitName, caller: Caller, at: Moment): Promise<void> {
    const verdict = await this.#judge(name, caller, at, {
      inRedis: (key, rate) => this.#counter.look(key, rate),
      inIsolate: (key, rate) => this.#isolateOf(name).look(key, rate, at.now),
    })
    refuse(verdict, at)
  }

  /**
   * `requireLeft` for those whom this very isolate has counted within the window. All others pass unasked: what is as
   * frequent as bids waits for no Redis, and whoever is held to the limit gets one more from each isolate.
   * For limits that are counted in the isolate too. @throws AppError `rate_limited`
   */
  async requireLeftIfCounted(name: LimitName, caller: Caller, at: Moment): Promise<void> {
    const { key, rate } = counterOf(name, caller)
    if (this.#isolateOf(name).look(key, { ...rate, requests: 1 }, at.now).allowed) return
    await this.requireLeft(name, caller, at)
  }

  #take(name: LimitName, caller: Caller, at: Moment, count: number): Promise<WindowVerdict> {
    return this.#judge(name, caller, at, {
      inRedis: (key, rate) => this.#counter.take(key, rate, count),
      inIsolate: (key, rate) => this.#isolateOf(name).take(key, rate, at.now, count),
    })
  }

  async #judge(name: LimitName, caller: Caller, at: Moment, ask: Ask): Promise<WindowVerdict> {
    const free = { allowed: true, resetMs: at.now }
    if (!this.#isOn) return free
    if (caller.userKey === null && caller.address === null) {
      at.log.warn('address_unknown', { limit: name })
      return free
    }
    const { counted }: Limit = LIMITS[name]
    const { key, rate } = counterOf(name, caller)
    const inRedis = counted === 'isolate' ? null : await ask.inRedis(key, rate)
    // Also while Redis answers: `requireLeftIfCounted` looks here, and an absence begins with what was.
    const inIsolate = counted === 'redis' ? null : ask.inIsolate(key, rate)
    return inRedis ?? inIsolate ?? free
  }
}

/** @throws AppError `rate_limited` where the verdict is one that does not allow */
function refuse(verdict: WindowVerdict, at: Moment): void {
  if (verdict.allowed) return
  const retryAfterSeconds = Math.max(1, Math.ceil((verdict.resetMs - at.now) / SECOND_MS))
  throw new AppError('rate_limited', undefined, { retryAfterSeconds })
}

/** Where a caller is counted, and up to what. */
function counterOf(name: LimitName, { userKey, address }: Caller): { key: string; rate: Rate } {
  const { perUser, perAddress }: Limit = LIMITS[name]
  return userKey === null
    ? { key: `${name}:address:${networkOf(address ?? '')}`, rate: perAddress }
    : { key: `${name}:user:${userKey}`, rate: perUser }
}

const names = new WeakMap<MiddlewareHandler, LimitName | null>()

/** Names the limit of a route in place of `read` or `write`; null: the route has one of its own elsewhere. */
export function limit(name: LimitName | null): MiddlewareHandler {
  const handler: MiddlewareHandler = (_c, next) => next()
  names.set(handler, name)
  return handler
}

function limitOf(c: Context): LimitName | null {
  for (const { handler } of matchedRoutes(c)) {
    const name = names.get(handler as MiddlewareHandler)
    if (name !== undefined) return name
  }
  return c.req.method === 'GET' || c.req.method === 'HEAD' ? 'read' : 'write'
}

/**
 * Holds every request to the limit of its route. `userOf` tells who is signed in by the token alone and refuses
 * nobody: that is the route's own business.
 */
export const limitRequests = <Parts extends { limits: RateLimiter }>(
  userOf: (c: Context<AppEnv<Parts>>) => Promise<number | null>,
) =>
  createMiddleware<AppEnv<Parts>>(async (c, next) => {
    const name = limitOf(c)
    if (name !== null) {
      const { limits, address } = c.var.context
      await limits.require(name, { userKey: await userOf(c), address }, c.var.context)
    }
    return next()
  })
