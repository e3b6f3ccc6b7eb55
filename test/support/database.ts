/** The database of this test file: what is in it, faults on the way to it, what a request costs there. */
import { env } from 'cloudflare:workers'
import { Client } from '@planetscale/database'
import { z } from 'zod'
import {
  type Counts,
  type Fault,
  setDatabaseFault,
  startCountingReads,
  stopCountingReads,
} from './control.ts'

const urlSchema = z.object({ DATABASE_URL: z.string() })

export function databaseUrl(): string {
  return urlSchema.parse(env).DATABASE_URL
}

export function databaseName(): string {
  return new URL(databaseUrl()).username
}

/** Runs one statement over the driver; a fault that stands strikes it too. BIGINT comes as text. */
export async function query(sql: string, args: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await new Client({ url: databaseUrl() }).execute(sql, args)).rows
}

/** Like `query`, each row parsed. */
export async function select<T extends z.ZodType>(
  schema: T,
  sql: string,
  args: unknown[] = [],
): Promise<z.output<T>[]> {
  return (await query(sql, args)).map((row) => schema.parse(row))
}

/** Lays a fault on the way to this file's database until it is cleared, in place of the one before. */
export function setFault(fault: Fault): Promise<void> {
  return setDatabaseFault(databaseName(), fault)
}

/** Clears the fault; what hangs goes on. */
export function clearFault(): Promise<void> {
  return setDatabaseFault(databaseName(), null)
}

/** Runs `work` with a fault on the way to the database, cleared afterwards whatever happens. */
export async function withFault<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
  await setFault(fault)
  try {
    return await work()
  } finally {
    await clearFault()
  }
}

/**
 * What `work` made MySQL do: its statements, and the rows read for them. Nothing else may run meanwhile, and `work`
 * should have run once before: the first use of a table reads the server's own notes on it.
 */
export async function countReads(work: () => Promise<unknown>): Promise<Counts> {
  const name = databaseName()
  await startCountingReads(name)
  try {
    await work()
    return await stopCountingReads(name)
  } catch (error) {
    await stopCountingReads(name)
    throw error
  }
}
