import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Executor, Transaction } from '../db/client.ts'
import { refresh_families } from '../db/schema/users.ts'
import { HOUR_MS, SECOND_MS } from '../lib/time.ts'
import { AppError } from '../platform/errors.ts'
import type { RateLimiter } from '../platform/rate-limit.ts'
import type { Session, User } from './schemas.ts'
import { findCurrentUser, type UserContext } from './service.ts'
import { readAccessToken, readRefreshToken, signAccessToken, signRefreshToken } from './tokens.ts'
import { USER_STATUS } from './user.ts'

/** How long a sign-in lasts, whatever is refreshed in it. */
export const SESSION_MS = 8 * HOUR_MS
/** How long after a rotation the generation before it still gets the same successor. */
const GRACE_MS = 10 * SECOND_MS

/** One generation of a sign-in. */
interface Generation {
  familyId: string
  generation: number
  rotatedAt: Date
  expiresAt: Date
}

/** Begins a sign-in. `familyId` is the caller's, so that a transaction run again begins the same one. */
export async function startFamily(
  tx: Transaction,
  familyId: string,
  userId: number,
  now: number,
): Promise<Generation> {
  const rotatedAt = new Date(now)
  const expiresAt = new Date(now + SESSION_MS)
  await tx
    .insert(refresh_families)
    .values({
      id: familyId,
      user_id: userId,
      rotated_at: rotatedAt,
      expires_at: expiresAt,
      created_at: rotatedAt,
    })
    .onDuplicateKeyUpdate({ set: { id: sql`id` } })
  return { familyId, generation: 0, rotatedAt, expiresAt }
}

/** The tokens of one generation, and whose they are. */
export async function issueSession(ctx: UserContext, user: User, current: Generation): Promise<Session> {
  const secret = ctx.settings.JWT_SECRET_KEY
  const { familyId, generation, rotatedAt, expiresAt } = current
  const access = await signAccessToken(
    secret,
    {
      userId: user.id,
      familyId,
      roles: user.roles,
      status: user.status,
      sellerProfileId: user.seller_profile?.id ?? null,
      canBid: user.can_bid,
      sessionUntilMs: expiresAt.getTime(),
    },
    ctx.now,
  )
  const refresh_token = await signRefreshToken(secret, {
    familyId,
    generation,
    issuedAtMs: rotatedAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
  })
  return {
    access_token: access.token,
    refresh_token,
    token_type: 'Bearer',
    expires_in: access.expiresIn,
    user,
  }
}

/**
 * Exchanges a refresh token for the next generation. The one before the last is answered, for 10 s and until its
 * successor is used, with the same successor; any older one has been stolen or replayed and ends the sign-in.
 * @throws AppError `unauthenticated`; `forbidden` where the account is no longer active; `rate_limited`
 */
export async function refreshSession(
  ctx: UserContext & { limits: RateLimiter },
  refreshToken: string,
): Promise<Session> {
  const { db, now, settings } = ctx
  const claims = await readRefreshToken(settings.JWT_SECRET_KEY, refreshToken, now)
  if (!claims) throw new AppError('unauthenticated', 'The refresh token is not valid')
  const { familyId, generation } = claims
  await ctx.limits.require('authentication', { userKey: familyId, address: null }, ctx)
  const rotated = await db
    .update(refresh_families)
    .set({ generation: sql`generation + 1`, rotated_at: new Date(now) })
    .where(
      and(
        eq(refresh_families.id, familyId),
        eq(refresh_families.generation, generation),
        isNull(refresh_families.revoked_at),
        gt(refresh_families.expires_at, new Date(now)),
      ),
    )
  const [family] = await db.select().from(refresh_families).where(eq(refresh_families.id, familyId))
  if (!family || family.revoked_at) throw new AppError('unauthenticated', 'The session has ended')
  const isRotated = rotated.rowsAffected === 1
  const isInGrace = family.generation === generation + 1 && now - family.rotated_at.getTime() <= GRACE_MS
  if (!isRotated && !isInGrace) {
    await endFamily(db, familyId, now)
    ctx.log.warn('refresh_token_reused', { user_id: family.user_id, family_id: familyId })
    throw new AppError('unauthenticated', 'The session has ended')
  }
  const user = await findCurrentUser(ctx, db, family.user_id)
  if (user?.status !== USER_STATUS.active) throw new AppError('forbidden', 'This account is not active')
  return issueSession(ctx, user, {
    familyId,
    generation: generation + 1,
    rotatedAt: isRotated ? new Date(now) : family.rotated_at,
    expiresAt: family.expires_at,
  })
}

/** Ends the sign-in that an access or refresh token belongs to. @throws AppError `unauthenticated` */
export async function endSession(ctx: UserContext, token: string): Promise<void> {
  const secret = ctx.settings.JWT_SECRET_KEY
  const claims =
    (await readRefreshToken(secret, token, ctx.now)) ?? (await readAccessToken(secret, token, ctx.now))
  if (!claims) throw new AppError('unauthenticated', 'The token is not valid')
  await endFamily(ctx.db, claims.familyId, ctx.now)
}

/** Ends one sign-in: no refresh token of it is good any more. Repeating it changes nothing. */
export async function endFamily(db: Executor, familyId: string, now: number): Promise<void> {
  await db
    .update(refresh_families)
    .set({ revoked_at: new Date(now) })
    .where(and(eq(refresh_families.id, familyId), isNull(refresh_families.revoked_at)))
}

/** Ends every sign-in of a person. Access tokens that are out live on for at most 15 min. */
export async function endSessions(db: Executor, userId: number, now: number): Promise<void> {
  await db
    .update(refresh_families)
    .set({ revoked_at: new Date(now) })
    .where(and(eq(refresh_families.user_id, userId), isNull(refresh_families.revoked_at)))
}
