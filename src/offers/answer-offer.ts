import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { offers } from '../db/schema/offers.ts'
import type { Cents } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import { lockVehicle, type VehicleRow, vehicleMissing } from '../vehicles/find-vehicle.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { acceptRound, saleOf } from './accept-round.ts'
import { refuseAmount } from './amounts.ts'
import { applyDue } from './apply-due.ts'
import type { CallerContext } from './context.ts'
import { mayBuy } from './eligibility.ts'
import { insertRound } from './make-offer.ts'
import { noticeOfRound } from './notices.ts'
import {
  answerRound,
  counterBounds,
  isWithin,
  OFFER_ACTION,
  OFFER_SIDE,
  OFFER_STATUS,
  type OfferRefusal,
  type OfferSide,
} from './offer.ts'
import {
  describeOffer,
  findByCreationKey,
  lockOffer,
  NOT_STANDING,
  type OfferRow,
  requireParty,
  roundOf,
} from './offer-rows.ts'
import { requireBuyingPower } from './require-power.ts'
import { type OfferInput, offerAnsweredSchema } from './schemas.ts'

export type OfferAnswer =
  | { readonly action: 'accept' | 'reject' | 'withdraw' }
  | ({ readonly action: 'counter' } & OfferInput)

interface Answered {
  /** The round that the caller is shown: the one that was answered, or the counter. */
  row: OfferRow
  told: number[]
  orderId: number | null
  sold: Cents | null
}

/**
 * M4: one side's answer to a round that stands, or its maker's withdrawal. Under the vehicle's lock, so that of any
 * answers at the same moment one wins. Who repeats one with its `Idempotency-Key` gets the same answer again.
 * @throws AppError `not_found` for who is not party to it, `not_your_turn`, `wrong_status` where it stands no more or
 * the vehicle cannot be sold now, `rounds_used`, `not_eligible`, `buying_power`, `validation_failed` for an amount out of bounds
 */
export async function answerOffer(
  ctx: CallerContext,
  offerId: number,
  answer: OfferAnswer,
): Promise<OnceResult<typeof offerAnsweredSchema>> {
  const { row: seen, side } = await requireParty(ctx.db, offerId, ctx.actor)
  await applyDue(ctx, seen.vehicle_id)
  const answerKey = crypto.randomUUID()
  let answered: Answered | null = null
  const result = await runOnce(ctx, offerAnsweredSchema, async (tx) => {
    const vehicle = await lockVehicle(tx, seen.vehicle_id)
    if (vehicle === null) throw vehicleMissing()
    const row = await lockOffer(tx, offerId)
    answered =
      row.answer_key === answerKey
        ? await readAnswered(ctx, tx, row, answerKey)
        : await take(ctx, tx, { row, vehicle, side, answer, answerKey })
    const offer = await describeOffer(tx, answered.row, ctx.actor.userId, ctx.now)
    return { status: 200, value: { message: MESSAGES[answer.action], offer, order_id: answered.orderId } }
  })
  if (answered !== null) report(ctx, answered)
  return result
}

const MESSAGES: Record<OfferAnswer['action'], string> = {
  accept: 'Offer accepted',
  reject: 'Offer rejected',
  counter: 'Counter-offer sent',
  withdraw: 'Offer withdrawn',
}

interface Taking {
  row: OfferRow
  vehicle: VehicleRow
  side: OfferSide
  answer: OfferAnswer
  answerKey: string
}

async function take(ctx: CallerContext, tx: Transaction, taking: Taking): Promise<Answered> {
  const { row, vehicle, side, answer, answerKey } = taking
  const judged = answerRound(roundOf(row), side, answer.action, ctx.now)
  if ('refused' in judged) throw refuse(judged.refused)
  const at = new Date(ctx.now)
  const commits = answer.action === OFFER_ACTION.accept || answer.action === OFFER_ACTION.counter
  if (commits) await requireSellable(ctx, tx, row, vehicle, side)
  await requirePower(ctx, tx, taking)
  const after = { ...row, status: judged.status, ...NOT_STANDING, answer_key: answerKey, updated_at: at }
  const { status, answer_key, updated_at } = after
  await tx
    .update(offers)
    .set({ status, ...NOT_STANDING, answer_key, updated_at })
    .where(eq(offers.id, row.id))
  const other = side === OFFER_SIDE.buyer ? row.seller_id : row.buyer_id
  if (answer.action === OFFER_ACTION.counter) {
    const counter = await insertCounter(tx, taking, answer, at)
    return { row: counter, told: [other], orderId: null, sold: null }
  }
  await insertNotices(tx, [noticeOfRound(after, vehicle, at)])
  if (answer.action !== OFFER_ACTION.accept) return { row: after, told: [other], orderId: null, sold: null }
  const { orderId, told } = await acceptRound(ctx, tx, after)
  return { row: after, told: [other, ...told], orderId, sold: row.amount_cents }
}

