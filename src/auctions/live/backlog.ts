import { SECOND_MS } from '../../lib/time.ts'
import type { EpochMs } from '../engine/auction.ts'
import type { Deadlines } from './alarm.ts'
import type { LedgerReader, Project } from './contract.ts'

/** While MySQL lacks entries, the next alarm is at most this far away. */
export const BACKSTOP_MS = 15 * SECOND_MS

export interface BacklogParts {
  clock: () => EpochMs
  project: Project
  ledger: LedgerReader
  deadlines: Deadlines
  waitUntil: (work: Promise<unknown>) => void
}

/** What MySQL has not got yet: starts the projector, one at a time, never awaited by a bid or the alarm. */
export class Backlog {
  readonly #parts: BacklogParts
  #isRunning = false
  #notBefore: EpochMs = 0

  constructor(parts: BacklogParts) {
    this.#parts = parts
  }

  /** Starts the projector where MySQL lacks something; to be called on waking, by the alarm, and after an entry. */
  drain(isBehind: boolean = this.#isBehind()): void {
    const { clock, deadlines, waitUntil } = this.#parts
    if (!isBehind) {
      deadlines.set('projection', null)
      return
    }
    const now = clock()
    if (deadlines.get('projection') === null) deadlines.set('projection', now + BACKSTOP_MS)
    if (this.#isRunning || now < this.#notBefore) return
    this.#isRunning = true
    waitUntil(this.#run())
  }

  #isBehind(): boolean {
    const { ledger } = this.#parts
    return ledger.cursor() < ledger.lastNumber()
  }

  async #run(): Promise<void> {
    const { clock, deadlines, ledger, project } = this.#parts
    const began = ledger.cursor()
    const { retryInMs } = await project(ledger).catch(() => ({ retryInMs: BACKSTOP_MS }))
    this.#isRunning = false
    // A projector that says it is done and has not moved would run without end.
    const waitMs = retryInMs ?? (ledger.cursor() > began ? 0 : BACKSTOP_MS)
    const now = clock()
    this.#notBefore = now + waitMs
    if (waitMs > 0 && this.#isBehind()) deadlines.set('projection', now + Math.min(waitMs, BACKSTOP_MS))
    this.drain()
  }
}
