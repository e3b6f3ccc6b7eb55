import { randomUUID } from 'node:crypto'
import type {
  FieldPacket,
  Pool,
  PoolConnection,
  ResultSetHeader,
  RowDataPacket,
  TypeCastField,
} from 'mysql2/promise'
import { createConnection, createPool } from 'mysql2/promise'
import type { Counting } from './counting.ts'
import { encodeResult, type WireResult } from './result.ts'
import { describeError, describeTabletError, VitessError } from './vitess-error.ts'

export type MysqlServer = { host: string; port: number; user: string; password: string }

/** What the client carries from call to call. */
export type Session = {
  signature: string
  vitessSession: { autocommit: boolean; inTransaction?: boolean | undefined; SessionUUID: string }
}

/** The session after a statement comes with its error too, as the driver keeps it in both cases. */
export type Execution = { session: Session; result: WireResult } | { session: Session; error: VitessError }

export class UnknownDatabase extends Error {}

type Transaction = {
  connection: PoolConnection
  database: string
  isBusy: boolean
  timer: NodeJS.Timeout
  /** Rejects the statement that runs when the transaction is ended under it; mysql2 would leave it waiting. */
  interrupt: PromiseWithResolvers<never>
}

const TRANSACTION_LIMIT_MS = 20_000
const STATEMENT_LIMIT_MS = 30_000
const LOCK_WAIT_LIMIT_S = 5
const ROW_LIMIT = 100_000
const POOL_SIZE = 30
const REMEMBERED_ENDS = 1_000

