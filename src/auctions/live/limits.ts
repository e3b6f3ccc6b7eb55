import type { EpochMs } from '../engine/auction.ts'

export interface Allowance {
  readonly perSecond: number
  readonly burst: number
}

/** A bidder's bids (`api.md`). */
export const BID_ALLOWANCE: Allowance = { perSecond: 10, burst: 20 }
/** A socket's frames of any kind: well above what bids may come to, so that those are answered by name. */
export const FRAME_ALLOWANCE: Allowance = { perSecond: 50, burst: 200 }
/** Buckets that a room keeps; a full one is the same as none. */
const BUCKETS_MAX = 10_000

/** Fills up steadily to `burst`, and gives one for each `take`. */
export class TokenBucket {
  readonly #allowance: Allowance
  #tokens: number
  #filledAt: EpochMs

  constructor(allowance: Allowance, now: EpochMs) {
    this.#allowance = allowance
    this.#tokens = allowance.burst
    this.#filledAt = now
  }

  /** False where nothing is left at `now`. */
  take(now: EpochMs): boolean {
    if (!this.has(now)) return false
    this.#tokens -= 1
    return true
  }

  /** Whether `take` would be given one. */
  has(now: EpochMs): boolean {
    this.#fill(now)
    return this.#tokens >= 1
  }

  isFull(now: EpochMs): boolean {
    this.#fill(now)
    return this.#tokens >= this.#allowance.burst
  }

  #fill(now: EpochMs): void {
    const { perSecond, burst } = this.#allowance
    const passedMs = Math.max(0, now - this.#filledAt)
    this.#tokens = Math.min(burst, this.#tokens + (passedMs * perSecond) / 1_000)
    this.#filledAt = now
  }
}

/** A bucket for each key, in the room's memory. */
export class Buckets {
  readonly #allowance: Allowance
  readonly #buckets = new Map<number, TokenBucket>()

  constructor(allowance: Allowance) {
    this.#allowance = allowance
  }

  take(key: number, now: EpochMs): boolean {
    let bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      if (this.#buckets.size >= BUCKETS_MAX) this.#dropFull(now)
      bucket = new TokenBucket(this.#allowance, now)
      this.#buckets.set(key, bucket)
    }
    return bucket.take(now)
  }

  has(key: number, now: EpochMs): boolean {
    return this.#buckets.get(key)?.has(now) ?? true
  }

  #dropFull(now: EpochMs): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(key)
    }
  }
}
