import type { Transaction } from '../db/client.ts'
import type { MoveContext } from '../orders/context.ts'
import { findOrder, moveOrder } from '../orders/move-order.ts'
import { ORDER_STATUS } from '../orders/order.ts'
import { lockTitle } from './find-fulfillment.ts'
import { TITLE_STATUS } from './title.ts'

/** Completes the order once vehicle and title have both come, in whichever order (M11). Under the order's lock. */
export async function completeIfDone(tx: Transaction, ctx: MoveContext, orderId: number): Promise<void> {
  const order = await findOrder(tx, orderId)
  const title = await lockTitle(tx, orderId)
  if (order?.status !== ORDER_STATUS.delivered || title?.status !== TITLE_STATUS.completed) return
  await moveOrder(tx, ctx, orderId, ORDER_STATUS.completed)
}