// MariaDB's ONLY_FULL_GROUP_BY is stricter than MySQL 8's (it does not see that a primary key fixes the other
// columns): what passes here passes there.
const SESSION_SETTINGS = `SET time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_LIMIT_S}, sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`
const LEADING_COMMENTS = /^(?:\s+|\/\*(?!!)[\s\S]*?\*\/|--\s[^\n]*(?:\n|$)|#[^\n]*(?:\n|$))*/
const UNSUPPORTED = /^(?:lock|unlock)\s+tables?\b|^call\b/i
const BEGIN = /^(?:begin|start\s+transaction)\b/i
const END = /^(?:commit|rollback(?!\s+(?:work\s+)?to\b))\b/i
const CHANGES_CONNECTION = /^(?:set|use)\b/i

/** Connections in a pool outside transactions, one of its own for each transaction, as in Vitess's tablet. */
export class Sessions {
  readonly #server: MysqlServer
  readonly #counting: Counting
  readonly #limits: { transactionMs: number; statementMs: number }
  readonly #pools = new Map<string, Pool>()
  readonly #transactions = new Map<string, Transaction>()
  readonly #ends = new Map<string, string>()
  readonly #changed = new WeakSet<PoolConnection>()

  constructor(
    server: MysqlServer,
    counting: Counting,
    limits: { transactionMs?: number | undefined; statementMs?: number | undefined },
  ) {
    const { host, port, user, password } = server
    this.#server = { host, port, user, password }
    this.#counting = counting
    this.#limits = {
      transactionMs: limits.transactionMs ?? TRANSACTION_LIMIT_MS,
      statementMs: limits.statementMs ?? STATEMENT_LIMIT_MS,
    }
  }

  open(): Session {
    return { signature: randomUUID(), vitessSession: { autocommit: true, SessionUUID: randomUUID() } }
  }

  /** Executes one statement; throws UnknownDatabase only. */
  async execute(database: string, sql: string, session: Session): Promise<Execution> {
    const statement = skipComments(sql)
    try {
      if (UNSUPPORTED.test(statement)) {
        throw new VitessError('UNIMPLEMENTED', `VT12001: unsupported: ${statement.slice(0, 20)}`)
      }
      if (session.vitessSession.inTransaction) return await this.#executeInTransaction(database, sql, session)
      if (BEGIN.test(statement)) return await this.#begin(database, sql)
      if (END.test(statement)) return { session, result: {} }
      return { session, result: await this.#executeAlone(database, sql) }
    } catch (error) {
      if (error instanceof VitessError) return { session, error }
      throw error
    }
  }

  /** Ends the connections of a database, so that it can be dropped. */
  async release(database: string): Promise<void> {
    for (const [id, transaction] of this.#transactions) {
      if (transaction.database === database) this.#end(id, 'tx killer rollback', 'destroy')
    }
    const pool = this.#pools.get(database)
    this.#pools.delete(database)
    await pool?.end()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.keys()].map((database) => this.release(database)))
  }

  async #begin(database: string, sql: string): Promise<Execution> {
    const connection = await this.#connect(database)
    try {
      const result = await this.#query(database, connection, sql)
      const session = this.open()
      const id = session.vitessSession.SessionUUID
      const timer = setTimeout(() => this.#kill(id), this.#limits.transactionMs)
      const interrupt = Promise.withResolvers<never>()
      interrupt.promise.catch(() => undefined)
      this.#transactions.set(id, { connection, database, isBusy: false, timer, interrupt })
      return {
        session: { ...session, vitessSession: { ...session.vitessSession, inTransaction: true } },
        result,
      }
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  async #executeInTransaction(database: string, sql: string, session: Session): Promise<Execution> {
    const id = session.vitessSession.SessionUUID
    const transaction = this.#transactions.get(id)
    if (!transaction || transaction.database !== database) throw this.#ended(database, id)
    if (transaction.isBusy) {
      throw describeTabletError(database, 'ABORTED', `transaction ${id}: in use: for query`)
    }
    transaction.isBusy = true
    const isEnd = END.test(skipComments(sql))
    try {
      const result = await Promise.race([
        this.#query(database, transaction.connection, sql),
        transaction.interrupt.promise,
      ])
      transaction.isBusy = false
      if (!isEnd) return { session, result }
      this.#end(id, 'transaction concluded', 'release')
      return { session: this.open(), result }
    } catch (error) {
      if (!(error instanceof VitessError)) throw error
      transaction.isBusy = false
      if (!this.#transactions.has(id)) throw this.#ended(database, id)
      // A deadlock or a lost connection has rolled everything back; Vitess closes the transaction then.
      if (!isEnd && error.code !== 'ABORTED' && error.code !== 'UNAVAILABLE') throw error
      this.#end(id, 'transaction rolled back', 'destroy')
      return { session: this.open(), error }
    }
  }

  async #executeAlone(database: string, sql: string): Promise<WireResult> {
    const connection = await this.#connect(database)
    try {
      return await this.#query(database, connection, sql)
    } finally {
      this.#giveBack(connection)
    }
  }

  async #connect(database: string): Promise<PoolConnection> {
    let pool = this.#pools.get(database)
    if (!pool) {
      pool = createPool({
        ...this.#server,
        database,
        charset: 'utf8mb4',
        timezone: 'Z',
        connectionLimit: POOL_SIZE,
        maxIdle: 2,
        idleTimeout: 5_000,
        supportBigNumbers: true,
      })
      pool.on('connection', (connection) => connection.query(SESSION_SETTINGS))
      this.#pools.set(database, pool)
    }
    try {
      return await pool.getConnection()
    } catch (error) {
      const described = describeError(database, error)
      if (error instanceof Error && 'errno' in error && (error.errno === 1049 || error.errno === 1044)) {
        await this.release(database)
        throw new UnknownDatabase(described.message)
      }
      throw described
    }
  }

  async #query(database: string, connection: PoolConnection, sql: string): Promise<WireResult> {
    if (CHANGES_CONNECTION.test(skipComments(sql))) this.#changed.add(connection)
    const timer = setTimeout(() => void this.#killOnServer(connection, 'QUERY'), this.#limits.statementMs)
    try {
      const [rows, fields] = await this.#counting.around(database, connection, sql, () =>
        connection.query<RowDataPacket[][] | ResultSetHeader>({
          sql,
          rowsAsArray: true,
          typeCast: (field: TypeCastField) => field.buffer(),
        }),
      )
      return encode(database, rows, fields)
    } catch (error) {
      throw describeError(database, error)
    } finally {
      clearTimeout(timer)
    }
  }

  #giveBack(connection: PoolConnection): void {
    // What SET changed must not reach the next one who gets this connection.
    if (this.#changed.has(connection)) connection.destroy()
    else connection.release()
  }

  #end(id: string, reason: string, how: 'release' | 'destroy'): void {
    const transaction = this.#transactions.get(id)
    if (!transaction) return
    this.#transactions.delete(id)
    clearTimeout(transaction.timer)
    const at = new Date().toISOString().replace('T', ' ').replace('Z', ' UTC')
    this.#ends.set(id, `ended at ${at} (${reason})`)
    const [oldest] = this.#ends.keys()
    if (this.#ends.size > REMEMBERED_ENDS && oldest !== undefined) this.#ends.delete(oldest)
    if (how === 'release') {
      this.#giveBack(transaction.connection)
    } else {
      transaction.connection.destroy()
      transaction.interrupt.reject(this.#ended(transaction.database, id))
    }
  }

  #kill(id: string): void {
    const transaction = this.#transactions.get(id)
    if (!transaction) return
    void this.#killOnServer(transaction.connection, 'CONNECTION')
    this.#end(id, `exceeded timeout: ${this.#limits.transactionMs / 1000}s`, 'destroy')
  }

  // A closed socket alone does not end a statement that runs or waits for a lock on the server. The pool may
  // be exhausted by just such statements, hence a connection of its own.
  async #killOnServer(connection: PoolConnection, what: 'QUERY' | 'CONNECTION'): Promise<void> {
    try {
      const killer = await createConnection(this.#server)
      await killer.query(`KILL ${what} ${connection.threadId}`).finally(() => killer.end())
    } catch {
      // It has ended by itself, or the server is gone and everything with it.
    }
  }

  #ended(database: string, id: string): VitessError {
    return describeTabletError(database, 'ABORTED', `transaction ${id}: ${this.#ends.get(id) ?? 'not found'}`)
  }
}

function skipComments(sql: string): string {
  return sql.slice(LEADING_COMMENTS.exec(sql)?.[0].length ?? 0)
}

function encode(
  database: string,
  rows: RowDataPacket[][] | ResultSetHeader,
  fields: FieldPacket[],
): WireResult {
  if (Array.isArray(rows) && rows.length > ROW_LIMIT) {
    throw describeTabletError(database, 'RESOURCE_EXHAUSTED', `Row count exceeded ${ROW_LIMIT} (errno 10001)`)
  }
  return encodeResult(rows, fields)
}
