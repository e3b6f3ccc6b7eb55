// Long lists are counted here, a bounded number of them a minute, whatever requests ask for.
import { and, asc, eq, lte, sql } from 'drizzle-orm'
import { COUNTED_ROWS_MAX } from '../lib/pagination.ts'
import { MINUTE_MS } from '../lib/time.ts'
import type { Database } from './client.ts'
import type { PagedList, Position } from './list-pages.ts'
import { list_counts } from './schema/list-counts.ts'

/** Positions that a request reads to count a list and to reach a page of it. */
export const COUNTED_AT_ONCE = 1_200
/** A page mark stands after each so many rows. */
export const MARK_STEP = 500
/** How long a count is shown, how long a list is counted after somebody asked for it, and how often. */
export const KEPT_MS = 15 * MINUTE_MS
export const WANTED_MS = 30 * MINUTE_MS
const RECOUNT_MS = 5 * MINUTE_MS
const LISTS_MAX = 200
const LISTS_A_TURN = 20

/** Asks for the list to be counted; with too many wanted already, it stays uncounted. */
export async function wantCount(
  db: Database,
  key: string,
  { subject, specification }: PagedList,
  now: number,
): Promise<void> {
  const wanted_until = new Date(now + WANTED_MS)
  const parameter = sql.param(wanted_until, list_counts.wanted_until)
  const values = sql.join(
    [
      sql.param(key, list_counts.list_key),
      sql.param(subject, list_counts.subject),
      sql.param(specification, list_counts.specification),
      parameter,
      sql.param(new Date(now), list_counts.next_attempt_at),
    ],
    sql`, `,
  )
  await db.execute(sql`
    insert into list_counts (list_key, subject, specification, wanted_until, next_attempt_at)
    select ${values} from dual where (select count(*) from list_counts) < ${LISTS_MAX}
    on duplicate key update wanted_until = ${parameter}`)
}

export async function wantStill(db: Database, key: string, now: number): Promise<void> {
  await db
    .update(list_counts)
    .set({ wanted_until: new Date(now + WANTED_MS) })
    .where(eq(list_counts.list_key, key))
}

/** Makes a subject's list again from what `PagedList` said of it; null where it is of another version. */
export type MakeList = (db: Database, specification: unknown) => PagedList | null

/**
 * The sweeper's turn: counts the lists that are due, at most twenty, up to 10 000 rows each.
 * @param subjects how each subject makes its lists
 * @returns how many were counted
 */
export async function countLists(
  { db, now }: { db: Database; now: number },
  subjects: Record<string, MakeList>,
): Promise<number> {
  const due = await db
    .select()
    .from(list_counts)
    .where(lte(list_counts.next_attempt_at, new Date(now)))
    .orderBy(asc(list_counts.next_attempt_at))
    .limit(LISTS_A_TURN)
  let counted = 0
  for (const row of due) {
    const isThis = eq(list_counts.list_key, row.list_key)
    const claimed = await db
      .update(list_counts)
      .set({ next_attempt_at: new Date(now + RECOUNT_MS) })
      .where(and(isThis, eq(list_counts.next_attempt_at, row.next_attempt_at)))
    if (claimed.rowsAffected !== 1) continue
    const isWanted = row.wanted_until.getTime() >= now
    const list = isWanted ? (subjects[row.subject]?.(db, row.specification) ?? null) : null
    const count = list && (await countList(list))
    // A list that a request counts by itself needs no row.
    if (!count || count.total <= COUNTED_AT_ONCE) {
      await db.delete(list_counts).where(isThis)
      continue
    }
    await db
      .update(list_counts)
      .set({ ...count, counted_at: new Date(now) })
      .where(isThis)
    counted += 1
  }
  return counted
}

export interface ListCount {
  total: number
  total_capped: boolean
  /** The last position before each page mark: `[sort key, id]`. */
  marks: [number, number][]
}

/** Counts a list, up to 10 000 rows, and notes where its pages begin. */
export async function countList(list: PagedList): Promise<ListCount> {
  const marks: ListCount['marks'] = []
  let total = 0
  let last: Position | null = null
  while (total < COUNTED_ROWS_MAX) {
    const rows: Position[] = await list.read(last, MARK_STEP)
    total += rows.length
    last = rows.at(-1) ?? null
    if (rows.length < MARK_STEP || last === null) return { total, total_capped: false, marks }
    marks.push([last.key, last.id])
  }
  const more = await list.read(last, 1)
  return { total, total_capped: more.length > 0, marks }
}
