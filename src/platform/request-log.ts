import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from './hono.ts'

const REQUEST_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/

/** The client's own request id where it is well-formed, else a new one. */
export const requestIdOf = (header: string | null | undefined): string =>
  header && REQUEST_ID_PATTERN.test(header) ? header : crypto.randomUUID()

/** One line per request: route pattern, not path, so that ids do not scatter what belongs together. */
export const logRequests = () =>
  createMiddleware<AppEnv>(async (c, next) => {
    const startedMs = Date.now()
    await next()
    const { context } = c.var
    context.log.info('request', {
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      duration_ms: Date.now() - startedMs,
      user_id: context.actor?.userId ?? null,
    })
  })
