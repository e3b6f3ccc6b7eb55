import { and, eq, isNull, lt } from 'drizzle-orm'
import type { z } from 'zod'
import { HOUR_MS, SECOND_MS } from '../lib/time.ts'
import type { Database, Transaction } from './client.ts'
import { idempotency_keys } from './schema/idempotency-keys.ts'

const LEASE_MS = 30 * SECOND_MS
export const KEY_KEPT_MS = 24 * HOUR_MS

/** Why a key gives no answer: the same key came with another request, or the first is still running. */
export class KeyConflict extends Error {
  override readonly name = 'KeyConflict'
  readonly reason: 'id_reused' | 'in_progress'

  constructor(reason: 'id_reused' | 'in_progress') {
    super(reason)
    this.reason = reason
  }
}

/** Another run took the claim over while this one worked; what it did is rolled back. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

export interface Once {
  db: Database
  now: number
  idempotencyKey: { userId: number; key: string; fingerprint: string } | null
}

export interface OnceResult<Schema extends z.ZodType> {
  status: number
  /** As it goes on the wire. */
  body: z.input<Schema>
  replayed: boolean
}

type Effect<Schema extends z.ZodType> = (
  tx: Transaction,
) => Promise<{ status: number; value: z.output<Schema> }>

/**
 * Runs `effect` in a transaction, and with an idempotency key at most once: status and body are stored in the same
 * transaction, so either both are there or neither. An effect that throws leaves the key free.
 * @throws KeyConflict, and whatever `effect` throws
 */
export async function runOnce<Schema extends z.ZodType>(
  ctx: Once,
  schema: Schema,
  effect: Effect<Schema>,
): Promise<OnceResult<Schema>> {
  const { db, idempotencyKey: wanted } = ctx
  if (!wanted) {
    const { status, value } = await db.transaction(effect)
    return { status, body: schema.encode(value), replayed: false }
  }
  const mine = isKey(wanted)
  const claim = crypto.randomUUID()
  const stored = await claimKey(ctx, wanted, claim)
  if (stored) return { status: stored.status, body: restore(schema, stored.body), replayed: true }

  const held = and(mine, eq(idempotency_keys.claim, claim), isNull(idempotency_keys.status))
  try {
    return await db.transaction(async (tx) => {
      const [row] = await tx
        .select()
        .from(idempotency_keys)
        .where(and(mine, eq(idempotency_keys.claim, claim)))
        .for('update')
      if (!row) throw new ClaimLost()
      // The second run of a transaction whose first COMMIT was done, but its answer lost.
      if (row.status !== null && row.body !== null) {
        return { status: row.status, body: restore(schema, row.body), replayed: false }
      }
      const { status, value } = await effect(tx)
      const body = schema.encode(value)
      const written = await tx
        .update(idempotency_keys)
        .set({ status, body: JSON.stringify(body) })
        .where(held)
      if (written.rowsAffected !== 1) throw new ClaimLost()
      return { status, body, replayed: false }
    })
  } catch (error) {
    if (error instanceof ClaimLost) throw new KeyConflict('in_progress')
    // Only 2xx is kept. Should this fail too, the lease runs out.
    await db
      .delete(idempotency_keys)
      .where(held)
      .catch(() => undefined)
    throw error
  }
}

/**
 * The answer that the key holds already, or null: for those who have to look at something before they run the effect.
 * @throws KeyConflict `id_reused`
 */
export async function findAnswer<Schema extends z.ZodType>(
  { db, now, idempotencyKey: wanted }: Once,
  schema: Schema,
): Promise<OnceResult<Schema> | null> {
  if (!wanted) return null
  const [row] = await db.select().from(idempotency_keys).where(isKey(wanted))
  if (!row || row.created_at < new Date(now - KEY_KEPT_MS)) return null
  if (row.fingerprint !== wanted.fingerprint) throw new KeyConflict('id_reused')
  if (row.status === null || row.body === null) return null
  return { status: row.status, body: restore(schema, row.body), replayed: true }
}

const isKey = ({ userId, key }: NonNullable<Once['idempotencyKey']>) =>
  and(eq(idempotency_keys.user_id, userId), eq(idempotency_keys.key, key))

const restore = <Schema extends z.ZodType>(schema: Schema, body: string): z.input<Schema> =>
  schema.encode(schema.parse(JSON.parse(body)))

/** Claims the key; null when it is ours now, else the answer that it holds. */
async function claimKey(
  { db, now }: Once,
  wanted: NonNullable<Once['idempotencyKey']>,
  claim: string,
): Promise<{ status: number; body: string } | null> {
  const mine = isKey(wanted)
  const find = async () => (await db.select().from(idempotency_keys).where(mine))[0]
  const leased_until = new Date(now + LEASE_MS)
  const fresh = { claim, leased_until, fingerprint: wanted.fingerprint, created_at: new Date(now) }
  // Looked for first: an INSERT would wait for the row's lock as long as the first request runs.
  let row = await find()
  if (!row) {
    try {
      await db.insert(idempotency_keys).values({ user_id: wanted.userId, key: wanted.key, ...fresh })
      return null
    } catch (error) {
      // Somebody was faster, or only the answer was lost.
      row = await find()
      if (!row) throw error
      if (row.claim === claim) return null
    }
  }
  const keptSince = new Date(now - KEY_KEPT_MS)
  if (row.created_at < keptSince) {
    const renewed = await db
      .update(idempotency_keys)
      .set({ ...fresh, status: null, body: null })
      .where(and(mine, lt(idempotency_keys.created_at, keptSince)))
    if (renewed.rowsAffected !== 1) throw new KeyConflict('in_progress')
    return null
  }
  if (row.fingerprint !== wanted.fingerprint) throw new KeyConflict('id_reused')
  if (row.status !== null && row.body !== null) return { status: row.status, body: row.body }
  if (row.leased_until >= new Date(now)) throw new KeyConflict('in_progress')
  const takenOver = await db
    .update(idempotency_keys)
    .set({ claim, leased_until })
    .where(and(mine, eq(idempotency_keys.claim, row.claim), isNull(idempotency_keys.status)))
  if (takenOver.rowsAffected !== 1) throw new KeyConflict('in_progress')
  return null
}
