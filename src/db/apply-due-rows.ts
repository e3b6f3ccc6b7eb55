import { describeError } from '../lib/error-text.ts'
import { MINUTE_MS } from '../lib/time.ts'
import type { Logger } from '../platform/logger.ts'
import { isUnreachable } from './client.ts'

/** What the sweeper takes on of each kind in one turn. */
export const DUE_ROWS_A_TURN = 500
const ROWS_AT_ONCE = 10
/** When what could not be applied is tried again. */
const RETRY_MS = 5 * MINUTE_MS

export interface DueRows {
  /** As the log names them. */
  kind: string
  ids: readonly number[]
  /** Applies what is due of a row, each deadline as of its own instant. May happen twice. */
  apply: (id: number) => Promise<void>
  /** Puts off the next look at a row that is due still. */
  stepBack: (id: number, next_attempt_at: Date) => Promise<unknown>
}

/**
 * The sweeper's turn at rows whose `next_attempt_at` has come, ten at once. What fails steps back, so that it keeps
 * nothing else from its turn; its deadline stays where it is. With the database away it keeps its turn. Never throws.
 * @returns how many it looked at
 */
export async function applyDueRows(
  ctx: { log: Logger; now: number },
  { kind, ids, apply, stepBack }: DueRows,
): Promise<number> {
  const attempt = async (id: number): Promise<void> => {
    try {
      await apply(id)
    } catch (error) {
      const fields = { kind, id, ...describeError(error) }
      if (isUnreachable(error)) return ctx.log.warn('deadline_put_off', fields)
      ctx.log.error('deadline_not_applied', fields)
      await stepBack(id, new Date(ctx.now + RETRY_MS)).catch(() => undefined)
    }
  }
  for (let from = 0; from < ids.length; from += ROWS_AT_ONCE) {
    await Promise.all(ids.slice(from, from + ROWS_AT_ONCE).map(attempt))
  }
  return ids.length
}
