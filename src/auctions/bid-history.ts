import { and, desc, eq, inArray, isNotNull, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { bids } from '../db/schema/auctions.ts'
import { type Cursor, describePage, type PageRequest, requireOwnPage } from '../lib/pagination.ts'
import type { AuctionRow } from './auction-rows.ts'
import type { AuctionContext } from './context.ts'
import type { HistoryBid } from './live/contract.ts'
import { auctionMissing } from './rooms.ts'
import type { bidHistorySchema } from './schemas.ts'
import { findStanding } from './show-auction.ts'

type BidHistory = z.output<typeof bidHistorySchema>

export const BID_LISTS = 'bids'
const SORT = 'newest'

/**
 * Every bid that has a `seq`, newest first: until settlement from the room, so that an acknowledged bid is there at
 * once, afterwards from MySQL. Cursors hold in both.
 * @throws AppError `not_found`, `unavailable`, `validation_failed`
 */
export async function listBids(
  ctx: AuctionContext,
  auctionId: number,
  request: PageRequest,
): Promise<BidHistory> {
  requireOwnPage(request, SORT)
  const standing = await findStanding(ctx, auctionId)
  if (standing.from === 'mysql') return await listStored(ctx, standing.row, request)
  const { cursor, page, per_page } = request
  const query = {
    beforeId: cursor?.id ?? null,
    offset: cursor ? 0 : (page - 1) * per_page,
    limit: per_page + 1,
  }
  const history = await ctx.rooms(auctionId, 'repeatable', (room) => room.history(query))
  if (history === null) throw auctionMissing()
  const cursorOf = ({ seq, id }: HistoryBid): Cursor => ({ sort: SORT, key: seq, id })
  const { shown, ...fields } = describePage(request, [...history.bids], history.total, cursorOf)
  return {
    auction_id: auctionId,
    current_bid: history.currentBid,
    bid_count: history.bidCount,
    bids: shown.map(describeBid),
    ...fields,
  }
}

const describeBid = (bid: HistoryBid): BidHistory['bids'][number] => ({
  id: bid.id,
  amount: bid.amount,
  user_display: bid.bidder,
  is_auto_bid: bid.isAutoBid,
  created_at: new Date(bid.at),
  current_bid: bid.currentBid,
  leader: bid.leader,
  kind: bid.kind,
  voided: bid.voided,
  void_reason: bid.voidReason,
})

async function listStored(
  ctx: AuctionContext,
  auction: AuctionRow,
  request: PageRequest,
): Promise<BidHistory> {
  const { ids, ...fields } = await readPage(ctx, bidList(ctx.db, auction.id), request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db
          .select()
          .from(bids)
          .where(and(eq(bids.auction_id, auction.id), inArray(bids.bid_id, ids)))
          .orderBy(desc(bids.bid_id))
  return {
    auction_id: auction.id,
    current_bid: auction.current_bid_cents,
    bid_count: auction.bid_count,
    bids: rows.map((row) => ({
      id: row.bid_id,
      amount: row.amount_cents,
      user_display: row.alias,
      is_auto_bid: row.kind === 'max',
      created_at: row.created_at,
      current_bid: row.current_bid_cents,
      leader: row.leader_alias,
      kind: row.kind,
      voided: row.voided_at !== null,
      void_reason: row.void_reason,
    })),
    ...fields,
  }
}

const specificationSchema = z.object({ auction_id: z.int() })

/** Makes a list again for the sweeper. */
export const bidListOf = restoreBy(specificationSchema, (db, { auction_id }) => bidList(db, auction_id))

function bidList(db: Database, auctionId: number): PagedList {
  return {
    subject: BID_LISTS,
    specification: { auction_id: auctionId },
    sort: SORT,
    async read(after, limit) {
      const rows = await db
        .select({ key: bids.seq, id: bids.bid_id })
        .from(bids, { forceIndex: 'bids_history' })
        .where(
          and(
            eq(bids.auction_id, auctionId),
            isNotNull(bids.seq),
            after === null ? undefined : lt(bids.seq, after.key),
          ),
        )
        .orderBy(desc(bids.seq))
        .limit(limit)
      return rows.map(({ key, id }) => ({ key: key ?? 0, id }))
    },
  }
}
