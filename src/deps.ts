import { waitUntil } from 'cloudflare:workers'
import { auctionsOfVehicles } from './auctions/auctions-of-vehicles.ts'
import { changeInAuction } from './auctions/change-auction.ts'
import { announceNotices } from './auctions/live/announcing-store.ts'
import { createProjectionStore, type OnDisclosed, type OnEnded } from './auctions/live/projection-store.ts'
import { createProjector } from './auctions/live/projector.ts'
import type { Room } from './auctions/live/room.ts'
import { createRooms } from './auctions/rooms.ts'
import { createPageReader } from './contract/page-files.ts'
import { createDatabase, type Transaction } from './db/client.ts'
import { ClerkVerifier } from './external/clerk.ts'
import { createPaymentProviders } from './external/payments.ts'
import { RedisService } from './external/redis.ts'
import { createStorage } from './external/s3.ts'
import { VinLookupService } from './external/vin.ts'
import { applyTitleDue } from './fulfillment/apply-due.ts'
import { closeFulfillment } from './fulfillment/close-fulfillment.ts'
import { openTitle } from './fulfillment/open-title.ts'
import type { Cents } from './lib/money.ts'
import { SECOND_MS } from './lib/time.ts'
import type { Sale } from './market/sale.ts'
import { createAnnouncer } from './notifications/announce.ts'
import { Stream } from './notifications/live/stream.ts'
import { readNews } from './notifications/read-news.ts'
import { applyDue } from './offers/apply-due.ts'
import type { ApplyOrdersDue, DueContext } from './offers/context.ts'
import { showDecision } from './offers/decision-rows.ts'
import { declineForPerson } from './offers/decline-for-person.ts'
import { voidForAuction, voidForDescription, voidForGone, voidForPerson } from './offers/void-offers.ts'
import { applyDueOfAuction } from './orders/apply-due.ts'
import { countCompletedSales } from './orders/count-completed.ts'
import { countSale, countSales } from './orders/count-sales.ts'
import { createOrder } from './orders/create-order.ts'
import { hasDefaulted } from './orders/has-defaulted.ts'
import { isBuyerOf } from './orders/is-buyer.ts'
import { readAccount } from './orders/read-account.ts'
import { settleAuction, tellAccounts } from './orders/settle-auction.ts'
import { warnDisabled } from './platform/disabled.ts'
import { parseSettings, type Settings } from './platform/env.ts'
import { isolateLimiterOf } from './platform/isolate-limit.ts'
import { createLogger, describeError } from './platform/logger.ts'
import { isolateMetrics } from './platform/metrics/isolate.ts'
import { createMetrics } from './platform/metrics/metrics.ts'
import type { MetricsObject } from './platform/metrics/metrics-object.ts'
import { RateLimiter } from './platform/rate-limit.ts'
import { createAccounts } from './users/account.ts'
import type { ReadAccount } from './users/live/buying-power.ts'
import { createPeople } from './users/live/people.ts'
import type { PersonObject, TellRoom } from './users/live/person.ts'
import type { OpenStream } from './users/live/person-stream.ts'
import { createStandingCheck, isolateStandings } from './users/live/standing-check.ts'
import { createPersonStreams } from './users/live/streams.ts'
import { type OnPersonGone, tellPerson } from './users/standing.ts'
import { USER_STATUS } from './users/user.ts'
import { archiveListings } from './vehicles/archive-listings.ts'
import { discloseInAuction } from './vehicles/auction-status.ts'
import type { ChangeInAuction, OnVehicleActive } from './vehicles/context.ts'
import { createShardReader, isolateShards } from './vehicles/vin/shard-reader.ts'
import { matchVehicle } from './watchlist/match-vehicles.ts'
import { readWatchers, tellWatchers } from './watchlist/tell-watchers.ts'

/** What the platform hands the Worker: its objects' namespaces and its assets, beside the variables of `platform/env.ts`. */
export interface Bindings {
  /** The Worker's static assets: what VINs tell, and the page of the contract. */
  ASSETS: Fetcher
  AUCTION_ROOM: DurableObjectNamespace<Room>
  METRICS: DurableObjectNamespace<MetricsObject>
  PERSON: DurableObjectNamespace<PersonObject>
}

