import { asc, eq } from 'drizzle-orm'
import { type AuctionRow, termsOf } from '../auctions/auction-rows.ts'
import type { Executor } from '../db/client.ts'
import { bids, reserve_changes } from '../db/schema/auctions.ts'
import type { EndedBidding } from './next-bidder.ts'

/** What was bid in a settled auction: every accepted bid, and what became of its reserve. Nothing changes it any more. */
export async function readBidding(db: Executor, auction: AuctionRow): Promise<EndedBidding> {
  const [rows, changes] = await Promise.all([
    db
      .select({
        number: bids.bid_id,
        bidderId: bids.user_id,
        alias: bids.alias,
        kind: bids.kind,
        offered: bids.offered_cents,
        amount: bids.amount_cents,
        seq: bids.seq,
        createdAt: bids.created_at,
        voidedAt: bids.voided_at,
      })
      .from(bids)
      .where(eq(bids.auction_id, auction.id))
      .orderBy(asc(bids.bid_id)),
    db
      .select({ number: reserve_changes.number, reservePrice: reserve_changes.reserve_price_cents })
      .from(reserve_changes)
      .where(eq(reserve_changes.auction_id, auction.id))
      .orderBy(asc(reserve_changes.number)),
  ])
  return {
    policy: termsOf(auction),
    bids: rows.map(({ createdAt, voidedAt, ...bid }) => ({
      ...bid,
      at: createdAt.getTime(),
      voidedAt: voidedAt?.getTime() ?? null,
    })),
    reserveChanges: changes,
    price: auction.current_bid_cents,
  }
}
