import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { readMigrations } from '../../../local/migration-files.ts'
import {
  auction_bidders,
  auction_decisions,
  auctions,
  audit_log,
  bids,
  fee_schedules,
  invoice_lines,
  invoices,
  notification_preferences,
  notifications,
  orders,
  reserve_changes,
  users,
  vehicle_images,
  vehicles,
} from '../../../src/db/schema/index.ts'
import type { Cancel } from '../timeline.ts'
import type { World } from '../world.ts'
import { addMinutes, describeTable, prepare, translate } from './dialect.ts'
import { encodeRows, type Reply, type Session, vitessError, type WireResult } from './wire-format.ts'

const TABLES = {
  auctions,
  bids,
  auction_bidders,
  auction_decisions,
  audit_log,
  invoices,
  invoice_lines,
  notifications,
  notification_preferences,
  orders,
  reserve_changes,
  users,
  vehicle_images,
  vehicles,
}
const TRANSACTION_LIMIT_MS = 20_000
const LOCK_WAIT_LIMIT_MS = 5_000
const NO_TRANSACTION: Session = { transaction: null }

/** One for all histories, so that what SQLite has prepared is prepared once. */
const db = new DatabaseSync(':memory:')
for (const table of [...Object.values(TABLES), fee_schedules]) db.exec(describeTable(table))
for (const statement of readMigrations('migrations').flatMap(({ up }) => up)) {
  if (/^INSERT INTO `fee_schedules`/.test(statement)) db.exec(statement)
}
db.function('add_minutes', (instant, minutes) => addMinutes(String(instant), Number(minutes)))

interface Known {
  statement: StatementSync
  names: string[]
}
const known = new Map<string, Known>()
const lookups = new Map<string, StatementSync>()

function find(template: string): Known {
  const found = known.get(template)
  if (found !== undefined) return found
  const statement = db.prepare(translate(template))
  statement.setReturnArrays(true)
  const names = statement.columns().map(({ name }) => name)
  known.set(template, { statement, names })
  return { statement, names }
}

interface Transaction {
  id: number
  /** Its first statement locks: here everything, for there is one connection. */
  hasBegun: boolean
  cancelTimeout: Cancel
}

interface Waiting {
  run: () => void
  cancelTimeout: Cancel
}

/**
 * MySQL as PlanetScale shows it: sessions, transactions that are rolled back after 20 s, locks that are waited for at
 * most 5 s. The statements are those that Drizzle and the driver make; SQLite executes them.
 */
export class DatabaseServer {
  readonly #world: World
  readonly #transactions = new Map<number, Transaction>()
  #lastTransaction = 0
  #holder: Transaction | null = null
  #waiting: Waiting[] = []
  /** Counts statements that may have changed something, once they are committed. */
  changes = 0

  constructor(world: World) {
    this.#world = world
    if (db.isTransaction) db.exec('ROLLBACK')
    for (const name of Object.keys(TABLES)) db.exec(`DELETE FROM ${name}`)
  }

  /** Nothing is half done: what is there is what has been committed. */
  get isSettled(): boolean {
    return this.#holder === null
  }

  /** For whoever looks on. */
  rows(query: string, ...values: (string | number | null)[]): Record<string, SQLOutputValue>[] {
    const statement = lookups.get(query) ?? db.prepare(query)
    lookups.set(query, statement)
    return statement.all(...values)
  }

