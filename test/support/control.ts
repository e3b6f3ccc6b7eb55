import { inject } from 'vitest'
import { z } from 'zod'
import { type Counts, countsSchema, type Fault } from '../../local/planetscale/control-schema.ts'

export type { Counts, Fault } from '../../local/planetscale/control-schema.ts'

const databaseSchema = z.object({ database: z.string(), url: z.string(), redisToken: z.string() })
export type TestDatabase = z.infer<typeof databaseSchema>

/** Creates and migrates a database, and an empty Redis, for this file alone. */
export async function openDatabase(): Promise<TestDatabase> {
  return databaseSchema.parse(await call('/databases/create', {}))
}

export async function dropDatabase(database: string): Promise<void> {
  await call('/databases/drop', { database })
}

export async function setDatabaseFault(database: string, fault: Fault | null): Promise<void> {
  await call('/faults/set', { database, fault })
}

export async function startCountingReads(database: string): Promise<void> {
  await call('/counting/start', { database })
}

export async function stopCountingReads(database: string): Promise<Counts> {
  return countsSchema.parse(await call('/counting/stop', { database }))
}

/** An address that takes every request and never answers, to stand in for a vendor that hangs. */
export function hangingUrl(): string {
  return `${inject('control').url}/hang`
}

async function call(path: string, body: object): Promise<unknown> {
  const { url, secret } = inject('control')
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${path}: ${String(answer)}`)
  return answer
}
