import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { title_transfers } from '../db/schema/fulfillment.ts'
import type { MoveContext, OrderRow } from '../orders/context.ts'
import { lockTransport } from './find-fulfillment.ts'
import { cancelOpenTransport } from './move-transport.ts'

/**
 * The sale is off: an open transport is cancelled, and nobody waits for the title any more. Orders' wire
 * `onOrderEnded`, in the transaction of the move, under the order's lock.
 */
export async function closeFulfillment(tx: Transaction, ctx: MoveContext, order: OrderRow): Promise<void> {
  await tx
    .update(title_transfers)
    .set({ next_attempt_at: null })
    .where(eq(title_transfers.order_id, order.id))
  const transport = await lockTransport(tx, order.id)
  await cancelOpenTransport(tx, ctx, order, transport, `The order is ${order.status}`)
}
