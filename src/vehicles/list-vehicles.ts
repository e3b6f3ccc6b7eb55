import { and, asc, type Column, desc, eq, gt, gte, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, type Position, readPage, restoreBy } from '../db/list-pages.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { isAdmin } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from './context.ts'
import {
  type AdminListingPage,
  VEHICLE_SORTS,
  type VehicleListQuery,
  type VehiclePage,
  type VehicleSort,
} from './schemas.ts'
import { readVinWarnings, showListed } from './show-vehicle.ts'
import { LISTED_STATUSES } from './vehicle.ts'

export const VEHICLE_LISTS = 'vehicles'

const MAX_WORDS = 8

/**
 * Which vehicles a list has: the public ones, all of the caller, and for admins those that are not public, or every
 * one there is.
 */
const specificationSchema = z.object({
  scope: z.enum(['listed', 'own', 'unlisted', 'every']),
  sort: z.enum(VEHICLE_SORTS),
  make: z.string().optional(),
  model: z.string().optional(),
  body_type: z.string().optional(),
  state: z.string().optional(),
  title_type: z.string().optional(),
  condition: z.string().optional(),
  status: z.string().optional(),
  year_min: z.int().optional(),
  year_max: z.int().optional(),
  min_price: z.int().optional(),
  max_price: z.int().optional(),
  mileage_max: z.int().optional(),
  seller_id: z.int().optional(),
  words: z.array(z.string()).optional(),
})
type Specification = z.infer<typeof specificationSchema>

/** An order: its column, whether a draft may lack it (which counts as 0), which way, and its index. */
interface Order {
  column: Column
  isNullable: boolean
  isDescending: boolean
  index: string
}
const order = (column: Column, index: string, how: 'asc' | 'desc', isNullable = false): Order => ({
  column,
  isNullable,
  isDescending: how === 'desc',
  index,
})
const ORDERS: Record<VehicleSort, Order> = {
  newest: order(vehicles.id, 'vehicles_newest', 'desc'),
  price_asc: order(vehicles.starting_price_cents, 'vehicles_price_asc', 'asc', true),
  price_desc: order(vehicles.starting_price_cents, 'vehicles_price_desc', 'desc', true),
  year_desc: order(vehicles.year, 'vehicles_year_desc', 'desc', true),
  mileage_asc: order(vehicles.mileage_key, 'vehicles_mileage_asc', 'asc'),
}

/** What `q` is looked for in. All of it stands in the indexes of the public list. */
const SEARCHED = sql`concat_ws(' ', ${vehicles.year}, ${vehicles.make}, ${vehicles.model}, ${vehicles.trim}, ${vehicles.vin})`

const containing = (word: string): SQL =>
  sql`${SEARCHED} like ${`%${word.replace(/[!%_]/g, '!$&')}%`} escape '!'`

function conditions(wanted: Specification): SQL[] {
  const same = (column: Column, value: string | number | undefined) =>
    value === undefined ? undefined : sql`${column} = ${value}`
  const found = [
    wanted.scope === 'own' || wanted.scope === 'every'
      ? undefined
      : eq(vehicles.is_listed, wanted.scope === 'listed'),
    same(vehicles.make, wanted.make),
    same(vehicles.model, wanted.model),
    same(vehicles.body_type, wanted.body_type),
    same(vehicles.location_state, wanted.state),
    same(vehicles.title_type, wanted.title_type),
    same(vehicles.condition, wanted.condition),
    same(vehicles.status, wanted.status),
    same(vehicles.seller_id, wanted.seller_id),
    wanted.year_min === undefined ? undefined : gte(vehicles.year, wanted.year_min),
    wanted.year_max === undefined ? undefined : lte(vehicles.year, wanted.year_max),
    wanted.min_price === undefined ? undefined : sql`${vehicles.starting_price_cents} >= ${wanted.min_price}`,
    wanted.max_price === undefined ? undefined : sql`${vehicles.starting_price_cents} <= ${wanted.max_price}`,
    wanted.mileage_max === undefined ? undefined : lte(vehicles.mileage_key, wanted.mileage_max),
    ...(wanted.words ?? []).map(containing),
  ]
  return found.flatMap((condition) => condition ?? [])
}

