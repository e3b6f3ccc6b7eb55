import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import type { Cents } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import type { CallerContext } from './context.ts'

/**
 * M18: what a buyer binds themselves to outside a room is within what they may have at stake. Their row is held until
 * the transaction ends, so that of two sales at once the second finds what the first has taken. A bid that a room takes
 * at this very moment may have been held for before their object reads of the sale.
 * @throws AppError `buying_power` where it is not, `unavailable` where their object cannot be asked
 */
export async function requireBuyingPower(
  { people, settings }: Pick<CallerContext, 'people' | 'settings'>,
  tx: Transaction,
  buyerId: number,
  amount: Cents,
): Promise<void> {
  if (settings.BUYING_POWER === 'off') return
  await tx.select({ id: users.id }).from(users).where(eq(users.id, buyerId)).for('update')
  if (amount > (await readAvailable(people, buyerId)))
    throw new AppError('buying_power', 'This exceeds your buying power')
}

/** What is owed is read anew: the object may have read it a minute ago. */
async function readAvailable(people: CallerContext['people'], buyerId: number): Promise<Cents> {
  try {
    await people.refreshAccount(buyerId)
    return (await people.buyingPower(buyerId)).available
  } catch (cause) {
    throw new AppError('unavailable', undefined, { cause })
  }
}
