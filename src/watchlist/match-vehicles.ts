import { and, asc, eq, gt, gte, inArray, lte } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { saved_searches } from '../db/schema/watchlist.ts'
import { describeError } from '../lib/error-text.ts'
import { ZERO_CENTS } from '../lib/money.ts'
import { MINUTE_MS } from '../lib/time.ts'
import type { Announce } from '../notifications/announce.ts'
import { NOTIFICATION_TYPE, type Notice } from '../notifications/notification.ts'
import type { Logger } from '../platform/logger.ts'
import { savedFiltersQuery } from '../vehicles/schemas.ts'
import { LISTED_STATUSES } from '../vehicles/vehicle.ts'
import { fitsRest, MILEAGE_UNKNOWN } from './saved-search.ts'

export interface MatchContext {
  db: Database
  announce: Announce
  log: Logger
  /** Epoch milliseconds. */
  now: number
}
type VehicleRow = typeof vehicles.$inferSelect

const ROWS_A_TURN = 500
/** Each look goes through all of the index that may fit; PlanetScale answers with at most 100 000 rows. */
const IDS_A_LOOK = 50_000
const SEARCHES_AT_ONCE = 1_000
const RETRY_MS = MINUTE_MS

/** The sweeper's turn: vehicles that became active and have not been matched yet. Everything may happen twice. */
export async function sweepMatches(ctx: MatchContext): Promise<void> {
  const due = await ctx.db
    .select({ id: vehicles.id })
    .from(vehicles)
    .where(lte(vehicles.next_attempt_at, new Date(ctx.now)))
    .orderBy(asc(vehicles.next_attempt_at))
    .limit(ROWS_A_TURN)
  for (const { id } of due) await matchVehicle(ctx, id)
}

/**
 * Tells whoever saved a search that a vehicle fits which has become active (M15), each search once for each vehicle.
 * Never throws: what fails is left to the sweeper.
 * @returns how many searches it fits
 */
export async function matchVehicle(ctx: MatchContext, vehicleId: number): Promise<number> {
  try {
    const vehicle = await claim(ctx, vehicleId)
    if (vehicle === null) return 0
    const matched = LISTED_STATUSES.includes(vehicle.status) ? await tellAll(ctx, vehicle) : 0
    await ctx.db
      .update(vehicles)
      .set({ next_attempt_at: null })
      .where(and(eq(vehicles.id, vehicleId), eq(vehicles.next_attempt_at, retryAt(ctx))))
    return matched
  } catch (error) {
    ctx.log.warn('vehicle_not_matched', { vehicle_id: vehicleId, ...describeError(error) })
    return 0
  }
}

const retryAt = ({ now }: MatchContext): Date => new Date(now + RETRY_MS)

/** Puts off the next look, so that of two at once one matches. */
async function claim(ctx: MatchContext, vehicleId: number): Promise<VehicleRow | null> {
  const claimed = await ctx.db
    .update(vehicles)
    .set({ next_attempt_at: retryAt(ctx) })
    .where(and(eq(vehicles.id, vehicleId), lte(vehicles.next_attempt_at, new Date(ctx.now))))
  if (claimed.rowsAffected === 0) return null
  const [row] = await ctx.db.select().from(vehicles).where(eq(vehicles.id, vehicleId))
  return row ?? null
}

async function tellAll(ctx: MatchContext, vehicle: VehicleRow): Promise<number> {
  let matched = 0
  let afterId: number | null = 0
  while (afterId !== null) {
    const ids: number[] = await findCandidates(ctx.db, vehicle, afterId)
    for (let from = 0; from < ids.length; from += SEARCHES_AT_ONCE) {
      matched += await tellSome(ctx, vehicle, ids.slice(from, from + SEARCHES_AT_ONCE))
    }
    afterId = ids.length < IDS_A_LOOK ? null : (ids.at(-1) ?? null)
  }
  return matched
}

/** Searches whose narrowing columns fit the vehicle, found in the index alone. */
async function findCandidates(db: Database, vehicle: VehicleRow, afterId: number): Promise<number[]> {
  const rows = await db
    .select({ id: saved_searches.id })
    .from(saved_searches, { forceIndex: 'saved_searches_match' })
    .where(
      and(
        eq(saved_searches.notify, true),
        inArray(saved_searches.make_key, ['', vehicle.make ?? '']),
        inArray(saved_searches.model_key, ['', vehicle.model ?? '']),
        inArray(saved_searches.state_key, ['', vehicle.location_state ?? '']),
        lte(saved_searches.year_min, vehicle.year ?? 0),
        gte(saved_searches.year_max, vehicle.year ?? 0),
        lte(saved_searches.price_min_cents, vehicle.starting_price_cents ?? ZERO_CENTS),
        gte(saved_searches.price_max_cents, vehicle.starting_price_cents ?? ZERO_CENTS),
        gte(saved_searches.mileage_max, vehicle.mileage ?? MILEAGE_UNKNOWN),
        gt(saved_searches.id, afterId),
      ),
    )
    .orderBy(asc(saved_searches.id))
    .limit(IDS_A_LOOK)
  return rows.map(({ id }) => id)
}

/** Of these searches, those that the vehicle fits altogether. @returns how many */
async function tellSome(ctx: MatchContext, vehicle: VehicleRow, ids: number[]): Promise<number> {
  const { id, user_id, name, filters } = saved_searches
  const searches = await ctx.db
    .select({ id, user_id, name, filters })
    .from(saved_searches)
    .where(inArray(id, ids))
    .orderBy(asc(id))
  const notices = searches
    .filter((search) => search.user_id !== vehicle.seller_id)
    .filter((search) => fitsRest(savedFiltersQuery.parse(search.filters), vehicle))
    .map((search) => noticeOf(search, vehicle, ctx.now))
  await insertNotices(ctx.db, notices)
  ctx.announce(notices.map(({ userId }) => userId))
  return notices.length
}

function noticeOf(
  search: { id: number; user_id: number; name: string },
  vehicle: VehicleRow,
  now: number,
): Notice {
  const car = [vehicle.year, vehicle.make, vehicle.model].filter((part) => part !== null).join(' ')
  return {
    userId: search.user_id,
    type: NOTIFICATION_TYPE.savedSearchMatch,
    title: `New for “${search.name}”: ${car}`,
    message: 'A vehicle that fits your saved search has been listed.',
    data: { vehicle_id: vehicle.id, saved_search_id: search.id },
    causeKey: `search:${search.id}:vehicle:${vehicle.id}`,
    createdAt: now,
  }
}
