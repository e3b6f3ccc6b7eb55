import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './control-schema.ts'
import type { SqlError } from './vitess-error.ts'

type Standing = { fault: Fault; matching: RegExp | null; skip: number; times: number; cleared: Promise<void> }

const NEWS_TRAVELS_MS = 20

const PERMANENT_ERROR: SqlError = {
  errno: 1406,
  sqlState: '22001',
  message: "Data too long for column 'fault' at row 1",
}

/** What stands in the way to each database. */
export class Faults {
  readonly #standing = new Map<string, Standing>()
  readonly #clear = new Map<string, () => void>()

  /** Sets the fault of a database in place of the one before; null clears it and lets what hangs go on. */
  set(database: string, fault: Fault | null): void {
    this.#standing.delete(database)
    this.#clear.get(database)?.()
    this.#clear.delete(database)
    if (fault === null) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#clear.set(database, resolve)
    this.#standing.set(database, {
      fault,
      matching: fault.matching === undefined ? null : new RegExp(fault.matching, 'is'),
      skip: fault.skip ?? 0,
      times: fault.times ?? Number.POSITIVE_INFINITY,
      cleared: promise,
    })
  }

  /** The fault that strikes this statement, counted, or null. */
  strike(database: string, sql: string): Fault | null {
    const standing = this.#standing.get(database)
    if (!standing || (standing.matching && !standing.matching.test(sql))) return null
    if (standing.skip > 0) {
      standing.skip -= 1
      return null
    }
    if (standing.times <= 0) return null
    standing.times -= 1
    return standing.fault
  }

  /** Settles when the fault of this database is cleared or replaced, or the client is gone. */
  async hang(database: string, gone: AbortSignal): Promise<void> {
    const standing = this.#standing.get(database)
    if (!standing || gone.aborted) return
    await Promise.race([
      standing.cleared,
      new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve(), { once: true })),
    ])
    // A client that gave up just before the fault was cleared is gone, but the news may still be on its way.
    await sleep(NEWS_TRAVELS_MS)
  }

  async delay(fault: Fault, gone: AbortSignal): Promise<void> {
    await sleep(fault.delayMs ?? 0, undefined, { signal: gone }).catch(() => undefined)
  }

  errorOf(fault: Fault): SqlError {
    return fault.error ?? PERMANENT_ERROR
  }
}
