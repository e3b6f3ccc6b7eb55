import type { Transaction } from '../db/client.ts'
import { findAnswer, type OnceResult, runOnce } from '../db/idempotency.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { offers } from '../db/schema/offers.ts'
import { AppError } from '../platform/errors.ts'
import { lockVehicle, requireVisible, type VehicleRow, vehicleMissing } from '../vehicles/find-vehicle.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { refuseAmount } from './amounts.ts'
import { applyDue } from './apply-due.ts'
import type { CallerContext } from './context.ts'
import { mayBuy } from './eligibility.ts'
import { noticeOfRound } from './notices.ts'
import { isWithin, OFFER_KIND, OFFER_MS, OFFER_SIDE, OFFER_STATUS, offerBounds } from './offer.ts'
import { describeOffer, findByCreationKey, findStanding, listingKey, type OfferRow } from './offer-rows.ts'
import { type OfferInput, offerMadeSchema } from './schemas.ts'

/**
 * M4: an offer on an active vehicle, below its buy-now price, for 48 h; one standing offer per buyer and vehicle.
 * @throws AppError `not_found`, `forbidden` on a vehicle of one's own, `not_eligible`, `wrong_status` where the vehicle
 * is not active, `offer_stands`, `validation_failed` for an amount out of bounds
 */
export async function makeOffer(
  ctx: CallerContext,
  vehicleId: number,
  input: OfferInput,
): Promise<OnceResult<typeof offerMadeSchema>> {
  const { actor, now } = ctx
  const answered = await findAnswer(ctx, offerMadeSchema)
  if (answered !== null) return answered
  const seen = await requireVisible(ctx.db, vehicleId, actor)
  if (seen.seller_id === actor.userId) throw new AppError('forbidden', 'This vehicle is your own')
  await applyDue(ctx, vehicleId)
  const creationKey = crypto.randomUUID()
  let sellerId: number | null = null
  const result = await runOnce(ctx, offerMadeSchema, async (tx) => {
    // Locked before anything is read: what is read afterwards is what stands then.
    const vehicle = await lockVehicle(tx, vehicleId)
    if (vehicle === null) throw vehicleMissing()
    const standing = await findStanding(tx, listingKey(vehicleId, actor.userId))
    if (standing !== null && standing.creation_key !== creationKey) throw new AppError('offer_stands')
    const made = standing ?? (await findByCreationKey(tx, creationKey))
    const row = made ?? (await insertOffer(ctx, tx, vehicle, input, creationKey))
    sellerId = row.seller_id
    const offer = await describeOffer(tx, row, actor.userId, now)
    return { status: 201, value: { message: 'Offer sent', offer } }
  })
  if (sellerId !== null) ctx.announce([sellerId])
  return result
}

async function insertOffer(
  ctx: CallerContext,
  tx: Transaction,
  vehicle: VehicleRow,
  { amount, message }: OfferInput,
  creationKey: string,
): Promise<OfferRow> {
  const { actor, now, settings } = ctx
  if (vehicle.status !== VEHICLE_STATUS.active) {
    throw new AppError('wrong_status', `Not possible for a vehicle that is ${vehicle.status}`)
  }
  if (!(await mayBuy(tx, actor.userId, settings))) {
    throw new AppError('not_eligible', 'You may not buy at present')
  }
  const bounds = offerBounds(vehicle.buy_now_price_cents)
  if (!isWithin(amount, bounds)) throw refuseAmount(bounds)
  return await insertRound(tx, vehicle, {
    kind: OFFER_KIND.listing,
    vehicle_id: vehicle.id,
    auction_id: null,
    buyer_id: actor.userId,
    buyer_alias: null,
    seller_id: vehicle.seller_id,
    made_by: OFFER_SIDE.buyer,
    amount_cents: amount,
    message: message ?? null,
    round: 1,
    previous_id: null,
    standing_key: listingKey(vehicle.id, actor.userId),
    creation_key: creationKey,
    created_at: new Date(now),
  })
}

type NewRound = Omit<
  OfferRow,
  'id' | 'status' | 'expires_at' | 'next_attempt_at' | 'answer_key' | 'updated_at'
>

/** Inserts a round that stands from `created_at` for as long as its kind does, and tells the other side. */
export async function insertRound(
  tx: Transaction,
  vehicle: Parameters<typeof noticeOfRound>[1],
  round: NewRound,
): Promise<OfferRow> {
  const { created_at } = round
  const expires_at = new Date(created_at.getTime() + OFFER_MS[round.kind])
  const values = {
    ...round,
    status: OFFER_STATUS.pending,
    expires_at,
    next_attempt_at: expires_at,
    answer_key: null,
    updated_at: created_at,
  }
  const [made] = await tx.insert(offers).values(values).$returningId()
  if (made === undefined) throw new Error('The database gave no id')
  const row = { ...values, id: made.id }
  await insertNotices(tx, [noticeOfRound(row, vehicle, created_at)])
  return row
}
