import { decideOutcome } from '../auctions/decide-outcome.ts'
import { OUTCOME } from '../auctions/engine/auction.ts'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { centsToDollars, formatAmount } from '../lib/money.ts'
import { nameAuctionSale } from '../market/sale.ts'
import { NOTIFICATION_TYPE } from '../notifications/notification.ts'
import type { Accounts } from '../users/account.ts'
import { AUDIT_SUBJECT, type AuditContext, recordAudit } from '../users/audit.ts'
import { leaveAuction } from '../vehicles/auction-status.ts'
import { findVehicle } from '../vehicles/find-vehicle.ts'
import type { OnSold } from './context.ts'
import { askedAmount, DECISION_STAGE, type Decision, isOpen } from './decision.ts'
import { type DecisionRow, decisionOfRow, writeDecision } from './decision-rows.ts'
import { noticeOfDecision } from './notices.ts'

const T = NOTIFICATION_TYPE
const S = DECISION_STAGE

/** A step of a decision about to be written under its lock. */
export interface DecisionStep {
  readonly before: DecisionRow
  readonly after: Decision
  /** The instant as of which it is judged. */
  readonly at: Date
  /** Of the request; null where it was silence. */
  readonly answerKey: string | null
  readonly audit: AuditContext
  readonly accounts: Accounts
}

/**
 * Writes what was said, or silence, and what follows from it where the decision is over (M1, R16): sold makes the
 * order and marks the vehicle sold; anything else leaves the auction unsold and the vehicle active.
 * @returns who was told, and the order's id
 */
export async function takeStep(
  tx: Transaction,
  step: DecisionStep,
  onSold: OnSold | null,
): Promise<{ told: number[]; orderId: number | null }> {
  const { before, after } = step
  await writeDecision(tx, before, after, step)
  const orderId = isOpen(after) ? null : await close(tx, step, onSold)
  const told = await tellStep(tx, step)
  return { told, orderId }
}

/** The sale that a decision came to, as of `at`. */
export const saleOf = (row: DecisionRow, price: Decision['highBid'], at: Date) => ({
  ...nameAuctionSale(row.auction_id, at.getTime()),
  auctionId: row.auction_id,
  vehicleId: row.vehicle_id,
  buyerId: row.bidder_id,
  sellerId: row.seller_id,
  price,
  soldAt: at.getTime(),
})

async function close(tx: Transaction, step: DecisionStep, onSold: OnSold | null): Promise<number | null> {
  const { before, after, at, audit } = step
  const { auction_id: auctionId, vehicle_id: vehicleId } = before
  const isSold = after.agreed !== null
  if (!(await decideOutcome(tx, { auctionId, isSold, at }))) {
    throw new Error(`Auction ${auctionId} is not pending its seller's decision`)
  }
  await leaveAuction(tx, { vehicleId, isSold, at })
  await recordAudit(tx, audit, {
    action: 'auction.decided',
    subject: AUDIT_SUBJECT.auction,
    subjectId: auctionId,
    before: { outcome: OUTCOME.pendingSeller, stage: before.stage },
    after: {
      outcome: isSold ? OUTCOME.sold : OUTCOME.unsold,
      stage: after.stage,
      agreed_price: after.agreed === null ? null : centsToDollars(after.agreed),
    },
  })
  if (after.agreed === null) return null
  if (onSold === null) throw new Error(`Silence cannot sell auction ${auctionId}`)
  return await onSold(tx, saleOf(before, after.agreed, at))
}

async function tellStep(tx: Transaction, { before, after, at }: DecisionStep): Promise<number[]> {
  const vehicle = await findVehicle(tx, before.vehicle_id)
  if (vehicle === null) throw new Error(`Vehicle ${before.vehicle_id} is gone`)
  const { auction_id: auctionId, vehicle_id: vehicleId, seller_id: seller, bidder_id: bidder } = before
  const answered = askedAmount(decisionOfRow(before))
  const price = formatAmount(askedAmount(after))
  const until = after.deadlineAt === null ? '' : ` Until ${new Date(after.deadlineAt).toISOString()}.`
  const amount = { amount: centsToDollars(askedAmount(after)) }
  const tell = (userId: number, ...text: Parameters<typeof noticeOfDecision>[2]) =>
    noticeOfDecision({ auctionId, vehicleId, vehicle, stage: after.stage, amount }, userId, text, at)

  const notices = {
    [S.seller]: () => [],
    [S.bidder]: () => [tell(bidder, T.offerCountered, 'Counter-offer', `The seller asks ${price}.${until}`)],
    [S.sellerFinal]: () => [
      tell(seller, T.sellerDecisionDue, 'Your decision is due', `The bidder offers ${price}.${until}`),
    ],
    [S.sold]: () => [
      tell(bidder, T.auctionWon, 'Auction won', `It is yours at ${price}.`),
      ...(before.stage === S.bidder
        ? [tell(seller, T.offerAccepted, 'Counter-offer accepted', `Sold for ${price}.`)]
        : []),
    ],
    [S.declinedBySeller]: () => [
      before.stage === S.seller
        ? tell(bidder, T.auctionLost, 'Auction lost', `The seller declined your bid of ${price}.`)
        : tell(bidder, T.offerRejected, 'Counter-offer rejected', `The seller declined ${price}.`),
    ],
    [S.declinedByBidder]: () => [
      tell(seller, T.offerRejected, 'Counter-offer rejected', `The bidder declined ${price}.`),
    ],
    [S.expired]: () =>
      [seller, bidder].map((userId) =>
        tell(userId, T.offerExpired, 'Not sold', `Nobody answered ${formatAmount(answered)} in time.`),
      ),
  }[after.stage]()
  await insertNotices(tx, notices)
  return notices.map(({ userId }) => userId)
}
