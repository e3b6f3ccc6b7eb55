import type { Context as HonoContext } from 'hono'
import type { z } from 'zod'
import type { Actor } from './actor.ts'
import { AppError } from './errors.ts'
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

/** Answers with what a repeatable request made or did, now or the first time: 200 where it says so, else 201. */
export function replyOnce<Body extends object>(
  c: HonoContext,
  made: { status: number; body: Body; replayed: boolean },
) {
  if (made.replayed) c.header('Idempotent-Replay', 'true')
  return c.json(made.body, made.status === 200 ? 200 : 201)
}

/** An id of the path. What cannot be one is as unknown as one that is nowhere. @throws AppError `not_found` */
export function requireId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new AppError('not_found')
  return Number(text)
}