function clearvinAccount({ CLEARVIN_EMAIL: email, CLEARVIN_PASSWORD: password }: Settings) {
  return email && password ? { email, password } : undefined
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
  const countCall = (
    service: string,
    endpoint: string,
    status: string,
    durationMs: number,
    error: unknown,
  ): void => {
    metrics.externalCalls.observe({ service, endpoint, status }, durationMs / SECOND_MS)
    if (error === null) return
    metrics.externalErrors.inc({ service, error_type: status })
    log.warn('external_call_failed', { service, endpoint, status, ...describeError(error) })
  }
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
  const storage = createStorage({
    endpoint: settings.S3_ENDPOINT,
    bucket: settings.S3_BUCKET,
    region: settings.S3_REGION,
    accessKeyId: settings.S3_ACCESS_KEY_ID,
    secretAccessKey: settings.S3_SECRET_ACCESS_KEY,
    publicBaseUrl: settings.S3_PUBLIC_BASE_URL,
    onCall({ operation, status, durationMs, error }) {
      countCall('s3', operation, status, durationMs, error)
    },
  })
  if (!storage) {
    warnDisabled(log, 's3', ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])
  }
  const account = clearvinAccount(settings)
  if (!account && (settings.CLEARVIN_EMAIL || settings.CLEARVIN_PASSWORD)) {
    warnDisabled(log, 'clearvin_account', ['CLEARVIN_EMAIL', 'CLEARVIN_PASSWORD'])
  }
  const vins = new VinLookupService({
    clearvinApiKey: settings.CLEARVIN_API_KEY,
    clearvinAccount: account,
    vpic: settings.VPIC === 'on',
    cache: redis,
    onCall({ provider, status, durationMs, error }) {
      metrics.vinDecodes.observe({ provider, status }, durationMs / SECOND_MS)
      countCall(provider, 'decode_vin', status, durationMs, error)
    },
  })
  const limits = new RateLimiter({
    counter: redis,
    isolateOf: isolateLimiterOf,
    isOn: settings.RATE_LIMITS === 'on',
  })
  const clerk = new ClerkVerifier({
    jwtKey: settings.CLERK_JWT_KEY,
    authorizedParties: settings.CLERK_AUTHORIZED_PARTIES,
    webhookSecret: settings.CLERK_WEBHOOK_SIGNING_SECRET,
  })
  if (!settings.CLERK_JWT_KEY) warnDisabled(log, 'clerk', ['CLERK_JWT_KEY'])
  if (!settings.CLERK_WEBHOOK_SIGNING_SECRET) {
    warnDisabled(log, 'clerk_webhook', ['CLERK_WEBHOOK_SIGNING_SECRET'])
  }
  const payments = createPaymentProviders({ standardSecret: settings.PAYMENT_WEBHOOK_SIGNING_SECRET })
  if (payments.size === 0) warnDisabled(log, 'payment_webhook', ['PAYMENT_WEBHOOK_SIGNING_SECRET'])
  const people = createPeople(env.PERSON)
  const streams = createPersonStreams(env.PERSON)
  const rooms = createRooms(env.AUCTION_ROOM)
  const tellRoom: TellRoom = (auctionId, userId, standing) =>
    rooms(auctionId, 'repeatable', (room) => room.setStanding(userId, standing, crypto.randomUUID()))
  const tellAuction: ChangeInAuction = (ctx, vehicle, changes) =>
    changeInAuction(rooms, ctx, vehicle, changes)
  const onVehicleActive: OnVehicleActive = (ctx, vehicleId) => ctx.waitUntil(matchVehicle(ctx, vehicleId))
  const clock = () => Date.now()
  const announce = createAnnouncer({ tell: streams.announce, waitUntil, clock, log })
  const onPersonGone: OnPersonGone = async (userId, status) => {
    const ctx = { db, announce, accounts, metrics, log, requestId: crypto.randomUUID(), now: clock() }
    await voidForPerson(ctx, userId)
    await declineForPerson(ctx, userId)
    if (status !== USER_STATUS.deleted) return
    await archiveListings({ ...ctx, onVehicleGone: voidForGone }, userId)
  }
  const accounts = createAccounts({
    isOn: settings.BUYING_POWER === 'on',
    tellPerson: (userId) => tellPerson({ db, people, onPersonGone, log }, userId),
    waitUntil,
    log,
  })
  const openStream: OpenStream = (host) =>
    new Stream({ readNews: (userId, seen) => readNews(db, userId, seen), log, clock }, host)
  const readAccountOf: ReadAccount = (userId, auctionIds) => readAccount(db, userId, auctionIds)
  const onDisclosed: OnDisclosed = async (tx, disclosed) => {
    await discloseInAuction(tx, disclosed)
    await tellWatchers(tx, disclosed)
  }
  const onEnded: OnEnded = (tx, ended) => settleAuction(tx, ended, accounts)
  const project = createProjector({
    store: countSales(
      announceNotices(tellAccounts(createProjectionStore({ db, onDisclosed, onEnded, clock }), accounts), {
        announce,
        watchersOf: (vehicleId) => readWatchers(db, vehicleId),
      }),
      metrics,
    ),
    clock,
    log,
    onProgress: (auctionId, lagEvents, isStuck) =>
      metrics.reportProjection(auctionId, { lagEvents, isStuck }),
  })
  const orderWires = { accounts, onPaid: openTitle, onOrderEnded: closeFulfillment, applyTitleDue }
  const applyOrdersDue: ApplyOrdersDue = (ctx, auctionId) =>
    applyDueOfAuction({ ...ctx, ...orderWires, db, metrics, people, onPersonGone, announce }, auctionId)
  return {
    settings,
    log,
    metrics,
    db,
    redis,
    limits,
    storage,
    vins,
    findShard: createShardReader(env.ASSETS, isolateShards),
    readPageFile: createPageReader(env.ASSETS),
    auctionsOf: auctionsOfVehicles,
    isBuyerOf,
    countCompletedSales,
    onVehicleActive,
    announce,
    streams,
    openStream,
    ...orderWires,
    readAccount: readAccountOf,
    changeInAuction: tellAuction,
    applyDue: (ctx: Omit<DueContext, 'db' | 'announce' | 'accounts' | 'metrics'>, vehicleId: number) =>
      applyDue({ ...ctx, db, announce, accounts, metrics }, vehicleId),
    onAuctionScheduled: voidForAuction,
    onVehicleGone: voidForGone,
    onVehicleDescribed: voidForDescription,
    decisionOf: showDecision,
    onSold: (tx: Transaction, sale: Sale) => createOrder(tx, sale, accounts),
    countSale: (price: Cents) => countSale(metrics, price),
    hasDefaulted,
    applyOrdersDue,
    clerk,
    payments,
    people,
    onPersonGone,
    isSuspended: createStandingCheck(people, isolateStandings),
    rooms,
    tellRoom,
    project,
    imageUrl: async (key: string, now: number) => (await storage?.viewUrl(key, now)) ?? null,
    clock,
  }
}

export type Deps = ReturnType<typeof createDeps>
