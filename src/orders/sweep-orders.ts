import { and, asc, eq, lte } from 'drizzle-orm'
import { isUnreachable } from '../db/client.ts'
import { orders } from '../db/schema/orders.ts'
import { describeError } from '../lib/error-text.ts'
import { MINUTE_MS } from '../lib/time.ts'
import { applyDuePayments } from './apply-due.ts'
import { ORDER_STATUS } from './order.ts'
import type { DueContext } from './payment-context.ts'

const ROWS_A_TURN = 500
const ROWS_AT_ONCE = 10
/** When what could not be applied is tried again. */
const RETRY_MS = 5 * MINUTE_MS

/**
 * The sweeper's turn: orders of which a deadline has passed, the oldest first (M8). Everything here may happen twice.
 * @returns how many it looked at
 */
export async function sweepOrders(ctx: DueContext): Promise<number> {
  const due = await ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(lte(orders.next_attempt_at, new Date(ctx.now)))
    .orderBy(asc(orders.next_attempt_at))
    .limit(ROWS_A_TURN)
  for (let from = 0; from < due.length; from += ROWS_AT_ONCE) {
    await Promise.all(due.slice(from, from + ROWS_AT_ONCE).map(({ id }) => attempt(ctx, id)))
  }
  return due.length
}

/**
 * What fails steps back, so that it keeps nothing else from its turn; its deadlines stay where they are. A database that
 * is away is asked again next turn.
 */
async function attempt(ctx: DueContext, orderId: number): Promise<void> {
  try {
    await applyDuePayments(ctx, orderId)
  } catch (error) {
    const fields = { kind: 'order', id: orderId, ...describeError(error) }
    if (isUnreachable(error)) return ctx.log.warn('deadline_put_off', fields)
    ctx.log.error('deadline_not_applied', fields)
    await ctx.db
      .update(orders)
      .set({ next_attempt_at: new Date(ctx.now + RETRY_MS) })
      .where(and(eq(orders.id, orderId), eq(orders.status, ORDER_STATUS.pendingPayment)))
      .catch(() => undefined)
  }
}
