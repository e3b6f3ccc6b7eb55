import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { auctions } from '../db/schema/auctions.ts'
import { OUTCOME } from './engine/auction.ts'

/**
 * R16: `pending_seller` becomes `sold` or `unsold`, once.
 * @returns whether this call did it
 */
export async function decideOutcome(
  tx: Transaction,
  { auctionId, isSold, at }: { auctionId: number; isSold: boolean; at: Date },
): Promise<boolean> {
  const decided = await tx
    .update(auctions)
    .set({ outcome: isSold ? OUTCOME.sold : OUTCOME.unsold, updated_at: at })
    .where(and(eq(auctions.id, auctionId), eq(auctions.outcome, OUTCOME.pendingSeller)))
  return decided.rowsAffected === 1
}
