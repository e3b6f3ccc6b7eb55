import type { FieldPacket, ResultSetHeader } from 'mysql2/promise'

/** A column as PlanetScale describes it; what is empty or zero is left out, as in its own answers. */
export type WireField = { name: string; type?: string } & Record<string, string | number>

export type WireResult = {
  fields?: WireField[]
  rows?: { lengths: string[]; values?: string }[]
  rowsAffected?: string
  insertId?: string
}

const UNSIGNED_FLAG = 32
const ENUM_FLAG = 256
const SET_FLAG = 2048
const BINARY_CHARSET = 63

const INTEGER_BITS: Record<number, string> = { 1: '8', 2: '16', 3: '32', 8: '64', 9: '24' }
const PLAIN_TYPES: Record<number, string> = {
  0: 'DECIMAL',
  4: 'FLOAT32',
  5: 'FLOAT64',
  7: 'TIMESTAMP',
  10: 'DATE',
  11: 'TIME',
  12: 'DATETIME',
  13: 'YEAR',
  16: 'BIT',
  245: 'JSON',
  246: 'DECIMAL',
  247: 'ENUM',
  248: 'SET',
  255: 'GEOMETRY',
}

function typeOf(field: FieldPacket, flags: number): string | undefined {
  // MariaDB keeps JSON as LONGTEXT and says so only in its extended metadata; MySQL has a type of its own.
  if (field.extendedFormat === 'json') return 'JSON'
  const code = field.columnType ?? field.type ?? 6
  const bits = INTEGER_BITS[code]
  if (bits) return `${flags & UNSIGNED_FLAG ? 'UINT' : 'INT'}${bits}`
  const isBinary = field.characterSet === BINARY_CHARSET
  if (code === 15 || code === 253) return isBinary ? 'VARBINARY' : 'VARCHAR'
  if (code >= 249 && code <= 252) return isBinary ? 'BLOB' : 'TEXT'
  if (code === 254) {
    if (flags & ENUM_FLAG) return 'ENUM'
    if (flags & SET_FLAG) return 'SET'
    return isBinary ? 'BINARY' : 'CHAR'
  }
  return PLAIN_TYPES[code]
}

function describeField(field: FieldPacket): WireField {
  const flags = typeof field.flags === 'number' ? field.flags : 0
  const described: Record<string, string | number | undefined> = {
    type: typeOf(field, flags),
    table: field.table,
    orgTable: field.orgTable,
    database: field.schema,
    orgName: field.orgName,
    columnLength: field.columnLength,
    charset: field.characterSet,
    flags,
    decimals: field.decimals,
  }
  const wire: WireField = { name: field.name }
  for (const [key, value] of Object.entries(described)) if (value) wire[key] = value
  return wire
}

function encodeRow(row: unknown[]): { lengths: string[]; values?: string } {
  const values = Buffer.concat(row.filter((value) => value instanceof Uint8Array)).toString('base64')
  const lengths = row.map((value) => (value instanceof Uint8Array ? String(value.length) : '-1'))
  return values === '' ? { lengths } : { lengths, values }
}

/**
 * What the server answered to one statement, in PlanetScale's form: integers are strings, zeros are absent.
 * A row holds each value's bytes, or null.
 */
export function encodeResult(
  rows: unknown[][] | ResultSetHeader,
  fields: FieldPacket[] | undefined,
): WireResult {
  if (Array.isArray(rows)) {
    return {
      fields: (fields ?? []).map(describeField),
      ...(rows.length > 0 && { rows: rows.map(encodeRow) }),
    }
  }
  return {
    ...(rows.affectedRows > 0 && { rowsAffected: String(rows.affectedRows) }),
    ...(Number(rows.insertId) > 0 && { insertId: String(rows.insertId) }),
  }
}
