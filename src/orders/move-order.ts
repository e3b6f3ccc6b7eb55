import { and, eq } from 'drizzle-orm'
import type { Executor, Transaction } from '../db/client.ts'
import { audit_log } from '../db/schema/audit-log.ts'
import { orders } from '../db/schema/orders.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { type ReturnedVehicle, returnVehicle } from '../vehicles/return-vehicle.ts'
import type { MoveContext, OrderContext, OrderRow } from './context.ts'
import { isEnded, mayMove, ORDER_STATUS, type OrderStatus } from './order.ts'
import type { RefundStatus } from './payment.ts'

/** How refunds are counted among payments, which are counted by their method. */
const REFUND_COUNT_TYPE = 'refund'

export const orderMissing = () => new AppError('not_found', 'Order not found')

/** The order, held until the transaction ends: one change of it at a time. @throws AppError `not_found` */
export async function lockOrder(tx: Transaction, orderId: number): Promise<OrderRow> {
  const [row] = await tx.select().from(orders).where(eq(orders.id, orderId)).for('update')
  if (row === undefined) throw orderMissing()
  return row
}

/**
 * The one door between the statuses of an order (M9): locks it, records who moved it and why, and sets off what
 * follows, in the caller's transaction. When it is `paid` the title's transfer begins; when it has ended the vehicle
 * goes back (M1). A second run of the transaction finds what the first one did and changes nothing. Whoever reopens an
 * order (`pending_payment`) gives it its new deadline.
 * @param reason shown to both sides as `status_reason`
 * @returns the order's row as it is now, which may have gone on from `to` already
 * @throws AppError `not_found`, `wrong_status`
 */
export async function moveOrder(
  tx: Transaction,
  ctx: MoveContext,
  orderId: number,
  to: OrderStatus,
  { reason = null }: { reason?: string | null } = {},
): Promise<OrderRow> {
  const before = await lockOrder(tx, orderId)
  if (!mayMove(before.status, to)) {
    if (await wasMovedBySameRequest(tx, ctx, orderId, to)) return before
    throw new AppError('wrong_status', `An order that is ${before.status} cannot become ${to}`)
  }
  const at = new Date(ctx.now)
  const moved = { ...before, ...stampsOf(to, at), status: to, status_reason: reason, updated_at: at }
  const { status, status_reason, updated_at } = moved
  await tx
    .update(orders)
    .set({ ...stampsOf(to, at), status, status_reason, updated_at })
    .where(eq(orders.id, orderId))
  await ctx.accounts.touch(tx, before.buyer_id, at)
  await recordAudit(tx, ctx, {
    action: actionOf(to),
    subject: AUDIT_SUBJECT.order,
    subjectId: orderId,
    before: { status: before.status },
    after: { status: to, reason },
  })
  const hasEnded = isEnded(to) && !isEnded(before.status)
  ctx.onMoved(to, hasEnded ? await returnVehicle(tx, { vehicleId: before.vehicle_id, at }) : null)
  if (to === ORDER_STATUS.paid) await ctx.onPaid(tx, ctx, moved)
  if (hasEnded) await ctx.onOrderEnded(tx, ctx, moved)
  return (await findOrder(tx, orderId)) ?? moved
}

const actionOf = (to: OrderStatus): string => `order.${to}`

/** What else a status says of its order: only what is unpaid or unfinished has a deadline. */
function stampsOf(to: OrderStatus, at: Date): Partial<OrderRow> {
  if (to === ORDER_STATUS.pendingPayment) return { paid_at: null }
  if (to === ORDER_STATUS.paid) return { paid_at: at, next_attempt_at: null }
  if (to === ORDER_STATUS.completed)
    return { completed_at: at, may_cancel_since: null, next_attempt_at: null }
  return isEnded(to) ? { may_cancel_since: null, next_attempt_at: null } : {}
}

/** The request's id alone is the client's to choose. */
async function wasMovedBySameRequest(
  tx: Transaction,
  { requestId, now }: MoveContext,
  orderId: number,
  to: OrderStatus,
): Promise<boolean> {
  const [entry] = await tx
    .select({ id: audit_log.id })
    .from(audit_log)
    .where(
      and(
        eq(audit_log.subject, AUDIT_SUBJECT.order),
        eq(audit_log.subject_id, orderId),
        eq(audit_log.action, actionOf(to)),
        eq(audit_log.request_id, requestId),
        eq(audit_log.created_at, new Date(now)),
      ),
    )
    .limit(1)
  return entry !== undefined
}

export async function findOrder(db: Executor, orderId: number): Promise<OrderRow | null> {
  const [row] = await db.select().from(orders).where(eq(orders.id, orderId))
  return row ?? null
}

/**
 * Runs `work`, whose transaction asks `begin` for the context of its moves at the start of each run:
 * `countingMoves(ctx, (begin) => ctx.db.transaction((tx) => moveOrder(tx, begin(), …)))`. Once it has committed, what the
 * last run moved and gave back is counted, and whose account it touched is told. A move that took two attempts to commit
 * may be missed.
 */
export async function countingMoves<Result>(
  ctx: OrderContext,
  work: (begin: () => MoveContext) => Promise<Result>,
): Promise<Result> {
  let moves: { to: OrderStatus; vehicle: ReturnedVehicle | null }[] = []
  let refunds: RefundStatus[] = []
  const result = await work(() => {
    moves = []
    refunds = []
    return {
      ...ctx,
      onMoved: (to, vehicle) => moves.push({ to, vehicle }),
      onRefund: (to) => refunds.push(to),
    }
  })
  ctx.accounts.tell()
  for (const { to, vehicle } of moves) {
    ctx.metrics.orders.inc({ status: to })
    if (vehicle !== null) ctx.metrics.vehicles.inc({ status: vehicle })
  }
  for (const status of refunds) ctx.metrics.payments.inc({ type: REFUND_COUNT_TYPE, status })
  return result
}