  execute(statement: string, session: Session, reply: (reply: Reply) => void): void {
    const { transaction: id } = session
    if (/^begin\b/i.test(statement)) {
      reply({ session: { transaction: this.#begin() }, result: {} })
      return
    }
    const transaction = id === null ? null : (this.#transactions.get(id) ?? 'gone')
    if (transaction === 'gone') {
      const error = vitessError('ABORTED', `transaction ${id}: ended`)
      reply({ session: NO_TRANSACTION, error })
    } else if (/^(?:commit|rollback)\b/i.test(statement)) {
      if (transaction !== null) this.#end(transaction, /^commit/i.test(statement))
      reply({ session: NO_TRANSACTION, result: {} })
    } else {
      this.#whenFree(transaction, reply, () => reply(this.#run(statement, transaction)))
    }
  }

  /** Every transaction that is open is undone: MySQL starts anew, or has found a deadlock. */
  undo(session: Session | null): void {
    for (const transaction of [...this.#transactions.values()]) {
      if (session === null || transaction.id === session.transaction) this.#end(transaction, false)
    }
  }

  #begin(): number {
    const id = ++this.#lastTransaction
    const transaction: Transaction = {
      id,
      hasBegun: false,
      cancelTimeout: this.#world.timeline.after(TRANSACTION_LIMIT_MS, () => this.#end(transaction, false)),
    }
    this.#transactions.set(id, transaction)
    return id
  }

  #end(transaction: Transaction, isCommit: boolean): void {
    transaction.cancelTimeout()
    this.#transactions.delete(transaction.id)
    if (this.#holder !== transaction) return
    db.exec(isCommit ? 'COMMIT' : 'ROLLBACK')
    if (isCommit) this.changes += 1
    this.#holder = null
    this.#goOn()
  }

  #whenFree(transaction: Transaction | null, reply: (reply: Reply) => void, run: () => void): void {
    if (this.#holder === null || this.#holder === transaction) {
      run()
      return
    }
    const waiting: Waiting = {
      run,
      cancelTimeout: this.#world.timeline.after(LOCK_WAIT_LIMIT_MS, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting)
        const error = vitessError('DEADLINE_EXCEEDED', 'Lock wait timeout exceeded', 1205)
        reply({ session: { transaction: transaction?.id ?? null }, error })
      }),
    }
    this.#waiting.push(waiting)
  }

  #goOn(): void {
    while (this.#holder === null) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      next.cancelTimeout()
      next.run()
    }
  }

  #run(statement: string, transaction: Transaction | null): Reply {
    if (transaction !== null && !this.#transactions.has(transaction.id)) {
      return {
        session: NO_TRANSACTION,
        error: vitessError('ABORTED', `transaction ${transaction.id}: ended`),
      }
    }
    const session = { transaction: transaction?.id ?? null }
    const { template, literals } = prepare(statement)
    const { refusedNumber } = this.#world.weather
    if (refusedNumber !== null && /^insert/i.test(template) && literals.includes(refusedNumber)) {
      return { session, error: vitessError('INVALID_ARGUMENT', this.#world.refuse(), 1264) }
    }
    if (this.#world.sabotage === 'refused rows' && /^insert into bids/i.test(template)) {
      return { session, error: vitessError('INVALID_ARGUMENT', 'Out of range value', 1264) }
    }
    if (transaction !== null && !transaction.hasBegun) {
      db.exec('BEGIN')
      transaction.hasBegun = true
      this.#holder = transaction
    }
    try {
      return { session, result: this.#query(template, literals, transaction !== null) }
    } catch (error) {
      const text = error instanceof Error ? error.message : ''
      if (/UNIQUE constraint/.test(text)) return { session, error: vitessError('ALREADY_EXISTS', text, 1062) }
      this.#world.fail(new Error(`${text}: ${template}`, { cause: error }))
      return { session, error: vitessError('INVALID_ARGUMENT', text, 1064) }
    }
  }

  #query(template: string, literals: (string | number)[], isInTransaction: boolean): WireResult {
    const { sabotage, random } = this.#world
    if (sabotage === 'lost rows' && /^insert into bids/i.test(template) && random.chance(0.2)) return {}
    const { statement, names } = find(template)
    if (names.length > 0) {
      // Every row is an array: `setReturnArrays` says so.
      return encodeRows(names, statement.all(...literals) as unknown as SQLOutputValue[][])
    }
    const { changes, lastInsertRowid } = statement.run(...literals)
    if (!isInTransaction) this.changes += 1
    return { rowsAffected: String(changes), insertId: String(lastInsertRowid) }
  }
}
