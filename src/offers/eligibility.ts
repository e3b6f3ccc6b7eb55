import { eq } from 'drizzle-orm'
import type { Executor } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import type { Settings } from '../platform/env.ts'
import { canBid } from '../users/user.ts'

/** Whether a person may buy, which asks of them what bidding does (R18): active, and every check that is required. */
export async function mayBuy(
  db: Executor,
  userId: number,
  { BID_REQUIRES }: Pick<Settings, 'BID_REQUIRES'>,
): Promise<boolean> {
  const [user] = await db
    .select({
      status: users.status,
      is_id_verified: users.is_id_verified,
      has_payment_method: users.has_payment_method,
    })
    .from(users)
    .where(eq(users.id, userId))
  return user !== undefined && canBid(user, BID_REQUIRES)
}
