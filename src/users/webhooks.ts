import { and, eq, isNull, lt, ne, or } from 'drizzle-orm'
import { isDuplicate, type Transaction } from '../db/client.ts'
import { user_roles, users, webhook_messages } from '../db/schema/users.ts'
import type { Clerk, ClerkMessage } from '../external/clerk.ts'
import { AppError } from '../platform/errors.ts'
import { endSessions } from './sessions.ts'
import { type StandingContext, tellPerson } from './standing.ts'
import { USER_STATUS } from './user.ts'

export interface WebhookContext extends StandingContext {
  clerk: Clerk
}

/** The message was dealt with before. */
class Repeated extends Error {
  override readonly name = 'Repeated'
}

/**
 * Takes a message of Clerk's: who it is about is changed or deleted here too. Each message id counts once, in the
 * transaction of its effect; an id that was seen before changes nothing.
 * @throws AppError `unauthenticated` where the signature is not good; `validation_failed`, `unavailable`
 */
export async function receiveClerkMessage(
  ctx: WebhookContext,
  headers: Headers,
  body: string,
): Promise<void> {
  const received = await ctx.clerk.verifyMessage(headers, body)
  if (!received) throw new AppError('unauthenticated', 'The signature is not valid')
  const { id, message } = received
  if (message.type === 'other') return
  let deletedId: number | null = null
  try {
    deletedId = await ctx.db.transaction(async (tx) => {
      await claimMessage(tx, id, ctx.now)
      if (message.type === 'user.deleted') return deletePerson(tx, message.clerkUserId, ctx.now)
      await changePerson(ctx, tx, message)
      return null
    })
  } catch (error) {
    if (!(error instanceof Repeated)) throw error
  }
  // Bids of one who is gone are voided like those of one who was suspended: nobody would pay for them.
  if (deletedId !== null) await tellPerson(ctx, deletedId)
}

async function claimMessage(tx: Transaction, message_id: string, now: number): Promise<void> {
  try {
    await tx.insert(webhook_messages).values({ provider: 'clerk', message_id, received_at: new Date(now) })
  } catch (error) {
    if (isDuplicate(error)) throw new Repeated()
    throw error
  }
}

/** Takes over what Clerk says, unless it has said something later already. A name that Clerk has not is kept. */
async function changePerson(
  ctx: WebhookContext,
  tx: Transaction,
  message: Extract<ClerkMessage, { type: 'user.updated' }>,
): Promise<void> {
  const [row] = await tx
    .select()
    .from(users)
    .where(eq(users.clerk_user_id, message.clerkUserId))
    .for('update')
  if (!row || row.status === USER_STATUS.deleted) return
  const { firstName, lastName } = message
  let { email } = message
  if (email !== null && (await isTaken(tx, email, row.id))) {
    ctx.log.warn('clerk_email_taken', { user_id: row.id })
    email = null
  }
  const toldAt = new Date(message.updatedAtMs)
  await tx
    .update(users)
    .set({
      ...(email === null ? {} : { email }),
      ...(firstName ? { first_name: firstName } : {}),
      ...(lastName ? { last_name: lastName } : {}),
      clerk_updated_at: toldAt,
      updated_at: new Date(ctx.now),
    })
    .where(and(eq(users.id, row.id), or(isNull(users.clerk_updated_at), lt(users.clerk_updated_at, toldAt))))
}

async function isTaken(tx: Transaction, email: string, userId: number): Promise<boolean> {
  const [holder] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.email, email), ne(users.id, userId)))
  return holder !== undefined
}

/**
 * Marks a person as deleted and forgets who they were. The row stays for what hangs on it, and so does the Clerk id,
 * lest somebody else should come by it. @returns their id, or null where there is nobody to delete
 */
async function deletePerson(tx: Transaction, clerkUserId: string, now: number): Promise<number | null> {
  const [row] = await tx.select().from(users).where(eq(users.clerk_user_id, clerkUserId)).for('update')
  if (!row || row.status === USER_STATUS.deleted) return null
  const at = new Date(now)
  await tx
    .update(users)
    .set({
      status: USER_STATUS.deleted,
      status_reason: USER_STATUS.deleted,
      standing_revision: row.standing_revision + 1,
      next_attempt_at: at,
      email: `deleted-${row.id}@deleted.invalid`,
      first_name: null,
      last_name: null,
      phone: null,
      address_line1: null,
      address_line2: null,
      city: null,
      state: null,
      zip_code: null,
      is_id_verified: false,
      has_payment_method: false,
      updated_at: at,
    })
    .where(eq(users.id, row.id))
  await tx.delete(user_roles).where(and(eq(user_roles.user_id, row.id), eq(user_roles.role, 'admin')))
  await endSessions(tx, row.id, now)
  return row.id
}
