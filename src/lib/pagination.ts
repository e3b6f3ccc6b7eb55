import * as z from 'zod'
import { filter, wholeNumber } from './query-filters.ts'

export const PER_PAGE_DEFAULT = 20
export const PER_PAGE_MAX = 100
/** Pages by number, and `total`, stop here; a cursor goes on without end. */
export const COUNTED_ROWS_MAX = 10_000

/** A cursor is the sort key and the id of the last row seen, so inserts do not shift what follows. */
const cursorSchema = z.object({
  sort: z.string().max(32),
  key: z.int(),
  id: z.int().positive(),
})
export type Cursor = z.infer<typeof cursorSchema>

export const cursorText = z.codec(z.string().max(512), cursorSchema, {
  decode: (text, ctx) => {
    try {
      const parsed = cursorSchema.safeParse(JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))))
      if (parsed.success) return parsed.data
    } catch {
      // Reported below: text that is no base64 or no JSON is as wrong as one of another shape.
    }
    ctx.issues.push({ code: 'custom', message: 'Not a cursor of this list', input: text })
    return z.NEVER
  },
  encode: (cursor) =>
    btoa(JSON.stringify(cursor)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
})

/** A whole number from 1; what it is where it is missing or left empty stands in its JSON schema as well. */
const counting = (schema: z.ZodType<number, number>, unsaid: number) =>
  filter(wholeNumber.pipe(schema))
    .transform((asked) => asked ?? unsaid)
    .prefault(String(unsaid))

/** Query parameters of every list; `perPage` is what a list shows unless asked otherwise. */
export const pageQuery = (perPage = PER_PAGE_DEFAULT) => ({
  page: counting(z.int().min(1), 1),
  per_page: counting(z.int().min(1).max(PER_PAGE_MAX), perPage),
  cursor: filter(cursorText),
})

export interface PageRequest {
  page: number
  per_page: number
  cursor?: Cursor | undefined
}

/** No list has such a page: it lies beyond the rows that are reached by number, or its cursor is of another order. */
export class PageRefused extends Error {
  override readonly name = 'PageRefused'
  /** The parameter that is wrong. */
  readonly path: 'page' | 'cursor'

  constructor(path: 'page' | 'cursor', message: string) {
    super(message)
    this.path = path
  }
}

/** @throws PageRefused */
export function requireOwnPage(request: PageRequest, sort: string): void {
  if (request.cursor === undefined) {
    if (request.page * request.per_page <= COUNTED_ROWS_MAX) return
    throw new PageRefused('page', 'Pages end at row 10 000: go on with next_cursor')
  }
  if (request.cursor.sort !== sort) throw new PageRefused('cursor', 'Not a cursor of this order')
}

export const pageFields = {
  total: z.int(),
  total_capped: z.boolean(),
  pages: z.int().nullable(),
  current_page: z.int().nullable(),
  next_cursor: z.string().nullable(),
}

/**
 * The fields that surround a list. `rows` holds up to `per_page + 1` rows: the one too many tells that there is
 * more; `shown` is without it. `counted` is the number of rows that match, counted up to `COUNTED_ROWS_MAX + 1`.
 */
export function describePage<Row>(
  request: PageRequest,
  rows: Row[],
  counted: number,
  cursorOf: (row: Row) => Cursor,
) {
  const shown = rows.slice(0, request.per_page)
  const last = shown.at(-1)
  const total = Math.min(counted, COUNTED_ROWS_MAX)
  return {
    shown,
    total,
    total_capped: counted > COUNTED_ROWS_MAX,
    pages: request.cursor ? null : Math.ceil(total / request.per_page),
    current_page: request.cursor ? null : request.page,
    next_cursor: rows.length > request.per_page && last ? z.encode(cursorText, cursorOf(last)) : null,
  }
}