/** Whoever accepts or counters binds themselves: the vehicle is there to be sold, and the buyer may buy. */
async function requireSellable(
  ctx: CallerContext,
  tx: Transaction,
  row: OfferRow,
  vehicle: VehicleRow,
  side: OfferSide,
): Promise<void> {
  if (vehicle.status !== VEHICLE_STATUS.active) {
    throw new AppError('wrong_status', `Not possible for a vehicle that is ${vehicle.status}`)
  }
  if (await mayBuy(tx, row.buyer_id, ctx.settings)) return
  if (side === OFFER_SIDE.buyer) throw new AppError('not_eligible', 'You may not buy at present')
  throw buyerMayNot()
}

const buyerMayNot = (cause?: unknown) =>
  new AppError('wrong_status', 'This buyer may not buy at present', { cause })

/** Of a buyer who accepts or counters, and of one whose offer is accepted: how much they may owe is theirs to know. */
async function requirePower(
  ctx: CallerContext,
  tx: Transaction,
  { row, side, answer }: Taking,
): Promise<void> {
  const isSold = answer.action === OFFER_ACTION.accept
  if (!isSold && (answer.action !== OFFER_ACTION.counter || side === OFFER_SIDE.seller)) return
  const amount = answer.action === OFFER_ACTION.counter ? answer.amount : row.amount_cents
  try {
    await requireBuyingPower(ctx, tx, row.buyer_id, amount)
  } catch (error) {
    const isTheirs = side === OFFER_SIDE.seller && error instanceof AppError && error.code === 'buying_power'
    throw isTheirs ? buyerMayNot(error) : error
  }
}

async function insertCounter(
  tx: Transaction,
  { row, vehicle, side, answerKey }: Taking,
  { amount, message }: OfferInput,
  at: Date,
): Promise<OfferRow> {
  const bounds = counterBounds(row.amount_cents, await previousAmount(tx, row), vehicle.buy_now_price_cents)
  if (!isWithin(amount, bounds)) throw refuseAmount(bounds)
  const { kind, vehicle_id, auction_id, buyer_id, buyer_alias, seller_id, standing_key } = row
  return await insertRound(tx, vehicle, {
    kind,
    vehicle_id,
    auction_id,
    buyer_id,
    buyer_alias,
    seller_id,
    made_by: side,
    amount_cents: amount,
    message: message ?? null,
    round: row.round + 1,
    previous_id: row.id,
    standing_key,
    creation_key: answerKey,
    created_at: at,
  })
}

async function previousAmount(tx: Transaction, { previous_id }: OfferRow): Promise<Cents | null> {
  if (previous_id === null) return null
  const [previous] = await tx
    .select({ amount: offers.amount_cents })
    .from(offers)
    .where(eq(offers.id, previous_id))
  return previous?.amount ?? null
}

/** A transaction that is run again finds its own answer, the counter or the order that it made. */
async function readAnswered(
  ctx: CallerContext,
  tx: Transaction,
  row: OfferRow,
  answerKey: string,
): Promise<Answered> {
  const told = [row.buyer_id, row.seller_id]
  const counter = await findByCreationKey(tx, answerKey)
  if (counter !== null) return { row: counter, told, orderId: null, sold: null }
  if (row.status !== OFFER_STATUS.accepted) return { row, told, orderId: null, sold: null }
  return { row, told, orderId: await ctx.onSold(tx, saleOf(row)), sold: row.amount_cents }
}

function refuse(refused: OfferRefusal): AppError {
  switch (refused) {
    case 'not_standing':
      return new AppError('wrong_status', 'This offer stands no more')
    case 'not_for_this_kind':
      return new AppError('wrong_status', 'A second chance can only be accepted or rejected')
    case 'not_your_turn':
    case 'rounds_used':
      return new AppError(refused)
  }
}

function report(ctx: CallerContext, { told, sold }: Answered): void {
  ctx.accounts.tell()
  ctx.announce(told)
  if (sold === null) return
  ctx.countSale(sold)
  ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.sold })
}
