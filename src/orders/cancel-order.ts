import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { NOTIFICATION_TYPE, type Notice } from '../notifications/notification.ts'
import { type Actor, isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { applyDuePayments } from './apply-due.ts'
import type { OrderContext, OrderRow } from './context.ts'
import { countingMoves, lockOrder, moveOrder } from './move-order.ts'
import { ORDER_STATUS, PAID_STATUSES } from './order.ts'
import type { DueContext } from './payment-context.ts'
import type { OrderDetail } from './schemas.ts'
import { getOrder, requireOrder } from './show-order.ts'

type CancelContext = VehicleContext & OrderContext & Pick<DueContext, 'people' | 'onPersonGone'> & SignedIn

/**
 * Calls the sale off. An admin may while the order is unpaid; its buyer may once it is paid and from the day on which
 * its title is late until it has come (M10). Money that was paid is given back by refunds (M7).
 * @throws AppError `not_found`, `forbidden` for the seller, `wrong_status`
 */
export async function cancelOrder(ctx: CancelContext, orderId: number, reason: string): Promise<OrderDetail> {
  const { buyer_id, seller_id, vehicle_id } = await requireOrder(ctx.db, orderId, ctx.actor)
  const isBuyer = ctx.actor.userId === buyer_id
  if (!isBuyer && !isAdmin(ctx.actor)) throw new AppError('forbidden', 'Only its buyer may cancel an order')
  await applyDuePayments(ctx, orderId)
  await ctx.applyTitleDue(ctx, orderId)
  await countingMoves(ctx, (begin) =>
    ctx.db.transaction(async (tx) => {
      const moving = begin()
      const order = await lockOrder(tx, orderId)
      // A second run of the transaction finds it cancelled, which the door tells from another's doing.
      if (order.status !== ORDER_STATUS.cancelled) requireMayCancel(ctx.actor, order)
      const moved = await moveOrder(tx, moving, orderId, ORDER_STATUS.cancelled, { reason })
      await tellParties(tx, ctx, moved, reason)
    }),
  )
  ctx.announce([seller_id, buyer_id])
  ctx.onVehicleActive(ctx, vehicle_id)
  return getOrder(ctx, orderId)
}

/** For its buyer and admins. */
function requireMayCancel(actor: Actor, order: OrderRow): void {
  if (isAdmin(actor) && order.status === ORDER_STATUS.pendingPayment) return
  const isLate = order.may_cancel_since !== null && PAID_STATUSES.includes(order.status)
  if (actor.userId === order.buyer_id) {
    if (isLate) return
    throw new AppError('wrong_status', 'A buyer may cancel once the title of a paid order is late')
  }
  throw new AppError('wrong_status', `An order that is ${order.status} is called off by a refund`)
}

/** Everybody but whoever did it. */
async function tellParties(
  tx: Transaction,
  ctx: CancelContext,
  order: OrderRow,
  reason: string,
): Promise<void> {
  const notices = [order.buyer_id, order.seller_id]
    .filter((userId) => userId !== ctx.actor.userId)
    .map(
      (userId): Notice => ({
        userId,
        type: NOTIFICATION_TYPE.general,
        title: `Order ${order.order_number} was cancelled`,
        message: reason,
        data: { order_id: order.id, vehicle_id: order.vehicle_id, status: order.status },
        causeKey: `order:${order.id}:cancelled`,
        createdAt: ctx.now,
      }),
    )
  await insertNotices(tx, notices)
}
