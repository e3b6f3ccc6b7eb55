import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const BREAKPOINT = '--> statement-breakpoint'
const UP_NAME = /^(\d{4}_[A-Za-z0-9_-]+)\.sql$/

export interface MigrationFile {
  /** `NNNN_name` */
  name: string
  up: string[]
  /** undefined where the way back is not written yet. */
  down: string[] | undefined
}

/** The migrations of a directory in their order. */
export function readMigrations(dir: string): MigrationFile[] {
  return readdirSync(dir)
    .flatMap((file) => UP_NAME.exec(file)?.[1] ?? [])
    .sort()
    .map((name) => {
      const downPath = join(dir, `${name}.down.sql`)
      return {
        name,
        up: splitStatements(readFileSync(join(dir, `${name}.sql`), 'utf8')),
        down: existsSync(downPath) ? splitStatements(readFileSync(downPath, 'utf8')) : undefined,
      }
    })
}

export function splitStatements(sql: string): string[] {
  return sql
    .split(BREAKPOINT)
    .map((statement) => statement.trim().replace(/;$/, ''))
    .filter((statement) => statement.replace(/^--.*$/gm, '').trim() !== '')
}

export function joinStatements(statements: string[]): string {
  return `${statements.map((statement) => `${statement};`).join(`\n${BREAKPOINT}\n`)}\n`
}

/** A digest of statements, by which a later edit of what has already run is noticed. */
export function digest(statements: string[]): string {
  return createHash('sha256').update(JSON.stringify(statements)).digest('hex')
}

const NAME = '`[^`]+`'
const INVERSES: [RegExp, (match: RegExpExecArray) => string][] = [
  [new RegExp(`^CREATE TABLE (${NAME})`), (match) => `DROP TABLE ${match[1]}`],
  [
    new RegExp(`^CREATE (?:UNIQUE )?INDEX (${NAME}) ON (${NAME})`),
    (match) => `DROP INDEX ${match[1]} ON ${match[2]}`,
  ],
  [
    new RegExp(`^ALTER TABLE (${NAME}) ADD CONSTRAINT (${NAME}) UNIQUE`),
    (match) => `ALTER TABLE ${match[1]} DROP INDEX ${match[2]}`,
  ],
  [
    new RegExp(`^ALTER TABLE (${NAME}) ADD (?:COLUMN )?(${NAME}) `),
    (match) => `ALTER TABLE ${match[1]} DROP COLUMN ${match[2]}`,
  ],
  [new RegExp(`^RENAME TABLE (${NAME}) TO (${NAME})$`), (match) => `RENAME TABLE ${match[2]} TO ${match[1]}`],
]

/**
 * The way back of statements that only add (tables, indexes, columns, names), in reverse order;
 * undefined where one of them loses something, so that a person must decide.
 */
export function invertStatements(statements: string[]): string[] | undefined {
  const inverse: string[] = []
  const createdTables = new Set<string>()
  for (const statement of statements) {
    const table = /^CREATE TABLE (`[^`]+`)/.exec(statement)?.[1]
    if (table) createdTables.add(table)
    const indexed = /^CREATE (?:UNIQUE )?INDEX `[^`]+` ON (`[^`]+`)/.exec(statement)?.[1]
    // The index goes with its table.
    if (indexed && createdTables.has(indexed)) continue
    const found = INVERSES.flatMap(([pattern, invert]) => {
      const match = pattern.exec(statement)
      return match ? [invert(match)] : []
    })[0]
    if (found === undefined) return undefined
    inverse.unshift(found)
  }
  return inverse
}
