import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { auctions } from '../db/schema/auctions.ts'
import { auction_decisions } from '../db/schema/offers.ts'
import { orders } from '../db/schema/orders.ts'
import { users } from '../db/schema/users.ts'
import { type Cents, cents } from '../lib/money.ts'
import { BOUND_STAGES } from '../offers/decision.ts'
import { limitOf } from '../users/account.ts'
import type { Account } from '../users/live/hold-tables.ts'
import { ORDER_STATUS } from './order.ts'

/**
 * What MySQL says of a person's buying power (M18). Which auctions are settled is read first: what came of those is
 * then in the sums, whatever else happens meanwhile.
 */
export async function readAccount(
  db: Database,
  userId: number,
  auctionIds: readonly number[],
): Promise<Account> {
  const settled = auctionIds.length === 0 ? [] : await findSettled(db, auctionIds)
  const [sums] = await db
    .select({
      deposit: users.deposit_cents,
      unpaid:
        sql`COALESCE((SELECT SUM(GREATEST(0, ${orders.total_cents} - ${orders.paid_cents} + ${orders.refunded_cents}))
        FROM ${orders} WHERE ${orders.buyer_id} = ${userId}
        AND ${orders.status} = ${ORDER_STATUS.pendingPayment}), 0)`.mapWith(Number),
      bound: sql`COALESCE((SELECT SUM(COALESCE(${auction_decisions.bidder_counter_cents},
        ${auction_decisions.high_bid_cents})) FROM ${auction_decisions}
        WHERE ${auction_decisions.bidder_id} = ${userId}
        AND ${inArray(auction_decisions.stage, [...BOUND_STAGES])}), 0)`.mapWith(Number),
    })
    .from(users)
    .where(eq(users.id, userId))
  if (sums === undefined) return { limit: cents(0), owed: cents(0), settled }
  return { limit: limitOf(sums.deposit), owed: sumOf(sums.unpaid, sums.bound), settled }
}

const sumOf = (unpaid: number, bound: number): Cents => cents(unpaid + bound)

async function findSettled(db: Database, auctionIds: readonly number[]): Promise<number[]> {
  const rows = await db
    .select({ id: auctions.id })
    .from(auctions)
    .where(and(inArray(auctions.id, [...auctionIds]), isNotNull(auctions.settled_at)))
  return rows.map(({ id }) => id)
}
