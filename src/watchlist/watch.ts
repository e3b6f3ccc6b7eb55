import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { watchlist } from '../db/schema/watchlist.ts'
import type { PageRequest } from '../lib/pagination.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { requireVisible } from '../vehicles/find-vehicle.ts'
import type { ListedVehicle } from '../vehicles/schemas.ts'
import { showListed } from '../vehicles/show-vehicle.ts'
import { PUBLIC_STATUSES } from '../vehicles/vehicle.ts'
import { type Watched, type WatchInput, type WatchlistPage, watchedMadeSchema } from './schemas.ts'

export type WatchContext = VehicleContext & SignedIn
type Row = typeof watchlist.$inferSelect

export const WATCH_LISTS = 'watchlist'
const SORT = 'newest'

/**
 * Puts a vehicle on the caller's list, once; where it is there already, its note becomes the one that is given.
 * @throws AppError `not_found` for what the caller may not see
 */
export function watchVehicle(
  ctx: WatchContext,
  { vehicle_id, note }: WatchInput,
): Promise<OnceResult<typeof watchedMadeSchema>> {
  return runOnce(ctx, watchedMadeSchema, async (tx) => {
    await requireVisible(tx, vehicle_id, ctx.actor)
    const mine = and(eq(watchlist.user_id, ctx.actor.userId), eq(watchlist.vehicle_id, vehicle_id))
    await tx
      .insert(watchlist)
      .values({
        user_id: ctx.actor.userId,
        vehicle_id,
        note: note ?? null,
        created_at: new Date(ctx.now),
      })
      .onDuplicateKeyUpdate({ set: note === undefined ? { vehicle_id } : { note } })
    const rows = await tx.select().from(watchlist).where(mine)
    const [item] = await describeWatched(ctx, rows)
    if (item === undefined) throw new Error('A row that was just written is not there')
    return { status: 201, value: { message: 'Vehicle watched', item } }
  })
}

/** @throws AppError `not_found` where it is not on the list */
export async function unwatchVehicle(ctx: WatchContext, vehicleId: number): Promise<void> {
  const removed = await ctx.db
    .delete(watchlist)
    .where(and(eq(watchlist.user_id, ctx.actor.userId), eq(watchlist.vehicle_id, vehicleId)))
  if (removed.rowsAffected === 0) throw new AppError('not_found', 'This vehicle is not on your watchlist')
}

/** What the caller watches, the latest first. @throws PageRefused */
export async function listWatched(ctx: WatchContext, request: PageRequest): Promise<WatchlistPage> {
  const { ids, ...page } = await readPage(ctx, watchList(ctx.db, ctx.actor.userId), request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(watchlist).where(inArray(watchlist.id, ids)).orderBy(desc(watchlist.id))
  return { watchlist: await describeWatched(ctx, rows), ...page }
}

async function describeWatched(ctx: WatchContext, rows: readonly Row[]): Promise<Watched[]> {
  const listed = await showListed(
    ctx,
    rows.map(({ vehicle_id }) => vehicle_id),
  )
  const canSee = ({ status, seller_id }: ListedVehicle): boolean =>
    PUBLIC_STATUSES.includes(status) || seller_id === ctx.actor.userId
  const visible = new Map(listed.filter(canSee).map((vehicle) => [vehicle.id, vehicle]))
  return rows.map(({ id, vehicle_id, note, created_at }) => ({
    id,
    vehicle_id,
    vehicle: visible.get(vehicle_id) ?? null,
    note,
    created_at,
  }))
}

const specificationSchema = z.object({ user_id: z.int() })

/** Makes a list again for the sweeper. */
export const watchListOf = restoreBy(specificationSchema, (db, { user_id }) => watchList(db, user_id))

function watchList(db: Database, userId: number): PagedList {
  return {
    subject: WATCH_LISTS,
    specification: { user_id: userId },
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: watchlist.id, id: watchlist.id })
        .from(watchlist, { forceIndex: 'watchlist_user' })
        .where(and(eq(watchlist.user_id, userId), after === null ? undefined : lt(watchlist.id, after.id)))
        .orderBy(desc(watchlist.id))
        .limit(limit),
  }
}
