import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'

/** A deadline passes so long after it was to be put there: on a slow machine too something is away by then. */
const AFTER_MS: readonly [number, number] = [450, 1_000]
/** Where nothing breaks any more. */
const WITHOUT_OUTAGE_MS: readonly [number, number] = [1_000, 4_000]
/** What is to break does not wait any longer. */
const HOLD_UP_MAX_MS = 1_000

/** Deadlines that wait until something is about to break, and pass while it is away. */
export class Appointments {
  readonly #random: Random
  #waiting: ((at: number) => Promise<void>)[] = []
  #isClosed = false

  constructor(random: Random) {
    this.#random = random
  }

  /**
   * Puts a deadline into the next outage by `move`, which tries until it has done so.
   * @returns it, in epoch milliseconds, once it stands
   */
  make(move: (at: Date) => Promise<unknown>): Promise<number> {
    const made = Promise.withResolvers<number>()
    const set = (at: number) => move(new Date(at)).then(() => made.resolve(at), made.reject)
    if (this.#isClosed) void set(this.#draw(WITHOUT_OUTAGE_MS))
    else this.#waiting.push(set)
    return made.promise
  }

  /** The database or the Worker is about to break. Resolves when it may. */
  async keep(): Promise<void> {
    const moving = this.#waiting.splice(0).map((set) => set(this.#draw(AFTER_MS)))
    if (moving.length > 0) await Promise.race([Promise.all(moving), sleep(HOLD_UP_MAX_MS)])
  }

  /** Nothing breaks any more: who waits still has a deadline soon. */
  close(): void {
    this.#isClosed = true
    for (const set of this.#waiting.splice(0)) void set(this.#draw(WITHOUT_OUTAGE_MS))
  }

  #draw(within: readonly [number, number]): number {
    return Date.now() + this.#random.int(...within)
  }
}

/** A part that was away, from and to in epoch milliseconds. */
export interface Outage {
  readonly part: string
  readonly from: number
  readonly to: number
}

/** How many of these deadlines passed while the database or the Worker was away. */
export const countMissed = (deadlines: readonly { at: number }[], outages: readonly Outage[]): number =>
  deadlines.filter(({ at }) =>
    outages.some(({ part, from, to }) => part !== 'redis' && from <= at && at < to),
  ).length
