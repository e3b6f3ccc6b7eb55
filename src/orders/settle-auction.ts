import { OUTCOME } from '../auctions/engine/auction.ts'
import type { EndedAuction } from '../auctions/live/projection.ts'
import type { ProjectionStore } from '../auctions/live/projection-store.ts'
import type { Transaction } from '../db/client.ts'
import { centsToDollars } from '../lib/money.ts'
import { nameAuctionSale } from '../market/sale.ts'
import { openDecision } from '../offers/decision-rows.ts'
import type { Accounts } from '../users/account.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { leaveAuction } from '../vehicles/auction-status.ts'
import { createOrder } from './create-order.ts'

/**
 * What an auction's end brings about, in the transaction of its settlement (M1): sold makes one order and marks the
 * vehicle sold; unsold and cancelled return the vehicle; while the seller decides (M2) it stays in auction.
 */
export async function settleAuction(
  tx: Transaction,
  ended: EndedAuction,
  accounts: Pick<Accounts, 'touch'>,
): Promise<void> {
  const { auctionId, vehicleId, sellerId, highBidderId, price, endedAt } = ended
  if (ended.outcome === OUTCOME.pendingSeller) {
    await openDecision(tx, ended, accounts)
    return
  }
  const isSold = ended.outcome === OUTCOME.sold
  await leaveAuction(tx, { vehicleId, isSold, at: new Date(endedAt) })
  if (!isSold) return
  if (highBidderId === null) throw new Error(`Auction ${auctionId} was sold to nobody`)
  const sale = {
    ...nameAuctionSale(auctionId, endedAt),
    auctionId,
    vehicleId,
    buyerId: highBidderId,
    sellerId,
    price,
    soldAt: endedAt,
  }
  const orderId = await createOrder(tx, sale, accounts)
  await recordAudit(
    tx,
    { requestId: `settlement-${auctionId}`, now: endedAt },
    {
      action: 'auction.sold',
      subject: AUDIT_SUBJECT.auction,
      subjectId: auctionId,
      before: null,
      after: { price: centsToDollars(price), buyer_id: highBidderId, order_id: orderId },
    },
  )
}

/** The store, letting people's objects know of their money once a settlement has committed (M18). */
export const tellAccounts = (store: ProjectionStore, accounts: Pick<Accounts, 'tell'>): ProjectionStore => ({
  ...store,
  async settle(settlement) {
    const isSettled = await store.settle(settlement)
    accounts.tell()
    return isSettled
  },
})
