import { and, asc, eq, lte } from 'drizzle-orm'
import { applyDueRows, DUE_ROWS_A_TURN } from '../db/apply-due-rows.ts'
import { orders } from '../db/schema/orders.ts'
import { applyDuePayments } from './apply-due.ts'
import { ORDER_STATUS } from './order.ts'
import type { DueContext } from './payment-context.ts'

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
    .limit(DUE_ROWS_A_TURN)
  return await applyDueRows(ctx, {
    kind: 'order',
    ids: due.map(({ id }) => id),
    apply: (id) => applyDuePayments(ctx, id),
    stepBack: (id, next_attempt_at) =>
      ctx.db
        .update(orders)
        .set({ next_attempt_at })
        .where(and(eq(orders.id, id), eq(orders.status, ORDER_STATUS.pendingPayment))),
  })
}
