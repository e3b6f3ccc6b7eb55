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
  /** Counts one more request under `key`. */
  take(key: string, rate: Rate): Promise<WindowVerdict | null>
  /** Whether one more would be allowed; counts nothing. */
  look(key: string, rate: Rate): Promise<WindowVerdict | null>
}

interface Limit {
  /** For those who are signed in: they count as themselves, wherever they are. */
  perUser: Rate
  /** For everybody else: an address (of IPv6 the /64) may be a whole office. */
  perAddress: Rate
  whenAway: 'open' | 'isolate'
}

const perMinute = (requests: number): Rate => ({ requests, windowSeconds: 60 })

/** Bids are not here: their limit (10/s, burst 20) is kept in the room. */
export const LIMITS = {
  read: { perUser: perMinute(600), perAddress: perMinute(600), whenAway: 'open' },
  /** Forty photos take eighty requests, sent at once. */
  write: { perUser: perMinute(300), perAddress: perMinute(120), whenAway: 'open' },
  /**
   * Exchanging and refreshing tokens, per address (an office signs in at nine) and, once the token has told who it
   * is, per person: see `require`.
   */
  authentication: { perUser: perMinute(30), perAddress: perMinute(60), whenAway: 'isolate' },
  /** Vendors are paid by the answer. */
  vin: { perUser: perMinute(60), perAddress: perMinute(30), whenAway: 'open' },
  /** Up to fifty answers each. */
  vin_batch: { perUser: perMinute(20), perAddress: perMinute(5), whenAway: 'open' },
  /** Messages of a vendor come from few addresses, and are signed. */
  webhook: { perUser: perMinute(600), perAddress: perMinute(600), whenAway: 'open' },
  /** Sockets, tickets and bids to rooms that are not there: each would wake an object. */
  unknown_auction: { perUser: perMinute(30), perAddress: perMinute(30), whenAway: 'isolate' },
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

export class RateLimiter {
  readonly #counter: WindowCounter
  readonly #fallback: IsolateLimiter
  readonly #isOn: boolean

  constructor(options: { counter: WindowCounter; fallback: IsolateLimiter; isOn: boolean }) {
    this.#counter = options.counter
    this.#fallback = options.fallback
    this.#isOn = options.isOn
  }

  /**
   * Counts one request. Where the counter is away everybody passes, but for limits that fall back to the isolate.
   *
   * A caller without a user key whose address is not known passes too, and each such request is logged: one bucket
   * for all of them would let a single one lock out the rest. Cloudflare sets `CF-Connecting-IP` on every request
   * from outside and lets nobody remove it.
   * @throws AppError `rate_limited`
   */
  require(name: LimitName, caller: Caller, at: Moment): Promise<void> {
    return this.#judge('take', name, caller, at)
  }

  /** Refuses who has nothing left and counts nothing. @throws AppError `rate_limited` */
  requireLeft(name: LimitName, caller: Caller, at: Moment): Promise<void> {
    return this.#judge('look', name, caller, at)
  }

  /**
   * `requireLeft` for those whom this very isolate has counted within the window. All others pass unasked: what is as
   * frequent as bids waits for no Redis, and whoever is held to the limit gets one more from each isolate.
   * For limits that fall back to the isolate. @throws AppError `rate_limited`
   */
  async requireLeftIfCounted(name: LimitName, caller: Caller, at: Moment): Promise<void> {
    const { key, rate } = counterOf(name, caller)
    if (this.#fallback.look(key, { ...rate, requests: 1 }, at.now).allowed) return
    await this.requireLeft(name, caller, at)
  }

  async #judge(ask: 'take' | 'look', name: LimitName, caller: Caller, at: Moment): Promise<void> {
    if (!this.#isOn) return
    if (caller.userKey === null && caller.address === null) {
      at.log.warn('address_unknown', { limit: name })
      return
    }
    const { whenAway }: Limit = LIMITS[name]
    const { key, rate } = counterOf(name, caller)
    const counted = await this.#counter[ask](key, rate)
    const inIsolate = whenAway === 'isolate' ? this.#fallback[ask](key, rate, at.now) : null
    const verdict = counted ?? inIsolate
    if (verdict === null || verdict.allowed) return
    const retryAfterSeconds = Math.max(1, Math.ceil((verdict.resetMs - at.now) / SECOND_MS))
    throw new AppError('rate_limited', undefined, { retryAfterSeconds })
  }
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
