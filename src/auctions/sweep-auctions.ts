import { and, asc, inArray, lte, sql } from 'drizzle-orm'
import { auctions } from '../db/schema/auctions.ts'
import { describeError } from '../lib/error-text.ts'
import { armStored } from './arm-auction.ts'
import type { AuctionRow } from './auction-rows.ts'
import type { AuctionContext } from './context.ts'

export type SweepContext = Pick<AuctionContext, 'db' | 'rooms' | 'requestId' | 'log' | 'now'>

export const ROWS_A_TURN = 500
const CLAIMED_AT_ONCE = 50
const ROOMS_AT_ONCE = 10
/** After 1, 2, 4 … minutes again, at most this many. */
const BACKOFF_MAX_MINUTES = 60

/**
 * The sweeper's turn: rooms that were not armed are armed, and those whose auction should be settled by now are woken,
 * which makes them apply what is due and project it. Everything here may happen twice.
 * @returns how many rooms were asked
 */
export async function sweepAuctions(ctx: SweepContext): Promise<number> {
  const due = await ctx.db
    .select()
    .from(auctions)
    .where(lte(auctions.next_attempt_at, new Date(ctx.now)))
    .orderBy(asc(auctions.next_attempt_at))
    .limit(ROWS_A_TURN)
  let asked = 0
  for (let from = 0; from < due.length; from += CLAIMED_AT_ONCE) {
    const claimed = await claim(ctx, due.slice(from, from + CLAIMED_AT_ONCE))
    for (let first = 0; first < claimed.length; first += ROOMS_AT_ONCE) {
      await Promise.all(claimed.slice(first, first + ROOMS_AT_ONCE).map((row) => poke(ctx, row)))
    }
    asked += claimed.length
  }
  return asked
}

/**
 * Puts off the next look at rows that are still due. Where another sweeper was quicker with all of them there is
 * nothing left to do; where with some, both ask, which does no harm.
 */
async function claim({ db, now }: SweepContext, rows: readonly AuctionRow[]): Promise<AuctionRow[]> {
  const at = sql.param(new Date(now), auctions.next_attempt_at)
  const minutes = sql`least(${BACKOFF_MAX_MINUTES}, pow(2, least(attempts, 10)))`
  const ids = rows.map(({ id }) => id)
  const claimed = await db
    .update(auctions)
    .set({ next_attempt_at: sql`date_add(${at}, interval ${minutes} minute)`, attempts: sql`attempts + 1` })
    .where(and(inArray(auctions.id, ids), lte(auctions.next_attempt_at, new Date(now))))
  return claimed.rowsAffected === 0 ? [] : [...rows]
}

async function poke(ctx: SweepContext, row: AuctionRow): Promise<void> {
  try {
    if (row.armed_at === null) await armStored(ctx, row)
    else await ctx.rooms(row.id, 'repeatable', (room) => room.view(null))
  } catch (error) {
    ctx.log.warn('auction_not_reached', {
      auction_id: row.id,
      attempts: row.attempts,
      ...describeError(error),
    })
  }
}
