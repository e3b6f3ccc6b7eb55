import { eq, sql } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { describeError } from '../lib/error-text.ts'
import { type Cents, cents } from '../lib/money.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Logger } from '../platform/logger.ts'
import type { BuyingPower } from './live/buying-power.ts'
import type { People } from './live/people.ts'

const LIMIT_PER_DEPOSIT = 10

/** M18: what a person may have at stake. */
export const limitOf = (deposit: Cents): Cents => cents(deposit * LIMIT_PER_DEPOSIT)

const instantText = (ms: number): string => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')

/** Lets people's objects know what MySQL says of their money (M18). Does nothing where buying power is off. */
export interface Accounts {
  /**
   * What a person owes or may owe has changed: their object is told to read it again, at least once, by the sweeper. In
   * the transaction of the change.
   */
  touch(tx: Executor, userId: number, at: Date): Promise<void>
  /**
   * The transactions have committed: the objects of all who were touched are told at once. Returns at once and never
   * throws; what fails is left to the sweeper.
   */
  tell(): void
}

interface AccountParts {
  isOn: boolean
  /** Tells one person's object, and never throws. */
  tellPerson: (userId: number) => Promise<unknown>
  waitUntil: (work: Promise<unknown>) => void
  log: Logger
}

export function createAccounts({ isOn, tellPerson, waitUntil, log }: AccountParts): Accounts {
  if (!isOn) return { touch: async () => undefined, tell: () => undefined }
  const touched = new Set<number>()
  return {
    async touch(tx, userId, at) {
      touched.add(userId)
      await touchRow(tx, userId, at)
    },
    tell() {
      if (touched.size === 0) return
      const told = Promise.all([...touched].map(tellPerson))
      touched.clear()
      try {
        waitUntil(told)
      } catch (error) {
        log.warn('people_not_awaited', describeError(error))
      }
    },
  }
}

/** Another instant than the one that is there says that something came since. */
async function touchRow(tx: Executor, userId: number, at: Date): Promise<void> {
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
