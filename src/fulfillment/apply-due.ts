import { and, asc, eq, isNull, lte } from 'drizzle-orm'
import { applyDueRows, DUE_ROWS_A_TURN } from '../db/apply-due-rows.ts'
import { title_transfers } from '../db/schema/fulfillment.ts'
import { orders } from '../db/schema/orders.ts'
import { lockOrder } from '../orders/move-order.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import type { TitleDueContext } from './context.ts'
import { lockTitle } from './find-fulfillment.ts'
import { recordChange } from './record-change.ts'
import { isLateAt, isTitleOpen } from './title.ts'

/**
 * Applies what is due of an order's title, as of its own instant: whoever acts on title or order does this first, so
 * that nothing depends on when the sweeper comes (M10).
 */
export async function applyTitleDue(ctx: TitleDueContext, orderId: number): Promise<void> {
  const [due] = await ctx.db
    .select({ id: title_transfers.id })
    .from(title_transfers)
    .where(
      and(
        eq(title_transfers.order_id, orderId),
        isNull(title_transfers.late_at),
        lte(title_transfers.due_at, new Date(ctx.now)),
      ),
    )
  if (due !== undefined) await markLate(ctx, orderId)
}

/**
 * The sweeper's turn: titles whose time is over, the oldest first, 500 of them. Everything here may happen twice.
 * @returns how many it looked at
 */
export async function sweepFulfillment(ctx: TitleDueContext): Promise<number> {
  const due = await ctx.db
    .select({ orderId: title_transfers.order_id })
    .from(title_transfers)
    .where(lte(title_transfers.next_attempt_at, new Date(ctx.now)))
    .orderBy(asc(title_transfers.next_attempt_at))
    .limit(DUE_ROWS_A_TURN)
  return await applyDueRows(ctx, {
    kind: 'title',
    ids: due.map(({ orderId }) => orderId),
    apply: (orderId) => markLate(ctx, orderId),
    stepBack: (orderId, next_attempt_at) =>
      ctx.db
        .update(title_transfers)
        .set({ next_attempt_at })
        .where(and(eq(title_transfers.order_id, orderId), isNull(title_transfers.late_at))),
  })
}

/** A title that has not come in time opens its buyer's right to cancel, as of the day on which it was due (M10). */
async function markLate(ctx: TitleDueContext, orderId: number): Promise<void> {
  const told = await ctx.db.transaction(async (tx) => {
    const order = await lockOrder(tx, orderId)
    const title = await lockTitle(tx, orderId)
    if (title === null) return []
    const isThis = eq(title_transfers.id, title.id)
    // An order that a refund has reopened gives its title a new date when it is paid again.
    if (!isTitleOpen(order.status) || !isLateAt(title, ctx.now)) {
      const isWaiting =
        isTitleOpen(order.status) && title.late_at === null && title.due_at.getTime() > ctx.now
      if (!isWaiting) await tx.update(title_transfers).set({ next_attempt_at: null }).where(isThis)
      return []
    }
    const at = title.due_at
    await tx.update(title_transfers).set({ late_at: at, next_attempt_at: null }).where(isThis)
    await tx.update(orders).set({ may_cancel_since: at }).where(eq(orders.id, orderId))
    await recordChange(
      tx,
      { requestId: ctx.requestId, now: at.getTime() },
      {
        key: `title:${title.id}:late`,
        order,
        subject: AUDIT_SUBJECT.title,
        subjectId: title.id,
        action: 'title.late',
        before: { late_at: null },
        after: { late_at: at },
        title: 'The title is late',
        message: 'The buyer may cancel the order until the title has come.',
        data: { title_status: title.status },
      },
    )
    return [order.buyer_id, order.seller_id]
  })
  ctx.announce(told)
}
