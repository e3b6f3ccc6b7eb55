/** Epoch milliseconds. */
type EpochMs = number

export interface Allowance {
  readonly perSecond: number
  readonly burst: number
}

/** A socket's frames of any kind: well above what bids may come to, so that those are answered by name. */
export const FRAME_ALLOWANCE: Allowance = { perSecond: 50, burst: 200 }

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
    this.#fill(now)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
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
