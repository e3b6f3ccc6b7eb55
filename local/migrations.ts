import { randomUUID } from 'node:crypto'
import type { Client } from '@planetscale/database'
import { digest, type MigrationFile, readMigrations } from './migration-files.ts'
import * as journal from './migration-journal.ts'
import type { Log } from './processes.ts'

/** MySQL's numbers for "that is there already" and "that is not there". */
const ALREADY_DONE = new Set([1050, 1051, 1060, 1061, 1091])
const ABSENT = new Set([1051, 1091, 1146])
const DATA_STATEMENT = /^(INSERT|UPDATE|DELETE|REPLACE)\b/i

/** Raised with a sentence that says which migration and statement did not run, and what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/**
 * Applies every migration of `dir` that the database does not have, in order, and gives their names.
 * One that broke off is taken up again at the statement where it stopped.
 * @throws MigrationError
 */
export async function migrate(client: Client, dir: string, log: Log = () => {}): Promise<string[]> {
  await journal.createTable(client)
  const files = readMigrations(dir)
  const rows = await journal.readRows(client)
  const halfBack = rows.find((row) => row.state === 'down' || row.state === 'undo')
  if (halfBack) {
    throw new MigrationError(`${halfBack.name} is half rolled back: finish with "npm run db:rollback" first.`)
  }
  for (const row of rows.filter((one) => one.state === 'applied')) {
    const file = files.find((one) => one.name === row.name)
    if (!file)
      throw new MigrationError(`${row.name} is applied to the database, but its file is not in ${dir}.`)
    if (digest(file.up) !== row.digest) {
      throw new MigrationError(
        `${row.name}.sql was changed after it had been applied. Put it back and write a new migration, or begin with an empty database.`,
      )
    }
  }
  const applied: string[] = []
  for (const file of files) {
    const row = rows.find((one) => one.name === file.name)
    if (row?.state === 'applied') continue
    await run(client, { file, statements: file.up, row, state: 'up', log })
    applied.push(file.name)
  }
  return applied
}

/**
 * Rolls back the last migration, also one that is applied in part, and gives its name; undefined where there is none.
 * @throws MigrationError
 */
export async function rollback(
  client: Client,
  dir: string,
  log: Log = () => {},
): Promise<string | undefined> {
  await journal.createTable(client)
  const row = (await journal.readRows(client)).at(-1)
  if (!row) return undefined
  const file = readMigrations(dir).find((one) => one.name === row.name)
  if (!file)
    throw new MigrationError(`${row.name} is applied to the database, but its file is not in ${dir}.`)
  if (!file.down) throw new MigrationError(`${row.name}.down.sql is missing: write it first.`)
  const state = row.state === 'applied' ? 'down' : row.state === 'up' ? 'undo' : row.state
  // A way back that has begun goes on; one that begins now starts at its first statement.
  const begun = row.state === state ? row : { ...row, done: 0, started: 0, digest: digest([]) }
  await run(client, { file, statements: file.down, row: begun, state, log })
  return row.name
}

interface Run {
  file: MigrationFile
  statements: string[]
  row: journal.Row | undefined
  state: 'up' | 'down' | 'undo'
  log: Log
}

async function run(client: Client, { file, statements, row, state, log }: Run): Promise<void> {
  const path = state === 'up' ? `${file.name}.sql` : `${file.name}.down.sql`
  const first = row?.done ?? 0
  if (row && digest(statements.slice(0, first)) !== row.digest) {
    throw new MigrationError(
      `${path}: the first ${first} statements have run and must stay as they were; only later ones may be changed.`,
    )
  }
  const claim = randomUUID()
  if (!(await journal.claim(client, file.name, state, row, claim))) {
    throw new MigrationError(
      `${file.name}: another run is at work on it. If it was broken off, try again in ${journal.LEASE_S} s.`,
    )
  }
  log(first === 0 ? path : `${path}, from statement ${first + 1}`)
  for (let index = first; index < statements.length; index++) {
    const statement = statements[index] ?? ''
    const progress = {
      name: file.name,
      claim,
      done: index + 1,
      digest: digest(statements.slice(0, index + 1)),
    }
    const outcomeUnknown = index === first && (row?.started ?? 0) > first
    try {
      await runStatement(client, statement, progress)
    } catch (error) {
      const errno = journal.errorNumber(error)
      const isDone = outcomeUnknown && errno !== undefined && ALREADY_DONE.has(errno)
      const isMoot = state === 'undo' && errno !== undefined && ABSENT.has(errno)
      if (!isDone && !isMoot) {
        // What MySQL refused did not happen; after anything else nobody knows.
        if (errno !== undefined) await journal.release(client, file.name, claim, index)
        throw describeFailure(path, index, statements.length, statement, error)
      }
      await journal.advance(client, progress)
    }
  }
  if (state === 'up') await journal.finish(client, file.name, claim)
  else await journal.remove(client, file.name, claim)
}

async function runStatement(client: Client, statement: string, progress: journal.Progress): Promise<void> {
  if (DATA_STATEMENT.test(statement)) {
    await client.transaction(async (tx) => {
      await journal.advance(tx, progress)
      await tx.execute(statement)
    })
    return
  }
  await journal.begin(client, progress)
  await client.execute(statement)
  await journal.advance(client, progress)
}

function describeFailure(
  path: string,
  index: number,
  total: number,
  statement: string,
  error: unknown,
): MigrationError {
  const reason = error instanceof Error ? error.message : String(error)
  const excerpt = statement.length > 200 ? `${statement.slice(0, 200)}…` : statement
  return new MigrationError(
    `${path}: statement ${index + 1} of ${total} failed: ${reason}\n\n${excerpt}\n\n` +
      `The ${index} before it have run. Correct this one and run the same command again: it goes on from here.`,
    { cause: error },
  )
}
