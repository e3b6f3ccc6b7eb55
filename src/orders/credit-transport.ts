import type { Transaction } from '../db/client.ts'
import { creditTransportFee } from './add-invoice-line.ts'
import { balanceOf } from './balance.ts'
import type { MoveContext, OrderRow } from './context.ts'
import { moveOrder } from './move-order.ts'
import { ORDER_STATUS } from './order.ts'
import { giveBackExcess } from './refunds.ts'

/**
 * A transport that was charged does not take place: its fee is credited on the invoice, what was paid of it is given
 * back, and an order of which nothing else was due is paid (M5–M7). Under the order's lock, in a transaction that knows
 * its own second run. Without a fee nothing changes.
 * @param reason as its buyer reads it, on the invoice and with the refund
 * @returns the order's row as it is now
 */
export async function creditTransport(
  tx: Transaction,
  ctx: MoveContext,
  orderId: number,
  reason: string,
): Promise<OrderRow> {
  const credited = await creditTransportFee(tx, ctx, orderId, reason)
  const order = await giveBackExcess(tx, ctx, credited, reason)
  const isPaidNow = order.status === ORDER_STATUS.pendingPayment && balanceOf(order) === 0
  return isPaidNow ? await moveOrder(tx, ctx, orderId, ORDER_STATUS.paid) : order
}
