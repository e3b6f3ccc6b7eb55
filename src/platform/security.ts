import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { secureHeaders } from 'hono/secure-headers'
import { AppError } from './errors.ts'

const BODY_MAX_BYTES = 64 * 1024
const PREFLIGHT_KEPT_SECONDS = 24 * 60 * 60

/** The same list governs CORS and sockets: null (no browser sent it) passes, as does what is named. */
export const isAllowedOrigin = (origin: string | null | undefined, allowed: readonly string[]): boolean =>
  origin == null || allowed.includes(origin)

export const allowOrigins = (allowedOf: (env: unknown) => readonly string[]) =>
  cors({
    origin: (origin, c) => (allowedOf(c.env).includes(origin) ? origin : null),
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-ID'],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposeHeaders: ['Link', 'X-Request-ID', 'Retry-After', 'Idempotent-Replay'],
    credentials: true,
    maxAge: PREFLIGHT_KEPT_SECONDS,
  })

export const limitBody = () =>
  bodyLimit({
    maxSize: BODY_MAX_BYTES,
    onError: () => {
      throw new AppError('too_large')
    },
  })

/** A body that is not JSON is refused by its name; a request without a body needs no content type. */
export const requireJson = () =>
  createMiddleware(async (c, next) => {
    const type = c.req.header('Content-Type')
    const isJson = type !== undefined && /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i.test(type)
    const mayHaveBody = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (!isJson && mayHaveBody && (await c.req.arrayBuffer()).byteLength > 0) {
      throw new AppError('unsupported_media_type')
    }
    return next()
  })

export const addSecurityHeaders = () => secureHeaders({ crossOriginResourcePolicy: 'cross-origin' })
