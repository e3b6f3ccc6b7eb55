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
  let afterId = 0
  while (true) {
    const searches = await findCandidates(ctx.db, vehicle, afterId)
    const notices = searches
      .filter(({ user_id }) => user_id !== vehicle.seller_id)
      .filter(({ filters }) => fitsRest(savedFiltersQuery.parse(filters), vehicle))
      .map((search) => noticeOf(search, vehicle, ctx.now))
    await insertNotices(ctx.db, notices)
    ctx.announce(notices.map(({ userId }) => userId))
    matched += notices.length
    afterId = searches.at(-1)?.id ?? afterId
    if (searches.length < SEARCHES_AT_ONCE) return matched
  }
}

/** Searches whose narrowing columns fit the vehicle, found in the index alone. */
async function findCandidates(db: Database, vehicle: VehicleRow, afterId: number) {
  const ids = await db
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
    .limit(SEARCHES_AT_ONCE)
  if (ids.length === 0) return []
  return await db
    .select({
      id: saved_searches.id,
      user_id: saved_searches.user_id,
      name: saved_searches.name,
      filters: saved_searches.filters,
    })
    .from(saved_searches)
    .where(
      inArray(
        saved_searches.id,
        ids.map(({ id }) => id),
      ),
    )
    .orderBy(asc(saved_searches.id))
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
