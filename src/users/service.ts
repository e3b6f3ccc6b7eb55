import { and, eq, sql } from 'drizzle-orm'
import type { Database, Executor, Transaction } from '../db/client.ts'
import { seller_profiles, user_roles, users } from '../db/schema/users.ts'
import type { Role, SignedIn } from '../platform/actor.ts'
import type { Settings } from '../platform/env.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { ProfileChange, User } from './schemas.ts'
import { allRoles, canBid, mainRole, USER_STATUS } from './user.ts'

export interface UserContext extends RequestContext {
  db: Database
  metrics: Pick<Metrics, 'userRegistrations'>
  settings: Pick<Settings, 'JWT_SECRET_KEY' | 'ADMIN_CLERK_IDS' | 'BID_REQUIRES'>
}

/** A person as the API shows them to themselves; null where there is none. One query. */
export async function findUser(
  db: Executor,
  userId: number,
  settings: Pick<Settings, 'BID_REQUIRES'>,
): Promise<User | null> {
  const rows = await db
    .select({ user: users, role: user_roles.role, profile: seller_profiles })
    .from(users)
    .leftJoin(user_roles, eq(user_roles.user_id, users.id))
    .leftJoin(seller_profiles, eq(seller_profiles.user_id, users.id))
    .where(eq(users.id, userId))
  const first = rows[0]
  if (!first) return null
  const { user, profile } = first
  const roles = allRoles(rows.flatMap(({ role }) => role ?? []))
  return {
    id: user.id,
    clerk_user_id: user.clerk_user_id,
    email: user.email,
    first_name: user.first_name,
    last_name: user.last_name,
    phone: user.phone,
    address: {
      line1: user.address_line1,
      line2: user.address_line2,
      city: user.city,
      state: user.state,
      zip_code: user.zip_code,
    },
    role: mainRole(roles),
    roles,
    status: user.status,
    is_id_verified: user.is_id_verified,
    has_payment_method: user.has_payment_method,
    can_bid: canBid(user, settings.BID_REQUIRES),
    seller_profile: profile && {
      id: profile.id,
      business_name: profile.business_name,
      dealer_license: profile.dealer_license,
      status: profile.status,
      created_at: profile.created_at,
    },
    created_at: user.created_at,
  }
}

/** The caller. @throws AppError `unauthenticated` where they are there no more */
export async function getMe(ctx: UserContext & SignedIn): Promise<User> {
  const user = await findUser(ctx.db, ctx.actor.userId, ctx.settings)
  if (!user || user.status === USER_STATUS.deleted)
    throw new AppError('unauthenticated', 'There is no such account')
  return user
}

/**
 * Changes the fields that are there; null clears one.
 * @throws AppError `forbidden` for one who is suspended, `unauthenticated` for one who is there no more
 */
export async function updateMe(ctx: UserContext & SignedIn, change: ProfileChange): Promise<User> {
  const isActive = and(eq(users.id, ctx.actor.userId), eq(users.status, USER_STATUS.active))
  await ctx.db
    .update(users)
    .set({ ...change, updated_at: new Date(ctx.now) })
    .where(isActive)
  const user = await getMe(ctx)
  if (user.status !== USER_STATUS.active) throw new AppError('forbidden', 'This account is suspended')
  return user
}

/** Makes a person a seller, with their first listing. Repeating it changes nothing. */
export async function becomeSeller(tx: Transaction, userId: number, now: number): Promise<void> {
  await grantRole(tx, userId, 'seller', now)
}

/**
 * `findUser`, once the stored admin role is in line with `ADMIN_CLERK_IDS`, which alone grants it and takes it away.
 * Asked wherever tokens are made.
 */
export async function findCurrentUser(ctx: UserContext, db: Executor, userId: number): Promise<User | null> {
  const user = await findUser(db, userId, ctx.settings)
  if (!user) return null
  const isListed = ctx.settings.ADMIN_CLERK_IDS.includes(user.clerk_user_id)
  if (isListed === user.roles.includes('admin')) return user
  if (isListed) await grantRole(db, userId, 'admin', ctx.now)
  else await db.delete(user_roles).where(and(eq(user_roles.user_id, userId), eq(user_roles.role, 'admin')))
  return findUser(db, userId, ctx.settings)
}

/** Repeating it changes nothing. */
async function grantRole(db: Executor, userId: number, role: Role, now: number): Promise<void> {
  await db
    .insert(user_roles)
    .values({ user_id: userId, role, granted_at: new Date(now) })
    .onDuplicateKeyUpdate({ set: { role: sql`role` } })
}
