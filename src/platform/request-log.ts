import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { SECOND_MS } from '../lib/time.ts'
import type { AppEnv } from './hono.ts'
import type { Metrics } from './metrics/metrics.ts'

const REQUEST_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const UNMATCHED = 'unmatched'
const AUCTION_ROUTE = '/api/auctions/:id'

/** The client's own request id where it is well-formed, else a new one. */
export const requestIdOf = (header: string | null | undefined): string =>
  header && REQUEST_ID_PATTERN.test(header) ? header : crypto.randomUUID()

/** The route's pattern, not its path, so that ids do not scatter what belongs together. */
function routeOf(c: Context): string {
  const pattern = routePath(c, -1)
  return pattern.includes('*') ? UNMATCHED : pattern
}

/** One line per request, and its count. */
export const logRequests = () =>
  createMiddleware<AppEnv<{ metrics: Metrics }>>(async (c, next) => {
    const startedMs = Date.now()
    await next()
    const { context } = c.var
    const { method } = c.req
    const route = routeOf(c)
    const { status } = c.res
    const duration_ms = Date.now() - startedMs
    // All other refusals are thrown, and logged where they are caught.
    if (route === UNMATCHED && status === 404) context.log.info('request_refused', { code: 'not_found' })
    context.log.info('request', {
      method,
      route,
      status,
      duration_ms,
      user_id: context.actor?.userId ?? null,
      auction_id: route.startsWith(AUCTION_ROUTE) ? (c.req.param('id') ?? null) : null,
    })
    const labels = { method: METHODS.includes(method) ? method : 'other', route }
    context.metrics.httpRequests.inc({ ...labels, status: String(status) })
    context.metrics.httpDurations.observe(labels, duration_ms / SECOND_MS)
    context.metrics.flush(context.waitUntil)
  })
