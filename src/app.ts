import { Hono, type MiddlewareHandler } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { auctionRoutes, myAuctionRoutes } from './auctions/routes.ts'
import { createContractRoutes } from './contract/routes.ts'
import { isUnreachable } from './db/client.ts'
import { KeyConflict } from './db/idempotency.ts'
import type { Bindings, Deps } from './deps.ts'
import { fulfillmentRoutes } from './fulfillment/routes.ts'
import { createHealthRoutes } from './health/routes.ts'
import { PageRefused } from './lib/pagination.ts'
import { myNotificationRoutes, notificationRoutes } from './notifications/routes.ts'
import { decisionRoutes, offerRoutes, vehicleOfferRoutes } from './offers/routes.ts'
import { orderPaymentRoutes, paymentRoutes, paymentWebhookRoutes } from './orders/payment-routes.ts'
import { orderRoutes, quoteRoutes } from './orders/routes.ts'
import { respondWithError } from './platform/error-response.ts'
import { AppError } from './platform/errors.ts'
import type { AppEnv } from './platform/hono.ts'
import { createLogger, describeError } from './platform/logger.ts'
import { limitRequests } from './platform/rate-limit.ts'
import { logRequests, requestIdOf } from './platform/request-log.ts'
import { addSecurityHeaders, allowOrigins, limitBody, requireJson } from './platform/security.ts'
import { adminRoutes } from './users/admin-routes.ts'
import { userIdOf } from './users/auth.ts'
import { buyingPowerRoutes } from './users/buying-power-routes.ts'
import { authRoutes, webhookRoutes } from './users/routes.ts'
import { mySellerProfileRoutes } from './users/seller-routes.ts'
import { vehicleRoutes } from './vehicles/routes.ts'
import { adminListingRoutes, sellerPageRoutes } from './vehicles/seller-page-routes.ts'
import { vinRoutes } from './vehicles/vin-routes.ts'
import { savedSearchRoutes, watchlistRoutes } from './watchlist/routes.ts'

type Env = AppEnv<Deps> & { Bindings: Bindings }

/** Gives each request its id and the context that its services run in. */
const enterRequest = (createDeps: (env: Bindings) => Deps): MiddlewareHandler<Env> => {
  return async (c, next) => {
    const requestId = requestIdOf(c.req.header('X-Request-ID'))
    c.set('requestId', requestId)
    c.header('X-Request-ID', requestId)
    const deps = createDeps(c.env)
    c.set('context', {
      ...deps,
      requestId,
      actor: null,
      now: Date.now(),
      log: deps.log.with({ request_id: requestId }),
      address: c.req.header('CF-Connecting-IP') ?? null,
      idempotencyKey: null,
      waitUntil: (work) => c.executionCtx.waitUntil(work),
    })
    return next()
  }
}

/** Names in the API's terms what came from below it. */
function translateError(error: unknown): unknown {
  if (error instanceof KeyConflict) return new AppError(error.reason, undefined, { cause: error })
  if (error instanceof PageRefused) {
    const { path, message } = error
    return new AppError('validation_failed', message, { details: [{ path, message }], cause: error })
  }
  if (isUnreachable(error)) return new AppError('unavailable', undefined, { cause: error })
  return error
}

export function createApp(createDeps: (env: Bindings) => Deps) {
  const app = new Hono<Env>()

  app.use(addSecurityHeaders())
  app.use(enterRequest(createDeps))
  app.use(logRequests())
  app.use((c, next) => allowOrigins(() => c.var.context.settings.ALLOWED_ORIGINS)(c, next))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        c.header('Allow', methods.join(', '))
        throw new AppError('method_not_allowed')
      },
    }),
  )
  const limits = limitRequests<Deps>((c) => userIdOf(c.var.context, c.req.header('Authorization')))
  app.use('/api/*', limits)
  // It asks every service, and anyone may ask it.
  app.use('/health/detailed', limits)
  app.use('/openapi.json', limits)
  app.use('/docs/*', limits)
  app.use(limitBody())
  app.use(requireJson())

  app.onError((thrown, c) => {
    const error = translateError(thrown)
    const expected = error instanceof AppError
    // There is no context where the variables themselves are wrong.
    const log = c.var.context?.log ?? createLogger('error', { request_id: c.var.requestId })
    if (!expected || error.code === 'unavailable') log.error('request_failed', describeError(thrown))
    else log.info('request_refused', { code: error.code })
    return respondWithError(c, c.var.requestId, error)
  })
  app.notFound((c) => respondWithError(c, c.var.requestId, new AppError('not_found')))

  return app
    .route(
      '/',
      createHealthRoutes(() => app.routes.map(({ path }) => path)),
    )
    .route(
      '/',
      createContractRoutes(() => app.routes),
    )
    .route('/api/auth', authRoutes)
    .route('/api/webhooks', webhookRoutes)
    .route('/api/vehicles', vehicleRoutes)
    .route('/api', vinRoutes)
    .route('/api/auctions', auctionRoutes)
    .route('/api/auctions', quoteRoutes)
    .route('/api/auctions', decisionRoutes)
    .route('/api/vehicles', vehicleOfferRoutes)
    .route('/api/offers', offerRoutes)
    .route('/api/me', myAuctionRoutes)
    .route('/api/me', myNotificationRoutes)
    .route('/api/notifications', notificationRoutes)
    .route('/api/orders', orderRoutes)
    .route('/api/orders', fulfillmentRoutes)
    .route('/api/orders', orderPaymentRoutes)
    .route('/api/payments', paymentRoutes)
    .route('/api/webhooks', paymentWebhookRoutes)
    .route('/api/me/buying-power', buyingPowerRoutes)
    .route('/api/me/seller-profile', mySellerProfileRoutes)
    .route('/api/sellers', sellerPageRoutes)
    .route('/api/watchlist', watchlistRoutes)
    .route('/api/saved-searches', savedSearchRoutes)
    .route('/api/admin/listings', adminListingRoutes)
    .route('/api/admin', adminRoutes)
}
