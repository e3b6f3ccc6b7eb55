import type { Context } from 'hono'

/** `Link: rel="next"` says what `next_cursor` says. */
export function linkNext(c: Context, { next_cursor }: { next_cursor: string | null }): void {
  if (next_cursor === null) return
  const next = new URL(c.req.url)
  next.searchParams.delete('page')
  next.searchParams.set('cursor', next_cursor)
  c.header('Link', `<${next.pathname}${next.search}>; rel="next"`)
}
