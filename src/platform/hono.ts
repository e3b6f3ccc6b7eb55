import type { Context as HonoContext } from 'hono'
import type { z } from 'zod'
import type { Actor } from './actor.ts'
import type { IdempotencyKey } from './idempotency.ts'
import type { Logger } from './logger.ts'

/** What every service is handed beside the parts of the system that it names itself. Never Hono's own context. */
export interface RequestContext {
  requestId: string
  actor: Actor | null
  /** Epoch milliseconds at which the request came. */
  now: number
  log: Logger
  /** The caller's address; null where the platform tells none. */
  address: string | null
  /** Set by `idempotent()` where the caller sent `Idempotency-Key`. */
  idempotencyKey: IdempotencyKey | null
  /** Lets work go on after the answer. */
  waitUntil(work: Promise<unknown>): void
}

/** Hono's environment of a subject whose services need `Parts` (its database, storage, wires …). */
export interface AppEnv<Parts = unknown> {
  Variables: {
    requestId: string
    context: RequestContext & Parts
  }
}

/** Answers with `value` as the schema puts it on the wire. */
export function reply<Schema extends z.ZodType, Status extends 200 | 201>(
  c: HonoContext,
  schema: Schema,
  value: z.output<Schema>,
  status: Status,
) {
  return c.json(schema.encode(value), status)
}
