import { Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../platform/errors.ts'
import { asGuard } from '../platform/guard.ts'
import { type AppEnv, reply } from '../platform/hono.ts'
import { limit, type RateLimiter } from '../platform/rate-limit.ts'
import { isAllowedOrigin } from '../platform/security.ts'
import { describe, validate } from '../platform/validate.ts'
import { bearerOf, requireBearer, requireUser } from './auth.ts'
import {
  clerkSyncBody,
  messageBody,
  profileBody,
  receivedSchema,
  refreshBody,
  sessionSchema,
  userChangedSchema,
  userSchema,
} from './schemas.ts'
import { getMe, updateMe } from './service.ts'
import { endSession, refreshSession } from './sessions.ts'
import { type ClerkProof, proveSession, type SignInContext, signIn } from './sign-in.ts'
import { receiveClerkMessage, type WebhookContext } from './webhooks.ts'

interface AuthContext extends SignInContext {
  limits: RateLimiter
  settings: SignInContext['settings'] & { ALLOWED_ORIGINS: readonly string[] }
}
type Env = AppEnv<AuthContext>

/** Clerk's session token: as Bearer, or in the cookie that a signed-in browser sends by itself. */
const requireClerkSession = () =>
  asGuard(
    createMiddleware<Env & { Variables: { proof: ClerkProof } }>(async (c, next) => {
      const { context } = c.var
      const bearer = bearerOf(c.req.header('Authorization'))
      const token = bearer === undefined ? getCookie(c, '__session') : bearer
      if (
        bearer === undefined &&
        !isAllowedOrigin(c.req.header('Origin'), context.settings.ALLOWED_ORIGINS)
      ) {
        throw new AppError('forbidden', 'This origin may not sign in')
      }
      const proof = await proveSession(context, token ?? null)
      await context.limits.require('authentication', { userKey: proof.clerkUserId, address: null }, context)
      c.set('proof', proof)
      return next()
    }),
    { credential: 'clerk_session' },
  )

/** A token of a sign-in, in the body or as Bearer; the body counts, for clients that send both. */
const requireToken = () =>
  asGuard(
    createMiddleware<Env & { Variables: { token: string } }>(async (c, next) => {
      const token = readRefreshBody(await c.req.text()) ?? bearerOf(c.req.header('Authorization'))
      if (!token) throw new AppError('unauthenticated', 'A refresh token is required')
      c.set('token', token)
      return next()
    }),
    { credential: 'sign_in_token', isOptional: true },
  )

/** Clients that send the token as Bearer send no body, or an empty one under a JSON content type. */
function readRefreshBody(text: string): string | undefined {
  if (text.trim() === '') return undefined
  try {
    return refreshBody.parse(JSON.parse(text)).refresh_token
  } catch (cause) {
    const details = [{ path: 'refresh_token', message: 'Must be text, in a JSON object' }]
    throw new AppError('validation_failed', 'The refresh token could not be read', { details, cause })
  }
}

export const authRoutes = new Hono<Env>()
  .post(
    '/clerk-sync',
    describe({
      summary: 'Exchange a Clerk session for tokens of this API',
      responses: {
        200: sessionSchema,
        401: 'No valid Clerk session',
        403: 'Not this user',
        409: 'email_taken',
      },
    }),
    limit('authentication'),
    requireClerkSession(),
    validate('json', clerkSyncBody),
    async (c) => reply(c, sessionSchema, await signIn(c.var.context, c.var.proof, c.req.valid('json')), 200),
  )
  .post(
    '/refresh',
    describe({
      summary: 'Exchange a refresh token for the next one',
      body: { schema: refreshBody, isOptional: true },
      responses: { 200: sessionSchema, 401: 'Not valid, used before, or ended' },
    }),
    limit('authentication'),
    requireToken(),
    async (c) => reply(c, sessionSchema, await refreshSession(c.var.context, c.var.token), 200),
  )
  .post(
    '/logout',
    describe({
      summary: 'End this sign-in, by its access or refresh token',
      body: { schema: refreshBody, isOptional: true },
      responses: { 204: 'Ended' },
    }),
    requireToken(),
    async (c) => {
      await endSession(c.var.context, c.var.token)
      return c.body(null, 204)
    },
  )
  .get(
    '/me',
    describe({ summary: 'The caller', responses: { 200: userSchema } }),
    requireBearer(),
    async (c) => reply(c, userSchema, await getMe(c.var.context), 200),
  )
  .put(
    '/me',
    describe({ summary: 'Change the caller’s profile', responses: { 200: userChangedSchema } }),
    requireUser(),
    validate('json', profileBody),
    async (c) => {
      const user = await updateMe(c.var.context, c.req.valid('json'))
      return reply(c, userChangedSchema, { message: 'Profile updated', user }, 200)
    },
  )

/** Vendors' messages. The signature is over the body as it came, so nothing parses it before. */
export const webhookRoutes = new Hono<AppEnv<WebhookContext>>().post(
  '/clerk',
  describe({
    summary: 'Clerk tells of a person who was changed or deleted, signed as Svix does',
    body: { schema: messageBody },
    responses: { 200: receivedSchema, 401: 'The signature is not valid' },
  }),
  limit('webhook'),
  async (c) => {
    await receiveClerkMessage(c.var.context, c.req.raw.headers, await c.req.text())
    return reply(c, receivedSchema, { received: true }, 200)
  },
)
