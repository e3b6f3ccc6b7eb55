import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { Counts } from './control-schema.ts'

/**
 * Counts, while it is on for a database, each statement, how long it took and the rows that the server read for it
 * (the sum of MySQL's `Handler_read%` counters), so that a test can bound what a request costs.
 */
export class Counting {
  readonly #counts = new Map<string, Counts>()

  start(database: string): void {
    this.#counts.set(database, { calls: 0, handlerReads: 0, statements: [] })
  }

  stop(database: string): Counts {
    const counts = this.#counts.get(database) ?? { calls: 0, handlerReads: 0, statements: [] }
    this.#counts.delete(database)
    return counts
  }

  /** Runs the statement, counted if counting is on. */
  async around<T>(database: string, connection: Connection, sql: string, run: () => Promise<T>): Promise<T> {
    const counts = this.#counts.get(database)
    if (!counts) return run()
    // Asking for the counters can move them: the first two readings tell by how much.
    const first = await readHandlerReads(connection)
    const before = await readHandlerReads(connection)
    const startedAt = performance.now()
    try {
      return await run()
    } finally {
      const durationMs = performance.now() - startedAt
      const handlerReads = (await readHandlerReads(connection)) - before - (before - first)
      counts.calls += 1
      counts.handlerReads += handlerReads
      counts.statements.push({ sql, handlerReads, durationMs })
    }
  }
}

async function readHandlerReads(connection: Connection): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Handler_read%'")
  return rows.reduce((sum, row) => sum + Number(row.Value), 0)
}
