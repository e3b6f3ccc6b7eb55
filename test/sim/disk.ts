import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { EpochMs } from '../../src/auctions/engine/auction.ts'
import type { RoomStorage, Sql, SqlRows, SqlValue } from '../../src/auctions/live/ports.ts'

export interface DiskHooks {
  /** Told before each write, which fails where this throws. */
  beforeWrite(): void
  /** The block that wrote this batch is over. */
  onBatch(batch: number): void
}

interface Alarm {
  at: EpochMs | null
  /** When the platform forgot one, until another is set. */
  givenUp: EpochMs | null
}

interface Known {
  statement: StatementSync
  isReading: boolean
}

/**
 * What an object has on disk, its alarm included. Writes without an `await` between them are one batch. Batches become
 * durable in order, when they are confirmed; until then a crash may take them back, the last ones first.
 */
export class Disk implements RoomStorage {
  readonly sql: Sql
  readonly #db = new DatabaseSync(':memory:')
  readonly #statements = new Map<string, Known>()
  readonly #hooks: DiskHooks
  /** Batches begun, and how many of them are durable. */
  #written = 0
  #confirmed = 0
  /** Batches that SQLite itself has committed: each later one is a savepoint. */
  #committed = 0
  #isBatchOpen = false
  #depth = 0
  /** Where the alarm stood before each batch that is not committed. */
  #alarms: Alarm[] = []
  #alarm: Alarm = { at: null, givenUp: null }
  /** Counts every change, a loss included. */
  changes = 0
  losses = 0

  constructor(hooks: DiskHooks) {
    this.#hooks = hooks
    this.sql = { exec: (query, ...bindings) => this.#exec(query, bindings) }
  }

  get written(): number {
    return this.#written
  }
  get confirmed(): number {
    return this.#confirmed
  }
  /** Batches that a crash may leave: all but one that is being written. */
  get complete(): number {
    return this.#isBatchOpen ? this.#written - 1 : this.#written
  }
  get alarm(): EpochMs | null {
    return this.#alarm.at
  }
  /** When the platform forgot the alarm; null where it did not, or one has been set since. */
  get alarmGivenUpAt(): EpochMs | null {
    return this.#alarm.givenUp
  }

  /** No hook is told: where this one write fails, the whole batch does. */
  setAlarm(at: EpochMs): void {
    if (at === this.#alarm.at) return
    this.#ensureBatch()
    this.changes += 1
    this.#alarm = { at, givenUp: null }
  }

  /** The platform takes the alarm away, as it does when it rings. */
  takeAlarm(givenUp: EpochMs | null = null): void {
    this.#ensureBatch()
    this.changes += 1
    this.#alarm = { at: null, givenUp }
  }

  transactionSync<T>(work: () => T): T {
    this.#ensureBatch()
    const name = `work_${this.#depth++}`
    const { losses } = this
    this.#db.exec(`SAVEPOINT ${name}`)
    try {
      const result = work()
      this.#db.exec(`RELEASE ${name}`)
      return result
    } catch (error) {
      if (this.losses === losses) this.#db.exec(`ROLLBACK TO ${name}; RELEASE ${name}`)
      throw error
    } finally {
      this.#depth -= 1
    }
  }

  /** For whoever looks on: no hook is told. */
  read(query: string, ...bindings: SQLInputValue[]): Record<string, unknown>[] {
    return this.#prepare(query).statement.all(...bindings)
  }

  confirm(batch: number): void {
    this.#confirmed = Math.max(this.#confirmed, Math.min(batch, this.#written))
    if (this.#confirmed === this.#written) this.#commit()
  }

  /** A crash: of what is not confirmed, only the first batches up to `kept` are there afterwards. */
  lose(kept: number): void {
    if (kept < this.#confirmed || kept > this.#written)
      throw new RangeError(`Batch ${kept} cannot be the last`)
    if (kept < this.#written) {
      this.#db.exec(`ROLLBACK TO batch_${kept + 1}`)
      this.#alarm = this.#alarms[kept - this.#committed] ?? this.#alarm
    }
    this.losses += 1
    this.changes += 1
    this.#isBatchOpen = false
    this.#commit()
    this.#written = kept
    this.#confirmed = kept
    this.#committed = kept
  }

  close(): void {
    this.#db.close()
  }

  #commit(): void {
    if (this.#isBatchOpen || this.#committed === this.#written) return
    this.#db.exec(`RELEASE batch_${this.#committed + 1}`)
    this.#committed = this.#written
    this.#alarms = []
  }

  #beginWrite(): void {
    this.#hooks.beforeWrite()
    this.#ensureBatch()
    this.changes += 1
  }

  #ensureBatch(): void {
    if (this.#isBatchOpen) return
    this.#isBatchOpen = true
    this.#written += 1
    this.#alarms.push(this.#alarm)
    this.#db.exec(`SAVEPOINT batch_${this.#written}`)
    const { losses } = this
    const batch = this.#written
    queueMicrotask(() => {
      if (this.losses !== losses) return
      this.#isBatchOpen = false
      this.#hooks.onBatch(batch)
    })
  }

  #prepare(query: string): Known {
    const found = this.#statements.get(query)
    if (found !== undefined) return found
    const statement = this.#db.prepare(query)
    const known = { statement, isReading: statement.columns().length > 0 }
    this.#statements.set(query, known)
    return known
  }

  #exec<Row extends Record<string, SqlValue>>(query: string, bindings: SqlValue[]): SqlRows<Row> {
    const isScript = bindings.length === 0 && query.includes(';')
    if (isScript) {
      this.#beginWrite()
      this.#db.exec(query)
      return rowsOf<Row>([], 1)
    }
    const { statement, isReading } = this.#prepare(query)
    const values = bindings.map(inputOf)
    if (isReading) {
      // The caller names the row's type, as with the platform's own `exec`.
      return rowsOf(statement.all(...values) as Row[], 0)
    }
    this.#beginWrite()
    return rowsOf<Row>([], Number(statement.run(...values).changes))
  }
}

function inputOf(value: SqlValue): SQLInputValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value
}

function rowsOf<Row>(rows: Row[], rowsWritten: number): SqlRows<Row> {
  return {
    toArray: () => rows,
    rowsRead: rows.length,
    rowsWritten,
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  }
}