/** What comes after a position, as ranges of the index one behind the other; null stands where 0 would. */
function afterPosition({ column, isNullable, isDescending }: Order, { key, id }: Position): SQL | undefined {
  const isAtNull = isNullable && key === 0
  const isEqual = isAtNull ? isNull(column) : eq(column, key)
  const isBehind = and(isEqual, isDescending ? lt(vehicles.id, id) : gt(vehicles.id, id))
  if (!isDescending) return or(isBehind, gt(column, key))
  if (isAtNull) return isBehind
  return or(lt(column, key), isBehind, isNullable ? isNull(column) : undefined)
}

function indexOf(scope: Specification['scope'], sorted: Order): string {
  if (scope === 'own') return 'vehicles_seller'
  return scope === 'every' ? 'PRIMARY' : sorted.index
}

function vehicleList(db: Database, wanted: Specification): PagedList {
  const sorted = ORDERS[wanted.sort]
  const towards = sorted.isDescending ? desc : asc
  return {
    subject: VEHICLE_LISTS,
    specification: wanted,
    sort: wanted.sort,
    async read(after, limit) {
      const keyed = after ? afterPosition(sorted, after) : undefined
      return await db
        .select({
          key: sql<number>`coalesce(${sorted.column}, 0)`.mapWith(Number),
          id: vehicles.id,
          // Stands in no index. Without it the index would do by itself, and then the server rather than the engine
          // would look at every entry that the filters turn down.
          updated_at: vehicles.updated_at,
        })
        // A seller's own are sorted where they are not wanted newest first: that reads as many as they have.
        .from(vehicles, { forceIndex: indexOf(wanted.scope, sorted) })
        .where(and(...conditions(wanted), keyed))
        .orderBy(towards(sorted.column), towards(vehicles.id))
        .limit(limit)
    },
  }
}

/** Makes a list again for the sweeper. */
export const vehicleListOf = restoreBy(specificationSchema, vehicleList)

function specify(ctx: VehicleContext, query: VehicleListQuery): Specification {
  const { actor } = ctx
  const isOwn = query.seller_id === 'me'
  if (isOwn && !actor) throw new AppError('unauthenticated', 'Sign in to see your own vehicles')
  const hidden = query.status !== undefined && !LISTED_STATUSES.includes(query.status)
  const max = [query.max_price, query.price_max].flatMap((price) => price ?? [])
  return {
    scope: isOwn ? 'own' : hidden && isAdmin(actor) ? 'unlisted' : 'listed',
    sort: query.sort ?? 'newest',
    make: query.make,
    model: query.model,
    body_type: query.body_type,
    state: query.state,
    title_type: query.title_type,
    condition: query.condition,
    status: query.status,
    year_min: query.year_min,
    year_max: query.year_max,
    min_price: query.min_price,
    max_price: max.length > 0 ? Math.min(...max) : undefined,
    mileage_max: query.mileage_max,
    seller_id: query.seller_id === 'me' ? actor?.userId : query.seller_id,
    words: query.q === undefined ? undefined : query.q.split(/\s+/).filter(Boolean).slice(0, MAX_WORDS),
  }
}

/**
 * The vehicles that the caller may see and that every filter fits.
 * @throws AppError `validation_failed` for a cursor of another order or a page beyond the first 10 000 rows
 */
export async function listVehicles(ctx: VehicleContext, query: VehicleListQuery): Promise<VehiclePage> {
  return await showPage(ctx, specify(ctx, query), query)
}

/**
 * For admins: every vehicle of whatever status, the newest first, each with what disagrees with its VIN.
 * @throws PageRefused
 */
export async function listEveryVehicle(
  ctx: VehicleContext,
  query: VehicleListQuery,
): Promise<AdminListingPage> {
  const isOne = query.status !== undefined
  const wanted = specify(ctx, { ...query, sort: isOne ? query.sort : 'newest' })
  const { vehicles, ...page } = await showPage(ctx, isOne ? wanted : { ...wanted, scope: 'every' }, query)
  const warnings = await readVinWarnings(
    ctx.db,
    vehicles.map(({ id }) => id),
  )
  return {
    vehicles: vehicles.map((vehicle) => ({ ...vehicle, vin_warnings: warnings.get(vehicle.id) ?? null })),
    ...page,
  }
}

async function showPage(
  ctx: VehicleContext,
  wanted: Specification,
  query: VehicleListQuery,
): Promise<VehiclePage> {
  const { ids, ...page } = await readPage(ctx, vehicleList(ctx.db, wanted), query)
  return { vehicles: await showListed(ctx, ids), ...page }
}
