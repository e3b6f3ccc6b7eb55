import { eq, sql } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { type Cents, cents } from '../lib/money.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { BuyingPower } from './live/buying-power.ts'
import type { People } from './live/people.ts'

const LIMIT_PER_DEPOSIT = 10

/** M18: what a person may have at stake. */
export const limitOf = (deposit: Cents): Cents => cents(deposit * LIMIT_PER_DEPOSIT)

const instantText = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')

/**
 * What a person owes or may owe has changed (M18): their object is told to read it again, at least once, by the
 * sweeper. In the transaction of the change. Another instant than the one that is there says that something came since.
 */
export async function touchAccount(tx: Executor, userId: number, at: Date): Promise<void> {
  const [now, later] = [instantText(at.getTime()), instantText(at.getTime() + 1)]
  await tx
    .update(users)
    .set({ next_attempt_at: sql`IF(${users.next_attempt_at} = ${now}, ${later}, ${now})` })
    .where(eq(users.id, userId))
}

export type BuyingPowerContext = RequestContext &
  SignedIn & {
    people: Pick<People, 'buyingPower'>
    settings: { BUYING_POWER: 'on' | 'off' }
  }

/** M18, of the caller. @throws AppError `not_found` where buying power is off, `unavailable` */
export async function getBuyingPower(ctx: BuyingPowerContext): Promise<BuyingPower> {
  if (ctx.settings.BUYING_POWER === 'off') throw new AppError('not_found', 'Bids need no buying power here')
  try {
    return await ctx.people.buyingPower(ctx.actor.userId)
  } catch (cause) {
    throw new AppError('unavailable', undefined, { cause })
  }
}
