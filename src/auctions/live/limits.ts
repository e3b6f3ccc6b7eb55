import { type Allowance, TokenBucket } from '../../lib/token-bucket.ts'
import type { EpochMs } from '../engine/auction.ts'

/** A bidder's bids (`api.md`). */
export const BID_ALLOWANCE: Allowance = { perSecond: 10, burst: 20 }
/** Buckets that a room keeps; a full one is the same as none. */
const BUCKETS_MAX = 10_000

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

  #dropFull(now: EpochMs): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(key)
    }
  }
}
