import { and, asc, desc, eq, gt, gte, inArray, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, type Position, readPage, restoreBy } from '../db/list-pages.ts'
import { auctions } from '../db/schema/auctions.ts'
import { AppError } from '../platform/errors.ts'
import type { AuctionContext } from './context.ts'
import { AUCTION_STATUS } from './engine/auction.ts'
import { AUCTION_SORTS, type AuctionListQuery, type AuctionSort } from './request-schemas.ts'
import type { AuctionPage } from './schemas.ts'
import { showRows } from './show-auction.ts'

export const AUCTION_LISTS = 'auctions'

const specificationSchema = z.object({
  sort: z.enum(AUCTION_SORTS),
  status: z.enum(AUCTION_STATUS).optional(),
  seller_id: z.int().optional(),
  vehicle_id: z.int().optional(),
  ending_before_ms: z.int().optional(),
  make: z.string().optional(),
  model: z.string().optional(),
  year_min: z.int().optional(),
  year_max: z.int().optional(),
  min_price: z.int().optional(),
  max_price: z.int().optional(),
})
type Specification = z.infer<typeof specificationSchema>

/** An order: its column, which way, where it begins, and the indexes that have it, with a status in front and without. */
const ORDERS: Record<
  AuctionSort,
  { column: SQL; isDescending: boolean; index: string; indexOfStatus: string }
> = {
  ending_soonest: {
    column: sql`${auctions.ending_key}`,
    isDescending: false,
    index: 'auctions_ending',
    indexOfStatus: 'auctions_status_ending',
  },
  newest: {
    column: sql`${auctions.id}`,
    isDescending: true,
    index: 'auctions_newest',
    indexOfStatus: 'auctions_status_newest',
  },
  price_desc: {
    column: sql`${auctions.price_cents}`,
    isDescending: true,
    index: 'auctions_price',
    indexOfStatus: 'auctions_status_price',
  },
  bids_desc: {
    column: sql`${auctions.bid_count}`,
    isDescending: true,
    index: 'auctions_bids',
    indexOfStatus: 'auctions_status_bids',
  },
}

/** The index that leads to what is wanted over the fewest entries. */
function indexFor(wanted: Specification): string {
  const order = ORDERS[wanted.sort]
  if (wanted.vehicle_id !== undefined) return 'auctions_vehicle'
  if (wanted.seller_id !== undefined && wanted.sort === 'ending_soonest') return 'auctions_seller'
  return wanted.status === undefined ? order.index : order.indexOfStatus
}

function conditions(wanted: Specification): SQL[] {
  const found = [
    wanted.status === undefined ? undefined : eq(auctions.status, wanted.status),
    wanted.seller_id === undefined ? undefined : eq(auctions.seller_id, wanted.seller_id),
    wanted.vehicle_id === undefined ? undefined : eq(auctions.vehicle_id, wanted.vehicle_id),
    wanted.ending_before_ms === undefined
      ? undefined
      : lt(auctions.ends_at, new Date(wanted.ending_before_ms)),
    wanted.make === undefined ? undefined : eq(auctions.make, wanted.make),
    wanted.model === undefined ? undefined : eq(auctions.model, wanted.model),
    wanted.year_min === undefined ? undefined : gte(auctions.year, wanted.year_min),
    wanted.year_max === undefined ? undefined : lte(auctions.year, wanted.year_max),
    wanted.min_price === undefined ? undefined : sql`${auctions.price_cents} >= ${wanted.min_price}`,
    wanted.max_price === undefined ? undefined : sql`${auctions.price_cents} <= ${wanted.max_price}`,
  ]
  return found.flatMap((condition) => condition ?? [])
}

/** What comes after a position. Without one the whole order, said as a range, so that the engine works by the index. */
function rangeOf(column: SQL, isDescending: boolean, after: Position | null): SQL | undefined {
  if (after === null) return gte(column, 0)
  const beyond = isDescending ? lt : gt
  return or(beyond(column, after.key), and(eq(column, after.key), beyond(auctions.id, after.id)))
}

function auctionList(db: Database, wanted: Specification): PagedList {
  const { column, isDescending } = ORDERS[wanted.sort]
  const towards = isDescending ? desc : asc
  return {
    subject: AUCTION_LISTS,
    specification: wanted,
    sort: wanted.sort,
    read: (after, limit) =>
      db
        .select({
          key: sql<number>`${column}`.mapWith(Number),
          id: auctions.id,
          // Stands in no index: see the list of vehicles.
          updated_at: auctions.updated_at,
        })
        .from(auctions, { forceIndex: indexFor(wanted) })
        .where(and(...conditions(wanted), rangeOf(column, isDescending, after)))
        .orderBy(towards(column), towards(auctions.id))
        .limit(limit),
  }
}

/** Makes a list again for the sweeper. */
export const auctionListOf = restoreBy(specificationSchema, auctionList)

function specify({ actor }: AuctionContext, query: AuctionListQuery): Specification {
  if (query.seller_id === 'me' && !actor) {
    throw new AppError('unauthenticated', 'Sign in to see your own auctions')
  }
  return {
    sort: query.sort ?? 'ending_soonest',
    status: query.status,
    seller_id: query.seller_id === 'me' ? actor?.userId : query.seller_id,
    vehicle_id: query.vehicle_id,
    ending_before_ms: query.ending_before?.getTime(),
    make: query.make,
    model: query.model,
    year_min: query.year_min,
    year_max: query.year_max,
    min_price: query.min_price,
    max_price: query.max_price,
  }
}

/**
 * Auctions by every filter, as MySQL knows them: a second or so behind their rooms.
 * @throws AppError `validation_failed`, `unauthenticated`
 */
export async function listAuctions(ctx: AuctionContext, query: AuctionListQuery): Promise<AuctionPage> {
  const wanted = specify(ctx, query)
  const { ids, ...page } = await readPage(ctx, auctionList(ctx.db, wanted), query)
  if (ids.length === 0) return { auctions: [], ...page }
  const rows = await ctx.db.select().from(auctions).where(inArray(auctions.id, ids))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return {
    auctions: await showRows(
      ctx,
      ids.flatMap((id) => byId.get(id) ?? []),
    ),
    ...page,
  }
}
