import { and, asc, eq, isNull, lte } from 'drizzle-orm'
import { isUnreachable } from '../db/client.ts'
import { title_transfers } from '../db/schema/fulfillment.ts'
import { orders } from '../db/schema/orders.ts'
import { describeError } from '../lib/error-text.ts'
import { MINUTE_MS } from '../lib/time.ts'
import { lockOrder } from '../orders/move-order.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import type { TitleDueContext } from './context.ts'
import { lockTitle } from './find-fulfillment.ts'
import { recordChange } from './record-change.ts'
import { isLateAt, isTitleOpen } from './title.ts'

const ROWS_A_TURN = 500
const ROWS_AT_ONCE = 10
/** When what could not be applied is tried again. */
const RETRY_MS = 5 * MINUTE_MS

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
    .select({ id: title_transfers.id, orderId: title_transfers.order_id })
    .from(title_transfers)
    .where(lte(title_transfers.next_attempt_at, new Date(ctx.now)))
    .orderBy(asc(title_transfers.next_attempt_at))
    .limit(ROWS_A_TURN)
  for (let from = 0; from < due.length; from += ROWS_AT_ONCE) {
    await Promise.all(due.slice(from, from + ROWS_AT_ONCE).map((row) => attempt(ctx, row)))
  }
  return due.length
}

/**
 * What fails steps back, so that it keeps nothing else from its turn. A database that is away is asked again next turn.
 */
async function attempt(
  ctx: TitleDueContext,
  { id, orderId }: { id: number; orderId: number },
): Promise<void> {
  try {
    await markLate(ctx, orderId)
  } catch (error) {
    const fields = { title_id: id, ...describeError(error) }
    if (isUnreachable(error)) return ctx.log.warn('title_put_off', fields)
    ctx.log.error('title_not_swept', fields)
    await ctx.db
      .update(title_transfers)
      .set({ next_attempt_at: new Date(ctx.now + RETRY_MS) })
      .where(and(eq(title_transfers.id, id), isNull(title_transfers.late_at)))
      .catch(() => undefined)
  }
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
