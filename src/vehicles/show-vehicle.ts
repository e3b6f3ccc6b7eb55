import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Executor, Transaction } from '../db/client.ts'
import { seller_profiles, users } from '../db/schema/users.ts'
import { vehicle_documents, vehicle_images, vehicles } from '../db/schema/vehicles.ts'
import { isApprovedProfile } from '../users/seller-profiles.ts'
import type { VehicleContext } from './context.ts'
import { isInsider, requireVisible, type VehicleRow } from './find-vehicle.ts'
import type { ListedVehicle, Vehicle, VehicleAuction, VehicleDocument, VehicleImage } from './schemas.ts'
import { VEHICLE_STATUS } from './vehicle.ts'

type ImageRow = typeof vehicle_images.$inferSelect
type DocumentRow = typeof vehicle_documents.$inferSelect

/** These are in an auction, or were sold in one. */
const AUCTION_STATUSES: readonly string[] = [VEHICLE_STATUS.inAuction, VEHICLE_STATUS.sold]

const LISTED_COLUMNS = {
  id: vehicles.id,
  vin: vehicles.vin,
  year: vehicles.year,
  make: vehicles.make,
  model: vehicles.model,
  trim: vehicles.trim,
  mileage: vehicles.mileage,
  condition: vehicles.condition,
  title_type: vehicles.title_type,
  starting_price_cents: vehicles.starting_price_cents,
  buy_now_price_cents: vehicles.buy_now_price_cents,
  location_city: vehicles.location_city,
  location_state: vehicles.location_state,
  status: vehicles.status,
  seller_id: vehicles.seller_id,
  created_at: vehicles.created_at,
}
type ListedRow = Pick<VehicleRow, keyof typeof LISTED_COLUMNS>

const imageUrl = async ({ storage, now }: VehicleContext, key: string | null): Promise<string | null> =>
  storage && key !== null ? await storage.viewUrl(key, now) : null

async function describeListed(
  ctx: VehicleContext,
  row: ListedRow,
  imageKey: string | null,
  auction: VehicleAuction | null,
): Promise<ListedVehicle> {
  return {
    id: row.id,
    vin: row.vin,
    year: row.year,
    make: row.make,
    model: row.model,
    trim: row.trim,
    mileage: row.mileage,
    condition: row.condition,
    title_type: row.title_type,
    starting_price: row.starting_price_cents,
    buy_now_price: row.buy_now_price_cents,
    location_city: row.location_city,
    location_state: row.location_state,
    primary_image_url: await imageUrl(ctx, imageKey),
    status: row.status,
    seller_id: row.seller_id,
    auction,
    created_at: row.created_at,
  }
}

