import { type AuctionRow, findAuctionRow } from '../auctions/auction-rows.ts'
import { OUTCOME } from '../auctions/engine/auction.ts'
import { auctionMissing } from '../auctions/rooms.ts'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import type { Cents } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import type { Accounts } from '../users/account.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { refuseAmount } from './amounts.ts'
import { applyDue } from './apply-due.ts'
import { saleOf, takeStep } from './close-decision.ts'
import type { CallerContext } from './context.ts'
import {
  answerDecision,
  askedAmount,
  counterBounds,
  DECISION_STAGE,
  type Decision,
  type DecisionAnswer,
  type DecisionRefusal,
} from './decision.ts'
import {
  type DecisionRow,
  decisionOfRow,
  describeDecision,
  findDecision,
  lockDecision,
  openDecision,
} from './decision-rows.ts'
import { OFFER_SIDE, type OfferSide } from './offer.ts'
import { sideOf } from './offer-rows.ts'
import { requireBuyingPower } from './require-power.ts'
import { decidedSchema } from './schemas.ts'

interface Taken {
  told: number[]
  /** What it was sold at. */
  sold: Cents | null
}

/**
 * M2: accepts, counters or declines, by whoever's turn it is. Who repeats an answer with its `Idempotency-Key` gets the
 * same one again.
 * @throws AppError `not_found`, `forbidden` for who is neither seller nor high bidder, `wrong_status` where nothing is
 * to be decided (any more), `not_your_turn`, `buying_power`, `validation_failed` for an amount out of bounds
 */
export async function decideOnBid(
  ctx: CallerContext,
  auctionId: number,
  answer: DecisionAnswer,
): Promise<OnceResult<typeof decidedSchema>> {
  const auction = await findAuctionRow(ctx.db, auctionId)
  if (auction === null) throw auctionMissing()
  const parties = { buyer_id: auction.high_bidder_id ?? 0, seller_id: auction.seller_id }
  const side = sideOf(parties, ctx.actor.userId)
  if (side === null) throw new AppError('forbidden', 'This is between the seller and the high bidder')
  await applyDue(ctx, auction.vehicle_id)
  const answerKey = crypto.randomUUID()
  let taken: Taken = { told: [], sold: null }
  const result = await runOnce(ctx, decidedSchema, async (tx) => {
    const row = await requireDecision(tx, auction, ctx.accounts)
    const { orderId, ...rest } =
      row.answer_key === answerKey
        ? await readTaken(ctx, tx, row)
        : await take(ctx, tx, row, side, answer, answerKey)
    taken = rest
    const after = (await findDecision(tx, auctionId)) ?? row
    const value = {
      message: messageOf(after.stage),
      auction_id: auctionId,
      decision: describeDecision(after, ctx.actor.userId, ctx.now),
      order_id: orderId,
    }
    return { status: 200, value }
  })
  if (!result.replayed) report(ctx, auction.vehicle_id, result.body.decision.stage, taken)
  return result
}

/** An auction that was settled before there were decisions gets its own when somebody asks for it. */
async function requireDecision(
  tx: Transaction,
  auction: AuctionRow,
  accounts: Accounts,
): Promise<DecisionRow> {
  const row = await lockDecision(tx, auction.id)
  if (row !== null) return row
  if (auction.outcome === OUTCOME.pendingSeller && auction.settled_at !== null) {
    const ended = {
      auctionId: auction.id,
      vehicleId: auction.vehicle_id,
      sellerId: auction.seller_id,
      highBidderId: auction.high_bidder_id,
      price: auction.current_bid_cents,
      endedAt: auction.settled_at.getTime(),
    }
    await openDecision(tx, ended, accounts)
    const opened = await lockDecision(tx, auction.id)
    if (opened !== null) return opened
  }
  throw new AppError('wrong_status', 'Nothing is to be decided about this auction')
}

async function take(
  ctx: CallerContext,
  tx: Transaction,
  before: DecisionRow,
  side: OfferSide,
  answer: DecisionAnswer,
  answerKey: string,
): Promise<Taken & { orderId: number | null }> {
  const decision = decisionOfRow(before)
  // Two commands are never judged in the wrong order, whatever the clocks of two isolates say (R2).
  const now = Math.max(ctx.now, before.updated_at.getTime())
  const after = answerDecision(decision, side, answer, now)
  if ('refused' in after) throw refuse(after.refused, decision)
  // The high bid, and the bidder's own counter, are held already.
  if (side === OFFER_SIDE.buyer && after.stage !== DECISION_STAGE.declinedByBidder)
    await requireBuyingPower(ctx, tx, before.bidder_id, askedAmount(after))
  const step = { before, after, at: new Date(now), answerKey, audit: ctx, accounts: ctx.accounts }
  return { ...(await takeStep(tx, step, ctx.onSold)), sold: after.agreed }
}

/** A transaction that is run again finds its own answer, and the order that it made. */
async function readTaken(
  ctx: CallerContext,
  tx: Transaction,
  row: DecisionRow,
): Promise<Taken & { orderId: number | null }> {
  const told = [row.seller_id, row.bidder_id]
  if (row.agreed_cents === null) return { told, sold: null, orderId: null }
  const orderId = await ctx.onSold(tx, saleOf(row, row.agreed_cents, row.updated_at))
  return { told, sold: row.agreed_cents, orderId }
}

function refuse(refused: DecisionRefusal, decision: Decision): AppError {
  switch (refused) {
    case 'decided':
      return new AppError('wrong_status', 'This is decided already')
    case 'not_your_turn':
      return new AppError('not_your_turn')
    case 'no_more_counters':
      return new AppError('wrong_status', 'After the bidder’s counter it can only be accepted or declined')
    case 'amount_out_of_bounds':
      return refuseAmount(counterBounds(decision) ?? { above: null, below: null })
  }
}

const MESSAGES: Record<Decision['stage'], string> = {
  seller: 'The seller decides',
  bidder: 'Counter sent to the bidder',
  seller_final: 'Counter sent to the seller',
  sold: 'Sold',
  declined_by_seller: 'Declined',
  declined_by_bidder: 'Declined',
  expired: 'Nobody answered in time',
}
const messageOf = (stage: Decision['stage']): string => MESSAGES[stage]

function report(ctx: CallerContext, vehicleId: number, stage: string, { told, sold }: Taken): void {
  ctx.accounts.tell()
  ctx.announce(told)
  if (sold !== null) {
    ctx.countSale(sold)
    ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.sold })
  } else if (stage === DECISION_STAGE.declinedBySeller || stage === DECISION_STAGE.declinedByBidder) {
    ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.active })
    ctx.onVehicleActive(ctx, vehicleId)
  }
}
