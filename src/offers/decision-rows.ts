import { and, eq, sql } from 'drizzle-orm'
import type { EndedAuction } from '../auctions/live/projection.ts'
import type { ShownDecision } from '../auctions/schemas.ts'
import type { Executor, Transaction } from '../db/client.ts'
import { auction_decisions } from '../db/schema/offers.ts'
import { type Actor, isAdmin } from '../platform/actor.ts'
import type { Accounts } from '../users/account.ts'
import { type Decision, decisionAt, openOver, turnOf } from './decision.ts'
import { sideOf } from './offer-rows.ts'

export type DecisionRow = typeof auction_decisions.$inferSelect

export const decisionOfRow = (row: DecisionRow): Decision => ({
  stage: row.stage,
  highBid: row.high_bid_cents,
  sellerCounter: row.seller_counter_cents,
  bidderCounter: row.bidder_counter_cents,
  deadlineAt: row.deadline_at?.getTime() ?? null,
  agreed: row.agreed_cents,
})

const dateOf = (at: number | null): Date | null => (at === null ? null : new Date(at))

function columnsOf(decision: Decision) {
  const deadline = dateOf(decision.deadlineAt)
  return {
    stage: decision.stage,
    high_bid_cents: decision.highBid,
    seller_counter_cents: decision.sellerCounter,
    bidder_counter_cents: decision.bidderCounter,
    agreed_cents: decision.agreed,
    deadline_at: deadline,
    next_attempt_at: deadline,
  }
}

/**
 * M2: the seller has 24 h from the end of an auction that ended `pending_seller`, in the transaction that settles it.
 * Repeating it changes nothing.
 */
export async function openDecision(
  tx: Transaction,
  ended: Pick<EndedAuction, 'auctionId' | 'vehicleId' | 'sellerId' | 'highBidderId' | 'price' | 'endedAt'>,
  accounts: Pick<Accounts, 'touch'>,
): Promise<void> {
  const { auctionId, vehicleId, sellerId, highBidderId, price, endedAt } = ended
  if (highBidderId === null) throw new Error(`Auction ${auctionId} has no high bidder to decide on`)
  const at = new Date(endedAt)
  await tx
    .insert(auction_decisions)
    .values({
      auction_id: auctionId,
      vehicle_id: vehicleId,
      seller_id: sellerId,
      bidder_id: highBidderId,
      ...columnsOf(openOver(price, endedAt)),
      created_at: at,
      updated_at: at,
    })
    .onDuplicateKeyUpdate({ set: { auction_id: sql`auction_id` } })
  await accounts.touch(tx, highBidderId, at)
}

/** The decision, held until the transaction ends; null where there is none. */
export async function lockDecision(tx: Transaction, auctionId: number): Promise<DecisionRow | null> {
  const [row] = await tx
    .select()
    .from(auction_decisions)
    .where(eq(auction_decisions.auction_id, auctionId))
    .for('update')
  return row ?? null
}

/** Writes what an answer, or silence, made of a locked decision. `answerKey` is null where nobody answered. */
export async function writeDecision(
  tx: Transaction,
  before: DecisionRow,
  after: Decision,
  { at, answerKey, accounts }: { at: Date; answerKey: string | null; accounts: Pick<Accounts, 'touch'> },
): Promise<void> {
  const isDecided = turnOf(after) === null
  const written = await tx
    .update(auction_decisions)
    .set({
      ...columnsOf(after),
      answer_key: answerKey,
      updated_at: at,
      ...(isDecided && { decided_at: at }),
    })
    .where(
      and(eq(auction_decisions.auction_id, before.auction_id), eq(auction_decisions.stage, before.stage)),
    )
  if (written.rowsAffected !== 1) throw new Error(`The decision on ${before.auction_id} was not held`)
  await accounts.touch(tx, before.bidder_id, at)
}

export async function findDecision(db: Executor, auctionId: number): Promise<DecisionRow | null> {
  const [row] = await db.select().from(auction_decisions).where(eq(auction_decisions.auction_id, auctionId))
  return row ?? null
}

/** The decision as one of the two sides, or an admin, sees it at `now` (epoch milliseconds). */
export function describeDecision(row: DecisionRow, userId: number, now: number): ShownDecision {
  const decision = decisionAt(decisionOfRow(row), now)
  const side = sideOf({ buyer_id: row.bidder_id, seller_id: row.seller_id }, userId)
  return {
    stage: decision.stage,
    your_turn: side !== null && turnOf(decision) === side,
    high_bid: decision.highBid,
    seller_counter: decision.sellerCounter,
    bidder_counter: decision.bidderCounter,
    deadline_at: dateOf(decision.deadlineAt),
    agreed_price: decision.agreed,
  }
}

/** The decision on an auction's high bid for its seller, its high bidder and admins; null for everybody else. */
export async function showDecision(
  db: Executor,
  auctionId: number,
  actor: Actor | null,
  now: number,
): Promise<ShownDecision | null> {
  if (actor === null) return null
  const row = await findDecision(db, auctionId)
  const isParty = row !== null && (row.seller_id === actor.userId || row.bidder_id === actor.userId)
  return row !== null && (isParty || isAdmin(actor)) ? describeDecision(row, actor.userId, now) : null
}
