import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { seller_profiles } from '../db/schema/users.ts'
import { describeProfile, type SellerProfileContext } from './seller-profiles.ts'
import type { SellerProfileListQuery, SellerProfilePage } from './seller-schemas.ts'
import { SELLER_PROFILE_STATUS } from './user.ts'

export const SELLER_PROFILE_LISTS = 'seller_profiles'
const SORT = 'newest'

/** For admins: profiles of one status, or all, the newest first. @throws PageRefused */
export async function listSellerProfiles(
  ctx: SellerProfileContext,
  query: SellerProfileListQuery,
): Promise<SellerProfilePage> {
  const { ids, ...page } = await readPage(ctx, sellerProfileList(ctx.db, { status: query.status }), query)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db
          .select()
          .from(seller_profiles)
          .where(inArray(seller_profiles.id, ids))
          .orderBy(desc(seller_profiles.id))
  return { seller_profiles: rows.map(describeProfile), ...page }
}

const specificationSchema = z.object({ status: z.enum(SELLER_PROFILE_STATUS).optional() })

/** Makes a list again for the sweeper. */
export const sellerProfileListOf = restoreBy(specificationSchema, sellerProfileList)

function sellerProfileList(db: Database, wanted: z.infer<typeof specificationSchema>): PagedList {
  const { status } = wanted
  return {
    subject: SELLER_PROFILE_LISTS,
    specification: wanted,
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: seller_profiles.id, id: seller_profiles.id })
        .from(seller_profiles)
        .where(
          and(
            status === undefined ? undefined : eq(seller_profiles.status, status),
            after === null ? undefined : lt(seller_profiles.id, after.id),
          ),
        )
        .orderBy(desc(seller_profiles.id))
        .limit(limit),
  }
}
