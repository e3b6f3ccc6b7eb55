import { and, desc, eq, inArray, like, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database, Executor } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { seller_profiles, user_roles, users } from '../db/schema/users.ts'
import type { Cents } from '../lib/money.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Accounts } from './account.ts'
import type { AdminUser, UserListQuery, UserPage } from './admin-schemas.ts'
import { AUDIT_SUBJECT, recordAudit } from './audit.ts'
import type { People } from './live/people.ts'
import { type OnPersonGone, restoreUser, suspendUser, tellPerson } from './standing.ts'
import { allRoles, USER_STATUS } from './user.ts'

export type AdminContext = RequestContext &
  SignedIn & { db: Database; people: People; accounts: Accounts; onPersonGone: OnPersonGone }

export const USER_LISTS = 'users'
const SORT = 'newest'

/** Everybody who ever signed in, the newest first. @throws PageRefused */
export async function listUsers(ctx: AdminContext, query: UserListQuery): Promise<UserPage> {
  const list = userList(ctx.db, { status: query.status, email: query.q?.toLowerCase() })
  const { ids, ...page } = await readPage(ctx, list, query)
  return { users: await findAdminUsers(ctx.db, ids), ...page }
}

async function findAdminUsers(db: Executor, ids: number[]): Promise<AdminUser[]> {
  if (ids.length === 0) return []
  const [rows, roles] = await Promise.all([
    db
      .select({ user: users, profileId: seller_profiles.id })
      .from(users)
      .leftJoin(seller_profiles, eq(seller_profiles.user_id, users.id))
      .where(inArray(users.id, ids))
      .orderBy(desc(users.id)),
    db.select().from(user_roles).where(inArray(user_roles.user_id, ids)),
  ])
  return rows.map(({ user, profileId }) => ({
    id: user.id,
    clerk_user_id: user.clerk_user_id,
    email: user.email,
    first_name: user.first_name,
    last_name: user.last_name,
    phone: user.phone,
    roles: allRoles(roles.flatMap(({ user_id, role }) => (user_id === user.id ? role : []))),
    status: user.status,
    status_reason: user.status_reason,
    is_id_verified: user.is_id_verified,
    has_payment_method: user.has_payment_method,
    deposit: user.deposit_cents,
    seller_profile_id: profileId,
    created_at: user.created_at,
    updated_at: user.updated_at,
  }))
}

async function findAdminUser(db: Executor, id: number): Promise<AdminUser> {
  const [user] = await findAdminUsers(db, [id])
  if (user === undefined) throw new AppError('not_found', 'User not found')
  return user
}

const specificationSchema = z.object({ status: z.enum(USER_STATUS).optional(), email: z.string().optional() })

/** Makes a list again for the sweeper. */
export const userListOf = restoreBy(specificationSchema, userList)

function userList(db: Database, wanted: z.infer<typeof specificationSchema>): PagedList {
  const { status, email } = wanted
  return {
    subject: USER_LISTS,
    specification: wanted,
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: users.id, id: users.id })
        .from(users)
        .where(
          and(
            status === undefined ? undefined : eq(users.status, status),
            email === undefined ? undefined : like(users.email, `${email.replace(/[\\%_]/g, '\\$&')}%`),
            after === null ? undefined : lt(users.id, after.id),
          ),
        )
        .orderBy(desc(users.id))
        .limit(limit),
  }
}

/**
 * M17: ends the person's sessions, voids their bids (R18) and closes their sockets. Repeating it changes nothing.
 * @throws AppError `not_found`, `wrong_status` for one who was deleted, `forbidden` for oneself
 */
export async function suspendByAdmin(ctx: AdminContext, userId: number, reason: string): Promise<AdminUser> {
  if (userId === ctx.actor.userId) throw new AppError('forbidden', 'You cannot suspend yourself')
  await suspendUser(ctx, userId, reason)
  return await findAdminUser(ctx.db, userId)
}

/** Bids that were voided stay voided (R18). @throws AppError `not_found`, `wrong_status` */
export async function restoreByAdmin(ctx: AdminContext, userId: number): Promise<AdminUser> {
  await restoreUser(ctx, userId)
  return await findAdminUser(ctx.db, userId)
}

interface UserFields {
  is_id_verified?: boolean
  has_payment_method?: boolean
  deposit_cents?: Cents
}

/** What an admin has seen of a person's papers. @throws AppError `not_found` */
export const verifyUser = (
  ctx: AdminContext,
  userId: number,
  { id, payment }: { id?: boolean | undefined; payment?: boolean | undefined },
): Promise<AdminUser> =>
  changeUser(ctx, userId, 'user.verified', {
    ...(id === undefined ? {} : { is_id_verified: id }),
    ...(payment === undefined ? {} : { has_payment_method: payment }),
  })

/** Buying power is ten times the deposit (M18). @throws AppError `not_found` */
export async function recordDeposit(ctx: AdminContext, userId: number, amount: Cents): Promise<AdminUser> {
  const user = await changeUser(ctx, userId, 'user.deposit_recorded', { deposit_cents: amount })
  await tellPerson(ctx, userId)
  return user
}

async function changeUser(
  ctx: AdminContext,
  userId: number,
  action: string,
  fields: UserFields,
): Promise<AdminUser> {
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
    if (row === undefined) throw new AppError('not_found', 'User not found')
    const { is_id_verified, has_payment_method, deposit_cents } = row
    const before = { is_id_verified, has_payment_method, deposit_cents }
    const after = { ...before, ...fields }
    if (JSON.stringify(before) === JSON.stringify(after)) return
    await tx
      .update(users)
      .set({ ...fields, updated_at: new Date(ctx.now) })
      .where(eq(users.id, userId))
    if (fields.deposit_cents !== undefined) await ctx.accounts.touch(tx, userId, new Date(ctx.now))
    await recordAudit(tx, ctx, {
      action,
      subject: AUDIT_SUBJECT.user,
      subjectId: userId,
      before,
      after,
    })
  })
  return await findAdminUser(ctx.db, userId)
}
