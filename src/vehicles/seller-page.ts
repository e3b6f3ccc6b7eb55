import type { Executor } from '../db/client.ts'
import { findPublicSeller } from '../users/seller-profiles.ts'
import type { VehicleContext } from './context.ts'
import { listVehicles } from './list-vehicles.ts'
import { type SellerPage, vehicleListQuery } from './schemas.ts'

/** How many sales of a seller were carried through to the end. */
export type CountCompletedSales = (db: Executor, sellerId: number) => Promise<number>

export interface SellerPageParts {
  countCompletedSales: CountCompletedSales
}

/** What everyone may see of an approved seller (M16). @throws AppError `not_found` */
export async function showSeller(
  ctx: VehicleContext & SellerPageParts,
  profileId: number,
): Promise<SellerPage> {
  const { userId, ...profile } = await findPublicSeller(ctx.db, profileId)
  const [listed, completed] = await Promise.all([
    listVehicles(ctx, vehicleListQuery.parse({ seller_id: String(userId) })),
    ctx.countCompletedSales(ctx.db, userId),
  ])
  return {
    ...profile,
    user_id: userId,
    completed_sales: completed,
    listing_count: listed.total,
    listings: listed.vehicles,
  }
}
