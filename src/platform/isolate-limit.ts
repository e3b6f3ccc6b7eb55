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

  take(key: string, { requests, windowSeconds }: Rate, nowMs: number): WindowVerdict {
    const standing = this.#windows.get(key)
    if (standing && standing.endsMs > nowMs) {
      standing.count += 1
      return { allowed: standing.count <= requests, resetMs: standing.endsMs }
    }
    // Written anew, it is the youngest in the map's order.
    this.#windows.delete(key)
    const oldest = this.#windows.keys().next()
    if (this.#windows.size >= this.#keysMax && !oldest.done) this.#windows.delete(oldest.value)
    const endsMs = nowMs + windowSeconds * SECOND_MS
    this.#windows.set(key, { endsMs, count: 1 })
    return { allowed: requests >= 1, resetMs: endsMs }
  }

  /** What `take` would say; counts nothing. */
  look(key: string, { requests }: Rate, nowMs: number): WindowVerdict {
    const standing = this.#windows.get(key)
    if (!standing || standing.endsMs <= nowMs) return { allowed: requests >= 1, resetMs: nowMs }
    return { allowed: standing.count < requests, resetMs: standing.endsMs }
  }
}

/** The isolate's own on purpose: it has to outlive requests to count them while Redis is away. */
export const isolateLimiter = new IsolateLimiter(KEYS_MAX)
