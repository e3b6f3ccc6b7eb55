import { eq } from 'drizzle-orm'
import { type Executor, isDuplicate } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import type { Clerk, ClerkSession } from '../external/clerk.ts'
import { AppError } from '../platform/errors.ts'
import type { ClerkSync, Session } from './schemas.ts'
import { findCurrentUser, type UserContext } from './service.ts'
import { issueSession, startFamily } from './sessions.ts'
import { USER_STATUS } from './user.ts'

export type ClerkProof = ClerkSession

export interface SignInContext extends UserContext {
  clerk: Clerk
}

/** The Clerk session behind a session token. @throws AppError `unauthenticated`, `unavailable` where no key is configured */
export async function proveSession(ctx: SignInContext, token: string | null): Promise<ClerkSession> {
  const proof = await ctx.clerk.verifySession(token ?? '')
  if (!proof) throw new AppError('unauthenticated', 'A valid Clerk session is required')
  return proof
}

/**
 * Signs in whom Clerk vouches for, with an account made at the first time. The email is the one in Clerk's token; where
 * there is none, the client's claim, until Clerk's webhook has told better. It grants nothing, whoever claims it.
 * @throws AppError `forbidden` for another's Clerk id and for one who is suspended or deleted; `email_taken`
 */
export async function signIn(ctx: UserContext, proof: ClerkProof, claim: ClerkSync): Promise<Session> {
  if (proof.clerkUserId !== claim.clerk_user_id) {
    throw new AppError('forbidden', 'The Clerk session belongs to another user')
  }
  const { userId, isNew } = await findOrCreate(ctx, { ...claim, email: proof.email ?? claim.email })
  const familyId = crypto.randomUUID()
  const { user, generation } = await ctx.db.transaction(async (tx) => {
    // Locked, so that a suspension comes either before this or finds the sign-in and ends it.
    const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
    if (row?.status === USER_STATUS.suspended) throw new AppError('forbidden', 'This account is suspended')
    if (row?.status !== USER_STATUS.active) throw new AppError('forbidden', 'This account was deleted')
    const email = proof.email ?? (row.clerk_updated_at ? row.email : claim.email)
    await updateProfile(ctx, tx, userId, { ...claim, email })
    const generation = await startFamily(tx, familyId, userId, ctx.now)
    return { user: await findCurrentUser(ctx, tx, userId), generation }
  })
  if (!user) throw new AppError('unauthenticated', 'There is no such account')
  if (isNew) ctx.metrics.userRegistrations.inc({ role: user.role })
  return issueSession(ctx, user, generation)
}

/** Of two first sign-ins at once one inserts; the unique Clerk id shows the other what is there. */
async function findOrCreate(
  { db, now }: UserContext,
  profile: ClerkSync,
): Promise<{ userId: number; isNew: boolean }> {
  const { clerk_user_id, email, first_name, last_name } = profile
  const find = async () => {
    const [row] = await db.select({ id: users.id }).from(users).where(eq(users.clerk_user_id, clerk_user_id))
    return row && { userId: row.id, isNew: false }
  }
  const existing = await find()
  if (existing) return existing
  const created_at = new Date(now)
  try {
    const [inserted] = await db
      .insert(users)
      .values({ clerk_user_id, email, first_name, last_name, created_at, updated_at: created_at })
      .$returningId()
    if (inserted) return { userId: inserted.id, isNew: true }
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const winner = await find()
  if (!winner) throw new AppError('email_taken')
  return winner
}

/** Takes over the email, and the names that are given. */
async function updateProfile(
  ctx: UserContext,
  db: Executor,
  userId: number,
  profile: ClerkSync,
): Promise<void> {
  const { email, first_name, last_name } = profile
  const names = { ...(first_name ? { first_name } : {}), ...(last_name ? { last_name } : {}) }
  try {
    await db
      .update(users)
      .set({ email, ...names, updated_at: new Date(ctx.now) })
      .where(eq(users.id, userId))
  } catch (error) {
    if (isDuplicate(error)) throw new AppError('email_taken', undefined, { cause: error })
    throw error
  }
}