/** Vehicles as in a list, in the order of `ids`; one that is there no more is left out. */
export async function showListed(ctx: VehicleContext, ids: readonly number[]): Promise<ListedVehicle[]> {
  if (ids.length === 0) return []
  const isPrimary = and(eq(vehicle_images.vehicle_id, vehicles.id), eq(vehicle_images.is_primary, true))
  const found = await ctx.db
    .select({ row: LISTED_COLUMNS, imageKey: vehicle_images.s3_key })
    .from(vehicles)
    .leftJoin(vehicle_images, isPrimary)
    .where(inArray(vehicles.id, [...ids]))
  const withAuction = found
    .filter(({ row }) => AUCTION_STATUSES.includes(row.status))
    .map(({ row }) => row.id)
  const auctions = await auctionsOf(ctx, withAuction)
  const shown = await Promise.all(
    found.map(({ row, imageKey }) => describeListed(ctx, row, imageKey, auctions.get(row.id) ?? null)),
  )
  const byId = new Map(shown.map((vehicle) => [vehicle.id, vehicle]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** By vehicle, where its listing disagrees with its VIN; null where they were not compared. For admins. */
export async function readVinWarnings(
  db: Executor,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string[] | null>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: vehicles.id, warnings: vehicles.vin_warnings })
    .from(vehicles)
    .where(inArray(vehicles.id, [...ids]))
  return new Map(rows.map(({ id, warnings }) => [id, warnings]))
}

async function auctionsOf(
  ctx: VehicleContext,
  vehicleIds: readonly number[],
): Promise<Map<number, VehicleAuction>> {
  return vehicleIds.length === 0 ? new Map() : await ctx.auctionsOf(ctx.db, vehicleIds, ctx.now)
}

export async function describeImage(ctx: VehicleContext, row: ImageRow): Promise<VehicleImage> {
  const { id, is_primary, caption, sort_order } = row
  return { id, url: await imageUrl(ctx, row.s3_key), is_primary, caption, sort_order }
}

export async function describeDocument(ctx: VehicleContext, row: DocumentRow): Promise<VehicleDocument> {
  const { id, doc_type, filename, visibility, created_at } = row
  const url = ctx.storage ? await ctx.storage.privateUrl(row.s3_key, ctx.now) : null
  return { id, url, doc_type, filename, visibility, created_at }
}

/** First name and initial: enough to know a seller again, too little to find them. */
function displayName(seller: {
  id: number
  first_name: string | null
  last_name: string | null
  business_name: string | null
}): string {
  if (seller.business_name) return seller.business_name
  if (!seller.first_name) return `Seller ${seller.id}`
  const initial = seller.last_name?.slice(0, 1)
  return initial ? `${seller.first_name} ${initial}.` : seller.first_name
}

async function findSeller(db: Executor, sellerId: number): Promise<Vehicle['seller']> {
  const [row] = await db
    .select({
      id: users.id,
      first_name: users.first_name,
      last_name: users.last_name,
      business_name: seller_profiles.business_name,
      seller_profile_id: seller_profiles.id,
    })
    .from(users)
    .leftJoin(seller_profiles, isApprovedProfile())
    .where(eq(users.id, sellerId))
  const seller = row ?? {
    id: sellerId,
    first_name: null,
    last_name: null,
    business_name: null,
    seller_profile_id: null,
  }
  return { id: sellerId, display_name: displayName(seller), seller_profile_id: seller.seller_profile_id }
}

async function visibleDocuments(ctx: VehicleContext, row: VehicleRow): Promise<VehicleDocument[]> {
  const rows = await ctx.db
    .select()
    .from(vehicle_documents)
    .where(eq(vehicle_documents.vehicle_id, row.id))
    .orderBy(asc(vehicle_documents.id))
  const hasPrivate = rows.some(({ visibility }) => visibility === 'buyer')
  const seesPrivate =
    isInsider(ctx.actor, row) ||
    (hasPrivate && ctx.actor !== null && (await ctx.isBuyerOf(ctx.db, row.id, ctx.actor.userId)))
  const visible = rows.filter(({ visibility }) => visibility === 'public' || seesPrivate)
  return await Promise.all(visible.map((document) => describeDocument(ctx, document)))
}

interface Parts {
  images: ImageRow[]
  documents: VehicleDocument[]
  seller: Vehicle['seller']
  auction: VehicleAuction | null
}

async function describeVehicle(ctx: VehicleContext, row: VehicleRow, parts: Parts): Promise<Vehicle> {
  const insider = isInsider(ctx.actor, row)
  const primary = parts.images.find(({ is_primary }) => is_primary)
  return {
    ...(await describeListed(ctx, row, primary?.s3_key ?? null, parts.auction)),
    body_type: row.body_type,
    engine: row.engine,
    transmission: row.transmission,
    drivetrain: row.drivetrain,
    fuel_type: row.fuel_type,
    exterior_color: row.exterior_color,
    interior_color: row.interior_color,
    title_state: row.title_state,
    title_absent: row.title_absent,
    odometer_status: row.odometer_status,
    condition_grade: row.condition_grade_tenths,
    has_keys: row.has_keys,
    description: row.description,
    reserve_price: insider ? row.reserve_price_cents : null,
    location: {
      address: row.location_address,
      city: row.location_city,
      state: row.location_state,
      zip: row.location_zip,
    },
    images: await Promise.all(parts.images.map((image) => describeImage(ctx, image))),
    documents: parts.documents,
    seller: parts.seller,
    review_reason: insider ? row.review_reason : null,
    vin_warnings: insider ? row.vin_warnings : null,
    updated_at: row.updated_at,
  }
}

/** A vehicle by itself, with what only its owner and admins see where the caller is one of them. */
export async function showVehicle(ctx: VehicleContext, row: VehicleRow): Promise<Vehicle> {
  const [images, documents, seller, auctions] = await Promise.all([
    ctx.db
      .select()
      .from(vehicle_images)
      .where(eq(vehicle_images.vehicle_id, row.id))
      .orderBy(asc(vehicle_images.sort_order), asc(vehicle_images.id)),
    visibleDocuments(ctx, row),
    findSeller(ctx.db, row.seller_id),
    auctionsOf(ctx, AUCTION_STATUSES.includes(row.status) ? [row.id] : []),
  ])
  return await describeVehicle(ctx, row, { images, documents, seller, auction: auctions.get(row.id) ?? null })
}

/** A vehicle that was made in this very transaction. */
export async function showNewVehicle(
  ctx: VehicleContext,
  tx: Transaction,
  row: VehicleRow,
): Promise<Vehicle> {
  const seller = await findSeller(tx, row.seller_id)
  return await describeVehicle(ctx, row, { images: [], documents: [], seller, auction: null })
}

/** @throws AppError `not_found` for what the caller may not see */
export async function getVehicle(ctx: VehicleContext, id: number): Promise<Vehicle> {
  return await showVehicle(ctx, await requireVisible(ctx.db, id, ctx.actor))
}
