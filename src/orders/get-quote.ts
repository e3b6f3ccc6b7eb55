import { eq } from 'drizzle-orm'
import { findAuctionRow } from '../auctions/auction-rows.ts'
import { auctionMissing } from '../auctions/rooms.ts'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Database, Executor } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import type { Cents } from '../lib/money.ts'
import { endOfBusinessDay } from '../market/calendar.ts'
import { readTermsAt } from '../market/read-terms.ts'
import type { Actor } from '../platform/actor.ts'
import { composeLines, sumOf, taxStateOf } from './invoice.ts'
import type { Quote } from './invoice-schemas.ts'

/**
 * What a vehicle would cost in all if the hammer fell at `amount` (M5): the lines of the invoice, under the terms that
 * apply when the auction ends, with the tax of the caller's state. @throws AppError `not_found`
 */
export async function getQuote(
  { db, actor }: { db: Database; actor: Actor | null },
  auctionId: number,
  amount: Cents,
): Promise<Quote> {
  const auction = await findAuctionRow(db, auctionId)
  if (auction === null) throw auctionMissing()
  const [{ fees, calendar }, state] = await Promise.all([
    readTermsAt(db, auction.ends_at),
    actor === null ? null : readState(db, actor.userId),
  ])
  const lines = composeLines(fees, amount, state)
  return {
    auction_id: auctionId,
    amount,
    currency: CURRENCY,
    lines,
    total: sumOf(lines),
    tax_state: taxStateOf(state),
    due_at: new Date(endOfBusinessDay(auction.ends_at.getTime(), fees.paymentDueDay, calendar)),
  }
}

/** The state in a person's address, as they wrote it. */
export async function readState(db: Executor, userId: number): Promise<string | null> {
  const [row] = await db.select({ state: users.state }).from(users).where(eq(users.id, userId))
  return row?.state ?? null
}
