import { SECOND_MS } from '../../lib/time.ts'
import type { EpochMs } from '../engine/auction.ts'
import type { AlarmClock } from './ports.ts'

/**
 * `auction`: its start or end. `projection`: entries that MySQL has not. `readers`: sockets that may not read.
 * `watchers`: their number, to be told. `forget`: verdicts, 24 h after the end. `holds`: what
 * people have at stake, to be told. `again`: an alarm that failed.
 */
export type DeadlineName = 'auction' | 'projection' | 'readers' | 'watchers' | 'forget' | 'holds' | 'again'

/** The platform tries an alarm that fails again for about two minutes, and then forgets it without a word. */
const LATE_MS = 15 * SECOND_MS

/**
 * Named deadlines over the platform's one alarm. The alarm is only ever moved earlier; one that comes too early
 * finds nothing due and arms again, so a deadline that moves later or goes costs nothing.
 */
export class Deadlines {
  readonly #clock: AlarmClock
  readonly #now: () => EpochMs
  readonly #deadlines = new Map<DeadlineName, EpochMs>()
  #armedAt: EpochMs | null

  /** `armedAt` is where the platform's alarm stands already, or null. */
  constructor(clock: AlarmClock, armedAt: EpochMs | null, now: () => EpochMs) {
    this.#clock = clock
    this.#armedAt = armedAt
    this.#now = now
  }

  get(name: DeadlineName): EpochMs | null {
    return this.#deadlines.get(name) ?? null
  }

  /** Sets or, with null, clears a deadline. */
  set(name: DeadlineName, at: EpochMs | null): void {
    if (at === null) {
      this.#deadlines.delete(name)
      return
    }
    this.#deadlines.set(name, at)
    if (!this.renew()) this.rearm()
  }

  /** Arms an alarm that is so late that it may have been given up anew. @returns whether it was */
  renew(): boolean {
    if (this.#armedAt === null || this.#now() < this.#armedAt + LATE_MS) return false
    this.#armedAt = null
    this.rearm()
    return true
  }

  /** The platform's alarm rang: takes out what is due at `now`. Call `rearm` once that is done. */
  ring(now: EpochMs): Set<DeadlineName> {
    this.#armedAt = null
    const due = new Set<DeadlineName>()
    for (const [name, at] of this.#deadlines) {
      if (at > now) continue
      due.add(name)
      this.#deadlines.delete(name)
    }
    return due
  }

  /** Arms for the next deadline, unless the alarm stands at that or earlier. */
  rearm(): void {
    const next = Math.min(...this.#deadlines.values())
    if (next === Number.POSITIVE_INFINITY) return
    if (this.#armedAt === null || next < this.#armedAt) this.#arm(next)
  }

  #arm(at: EpochMs): void {
    this.#armedAt = Math.max(at, this.#now())
    this.#clock.setAlarm(at)
  }
}
