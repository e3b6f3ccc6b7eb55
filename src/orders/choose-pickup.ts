import { eq } from 'drizzle-orm'
import { orders } from '../db/schema/orders.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { lockOrder } from './move-order.ts'
import { ORDER_STATUS, type OrderStatus } from './order.ts'
import type { OrderDetail } from './schemas.ts'
import { getOrder, requireOrder, standingOf } from './show-order.ts'

/** Nothing is on its way yet. */
const BEFORE_TRANSPORT: readonly OrderStatus[] = [
  ORDER_STATUS.pendingPayment,
  ORDER_STATUS.paid,
  ORDER_STATUS.titleProcessing,
]

/**
 * The buyer, or an admin for them, says whether the buyer collects the vehicle or has it brought (M9), as long as no
 * transport is booked. Repeating it changes nothing.
 * @throws AppError `not_found`, `forbidden` for the seller, `wrong_status`
 */
export async function choosePickup(
  ctx: VehicleContext & SignedIn,
  orderId: number,
  isPickup: boolean,
): Promise<OrderDetail> {
  const seen = await requireOrder(ctx.db, orderId, ctx.actor)
  if (standingOf(ctx.actor, seen) === 'seller' && !isAdmin(ctx.actor))
    throw new AppError('forbidden', 'That is for the buyer to say')
  await ctx.db.transaction(async (tx) => {
    const order = await lockOrder(tx, orderId)
    if (order.is_pickup === isPickup) return
    if (!BEFORE_TRANSPORT.includes(order.status) || order.transport_fee_cents > 0) {
      throw new AppError('wrong_status', 'It is settled by now how the vehicle comes to its buyer')
    }
    await tx
      .update(orders)
      .set({ is_pickup: isPickup, updated_at: new Date(ctx.now) })
      .where(eq(orders.id, orderId))
    await recordAudit(tx, ctx, {
      action: 'order.pickup_chosen',
      subject: AUDIT_SUBJECT.order,
      subjectId: orderId,
      before: { is_pickup: order.is_pickup },
      after: { is_pickup: isPickup },
    })
  })
  return getOrder(ctx, orderId)
}
