import { asc, eq } from 'drizzle-orm'
import type { Executor, Transaction } from '../db/client.ts'
import { insertForWatchers } from '../db/insert-notices.ts'
import { watchlist } from '../db/schema/watchlist.ts'
import type { CommonNotice } from '../notifications/notification.ts'

const WATCHERS_AT_ONCE = 500

/** M12: tells everyone who watches a vehicle what changed, in the transaction of the change. */
export async function tellWatchers(
  tx: Transaction,
  { vehicleId, disclosures }: { vehicleId: number; disclosures: readonly { notice: CommonNotice }[] },
): Promise<void> {
  for (const { notice } of disclosures) await insertForWatchers(tx, vehicleId, notice)
}

/** The first 500 of those who watch a vehicle: so many are let know at once that there is something to read. */
export async function readWatchers(db: Executor, vehicleId: number): Promise<number[]> {
  const rows = await db
    .select({ userId: watchlist.user_id })
    .from(watchlist, { forceIndex: 'watchlist_vehicle' })
    .where(eq(watchlist.vehicle_id, vehicleId))
    .orderBy(asc(watchlist.user_id))
    .limit(WATCHERS_AT_ONCE)
  return rows.map(({ userId }) => userId)
}
