import { SECOND_MS } from '../../lib/time.ts'
import { AppError } from '../../platform/errors.ts'
import type { IsSuspended } from '../user.ts'
import type { People } from './people.ts'

/** A suspension holds for requests after so long at the latest. */
const KEPT_MS = 2 * SECOND_MS
const KEPT_MAX = 10_000

/** What people's objects answered lately; the oldest answer makes room for a new one. */
export class StandingCache {
  readonly #answers = new Map<number, { suspended: boolean; atMs: number }>()

  find(userId: number, now: number): boolean | null {
    const answer = this.#answers.get(userId)
    return answer === undefined || now - answer.atMs >= KEPT_MS ? null : answer.suspended
  }

  keep(userId: number, suspended: boolean, now: number): void {
    this.#answers.delete(userId)
    const [oldest] = this.#answers.keys()
    if (oldest !== undefined && this.#answers.size >= KEPT_MAX) this.#answers.delete(oldest)
    this.#answers.set(userId, { suspended, atMs: now })
  }
}

/** For all requests of this isolate. */
export const isolateStandings = new StandingCache()

/** Asks the person's own object, which needs no MySQL. @throws AppError `unavailable` where it cannot be asked */
export const createStandingCheck =
  (people: Pick<People, 'standing'>, cache: StandingCache): IsSuspended =>
  async (userId, now) => {
    const known = cache.find(userId, now)
    if (known !== null) return known
    try {
      const { suspended } = await people.standing(userId)
      cache.keep(userId, suspended, now)
      return suspended
    } catch (cause) {
      throw new AppError('unavailable', undefined, { retryAfterSeconds: 1, cause })
    }
  }
