import { and, asc, eq, isNotNull, lte } from 'drizzle-orm'
import { applyDueRows, DUE_ROWS_A_TURN } from '../db/apply-due-rows.ts'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { auction_decisions, offers } from '../db/schema/offers.ts'
import { findVehicle } from '../vehicles/find-vehicle.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { takeStep } from './close-decision.ts'
import type { DueContext } from './context.ts'
import { decisionAt, isOpen } from './decision.ts'
import { decisionOfRow, lockDecision } from './decision-rows.ts'
import { noticesOfEnd } from './notices.ts'
import { OFFER_STATUS, statusAt } from './offer.ts'
import { lockOffer, NOT_STANDING, type OfferRow, roundOf } from './offer-rows.ts'

/**
 * Applies what is due of a vehicle, each deadline as of its own instant: whoever acts on the vehicle does this first,
 * so that nothing depends on when the sweeper comes (M2–M4).
 */
export async function applyDue(ctx: DueContext, vehicleId: number): Promise<void> {
  const at = new Date(ctx.now)
  const [dueOffers, dueDecisions] = await Promise.all([
    ctx.db
      .select({ id: offers.id })
      .from(offers)
      .where(
        and(eq(offers.vehicle_id, vehicleId), isNotNull(offers.standing_key), lte(offers.expires_at, at)),
      ),
    ctx.db
      .select({ id: auction_decisions.auction_id })
      .from(auction_decisions)
      .where(and(eq(auction_decisions.vehicle_id, vehicleId), lte(auction_decisions.deadline_at, at))),
  ])
  for (const { id } of dueDecisions) await expireDecision(ctx, id)
  for (const { id } of dueOffers) await expireOffer(ctx, id)
}

/**
 * The sweeper's turn: offers and decisions whose time is over, the oldest first, 500 of each. Everything here may
 * happen twice. @returns how many it looked at
 */
export async function sweepOffers(ctx: DueContext): Promise<number> {
  const at = new Date(ctx.now)
  const dueDecisions = await ctx.db
    .select({ id: auction_decisions.auction_id })
    .from(auction_decisions)
    .where(lte(auction_decisions.next_attempt_at, at))
    .orderBy(asc(auction_decisions.next_attempt_at))
    .limit(DUE_ROWS_A_TURN)
  const dueOffers = await ctx.db
    .select({ id: offers.id })
    .from(offers)
    .where(lte(offers.next_attempt_at, at))
    .orderBy(asc(offers.next_attempt_at))
    .limit(DUE_ROWS_A_TURN)
  const decisions = await applyDueRows(ctx, {
    kind: 'decision',
    ids: dueDecisions.map(({ id }) => id),
    apply: (id) => expireDecision(ctx, id),
    stepBack: (id, next_attempt_at) =>
      ctx.db
        .update(auction_decisions)
        .set({ next_attempt_at })
        .where(and(eq(auction_decisions.auction_id, id), isNotNull(auction_decisions.deadline_at))),
  })
  const rounds = await applyDueRows(ctx, {
    kind: 'offer',
    ids: dueOffers.map(({ id }) => id),
    apply: (id) => expireOffer(ctx, id),
    stepBack: (id, next_attempt_at) =>
      ctx.db
        .update(offers)
        .set({ next_attempt_at })
        .where(and(eq(offers.id, id), isNotNull(offers.standing_key))),
  })
  return decisions + rounds
}

/** M2: silence is no, as of the deadline, and the vehicle active again. */
async function expireDecision(ctx: DueContext, auctionId: number): Promise<void> {
  const told = await ctx.db.transaction(async (tx) => {
    const before = await lockDecision(tx, auctionId)
    if (before === null || before.deadline_at === null) return null
    const decision = decisionOfRow(before)
    const after = decisionAt(decision, ctx.now)
    if (isOpen(after)) return null
    const audit = { requestId: ctx.requestId, now: ctx.now }
    const step = { before, after, at: before.deadline_at, answerKey: null, audit, accounts: ctx.accounts }
    return (await takeStep(tx, step, null)).told
  })
  if (told === null) return
  ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.active })
  ctx.accounts.tell()
  ctx.announce(told)
}

/** M4: nobody answered in time, as of the deadline. */
async function expireOffer(ctx: DueContext, offerId: number): Promise<void> {
  const told = await ctx.db.transaction(async (tx) => {
    const row = await lockOffer(tx, offerId)
    const isDue = row.status === OFFER_STATUS.pending && statusAt(roundOf(row), ctx.now) !== row.status
    return isDue ? await expire(tx, row) : []
  })
  ctx.announce(told)
}

async function expire(tx: Transaction, row: OfferRow): Promise<number[]> {
  const vehicle = await findVehicle(tx, row.vehicle_id)
  if (vehicle === null) throw new Error(`Vehicle ${row.vehicle_id} is gone`)
  const status = OFFER_STATUS.expired
  await tx
    .update(offers)
    .set({ status, ...NOT_STANDING, updated_at: row.expires_at })
    .where(eq(offers.id, row.id))
  const notices = noticesOfEnd({ ...row, status }, vehicle, row.expires_at, null)
  await insertNotices(tx, notices)
  return notices.map(({ userId }) => userId)
}
