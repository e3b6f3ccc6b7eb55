import { type Client, DatabaseError, type Transaction } from '@planetscale/database'
import { z } from 'zod'
import { digest } from './migration-files.ts'

const DUPLICATE_KEY = 1062

/** For how long a run holds a migration without a sign of life. */
export const LEASE_S = 120

const rowSchema = z.object({
  name: z.string(),
  /** `up`, `down`: on the way there or back; `undo`: back from half-way up; `applied`: done. */
  state: z.enum(['up', 'applied', 'down', 'undo']),
  /** How many statements have run, and the number of the last one that was begun. */
  done: z.coerce.number(),
  started: z.coerce.number(),
  digest: z.string(),
})
export type Row = z.infer<typeof rowSchema>
export type State = Row['state']

export interface Progress {
  name: string
  claim: string
  done: number
  digest: string
}

type Executor = Pick<Client | Transaction, 'execute'>

export async function createTable(client: Client): Promise<void> {
  await client.execute(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    done INT NOT NULL,
    started INT NOT NULL,
    digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    claim CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    claimed_until DATETIME(3) NULL,
    updated_at DATETIME(3) NOT NULL,
    PRIMARY KEY (name)
  )`)
}

/** In the order in which migrations are applied. */
export async function readRows(client: Client): Promise<Row[]> {
  const result = await client.execute(
    'SELECT name, state, done, started, digest FROM schema_migrations ORDER BY name',
  )
  return result.rows.map((row) => rowSchema.parse(row))
}

/** Makes this run the only one at work on the migration; false where another one is. */
export async function claim(
  client: Client,
  name: string,
  state: State,
  row: Row | undefined,
  token: string,
): Promise<boolean> {
  const lease = `UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND`
  if (row === undefined) {
    try {
      await client.execute(
        `INSERT INTO schema_migrations (name, state, done, started, digest, claim, claimed_until, updated_at)
         VALUES (:name, :state, 0, 0, :digest, :token, ${lease}, UTC_TIMESTAMP(3))`,
        { name, state, digest: digest([]), token },
      )
      return true
    } catch (error) {
      if (errorNumber(error) === DUPLICATE_KEY) return false
      throw error
    }
  }
  const updated = await client.execute(
    `UPDATE schema_migrations SET state = :state, done = :done, started = :started, digest = :digest,
       claim = :token, claimed_until = ${lease}, updated_at = UTC_TIMESTAMP(3)
     WHERE name = :name AND (claim IS NULL OR claimed_until < UTC_TIMESTAMP(3))`,
    { name, state, done: row.done, started: row.started, digest: row.digest, token },
  )
  return updated.rowsAffected === 1
}

/** Notes that a statement is about to run, so that a later run knows that its outcome is unknown. */
export async function begin(client: Executor, progress: Progress): Promise<void> {
  await change(client, progress.name, progress.claim, 'started = :started', { started: progress.done })
}

/** Notes that a statement has run. */
export async function advance(client: Executor, progress: Progress): Promise<void> {
  await change(client, progress.name, progress.claim, 'done = :done, started = :done, digest = :digest', {
    done: progress.done,
    digest: progress.digest,
  })
}

/** Gives the migration back after a statement that was refused. */
export async function release(client: Executor, name: string, token: string, done: number): Promise<void> {
  await change(client, name, token, 'started = :done, claim = NULL', { done })
}

export async function finish(client: Executor, name: string, token: string): Promise<void> {
  await change(client, name, token, "state = 'applied', claim = NULL", {})
}

export async function remove(client: Executor, name: string, token: string): Promise<void> {
  await client.execute('DELETE FROM schema_migrations WHERE name = :name AND claim = :token', { name, token })
}

async function change(
  client: Executor,
  name: string,
  token: string,
  assignments: string,
  values: Record<string, string | number>,
): Promise<void> {
  const result = await client.execute(
    `UPDATE schema_migrations SET ${assignments}, updated_at = UTC_TIMESTAMP(3),
       claimed_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND
     WHERE name = :name AND claim = :token`,
    { name, token, ...values },
  )
  if (result.rowsAffected !== 1) throw new Error(`${name}: another run has taken over`)
}

/** MySQL's number of the error where MySQL refused the statement; undefined where nobody knows what happened. */
export function errorNumber(error: unknown): number | undefined {
  if (!(error instanceof DatabaseError)) return undefined
  const digits = /\(errno (\d+)\)/.exec(error.message)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
