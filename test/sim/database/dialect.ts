import { getTableConfig, type MySqlTable } from 'drizzle-orm/mysql-core'

/** MySQL's words in SQLite's, as far as the statements of rooms and sweeper need them; both mean the same by the rest. */

export interface Prepared {
  /** With a `?` for every literal, so that few texts come again and again. */
  template: string
  literals: (string | number)[]
}

const TOKENS = /'((?:[^'\\]|\\[\s\S]|'')*)'|`[^`]*`|(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])/g
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', 0: '\0', b: '\b', Z: '\x1a' }

const readLiteral = (text: string): string =>
  text.replace(/''|\\([\s\S])/g, (_, escaped: string | undefined) =>
    escaped === undefined ? "'" : (ESCAPES[escaped] ?? escaped),
  )

/** Takes a statement's literals out. */
export function prepare(statement: string): Prepared {
  const literals: (string | number)[] = []
  const template = statement.replace(
    TOKENS,
    (token, text: string | undefined, number: string | undefined) => {
      if (text !== undefined) literals.push(readLiteral(text))
      else if (number !== undefined) literals.push(Number(number))
      else return token
      return '?'
    },
  )
  return { template, literals }
}

/** @throws Error for what has no counterpart here */
export function translate(template: string): string {
  const text = template
    .replace(/\bon duplicate key update\b/i, 'ON CONFLICT DO UPDATE SET')
    .replace(/\bvalues\((\w+)\)/gi, 'excluded.$1')
    .replace(/\bif\(/gi, 'iif(')
    .replace(/\bgreatest\(/gi, 'max(')
    .replace(/\bleast\(/gi, 'min(')
    .replace(/\bdate_add\((.+?), interval (.+) minute\)/i, 'add_minutes($1, $2)')
    .replace(/\bdefault\b/gi, 'NULL')
    .replace(/ for update$/i, '')
  if (/\b(?:interval|lock in share|limit \? offset)\b/i.test(text))
    throw new Error(`No counterpart: ${template}`)
  return text
}

/** `2027-01-04 15:00:00.000` so many minutes later; SQLite knows it as `add_minutes`. */
export function addMinutes(instant: string, minutes: number): string {
  const at = Date.parse(`${instant.replace(' ', 'T')}Z`) + minutes * 60_000
  return new Date(at).toISOString().slice(0, -1).replace('T', ' ')
}

const isText = (type: string): boolean => /^(?:varchar|text|json|datetime|char)/.test(type)

/** A table of the schema, with its keys and whatever else keeps two rows from being there. */
export function describeTable(table: MySqlTable): string {
  const { name, columns, primaryKeys, indexes } = getTableConfig(table)
  const lines = columns.map((column) => {
    const type = isText(column.getSQLType()) ? 'TEXT' : 'INTEGER'
    const isRequired = column.notNull && !column.hasDefault && column.generated === undefined
    const fallback = typeof column.default === 'number' ? ` DEFAULT ${column.default}` : ''
    return `${column.name} ${type}${column.primary ? ' PRIMARY KEY' : ''}${isRequired ? ' NOT NULL' : ''}${fallback}`
  })
  for (const key of primaryKeys) {
    lines.push(`PRIMARY KEY (${key.columns.map((column) => column.name).join(', ')})`)
  }
  for (const { config } of indexes) {
    if (!config.unique) continue
    lines.push(`UNIQUE (${config.columns.map((column) => ('name' in column ? column.name : '')).join(', ')})`)
  }
  return `CREATE TABLE ${name} (${lines.join(', ')})`
}
