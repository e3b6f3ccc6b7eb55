import { createProjectionStore } from './auctions/live/projection-store.ts'
import { createProjector } from './auctions/live/projector.ts'
import type { Room } from './auctions/live/room.ts'
import { createRooms } from './auctions/rooms.ts'
import { createDatabase } from './db/client.ts'
import { ClerkVerifier } from './external/clerk.ts'
import { RedisService } from './external/redis.ts'
import { SECOND_MS } from './lib/time.ts'
import { settleAuction } from './orders/settle-auction.ts'
import { warnDisabled } from './platform/disabled.ts'
import { parseSettings } from './platform/env.ts'
import { isolateLimiter } from './platform/isolate-limit.ts'
import { createLogger, describeError } from './platform/logger.ts'
import { isolateMetrics } from './platform/metrics/isolate.ts'
import { createMetrics } from './platform/metrics/metrics.ts'
import type { MetricsObject } from './platform/metrics/metrics-object.ts'
import { RateLimiter } from './platform/rate-limit.ts'
import { createPeople } from './users/live/people.ts'
import type { PersonObject, TellRoom } from './users/live/person.ts'

/** What the platform hands the Worker: the objects' namespaces, beside the variables of `platform/env.ts`. */
export interface Bindings {
  AUCTION_ROOM: DurableObjectNamespace<Room>
  METRICS: DurableObjectNamespace<MetricsObject>
  PERSON: DurableObjectNamespace<PersonObject>
}

/** Composition root: everything that services need, made anew for each request or object from its `env`. */
export function createDeps(env: Bindings) {
  const settings = parseSettings(env)
  const log = createLogger(settings.LOG_LEVEL)
  const metrics = createMetrics(isolateMetrics, () => env.METRICS.getByName('all'), log)
  const db = createDatabase(settings.DATABASE_URL, {
    onQuery: (durationMs, answered) =>
      metrics.dbQueries.observe({ status: answered ? 'answered' : 'unanswered' }, durationMs / SECOND_MS),
  })
  const redis = new RedisService({
    url: settings.UPSTASH_REDIS_REST_URL,
    token: settings.UPSTASH_REDIS_REST_TOKEN,
    onCall({ operation, status, durationMs, error }) {
      metrics.redisOperations.inc({ operation, status })
      metrics.redisDurations.observe({ operation }, durationMs / SECOND_MS)
      if (status !== 'success') log.warn('redis_away', { operation, status, ...describeError(error) })
    },
  })
  if (!redis.isEnabled) {
    warnDisabled(log, 'redis', ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'])
  }
  const limits = new RateLimiter({
    counter: redis,
    fallback: isolateLimiter,
    isOn: settings.RATE_LIMITS === 'on',
  })
  const clerk = new ClerkVerifier({
    jwtKey: settings.CLERK_JWT_KEY,
    authorizedParties: settings.CLERK_AUTHORIZED_PARTIES,
    webhookSecret: settings.CLERK_WEBHOOK_SIGNING_SECRET,
  })
  const people = createPeople(env.PERSON)
  const rooms = createRooms(env.AUCTION_ROOM)
  const tellRoom: TellRoom = (auctionId, userId, standing) =>
    rooms(auctionId, 'repeatable', (room) => room.setStanding(userId, standing, crypto.randomUUID()))
  const clock = () => Date.now()
  const project = createProjector({
    store: createProjectionStore({ db, onEnded: settleAuction, clock }),
    clock,
    log,
    onProgress: (auctionId, lagEvents, isStuck) =>
      metrics.reportProjection(auctionId, { lagEvents, isStuck }),
  })
  return {
    settings,
    log,
    metrics,
    db,
    redis,
    limits,
    storage: null,
    clerk,
    people,
    rooms,
    tellRoom,
    project,
    imageUrl: async () => null,
    clock,
  }
}

export type Deps = ReturnType<typeof createDeps>
