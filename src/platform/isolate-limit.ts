import { SECOND_MS } from '../lib/time.ts'
import type { Rate, WindowVerdict } from './rate-limit.ts'

const KEYS_MAX = 10_000

interface Window {
  endsMs: number
  count: number
}

/** Counts in the memory of one isolate, over fixed windows. Of a bounded number of keys: the oldest gives way. */
export class IsolateLimiter {
  readonly #keysMax: number
  readonly #windows = new Map<string, Window>()

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  /** Counts `count` more, all of them or none. */
  take(key: string, { requests, windowSeconds }: Rate, nowMs: number, count: number): WindowVerdict {
    const standing = this.#windows.get(key)
    if (standing && standing.endsMs > nowMs) {
      const allowed = standing.count + count <= requests
      if (allowed) standing.count += count
      return { allowed, resetMs: standing.endsMs }
    }
    // Written anew, it is the youngest in the map's order.
    this.#windows.delete(key)
    const oldest = this.#windows.keys().next()
    if (this.#windows.size >= this.#keysMax && !oldest.done) this.#windows.delete(oldest.value)
    const endsMs = nowMs + windowSeconds * SECOND_MS
    const allowed = count <= requests
    this.#windows.set(key, { endsMs, count: allowed ? count : 0 })
    return { allowed, resetMs: endsMs }
  }

  /** What `take` would say; counts nothing. */
  look(key: string, { requests }: Rate, nowMs: number): WindowVerdict {
    const standing = this.#windows.get(key)
    if (!standing || standing.endsMs <= nowMs) return { allowed: requests >= 1, resetMs: nowMs }
    return { allowed: standing.count < requests, resetMs: standing.endsMs }
  }
}

// The isolate's own on purpose: they have to outlive requests to count them.
const limiters = new Map<string, IsolateLimiter>()

/** The isolate's counter for a limit. Each has its own keys: those of one push out none of another. */
export function isolateLimiterOf(limit: string): IsolateLimiter {
  const standing = limiters.get(limit)
  if (standing) return standing
  const limiter = new IsolateLimiter(KEYS_MAX)
  limiters.set(limit, limiter)
  return limiter
}
