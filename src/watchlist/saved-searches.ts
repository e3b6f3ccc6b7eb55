import { and, asc, count, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { users } from '../db/schema/users.ts'
import { saved_searches } from '../db/schema/watchlist.ts'
import { AppError } from '../platform/errors.ts'
import { savedFiltersQuery } from '../vehicles/schemas.ts'
import { MAX_SAVED_SEARCHES, narrowingColumns } from './saved-search.ts'
import {
  type SavedSearch,
  type SavedSearchEdit,
  type SavedSearchInput,
  type SavedSearchList,
  savedSearchMadeSchema,
} from './schemas.ts'
import type { WatchContext } from './watch.ts'

type Row = typeof saved_searches.$inferSelect
type SearchContext = Pick<WatchContext, 'db' | 'actor' | 'now' | 'idempotencyKey'>

const searchMissing = () => new AppError('not_found', 'Saved search not found')

const describeSearch = ({ id, name, filters, notify, created_at, updated_at }: Row): SavedSearch => ({
  id,
  name,
  filters,
  notify,
  created_at,
  updated_at,
})

const isOwn = (ctx: SearchContext, id: number) =>
  and(eq(saved_searches.id, id), eq(saved_searches.user_id, ctx.actor.userId))

/** At most fifty a person. @throws AppError `too_many_searches`; KeyConflict */
export function saveSearch(
  ctx: SearchContext,
  { name, filters, notify }: SavedSearchInput,
): Promise<OnceResult<typeof savedSearchMadeSchema>> {
  const creationKey = crypto.randomUUID()
  const at = new Date(ctx.now)
  return runOnce(ctx, savedSearchMadeSchema, async (tx) => {
    await lockPerson(tx, ctx.actor.userId)
    const made = await findByKey(tx, creationKey)
    if (made === null) {
      await requireRoom(tx, ctx.actor.userId)
      await tx.insert(saved_searches).values({
        user_id: ctx.actor.userId,
        name,
        filters,
        notify,
        ...narrowingColumns(savedFiltersQuery.parse(filters)),
        creation_key: creationKey,
        created_at: at,
        updated_at: at,
      })
    }
    const row = made ?? (await findByKey(tx, creationKey))
    if (row === null) throw searchMissing()
    return { status: 201, value: { message: 'Search saved', saved_search: describeSearch(row) } }
  })
}

async function findByKey(tx: Transaction, creationKey: string): Promise<Row | null> {
  const [row] = await tx.select().from(saved_searches).where(eq(saved_searches.creation_key, creationKey))
  return row ?? null
}

/** Before anything is read, which would fix what the transaction sees: of two at once one finds the last place. */
async function lockPerson(tx: Transaction, userId: number): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update')
}

async function requireRoom(tx: Transaction, userId: number): Promise<void> {
  const [row] = await tx
    .select({ total: count() })
    .from(saved_searches)
    .where(eq(saved_searches.user_id, userId))
  if ((row?.total ?? 0) >= MAX_SAVED_SEARCHES) throw new AppError('too_many_searches')
}

/** The caller's own, in the order in which they were made. */
export async function listSearches(ctx: SearchContext): Promise<SavedSearchList> {
  const rows = await ctx.db
    .select()
    .from(saved_searches)
    .where(eq(saved_searches.user_id, ctx.actor.userId))
    .orderBy(asc(saved_searches.id))
  const { length } = rows
  return {
    saved_searches: rows.map(describeSearch),
    total: length,
    total_capped: false,
    pages: length === 0 ? 0 : 1,
    current_page: 1,
    next_cursor: null,
  }
}

/** @throws AppError `not_found`, for another's as well */
export async function getSearch(ctx: SearchContext, id: number): Promise<SavedSearch> {
  const [row] = await ctx.db.select().from(saved_searches).where(isOwn(ctx, id))
  if (row === undefined) throw searchMissing()
  return describeSearch(row)
}

/** Changes the fields that are there. @throws AppError `not_found`, for another's as well */
export async function editSearch(
  ctx: SearchContext,
  id: number,
  edit: SavedSearchEdit,
): Promise<SavedSearch> {
  const { name, filters, notify } = edit
  await ctx.db
    .update(saved_searches)
    .set({
      ...(name === undefined ? {} : { name }),
      ...(notify === undefined ? {} : { notify }),
      ...(filters === undefined ? {} : { filters, ...narrowingColumns(savedFiltersQuery.parse(filters)) }),
      updated_at: new Date(ctx.now),
    })
    .where(isOwn(ctx, id))
  return await getSearch(ctx, id)
}

/** @throws AppError `not_found`, for another's as well */
export async function deleteSearch(ctx: SearchContext, id: number): Promise<void> {
  const removed = await ctx.db.delete(saved_searches).where(isOwn(ctx, id))
  if (removed.rowsAffected === 0) throw searchMissing()
}
