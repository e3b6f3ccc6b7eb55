import { setImmediate } from 'node:timers'
import type { EpochMs } from '../../src/auctions/engine/auction.ts'

interface Appointment {
  readonly at: EpochMs
  readonly order: number
  run: (() => void) | null
}

/** Withdraws what was to happen. */
export type Cancel = () => void

/** The one clock: time passes only from one appointment to the next, and equal times keep their order. */
export class Timeline {
  now: EpochMs
  /** Steps so far. */
  steps = 0
  #heap: Appointment[] = []
  #order = 0
  readonly #afterStep: (() => void)[] = []

  constructor(now: EpochMs) {
    this.now = now
  }

  at(at: EpochMs, run: () => void): Cancel {
    const appointment: Appointment = { at: Math.max(at, this.now), order: this.#order++, run }
    this.#push(appointment)
    return () => {
      appointment.run = null
    }
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.at(this.now + delayMs, run)
  }

  /** Runs once the step that goes on now is over. */
  defer(run: () => void): void {
    this.#afterStep.push(run)
  }

  /** The next appointment, and everything that follows from it without time passing. False where there is none. */
  async step(): Promise<boolean> {
    const next = this.#pop()
    if (next === null) return false
    this.now = next.at
    this.steps += 1
    next.run?.()
    do {
      // All promises that are settled have run on before the event loop turns.
      await new Promise<void>((resolve) => setImmediate(resolve))
      for (const run of this.#afterStep.splice(0)) run()
    } while (this.#afterStep.length > 0)
    return true
  }

  #isBefore(a: Appointment, b: Appointment): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap
    let index = heap.push(appointment) - 1
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || this.#isBefore(parent, appointment)) break
      heap[index] = parent
      index = above
    }
    heap[index] = appointment
  }

  #pop(): Appointment | null {
    const heap = this.#heap
    for (;;) {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined) return null
      if (heap.length > 0) this.#sink(last)
      if (first.run !== null) return first
    }
  }

  #sink(appointment: Appointment): void {
    const heap = this.#heap
    let index = 0
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]]
      if (left === undefined) break
      const isRight = right !== undefined && this.#isBefore(right, left)
      const child = isRight ? right : left
      if (this.#isBefore(appointment, child)) break
      heap[index] = child
      index = 2 * index + (isRight ? 2 : 1)
    }
    heap[index] = appointment
  }
}
