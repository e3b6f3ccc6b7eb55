import type { SQLOutputValue } from 'node:sqlite'

/** What a client carries from call to call; `transaction` while one is open. */
export interface Session {
  transaction: number | null
}

export interface WireResult {
  fields?: { name: string; type: string }[]
  rows?: { lengths: string[]; values: string }[]
  rowsAffected?: string
  insertId?: string
}

export interface Reply {
  session: Session
  result?: WireResult
  error?: { code: string; message: string }
}

/** PlanetScale's own form of a result: a row is one text, cut by the lengths of its values. */
export function encodeRows(names: readonly string[], rows: readonly SQLOutputValue[][]): WireResult {
  const fields = names.map((name, index) => {
    const isNumber = rows.some((row) => typeof row[index] === 'number')
    return { name, type: isNumber ? 'INT32' : 'VARCHAR' }
  })
  return { fields, rows: rows.map(encodeRow) }
}

function encodeRow(row: readonly SQLOutputValue[]): { lengths: string[]; values: string } {
  const values = row.map((value) => (value === null ? null : Buffer.from(String(value))))
  return {
    lengths: values.map((value) => String(value?.length ?? -1)),
    values: Buffer.concat(values.filter((value) => value !== null)).toString('base64'),
  }
}

/** An error in the words of Vitess; with `errno` it is MySQL that refuses, without it is what stands before it. */
export function vitessError(
  code: string,
  text: string,
  errno: number | null = null,
): { code: string; message: string } {
  const number = errno === null ? '' : ` (errno ${errno}) (sqlstate HY000)`
  return {
    code,
    message: `target: sim.-.primary: vttablet: rpc error: code = ${code} desc = ${text}${number}`,
  }
}
