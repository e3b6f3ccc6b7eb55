/** An effect to be had once: a row in a table of this file's database. */
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Transaction } from '../../src/db/client.ts'
import { KeyConflict, runOnce } from '../../src/db/idempotency.ts'
import { createDeps } from '../../src/deps.ts'
import { cents, dollars } from '../../src/lib/money.ts'
import { isoTime, SECOND_MS } from '../../src/lib/time.ts'
import { query, select } from './database.ts'

export const LEASE_MS = 30 * SECOND_MS
export const NOW = Date.UTC(2026, 10, 22, 12)
export const effectSchema = z.object({ id: z.int(), price: dollars, at: isoTime })

const { db } = createDeps(env)
let keys = 0
/** A key that was not used before. */
export function nextKey() {
  keys += 1
  return { userId: 1, key: `key-${keys}`, fingerprint: 'a'.repeat(64) }
}
export type Key = ReturnType<typeof nextKey>
export const otherRequest = (key: Key): Key => ({ ...key, fingerprint: 'b'.repeat(64) })

export const createEffects = () =>
  query('CREATE TABLE effects (id BIGINT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(64) NOT NULL)')

/** One row; money and time are in the answer. */
export const insertEffect = (note: string) => async (tx: Transaction) => {
  const inserted = await tx.execute(sql`INSERT INTO effects (note) VALUES (${note})`)
  return { status: 201, value: { id: Number(inserted.insertId), price: cents(123_456), at: new Date(NOW) } }
}

type Effect = ReturnType<typeof insertEffect>

/** One request at the instant `now`, whose effect is that row unless it is told another. */
export const run = (
  idempotencyKey: Key | null,
  note: string,
  now = NOW,
  effect: Effect = insertEffect(note),
) => runOnce({ db, now, idempotencyKey }, effectSchema, effect)

const countSchema = z.object({ count: z.coerce.number() })

export async function countEffects(note: string): Promise<number> {
  const [row] = await select(countSchema, 'SELECT count(*) AS count FROM effects WHERE note = ?', [note])
  return row?.count ?? Number.NaN
}

export async function isClaimed({ key }: Key): Promise<boolean> {
  const [row] = await select(countSchema, 'SELECT count(*) AS count FROM idempotency_keys WHERE `key` = ?', [
    key,
  ])
  return row?.count === 1
}

/** Why a request got nothing; `none` where it did. */
export const conflictOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof KeyConflict ? error.reason : String(error)),
  )
