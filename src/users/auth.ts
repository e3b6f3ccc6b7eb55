import { createMiddleware } from 'hono/factory'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { asGuard } from '../platform/guard.ts'
import type { AppEnv, RequestContext } from '../platform/hono.ts'
import { type AccessGrant, readAccessToken } from './tokens.ts'
import { type IsSuspended, USER_STATUS } from './user.ts'

interface AuthParts {
  settings: { JWT_SECRET_KEY: string }
  isSuspended: IsSuspended
}
type TokenContext = RequestContext & Pick<AuthParts, 'settings'>
type AuthContext = RequestContext & AuthParts

const BEARER_PATTERN = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i

/** The token of an `Authorization: Bearer` header; undefined without such a header, null where it has another form. */
export function bearerOf(header: string | undefined): string | null | undefined {
  if (header === undefined) return undefined
  return BEARER_PATTERN.exec(header)?.[1] ?? null
}

/** What the header's token grants; null without such a header. @throws AppError where the token is not good */
async function readGrant(context: TokenContext, header: string | undefined): Promise<AccessGrant | null> {
  const token = bearerOf(header)
  if (token === undefined) return null
  const grant =
    token === null ? null : await readAccessToken(context.settings.JWT_SECRET_KEY, token, context.now)
  if (!grant) throw new AppError('unauthenticated', 'The access token is not valid')
  if (grant.status !== USER_STATUS.active) throw new AppError('forbidden', 'This account is not active')
  return grant
}

async function requireGrant(context: TokenContext, header: string | undefined): Promise<AccessGrant> {
  const grant = await readGrant(context, header)
  if (grant === null) throw new AppError('unauthenticated')
  return grant
}

/** A token outlives the suspension of its person by minutes. */
async function requireStanding(context: AuthContext, { actor }: AccessGrant): Promise<void> {
  if (await context.isSuspended(actor.userId, context.now)) {
    throw new AppError('forbidden', 'This account is suspended')
  }
}

/** Only with a good access token, else 401, and for who is not suspended; behind it `context.actor` is there. */
export const requireUser = () =>
  asGuard(
    createMiddleware<AppEnv<AuthParts & SignedIn>>(async (c, next) => {
      const grant = await requireGrant(c.var.context, c.req.header('Authorization'))
      await requireStanding(c.var.context, grant)
      c.var.context.actor = grant.actor
      return next()
    }),
    { credential: 'access_token' },
  )

/** As `requireUser`, where suspension is asked about further on: by the room that judges a bid, or not at all. */
export const requireBearer = () =>
  asGuard(
    createMiddleware<AppEnv<Pick<AuthParts, 'settings'> & SignedIn>>(async (c, next) => {
      const grant = await requireGrant(c.var.context, c.req.header('Authorization'))
      c.var.context.actor = grant.actor
      return next()
    }),
    { credential: 'access_token' },
  )

/** With or without a token. One that is not good is still 401: the caller believes to be signed in. */
export const optionalUser = () =>
  asGuard(
    createMiddleware<AppEnv<AuthParts>>(async (c, next) => {
      const grant = await readGrant(c.var.context, c.req.header('Authorization'))
      if (grant !== null) c.var.context.actor = grant.actor
      return next()
    }),
    { credential: 'access_token', isOptional: true },
  )

/** Only for administrators: 401 without a good token, 403 without the role. */
export const requireAdmin = () =>
  asGuard(
    createMiddleware<AppEnv<AuthParts & SignedIn>>(async (c, next) => {
      const grant = await requireGrant(c.var.context, c.req.header('Authorization'))
      if (!isAdmin(grant.actor)) throw new AppError('forbidden', 'Only administrators may do this')
      await requireStanding(c.var.context, grant)
      c.var.context.actor = grant.actor
      return next()
    }),
    { credential: 'access_token', isForAdmins: true },
  )

/** Whom the access token speaks for, if it is good: for counting their requests. Refuses nobody. */
export async function userIdOf(context: TokenContext, header: string | undefined): Promise<number | null> {
  const token = bearerOf(header)
  if (!token) return null
  const grant = await readAccessToken(context.settings.JWT_SECRET_KEY, token, context.now)
  return grant?.actor.userId ?? null
}
