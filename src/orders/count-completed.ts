import { and, count, eq } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { orders } from '../db/schema/orders.ts'
import { ORDER_STATUS } from './order.ts'

/** How many sales of a seller were carried through to the end (M16). */
export async function countCompletedSales(db: Executor, sellerId: number): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(orders)
    .where(and(eq(orders.seller_id, sellerId), eq(orders.status, ORDER_STATUS.completed)))
  return row?.total ?? 0
}
