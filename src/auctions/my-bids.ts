import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { auction_bidders, auctions } from '../db/schema/auctions.ts'
import type { PageRequest } from '../lib/pagination.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { AuctionContext } from './context.ts'
import type { myBidsSchema } from './schemas.ts'
import { showRows } from './show-auction.ts'

export const MY_BID_LISTS = 'my_bids'
const SORT = 'newest'

/**
 * The auctions that the caller has bid in, the newest auction first, as MySQL knows them.
 * @throws AppError `validation_failed`
 */
export async function listMyBids(
  ctx: AuctionContext & SignedIn,
  request: PageRequest,
): Promise<z.output<typeof myBidsSchema>> {
  const { ids, ...fields } = await readPage(ctx, myBidList(ctx.db, ctx.actor.userId), request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(auctions).where(inArray(auctions.id, ids)).orderBy(desc(auctions.id))
  const shown = await showRows(ctx, rows)
  return {
    bids: shown.map((auction) => ({
      auction,
      your_max: auction.you?.max_bid ?? null,
      leading: auction.you?.leading ?? false,
      outcome: auction.outcome,
    })),
    ...fields,
  }
}

const specificationSchema = z.object({ user_id: z.int() })

/** Makes a list again for the sweeper. */
export const myBidListOf = restoreBy(specificationSchema, (db, { user_id }) => myBidList(db, user_id))

function myBidList(db: Database, userId: number): PagedList {
  return {
    subject: MY_BID_LISTS,
    specification: { user_id: userId },
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: auction_bidders.auction_id, id: auction_bidders.auction_id })
        .from(auction_bidders, { forceIndex: 'auction_bidders_user' })
        .where(
          and(
            eq(auction_bidders.user_id, userId),
            after === null ? undefined : lt(auction_bidders.auction_id, after.id),
          ),
        )
        .orderBy(desc(auction_bidders.auction_id))
        .limit(limit),
  }
}
