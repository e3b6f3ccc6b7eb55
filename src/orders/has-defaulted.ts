import { desc, eq } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { orders } from '../db/schema/orders.ts'
import { ORDER_STATUS } from './order.ts'

/** Whether the last order that came of an auction, its own or a second chance's, has defaulted (M8): M3 opens then. */
export async function hasDefaulted(db: Executor, auctionId: number): Promise<boolean> {
  const [last] = await db
    .select({ status: orders.status })
    .from(orders)
    .where(eq(orders.auction_id, auctionId))
    .orderBy(desc(orders.id))
    .limit(1)
  return last?.status === ORDER_STATUS.defaulted
}
