import {
  Client,
  type Config,
  DatabaseError,
  type Transaction as DriverTransaction,
  UnknownError,
} from '@planetscale/database'
import { drizzle } from 'drizzle-orm/planetscale-serverless'
import * as schema from './schema/index.ts'

/** The driver has no timeout of its own. */
export const QUERY_TIMEOUT_MS = 5_000
/** A transaction takes no longer than so many single calls might, its ROLLBACK and its second run included. */
const TRANSACTION_TIMEOUTS = 2
/** What a ROLLBACK gets whose transaction has used up its time: it gives the locks back. */
const CALL_TIMEOUT_MIN_MS = 500

/** No answer came, so what was asked may have happened or not. */
export class DatabaseUnreachable extends Error {
  override readonly name = 'DatabaseUnreachable'
}

export interface DatabaseOptions {
  timeoutMs?: number
  /** Told of every call: how long it took, and whether an answer came. */
  onQuery?: (durationMs: number, answered: boolean) => void
}

type DriverFetch = NonNullable<Config['fetch']>

/** @param deadlineMs epoch milliseconds after which no call is given its full time */
function boundedFetch(
  { timeoutMs = QUERY_TIMEOUT_MS, onQuery }: DatabaseOptions,
  deadlineMs = Number.POSITIVE_INFINITY,
): DriverFetch {
  return async (url, init) => {
    const startedMs = Date.now()
    let answered = false
    // Not `AbortSignal.timeout`, which goes on after the answer and keeps an object from hibernating.
    const aborter = new AbortController()
    const boundMs = Math.min(timeoutMs, Math.max(CALL_TIMEOUT_MIN_MS, deadlineMs - startedMs))
    const timer = setTimeout(() => aborter.abort(), boundMs)
    try {
      const response = await fetch(url, { ...init, signal: aborter.signal } as RequestInit)
      const text = await response.text()
      if (response.status >= 500) throw new Error(`HTTP ${response.status}`)
      answered = true
      return {
        ok: response.ok,
        status: response.status,
        statusText: response.statusText,
        text: async () => text,
      }
    } catch (cause) {
      throw new DatabaseUnreachable('The database did not answer', { cause })
    } finally {
      clearTimeout(timer)
      onQuery?.(Date.now() - startedMs, answered)
    }
  }
}

/** A transaction runs again after an answer that was lost, once; after a conflict of locks, which left nothing, more often. */
const RUNS_MAX = 2
const CONFLICT_RUNS_MAX = 6

/**
 * The driver's client with transactions that run again after a deadlock or an answer that was lost. Whoever writes a
 * transaction therefore begins it with a guard, such as a conditional UPDATE, that tells the next run what the one
 * before did.
 */
class RepeatingClient extends Client {
  readonly #url: string
  readonly #options: DatabaseOptions

  constructor(url: string, options: DatabaseOptions) {
    super({ url, fetch: boundedFetch(options) })
    this.#url = url
    this.#options = options
  }

  override async transaction<T>(work: (tx: DriverTransaction) => Promise<T>): Promise<T> {
    const deadlineMs = Date.now() + TRANSACTION_TIMEOUTS * (this.#options.timeoutMs ?? QUERY_TIMEOUT_MS)
    const client = new Client({ url: this.#url, fetch: boundedFetch(this.#options, deadlineMs) })
    for (let run = 1; ; run++) {
      try {
        return await runTransaction(client, work)
      } catch (error) {
        const runsMax = isConflict(error) ? CONFLICT_RUNS_MAX : RUNS_MAX
        if (run >= runsMax || !isUnreachable(error) || Date.now() >= deadlineMs) throw error
      }
    }
  }
}

/**
 * The driver rolls back in its own `catch`, and where that fails too, which is what a lost answer to COMMIT brings
 * about, its failure would hide the first one: the work's own error tells, and without one COMMIT's end is unknown.
 */
async function runTransaction<T>(client: Client, work: (tx: DriverTransaction) => Promise<T>): Promise<T> {
  let failure: { error: unknown } | undefined
  let isWorkDone = false
  try {
    return await client.transaction(async (tx) => {
      try {
        const result = await work(tx)
        isWorkDone = true
        return result
      } catch (error) {
        failure = { error }
        throw error
      }
    })
  } catch (error) {
    if (isWorkDone) throw new DatabaseUnreachable('The end of a transaction is unknown', { cause: error })
    throw failure ? failure.error : error
  }
}

export function createDatabase(url: string, options: DatabaseOptions = {}) {
  return drizzle(new RepeatingClient(url, options), { schema })
}

export type Database = ReturnType<typeof createDatabase>
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
/** Where a query runs as well inside a transaction as outside. */
export type Executor = Database | Transaction

function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) yield cause
}

const errnoOf = (error: unknown): number | null => {
  for (const cause of causesOf(error)) {
    if (!(cause instanceof DatabaseError)) continue
    const errno = /\(errno (\d+)\)/.exec(cause.message)?.[1]
    if (errno) return Number(errno)
  }
  return null
}

const DUPLICATE_ENTRY = 1062
/** The same statement may succeed the next time: a conflict of locks, or a tablet whose MySQL is away. */
const PASSING_ERRNOS = {
  checkpoint: 1020,
  tooManyConnections: 1040,
  shutdown: 1053,
  lockWaitTimeout: 1205,
  deadlock: 1213,
  noSocket: 2002,
  noHost: 2003,
  serverGone: 2006,
  connectionLost: 2013,
}
const passingErrnos: ReadonlySet<number | null> = new Set(Object.values(PASSING_ERRNOS))

export const isDuplicate = (error: unknown): boolean => errnoOf(error) === DUPLICATE_ENTRY

/** MySQL rolled the transaction back because of another one that is done by now, or will be. */
function isConflict(error: unknown): boolean {
  const errno = errnoOf(error)
  return errno === PASSING_ERRNOS.deadlock || errno === PASSING_ERRNOS.checkpoint
}

/** What Vitess will say of the same statement tomorrow. Its other codes are of a server that cannot serve now. */
const REFUSING_CODES: ReadonlySet<string> = new Set([
  'alreadyexists',
  'invalidargument',
  'notfound',
  'outofrange',
  'permissiondenied',
  'unimplemented',
])
/** The driver's own status for an error that came as the answer to a statement. */
const STATEMENT_STATUS = 400

/** Vitess names its code in the text, as `InvalidArgument`, or beside it, as `INVALID_ARGUMENT`. */
function isRefusedByVitess({ message, status, body }: DatabaseError): boolean {
  // What comes over the wire has not been looked at by anyone.
  const code = String(/\bcode = (\w+)/.exec(message)?.[1] ?? body.code)
  return status === STATEMENT_STATUS && REFUSING_CODES.has(code.replaceAll('_', '').toLowerCase())
}

/** Nothing was heard from the database, or it said that it cannot serve now. */
export function isUnreachable(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (cause instanceof DatabaseUnreachable || cause instanceof UnknownError) return true
    // Without MySQL's own number it is what stands before MySQL that speaks: a failover, no capacity, a bad password.
    if (cause instanceof DatabaseError && errnoOf(cause) === null) return !isRefusedByVitess(cause)
  }
  return passingErrnos.has(errnoOf(error))
}
