import { and, asc, type Column, desc, eq, gt, gte, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, type Position, readPage } from '../db/list-pages.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { isBeyondCounted } from '../lib/pagination.ts'
import { isAdmin } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from './context.ts'
import { VEHICLE_SORTS, type VehicleListQuery, type VehiclePage, type VehicleSort } from './schemas.ts'
import { showListed } from './show-vehicle.ts'
import { LISTED_STATUSES } from './vehicle.ts'

export const VEHICLE_LISTS = 'vehicles'

const MAX_WORDS = 8

/** Which vehicles a list has: the public ones, all of one seller, or all there are (for admins). */
const specificationSchema = z.object({
  scope: z.enum(['listed', 'own', 'all']),
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

interface Order {
  column: SQL
  isDescending: boolean
  /** Of the public list. */
  index: string
  /** In a draft it may be missing. */
  isNullable: boolean
}
const ORDERS: Record<VehicleSort, Order> = {
  newest: order(vehicles.id, 'desc', 'vehicles_newest', false),
  price_asc: order(vehicles.starting_price_cents, 'asc', 'vehicles_price_asc', true),
  price_desc: order(vehicles.starting_price_cents, 'desc', 'vehicles_price_desc', true),
  year_desc: order(vehicles.year, 'desc', 'vehicles_year_desc', true),
  mileage_asc: order(vehicles.mileage_key, 'asc', 'vehicles_mileage_asc', false),
}

function order(column: Column, direction: 'asc' | 'desc', index: string, isNullable: boolean): Order {
  return { column: sql`${column}`, isDescending: direction === 'desc', index, isNullable }
}

/** What `q` is looked for in. All of it stands in the indexes of the public list. */
const SEARCHED = sql`concat_ws(' ', ${vehicles.year}, ${vehicles.make}, ${vehicles.model}, ${vehicles.trim}, ${vehicles.vin})`

const containing = (word: string): SQL =>
  sql`${SEARCHED} like ${`%${word.replace(/[!%_]/g, '!$&')}%`} escape '!'`

function conditions(wanted: Specification): SQL[] {
  const same = (column: Column, value: string | number | undefined) =>
    value === undefined ? undefined : sql`${column} = ${value}`
  const found = [
    wanted.scope === 'listed' ? eq(vehicles.is_listed, true) : undefined,
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

/** What comes after a position: two ranges of the index, one behind the other. */
function afterPosition(column: SQL, isDescending: boolean, { key, id }: Position): SQL | undefined {
  const beyond = isDescending ? lt : gt
  return or(beyond(column, key), and(eq(column, key), beyond(vehicles.id, id)))
}

function vehicleList(db: Database, wanted: Specification): PagedList {
  const { column, isDescending, index, isNullable } = ORDERS[wanted.sort]
  const isPublic = wanted.scope === 'listed'
  // Public vehicles have what they are ordered by, and their index needs the bare column.
  const ordered = isNullable && !isPublic ? sql`coalesce(${column}, 0)` : column
  const towards = isDescending ? desc : asc
  return {
    subject: VEHICLE_LISTS,
    specification: wanted,
    sort: wanted.sort,
    async read(after, limit) {
      const keyed = after ? afterPosition(ordered, isDescending, after) : undefined
      return await db
        .select({
          key: sql<number>`${ordered}`.mapWith(Number),
          id: vehicles.id,
          // Stands in no index. Without it the index would do by itself, and then the server rather than the engine
          // would look at every entry that the filters turn down.
          updated_at: vehicles.updated_at,
        })
        .from(vehicles, isPublic ? { forceIndex: index } : {})
        .where(and(...conditions(wanted), keyed))
        .orderBy(towards(ordered), towards(vehicles.id))
        .limit(limit)
    },
  }
}

/** Makes a list again for the sweeper. */
export function vehicleListOf(db: Database, specification: unknown): PagedList | null {
  const parsed = specificationSchema.safeParse(specification)
  return parsed.success ? vehicleList(db, parsed.data) : null
}

function specify(ctx: VehicleContext, query: VehicleListQuery): Specification {
  const { actor } = ctx
  const isOwn = query.seller_id === 'me'
  if (isOwn && !actor) throw new AppError('unauthenticated', 'Sign in to see your own vehicles')
  const hidden = query.status !== undefined && !LISTED_STATUSES.includes(query.status)
  const max = [query.max_price, query.price_max].flatMap((price) => price ?? [])
  return {
    scope: isOwn ? 'own' : hidden && isAdmin(actor) ? 'all' : 'listed',
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
 * @throws AppError `validation_failed` for a cursor of another order or a page beyond the first 10 000 rows;
 * PageNotCounted
 */
export async function listVehicles(ctx: VehicleContext, query: VehicleListQuery): Promise<VehiclePage> {
  const wanted = specify(ctx, query)
  if (isBeyondCounted(query)) throw refuse('page', 'Pages end at row 10 000: go on with next_cursor')
  if (query.cursor && (query.cursor.sort !== wanted.sort || typeof query.cursor.key !== 'number'))
    throw refuse('cursor', 'Not a cursor of this order')
  const { ids, ...page } = await readPage(ctx, vehicleList(ctx.db, wanted), query)
  return { vehicles: await showListed(ctx, ids), ...page }
}

const refuse = (path: string, message: string) =>
  new AppError('validation_failed', message, { details: [{ path, message }] })
