import type { Fault } from '../faults.ts'
import type { Random } from '../random.ts'

/** How long a part is away beside what the plan says: it has to come up. */
const STARTING_MS = 300
/** So that the deadline stands in MySQL before. */
const LEAD_MS = 2_000
/** A shorter one is easily missed: nothing breaks to the millisecond. */
const LASTING_MIN_MS = 800
const WITHOUT_OUTAGE_MS: readonly [number, number] = [1_000, 4_000]

/** A part that was away, from and to in epoch milliseconds. */
export interface Outage {
  readonly part: string
  readonly from: number
  readonly to: number
}

const isOfTheStack = ({ kind }: Fault): boolean => kind.endsWith('workerd') || kind.endsWith('database')

/** When the database or the Worker will be away, so that deadlines can be put there. */
export class PlannedOutages {
  readonly #spans: readonly { from: number; to: number }[]
  readonly #random: Random

  /** @param begunAt epoch milliseconds of the plan's beginning */
  constructor(plan: readonly Fault[], begunAt: number, random: Random) {
    this.#spans = plan
      .filter(isOfTheStack)
      .map(({ atMs, lastsMs }) => ({
        from: begunAt + atMs,
        to: begunAt + atMs + lastsMs + STARTING_MS,
      }))
      .filter(({ from, to }) => to - from >= LASTING_MIN_MS)
    this.#random = random
  }

  /** An instant within the next outage that is far enough off, or soon where there is none any more. */
  draw(now: number): number {
    const next = this.#spans.find(({ from }) => from > now + LEAD_MS)
    if (next === undefined) return now + this.#random.int(...WITHOUT_OUTAGE_MS)
    return Math.round(next.from + this.#random.next() * (next.to - next.from))
  }
}

/** How many of these deadlines passed while the database or the Worker was away. */
export const countMissed = (deadlines: readonly { at: number }[], outages: readonly Outage[]): number =>
  deadlines.filter(({ at }) =>
    outages.some(({ part, from, to }) => part !== 'redis' && from <= at && at < to),
  ).length
