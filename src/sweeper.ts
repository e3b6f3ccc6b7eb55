import { lt } from 'drizzle-orm'
import { BID_LISTS, bidListOf } from './auctions/bid-history.ts'
import { AUCTION_LISTS, auctionListOf } from './auctions/list-auctions.ts'
import { MY_BID_LISTS, myBidListOf } from './auctions/my-bids.ts'
import { sweepAuctions } from './auctions/sweep-auctions.ts'
import { tellDeadlines } from './auctions/tell-deadlines.ts'
import type { Database } from './db/client.ts'
import { KEY_KEPT_MS } from './db/idempotency.ts'
import { countLists } from './db/list-counts.ts'
import { idempotency_keys } from './db/schema/idempotency-keys.ts'
import type { Deps } from './deps.ts'
import { sweepFulfillment } from './fulfillment/apply-due.ts'
import { NOTIFICATION_LISTS, notificationListOf } from './notifications/list-notifications.ts'
import { sweepOffers } from './offers/apply-due.ts'
import { OFFER_LISTS, offerListOf } from './offers/list-offers.ts'
import { ORDER_LISTS, orderListOf } from './orders/list-orders.ts'
import { PAYMENT_LISTS, paymentListOf } from './orders/list-payments.ts'
import { sweepOrders } from './orders/sweep-orders.ts'
import { describeError } from './platform/logger.ts'
import { USER_LISTS, userListOf } from './users/admin.ts'
import { AUDIT_LISTS, auditListOf } from './users/audit-list.ts'
import { SELLER_PROFILE_LISTS, sellerProfileListOf } from './users/seller-list.ts'
import { sweepUsers } from './users/standing.ts'
import { VEHICLE_LISTS, vehicleListOf } from './vehicles/list-vehicles.ts'
import { sweepMatches } from './watchlist/match-vehicles.ts'
import { WATCH_LISTS, watchListOf } from './watchlist/watch.ts'

const ROWS_AT_ONCE = 500
const CHUNKS_A_TURN = 10

const LISTS = {
  [VEHICLE_LISTS]: vehicleListOf,
  [AUCTION_LISTS]: auctionListOf,
  [BID_LISTS]: bidListOf,
  [MY_BID_LISTS]: myBidListOf,
  [NOTIFICATION_LISTS]: notificationListOf,
  [ORDER_LISTS]: orderListOf,
  [PAYMENT_LISTS]: paymentListOf,
  [OFFER_LISTS]: offerListOf,
  [USER_LISTS]: userListOf,
  [WATCH_LISTS]: watchListOf,
  [SELLER_PROFILE_LISTS]: sellerProfileListOf,
  [AUDIT_LISTS]: auditListOf,
}

/**
 * What the cron does once a minute: one call per subject, none of which keeps another from its turn. Everything may
 * happen twice. `now` in epoch milliseconds.
 */
export async function sweep(deps: Deps, now: number): Promise<void> {
  const requestId = crypto.randomUUID()
  const ctx = { ...deps, now, requestId, log: deps.log.with({ request_id: requestId }) }
  const turns = {
    auctions: () => sweepAuctions(ctx),
    deadlines: () => tellDeadlines(ctx),
    orders: () => sweepOrders(ctx),
    offers: () => sweepOffers(ctx),
    fulfillment: () => sweepFulfillment(ctx),
    users: () => sweepUsers(ctx),
    saved_searches: () => sweepMatches(ctx),
    lists: () => countLists(ctx, LISTS),
    idempotency_keys: () => removeExpiredKeys(deps.db, now),
  }
  for (const [subject, turn] of Object.entries(turns)) {
    try {
      await turn()
    } catch (error) {
      ctx.log.error('sweep_failed', { subject, ...describeError(error) })
    }
  }
}

async function removeExpiredKeys(db: Database, now: number): Promise<void> {
  for (let chunk = 0; chunk < CHUNKS_A_TURN; chunk++) {
    const removed = await db
      .delete(idempotency_keys)
      .where(lt(idempotency_keys.created_at, new Date(now - KEY_KEPT_MS)))
      .limit(ROWS_AT_ONCE)
    if (removed.rowsAffected < ROWS_AT_ONCE) return
  }
}
