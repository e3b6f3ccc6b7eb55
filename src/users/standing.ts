import { and, asc, eq, lt, lte } from 'drizzle-orm'
import type { Database, Transaction } from '../db/client.ts'
import { refresh_families, users, webhook_messages } from '../db/schema/users.ts'
import { DAY_MS, MINUTE_MS } from '../lib/time.ts'
import { AppError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { AUDIT_SUBJECT, type AuditContext, recordAudit } from './audit.ts'
import type { People } from './live/people.ts'
import { endSessions } from './sessions.ts'
import { USER_STATUS, type UserStatus } from './user.ts'

/**
 * A person was suspended or deleted, and that is committed: what they negotiate, and whoever is deleted offers, falls.
 * May be called again for the same person; rejects where it is to be called again.
 */
export type OnPersonGone = (userId: number, status: UserStatus) => Promise<void>

export interface StandingContext extends AuditContext {
  db: Database
  people: People
  onPersonGone: OnPersonGone
  log: Logger
}

const ROWS_A_TURN = 500
const PEOPLE_AT_ONCE = 20
const RETRY_MS = MINUTE_MS
const FAMILIES_KEPT_MS = DAY_MS
/** Far longer than Clerk tries to deliver a message. */
const MESSAGES_KEPT_MS = 30 * DAY_MS

/**
 * Suspends a person: no sign-in, no refresh, no bid, their bids in active auctions are voided (R18), and so is what they
 * negotiate (M4). Repeating it tells the rooms again and changes nothing else.
 * @returns whether the person's object has heard of it; where it has not, the sweeper tells it
 * @throws AppError `not_found`, `wrong_status` for one who was deleted
 */
export async function suspendUser(ctx: StandingContext, userId: number, reason: string): Promise<boolean> {
  await ctx.db.transaction((tx) => suspendIn(tx, ctx, userId, reason))
  return tellPerson(ctx, userId)
}

/**
 * Restores a suspended person. Bids that were voided stay voided (R18). Repeating it changes nothing.
 * @returns whether the person's object has heard of it; where it has not, the sweeper tells it
 * @throws AppError `not_found`, `wrong_status` for one who was deleted
 */
export async function restoreUser(ctx: StandingContext, userId: number): Promise<boolean> {
  await ctx.db.transaction((tx) =>
    changeStatus(tx, ctx, userId, { from: USER_STATUS.suspended, to: USER_STATUS.active, reason: null }),
  )
  return tellPerson(ctx, userId)
}

interface StatusChange {
  from: UserStatus
  to: UserStatus
  reason: string | null
}

/** In a transaction of the caller's own, who then tells the person, or leaves it to the sweeper. */
export async function suspendIn(
  tx: Transaction,
  ctx: AuditContext,
  userId: number,
  reason: string,
): Promise<void> {
  await changeStatus(tx, ctx, userId, { from: USER_STATUS.active, to: USER_STATUS.suspended, reason })
  await endSessions(tx, userId, ctx.now)
}

async function changeStatus(
  tx: Transaction,
  ctx: AuditContext,
  userId: number,
  change: StatusChange,
): Promise<void> {
  const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
  if (!row) throw new AppError('not_found', 'User not found')
  if (row.status === change.to) return
  if (row.status !== change.from) throw new AppError('wrong_status', 'This account was deleted')
  const at = new Date(ctx.now)
  await tx
    .update(users)
    .set({
      status: change.to,
      status_reason: change.reason,
      standing_revision: row.standing_revision + 1,
      next_attempt_at: at,
      updated_at: at,
    })
    .where(eq(users.id, userId))
  await recordAudit(tx, ctx, {
    action: `user.${change.to === USER_STATUS.suspended ? 'suspended' : 'restored'}`,
    subject: AUDIT_SUBJECT.user,
    subjectId: userId,
    before: { status: row.status, reason: row.status_reason },
    after: { status: change.to, reason: change.reason },
  })
}

/**
 * Tells the person's object what MySQL says now, and whoever else has to know that they are gone. The object heeds the
 * latest revision only, so telling twice or in another order does no harm. Never throws: what fails is left to the
 * sweeper.
 */
export async function tellPerson(
  ctx: Pick<StandingContext, 'db' | 'people' | 'onPersonGone' | 'log'>,
  userId: number,
): Promise<boolean> {
  try {
    const [row] = await ctx.db.select().from(users).where(eq(users.id, userId))
    if (!row) return true
    const { standing_revision: revision, next_attempt_at: dueAt } = row
    if (row.status === USER_STATUS.active) await ctx.people.restore(userId, revision)
    else await ctx.people.suspend(userId, row.status_reason ?? row.status, revision)
    await ctx.people.refreshAccount(userId)
    if (row.status !== USER_STATUS.active) await ctx.onPersonGone(userId, row.status)
    if (dueAt === null) return true
    await ctx.db
      .update(users)
      .set({ next_attempt_at: null })
      .where(
        and(eq(users.id, userId), eq(users.standing_revision, revision), eq(users.next_attempt_at, dueAt)),
      )
    return true
  } catch (error) {
    ctx.log.warn('person_not_told', {
      user_id: userId,
      error_message: error instanceof Error ? error.message : '',
    })
    return false
  }
}

/** The sweeper's turn: people whose object has not heard of their status yet, and rows that nobody needs any more. */
export async function sweepUsers(ctx: StandingContext): Promise<void> {
  const now = new Date(ctx.now)
  const due = await ctx.db
    .select({ id: users.id, next_attempt_at: users.next_attempt_at })
    .from(users)
    .where(lte(users.next_attempt_at, now))
    .orderBy(asc(users.next_attempt_at))
    .limit(ROWS_A_TURN)
  for (let start = 0; start < due.length; start += PEOPLE_AT_ONCE) {
    const batch = due.slice(start, start + PEOPLE_AT_ONCE)
    await Promise.all(batch.map(({ id, next_attempt_at }) => retell(ctx, id, next_attempt_at)))
  }
  await ctx.db
    .delete(refresh_families)
    .where(lt(refresh_families.expires_at, new Date(ctx.now - FAMILIES_KEPT_MS)))
    .limit(ROWS_A_TURN)
  await ctx.db
    .delete(webhook_messages)
    .where(lt(webhook_messages.received_at, new Date(ctx.now - MESSAGES_KEPT_MS)))
    .limit(ROWS_A_TURN)
}

/** Claims the row by moving its time, so that of two sweepers one tells. */
async function retell(ctx: StandingContext, userId: number, dueAt: Date | null): Promise<void> {
  if (dueAt === null) return
  const claimed = await ctx.db
    .update(users)
    .set({ next_attempt_at: new Date(ctx.now + RETRY_MS) })
    .where(and(eq(users.id, userId), eq(users.next_attempt_at, dueAt)))
  if (claimed.rowsAffected === 1) await tellPerson(ctx, userId)
}
