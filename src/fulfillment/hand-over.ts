import { insertNotices } from '../db/insert-notices.ts'
import { NOTIFICATION_TYPE } from '../notifications/notification.ts'
import { dueOf } from '../orders/balance.ts'
import { countingMoves, lockOrder, moveOrder } from '../orders/move-order.ts'
import { ORDER_STATUS } from '../orders/order.ts'
import type { OrderDetail } from '../orders/schemas.ts'
import { getOrder } from '../orders/show-order.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { completeIfDone } from './complete-order.ts'
import type { FulfillmentContext } from './context.ts'
import { lockTransport, requireAllowed } from './find-fulfillment.ts'
import { cancelOpenTransport } from './move-transport.ts'

/**
 * The buyer has collected the vehicle, as its seller or an admin says: a paid order without transport is delivered
 * (M9), and completed once the title has come too.
 * @throws AppError `not_found`, `forbidden`, `wrong_status`
 */
export async function handOver(ctx: FulfillmentContext & SignedIn, orderId: number): Promise<OrderDetail> {
  const { buyer_id, seller_id } = await requireAllowed(ctx, orderId, ['hand_over_vehicle'])
  await countingMoves(ctx, (begin) =>
    ctx.db.transaction(async (tx) => {
      const moving = begin()
      const order = await lockOrder(tx, orderId)
      if (!order.is_pickup) throw new AppError('wrong_status', 'The buyer does not collect the vehicle')
      if (dueOf(order) > 0) throw new AppError('wrong_status', 'The order is not paid for')
      await moveOrder(tx, moving, orderId, ORDER_STATUS.delivered)
      const transport = await lockTransport(tx, orderId)
      await cancelOpenTransport(tx, moving, order, transport, 'The buyer collected the vehicle')
      const told = [buyer_id, seller_id].filter((userId) => userId !== ctx.actor.userId)
      await insertNotices(
        tx,
        told.map((userId) => ({
          userId,
          type: NOTIFICATION_TYPE.transportUpdate,
          title: `The vehicle was collected: order ${order.order_number}`,
          message: '',
          data: { order_id: orderId, vehicle_id: order.vehicle_id, status: ORDER_STATUS.delivered },
          causeKey: `order:${orderId}:collected`,
          createdAt: ctx.now,
        })),
      )
      await completeIfDone(tx, moving, orderId)
    }),
  )
  ctx.announce([buyer_id, seller_id])
  return await getOrder(ctx, orderId)
}
