import { sql } from 'drizzle-orm'
import { OUTCOME } from '../auctions/engine/auction.ts'
import type { EndedAuction } from '../auctions/live/projection.ts'
import type { Transaction } from '../db/client.ts'
import { orders } from '../db/schema/orders.ts'
import { leaveAuction } from '../vehicles/auction-status.ts'
import { auctionOrderNumber, auctionSourceKey, ORDER_STATUS } from './order.ts'

/**
 * What an auction's end brings about, in the transaction of its settlement (M1): sold makes one order and marks the
 * vehicle sold; unsold and cancelled return the vehicle; while the seller decides it stays in auction.
 */
export async function settleAuction(tx: Transaction, ended: EndedAuction): Promise<void> {
  const { auctionId, vehicleId, sellerId, highBidderId, price, endedAt } = ended
  if (ended.outcome === OUTCOME.pendingSeller) return
  const at = new Date(endedAt)
  const isSold = ended.outcome === OUTCOME.sold
  await leaveAuction(tx, { vehicleId, isSold, at })
  if (!isSold) return
  if (highBidderId === null) throw new Error(`Auction ${auctionId} was sold to nobody`)
  await tx
    .insert(orders)
    .values({
      order_number: auctionOrderNumber(auctionId, endedAt),
      source_key: auctionSourceKey(auctionId),
      auction_id: auctionId,
      vehicle_id: vehicleId,
      buyer_id: highBidderId,
      seller_id: sellerId,
      vehicle_price_cents: price,
      status: ORDER_STATUS.pendingPayment,
      created_at: at,
      updated_at: at,
    })
    .onDuplicateKeyUpdate({ set: { source_key: sql`source_key` } })
}
