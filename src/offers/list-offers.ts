import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { mergeNewest, type ReadIds } from '../db/merge-newest.ts'
import { offers } from '../db/schema/offers.ts'
import { showListed } from '../vehicles/show-vehicle.ts'
import type { CallerContext } from './context.ts'
import { describeOffers } from './offer-rows.ts'
import type { OfferListQuery, OfferPage } from './schemas.ts'

export const OFFER_LISTS = 'offers'
const SORT = 'newest'

/**
 * What the caller has offered and was offered, of one vehicle where they name it, the newest first.
 * @throws PageRefused
 */
export async function listOffers(ctx: CallerContext, query: OfferListQuery): Promise<OfferPage> {
  const { vehicle_id, ...request } = query
  const { userId } = ctx.actor
  const { ids, ...fields } = await readPage(ctx, offerList(ctx.db, { user_id: userId, vehicle_id }), request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(offers).where(inArray(offers.id, ids)).orderBy(desc(offers.id))
  // An offer is on the vehicle itself: nobody asks for its auction.
  const withoutAuctions: CallerContext = { ...ctx, auctionsOf: async () => new Map() }
  const [shown, vehicles] = await Promise.all([
    describeOffers(ctx.db, rows, userId, ctx.now),
    showListed(withoutAuctions, [...new Set(rows.map((row) => row.vehicle_id))]),
  ])
  const vehicleById = new Map(vehicles.map(({ auction: _, ...vehicle }) => [vehicle.id, vehicle]))
  return {
    offers: shown.flatMap((offer) => {
      const vehicle = vehicleById.get(offer.vehicle_id)
      return vehicle ? [{ ...offer, vehicle }] : []
    }),
    ...fields,
  }
}

const specificationSchema = z.object({ user_id: z.int(), vehicle_id: z.int().optional() })
type Specification = z.output<typeof specificationSchema>

/** Makes a list again for the sweeper. */
export const offerListOf = restoreBy(specificationSchema, offerList)

const SIDES = [
  { column: offers.buyer_id, index: 'offers_buyer', vehicleIndex: 'offers_vehicle_buyer' },
  { column: offers.seller_id, index: 'offers_seller', vehicleIndex: 'offers_vehicle_seller' },
] as const

function offerList(db: Database, { user_id, vehicle_id }: Specification): PagedList {
  const sides = SIDES.map(({ column, index, vehicleIndex }): ReadIds => {
    return async (beforeId, limit) => {
      const rows = await db
        .select({ id: offers.id })
        .from(offers, { forceIndex: vehicle_id === undefined ? index : vehicleIndex })
        .where(
          and(
            vehicle_id === undefined ? undefined : eq(offers.vehicle_id, vehicle_id),
            eq(column, user_id),
            beforeId === null ? undefined : lt(offers.id, beforeId),
          ),
        )
        .orderBy(desc(offers.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    }
  })
  return {
    subject: OFFER_LISTS,
    specification: { user_id, ...(vehicle_id !== undefined && { vehicle_id }) },
    sort: SORT,
    async read(after, limit) {
      const ids = await mergeNewest(sides, after?.id ?? null, limit)
      return ids.map((id) => ({ key: id, id }))
    },
  }
}
