import { and, eq, notInArray } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { orders } from '../db/schema/orders.ts'
import { ENDED_STATUSES } from './order.ts'

/** Whether the person has an order for the vehicle that has not ended: what a vehicle's documents for its buyer ask. */
export async function isBuyerOf(db: Executor, vehicleId: number, userId: number): Promise<boolean> {
  const [order] = await db
    .select({ id: orders.id })
    .from(orders)
    .where(
      and(
        eq(orders.vehicle_id, vehicleId),
        eq(orders.buyer_id, userId),
        notInArray(orders.status, [...ENDED_STATUSES]),
      ),
    )
    .limit(1)
  return order !== undefined
}
