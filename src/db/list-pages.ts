// Pages of long lists. No request reads more than `COUNTED_AT_ONCE` positions: what lies further is counted by the
// sweeper (`list-counts.ts`), and until it has been, `total` says how far counting went (`total_capped`).
import { eq } from 'drizzle-orm'
import { type Cursor, cursorText, type PageRequest } from '../lib/pagination.ts'
import type { Database } from './client.ts'
import { COUNTED_AT_ONCE, KEPT_MS, MARK_STEP, WANTED_MS, wantCount, wantStill } from './list-counts.ts'
import { list_counts } from './schema/list-counts.ts'

/** Where a row stands in a list: its sort key, and its id among equal keys. */
export interface Position {
  key: string | number
  id: number
}

/** A list as its subject reads it. */
export interface PagedList {
  subject: string
  /** Filters and order; the subject makes the list again from it. */
  specification: Record<string, unknown>
  sort: string
  /** The first `limit` positions after `after`, in order. */
  read(after: Position | null, limit: number): Promise<Position[]>
}

export interface ListPage {
  ids: number[]
  total: number
  total_capped: boolean
  pages: number | null
  current_page: number | null
  next_cursor: string | null
}

/** The page lies further than a request may read, and has not been counted yet: `retryAfterSeconds` says when it is. */
export class PageNotCounted extends Error {
  override readonly name = 'PageNotCounted'
  override readonly message = 'This page is being counted: go on with next_cursor, or come back in a minute'
  readonly retryAfterSeconds = 60
}

interface Counted {
  total: number
  capped: boolean
}

interface ReadContext {
  db: Database
  /** Epoch milliseconds. */
  now: number
  waitUntil(work: Promise<unknown>): void
}

/** One page of a list, with what is known of its length. @throws PageNotCounted */
export async function readPage(ctx: ReadContext, list: PagedList, request: PageRequest): Promise<ListPage> {
  const { cursor, per_page } = request
  const key = await keyOf(list)
  const kept = await findKept(ctx, key)
  const offset = cursor ? 0 : (request.page - 1) * per_page
  let positions: Position[]
  let counted: Counted
  if (kept) {
    positions = cursor
      ? await list.read(cursor, per_page + 1)
      : await readFromMark(list, kept.marks, offset, per_page + 1)
    counted = kept
  } else {
    const first = await list.read(null, COUNTED_AT_ONCE + 1)
    counted = { total: Math.min(first.length, COUNTED_AT_ONCE), capped: first.length > COUNTED_AT_ONCE }
    if (counted.capped) ctx.waitUntil(wantCount(ctx.db, key, list, ctx.now))
    if (counted.capped && offset + per_page >= first.length) throw new PageNotCounted()
    positions = cursor ? await list.read(cursor, per_page + 1) : first.slice(offset, offset + per_page + 1)
  }
  const shown = positions.slice(0, per_page)
  const last = shown.at(-1)
  return {
    ids: shown.map(({ id }) => id),
    total: counted.total,
    total_capped: counted.capped,
    pages: cursor ? null : Math.ceil(counted.total / per_page),
    current_page: cursor ? null : request.page,
    next_cursor: positions.length > per_page && last ? encodeCursor(list, last) : null,
  }
}

const encodeCursor = ({ sort }: PagedList, { key, id }: Position): string => {
  const cursor: Cursor = { sort, key, id }
  return cursorText.encode(cursor)
}

async function readFromMark(
  list: PagedList,
  marks: readonly Position[],
  offset: number,
  limit: number,
): Promise<Position[]> {
  const passed = Math.floor(offset / MARK_STEP)
  const mark = passed === 0 ? null : marks[passed - 1]
  // Fewer rows than that were there when the list was counted.
  if (mark === undefined) return []
  const skipped = offset - passed * MARK_STEP
  return (await list.read(mark, skipped + limit)).slice(skipped)
}

async function keyOf({ subject, specification }: PagedList): Promise<string> {
  const sorted = Object.entries(specification).sort(([a], [b]) => (a < b ? -1 : 1))
  const bytes = new TextEncoder().encode(JSON.stringify([subject, sorted]))
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()
}

async function findKept(
  ctx: ReadContext,
  key: string,
): Promise<(Counted & { marks: readonly Position[] }) | null> {
  const [row] = await ctx.db.select().from(list_counts).where(eq(list_counts.list_key, key))
  if (!row) return null
  if (row.wanted_until.getTime() < ctx.now + WANTED_MS / 2) ctx.waitUntil(wantStill(ctx.db, key, ctx.now))
  if (row.total === null || row.counted_at === null) return null
  if (row.counted_at.getTime() < ctx.now - KEPT_MS) return null
  const marks = (row.marks ?? []).map(([sortKey, id]) => ({ key: sortKey, id }))
  return { total: row.total, capped: row.total_capped, marks }
}
