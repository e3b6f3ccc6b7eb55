import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import manifest from '../../package.json' with { type: 'json' }
import type { Settings } from '../platform/env.ts'
import { AppError } from '../platform/errors.ts'
import { asGuard } from '../platform/guard.ts'
import { type AppEnv, reply } from '../platform/hono.ts'
import { EXPOSITION_TYPE, renderMetrics } from '../platform/metrics/exposition.ts'
import { describe } from '../platform/validate.ts'
import { apiSchema, detailedHealthSchema, healthSchema } from './schemas.ts'
import { checkServices, type HealthContext, readMetrics } from './service.ts'

interface MonitoringContext extends HealthContext {
  settings: Pick<Settings, 'ENVIRONMENT' | 'METRICS_TOKEN'>
}

/** Compares digests, which are of one length and tell nothing by the time that it takes. */
async function isSame(one: string, other: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return crypto.subtle.timingSafeEqual(await digest(one), await digest(other))
}

/** Outside development the metrics are for those who hold the token; where none is configured, for nobody. */
const requireMetricsToken = () =>
  asGuard(
    createMiddleware<AppEnv<MonitoringContext>>(async (c, next) => {
      const { ENVIRONMENT, METRICS_TOKEN } = c.var.context.settings
      if (ENVIRONMENT === 'development') return next()
      if (METRICS_TOKEN === undefined) throw new AppError('not_found')
      const header = c.req.header('Authorization') ?? ''
      if (await isSame(header, `Bearer ${METRICS_TOKEN}`)) return next()
      c.header('WWW-Authenticate', 'Bearer')
      throw new AppError('unauthenticated', 'The metrics token is required')
    }),
    { credential: 'metrics_token' },
  )

/** `/api/auctions/:id` → `auctions: /api/auctions` */
function subjectsOf(paths: string[]): Record<string, string> {
  const subjects = paths.flatMap(
    (path) => /^\/api\/(?<subject>[a-z][a-z-]*)/.exec(path)?.groups?.subject ?? [],
  )
  return Object.fromEntries(
    subjects.sort().map((subject) => [subject.replaceAll('-', '_'), `/api/${subject}`]),
  )
}

/** @param pathsOf the patterns of all routes, once they are mounted */
export const createHealthRoutes = (pathsOf: () => string[]) =>
  new Hono<AppEnv<MonitoringContext>>()
    .get('/health', describe({ summary: 'The Worker answers', responses: { 200: healthSchema } }), (c) =>
      reply(c, healthSchema, { status: 'healthy' }, 200),
    )
    .get(
      '/health/detailed',
      describe({
        summary: 'Whether everything that the Worker depends on answers',
        responses: { 200: detailedHealthSchema, 503: detailedHealthSchema },
      }),
      async (c) => {
        const health = await checkServices(c.var.context)
        return c.json(detailedHealthSchema.encode(health), health.status === 'healthy' ? 200 : 503)
      },
    )
    .get(
      '/metrics',
      describe({
        summary: 'Metrics of all isolates, as Prometheus reads them',
        responses: { 200: 'Prometheus text', 401: 'Not the metrics token' },
      }),
      requireMetricsToken(),
      async (c) => {
        const { stored, activeAuctions } = await readMetrics(c.var.context)
        return c.body(await renderMetrics(stored, activeAuctions), 200, { 'Content-Type': EXPOSITION_TYPE })
      },
    )
    .get('/api', describe({ summary: 'What this is', responses: { 200: apiSchema } }), (c) => {
      const { name, version } = manifest
      return reply(c, apiSchema, { name, version, endpoints: subjectsOf(pathsOf()) }, 200)
    })
