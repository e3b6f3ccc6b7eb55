import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import type { Settings } from '../platform/env.ts'
import { canBid } from '../users/user.ts'

/**
 * Whether a person may buy, which asks of them what bidding does (R18): active, and every check that is required. Held
 * until the transaction ends: of a suspension at the same moment, either this sees it, or it sees what comes of this.
 */
export async function mayBuy(
  tx: Transaction,
  userId: number,
  { BID_REQUIRES }: Pick<Settings, 'BID_REQUIRES'>,
): Promise<boolean> {
  const [user] = await tx
    .select({
      status: users.status,
      is_id_verified: users.is_id_verified,
      has_payment_method: users.has_payment_method,
    })
    .from(users)
    .where(eq(users.id, userId))
    .for('update')
  return user !== undefined && canBid(user, BID_REQUIRES)
}
