import { createMiddleware } from 'hono/factory'
import { AppError } from './errors.ts'
import type { AppEnv } from './hono.ts'

const KEY_PATTERN = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/

/** One repeatable request: whose it is, the key they chose, and what makes it the same request. */
export interface IdempotencyKey {
  userId: number
  key: string
  /** SHA-256 over method, path and body, in hex. */
  fingerprint: string
}

async function fingerprintOf(method: string, path: string, body: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${method}\n${path}\n${body}`)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()
}

/**
 * Reads `Idempotency-Key` into the service's context, behind `requireUser`. The claim itself belongs to the
 * transaction of the effect (`db/idempotency.ts`), so this only says what is to be claimed.
 */
export function idempotent() {
  const handler = createMiddleware<AppEnv>(async (c, next) => {
    const key = c.req.header('Idempotency-Key')
    const { context } = c.var
    if (key === undefined || context.actor === null) return next()
    if (!KEY_PATTERN.test(key)) {
      throw new AppError('validation_failed', 'Idempotency-Key must be 1–255 printable characters', {
        details: [{ path: 'Idempotency-Key', message: 'Must be 1–255 printable characters' }],
      })
    }
    const fingerprint = await fingerprintOf(c.req.method, c.req.path, await c.req.text())
    context.idempotencyKey = { userId: context.actor.userId, key, fingerprint }
    return next()
  })
  repeatable.add(handler)
  return handler
}

const repeatable = new WeakSet<object>()

/** Whether a route's handler takes `Idempotency-Key`. */
export const isIdempotent = (handler: object): boolean => repeatable.has(handler)
