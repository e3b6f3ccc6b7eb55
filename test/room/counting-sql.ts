import type { Sql, SqlValue } from '../../src/auctions/live/ports.ts'

/** An object's SQL whose every statement is run to its end, and `count` told of the rows that it read and wrote. */
export function countingSql(
  sql: SqlStorage,
  count: (rows: { rowsRead: number; rowsWritten: number }) => void,
): Sql {
  return {
    exec: <Row extends Record<string, SqlValue>>(query: string, ...bindings: SqlValue[]) => {
      const cursor = sql.exec<Row>(query, ...bindings)
      const rows = cursor.toArray()
      const { rowsRead, rowsWritten } = cursor
      count({ rowsRead, rowsWritten })
      return { toArray: () => rows, rowsRead, rowsWritten, [Symbol.iterator]: () => rows[Symbol.iterator]() }
    },
  }
}
