import { and, eq, inArray, or } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { auction_decisions } from '../db/schema/offers.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { takeStep } from './close-decision.ts'
import type { DueContext } from './context.ts'
import { answerDecision, DECISION_ACTION, DECISION_STAGE } from './decision.ts'
import { decisionOfRow, lockDecision } from './decision-rows.ts'
import { sideOf } from './offer-rows.ts'

const S = DECISION_STAGE

/**
 * M2, M17: where the next word is a person's who may trade no more, it is no. The other side is told and bound no
 * longer, and the vehicle is active again. Repeating it changes nothing.
 */
export async function declineForPerson(ctx: DueContext, userId: number): Promise<void> {
  const { auction_id, bidder_id, seller_id, stage } = auction_decisions
  const waiting = await ctx.db
    .select({ auctionId: auction_id })
    .from(auction_decisions)
    .where(
      or(
        and(eq(bidder_id, userId), eq(stage, S.bidder)),
        and(eq(seller_id, userId), inArray(stage, [S.seller, S.sellerFinal])),
      ),
    )
  for (const { auctionId } of waiting) {
    const told = await ctx.db.transaction((tx) => decline(tx, ctx, auctionId, userId))
    if (told === null) continue
    ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.active })
    ctx.accounts.tell()
    ctx.announce(told)
  }
}

/** @returns who was told; null where it is not theirs to say any more */
async function decline(
  tx: Transaction,
  ctx: DueContext,
  auctionId: number,
  userId: number,
): Promise<number[] | null> {
  const before = await lockDecision(tx, auctionId)
  const side =
    before === null ? null : sideOf({ buyer_id: before.bidder_id, seller_id: before.seller_id }, userId)
  if (before === null || side === null) return null
  const now = Math.max(ctx.now, before.updated_at.getTime())
  const after = answerDecision(decisionOfRow(before), side, { action: DECISION_ACTION.decline }, now)
  if ('refused' in after) return null
  const audit = { requestId: ctx.requestId, now }
  const step = { before, after, at: new Date(now), answerKey: null, audit, accounts: ctx.accounts }
  return (await takeStep(tx, step, null)).told
}
