import { eq, sql } from 'drizzle-orm'
import { AUCTION_STATUS } from '../auctions/engine/auction.ts'
import type { Database } from '../db/client.ts'
import { auctions } from '../db/schema/auctions.ts'
import type { RedisService } from '../external/redis.ts'
import { bounded, isTimeout, TimeoutError } from '../lib/bounded.ts'
import { SECOND_MS } from '../lib/time.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { StoredMetrics } from '../platform/metrics/metrics-object.ts'
import type { DetailedHealth, ServiceHealth } from './schemas.ts'

const CHECK_TIMEOUT_MS = 2 * SECOND_MS

export interface HealthContext extends RequestContext {
  db: Database
  redis: RedisService
  /** null where no storage is configured. */
  storage: { checkBucket(timeoutMs: number): Promise<void> } | null
  metrics: Metrics
}

/** Asks everything that the Worker depends on, at once; true within 2 s also where one of them hangs. */
export async function checkServices(ctx: HealthContext): Promise<DetailedHealth> {
  const { db, redis, storage } = ctx
  const [mysql, redisHealth, s3] = await Promise.all([
    check(ctx, 'mysql', () => bounded(db.execute(sql`SELECT 1`), CHECK_TIMEOUT_MS)),
    redis.isEnabled ? check(ctx, 'redis', () => pingRedis(redis)) : DISABLED,
    storage ? check(ctx, 's3', () => storage.checkBucket(CHECK_TIMEOUT_MS)) : DISABLED,
  ])
  const services = { mysql, redis: redisHealth, s3 }
  const isDegraded = Object.values(services).some(({ status }) => status === 'unhealthy')
  return { status: isDegraded ? 'degraded' : 'healthy', services }
}

const DISABLED: ServiceHealth = { status: 'disabled', latency_ms: null }

/** What is shown of a failure is one of two texts: those of the vendors' clients may hold addresses and names. */
async function check(
  ctx: HealthContext,
  service: string,
  ask: () => Promise<unknown>,
): Promise<ServiceHealth> {
  const startedMs = Date.now()
  try {
    await ask()
    return { status: 'healthy', latency_ms: Date.now() - startedMs }
  } catch (cause) {
    const error = isTimeout(cause) ? 'No answer within 2 s' : 'Not reachable'
    ctx.log.warn('service_unhealthy', { service, error })
    return { status: 'unhealthy', latency_ms: Date.now() - startedMs, error }
  }
}

async function pingRedis(redis: RedisService): Promise<void> {
  const answer = await redis.ping(CHECK_TIMEOUT_MS)
  if (!answer.away) return
  throw answer.reason === 'timeout' ? new TimeoutError('timeout') : new Error(answer.reason)
}

/**
 * What is to be shown at a scrape. The number of active auctions is null where MySQL does not answer in time.
 * @throws AppError `unavailable` where the sums cannot be had
 */
export async function readMetrics(
  ctx: HealthContext,
): Promise<{ stored: StoredMetrics; activeAuctions: number | null }> {
  const counting = ctx.db.$count(auctions, eq(auctions.status, AUCTION_STATUS.active))
  const [stored, activeAuctions] = await Promise.all([
    ctx.metrics.read().catch((cause: unknown) => {
      throw new AppError('unavailable', undefined, { cause })
    }),
    bounded(counting, CHECK_TIMEOUT_MS).catch(() => {
      ctx.log.warn('active_auctions_unknown')
      return null
    }),
  ])
  return { stored, activeAuctions }
}
