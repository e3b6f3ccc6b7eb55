// Pages of long lists. A request reads at most `COUNTED_AT_ONCE` positions: what lies further is counted by the sweeper
// (`list-counts.ts`), and until it has been, `total` says how far counting went (`total_capped`). Only a page by number
// that lies beyond, of a list that is not counted yet, counts it by itself, since it has to be found.
import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import { type Cursor, cursorText, type PageRequest, requireOwnPage } from '../lib/pagination.ts'
import type { Database } from './client.ts'
import {
  COUNTED_AT_ONCE,
  countList,
  KEPT_MS,
  type ListCount,
  MARK_STEP,
  WANTED_MS,
  wantCount,
  wantStill,
} from './list-counts.ts'
import { list_counts } from './schema/list-counts.ts'

/** Where a row stands in a list: its sort key, and its id among equal keys. */
export interface Position {
  key: number
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

interface Counted {
  total: number
  capped: boolean
  marks: readonly Position[]
}

/**
 * How a subject makes its lists again from the specifications that they are kept under: for the sweeper, which counts
 * them. Null for a specification that is none of the subject's, such as an older version's.
 */
export const restoreBy =
  <Schema extends z.ZodType>(
    schema: Schema,
    make: (db: Database, specification: z.output<Schema>) => PagedList,
  ) =>
  (db: Database, specification: unknown): PagedList | null => {
    const parsed = schema.safeParse(specification)
    return parsed.success ? make(db, parsed.data) : null
  }

interface ReadContext {
  db: Database
  /** Epoch milliseconds. */
  now: number
  waitUntil(work: Promise<unknown>): void
}

/** One page of a list, with what is known of its length. @throws PageRefused */
export async function readPage(ctx: ReadContext, list: PagedList, request: PageRequest): Promise<ListPage> {
  requireOwnPage(request, list.sort)
  const { cursor, per_page } = request
  const key = await keyOf(list)
  const offset = cursor ? 0 : (request.page - 1) * per_page
  let counted = await findKept(ctx, key)
  let positions: Position[] | null = null
  if (counted === null) {
    const first = await list.read(null, COUNTED_AT_ONCE + 1)
    const capped = first.length > COUNTED_AT_ONCE
    counted = { total: Math.min(first.length, COUNTED_AT_ONCE), capped, marks: [] }
    if (capped) ctx.waitUntil(wantCount(ctx.db, key, list, ctx.now))
    if (capped && offset + per_page >= first.length) counted = describeCount(await countList(list))
    else if (!cursor) positions = first.slice(offset, offset + per_page + 1)
  }
  positions ??= cursor
    ? await list.read(cursor, per_page + 1)
    : await readFromMark(list, counted.marks, offset, per_page + 1)
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

async function findKept(ctx: ReadContext, key: string): Promise<Counted | null> {
  const [row] = await ctx.db.select().from(list_counts).where(eq(list_counts.list_key, key))
  if (!row) return null
  if (row.wanted_until.getTime() < ctx.now + WANTED_MS / 2) ctx.waitUntil(wantStill(ctx.db, key, ctx.now))
  if (row.total === null || row.counted_at === null) return null
  if (row.counted_at.getTime() < ctx.now - KEPT_MS) return null
  return describeCount({ total: row.total, total_capped: row.total_capped, marks: row.marks ?? [] })
}

const describeCount = ({ total, total_capped, marks }: ListCount): Counted => ({
  total,
  capped: total_capped,
  marks: marks.map(([key, id]) => ({ key, id })),
})
