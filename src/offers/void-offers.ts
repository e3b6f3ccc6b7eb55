import { and, eq, inArray, isNotNull } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { offers } from '../db/schema/offers.ts'
import { AppError } from '../platform/errors.ts'
import { findVehicle } from '../vehicles/find-vehicle.ts'
import { noticeOfOvertaken, noticesOfEnd, VOID_REASON, type VoidReason } from './notices.ts'
import { OFFER_KIND, OFFER_STATUS, statusAt } from './offer.ts'
import { NOT_STANDING, type OfferRow, roundOf } from './offer-rows.ts'

interface AboutVehicle {
  vehicleId: number
  at: Date
}

/**
 * M4: scheduling an auction voids what stands and tells both sides. The vehicle is locked by its new status.
 * @returns who was told
 * @throws AppError `wrong_status` while a second chance stands (M1)
 */
export const voidForAuction = (tx: Transaction, about: AboutVehicle): Promise<number[]> =>
  voidUnlessKept(tx, about, VOID_REASON.auctionScheduled)

/**
 * An offer is for the vehicle as it was described: another description voids what stands and tells both sides. The
 * vehicle is locked.
 * @returns who was told
 * @throws AppError `wrong_status` while a second chance stands: it is for the vehicle that was bid on
 */
export const voidForDescription = (tx: Transaction, about: AboutVehicle): Promise<number[]> =>
  voidUnlessKept(tx, about, VOID_REASON.described)

/** What is due already is left to its deadline. */
async function voidUnlessKept(
  tx: Transaction,
  { vehicleId, at }: AboutVehicle,
  reason: VoidReason,
): Promise<number[]> {
  const standing = (await lockStanding(tx, vehicleId)).filter(
    (row) => statusAt(roundOf(row), at.getTime()) === OFFER_STATUS.pending,
  )
  if (standing.some(({ kind }) => kind === OFFER_KIND.secondChance))
    throw new AppError('wrong_status', 'A second chance is offered: the next bidder answers first')
  return await voidAll(tx, standing, at, reason)
}

/** What stands falls with its listing. @returns who was told */
export async function voidForGone(tx: Transaction, { vehicleId, at }: AboutVehicle): Promise<number[]> {
  return await voidAll(tx, await lockStanding(tx, vehicleId), at, VOID_REASON.vehicleGone)
}

/** M4: accepting one rejects the others. @returns who was told */
export async function rejectOthers(
  tx: Transaction,
  { vehicleId, acceptedId, at }: { vehicleId: number; acceptedId: number; at: Date },
): Promise<number[]> {
  const others = (await lockStanding(tx, vehicleId)).filter(({ id }) => id !== acceptedId)
  const vehicle = await findVehicle(tx, vehicleId)
  if (others.length === 0 || vehicle === null) return []
  const status = OFFER_STATUS.rejected
  await endAll(tx, others, status, at)
  const notices = others.map((row) => noticeOfOvertaken({ ...row, status }, vehicle, at))
  await insertNotices(tx, notices)
  return notices.map(({ userId }) => userId)
}

/** Every round of a vehicle that stands, held until the transaction ends. Whoever asks has locked the vehicle. */
async function lockStanding(tx: Transaction, vehicleId: number): Promise<OfferRow[]> {
  return await tx
    .select()
    .from(offers)
    .where(and(eq(offers.vehicle_id, vehicleId), isNotNull(offers.standing_key)))
    .orderBy(offers.id)
    .for('update')
}

async function voidAll(
  tx: Transaction,
  rows: readonly OfferRow[],
  at: Date,
  reason: VoidReason,
): Promise<number[]> {
  const [first] = rows
  const vehicle = first === undefined ? null : await findVehicle(tx, first.vehicle_id)
  if (vehicle === null) return []
  const status = OFFER_STATUS.voided
  await endAll(tx, rows, status, at)
  const notices = rows.flatMap((row) => noticesOfEnd({ ...row, status }, vehicle, at, reason))
  await insertNotices(tx, notices)
  return notices.map(({ userId }) => userId)
}

async function endAll(
  tx: Transaction,
  rows: readonly OfferRow[],
  status: OfferRow['status'],
  at: Date,
): Promise<void> {
  await tx
    .update(offers)
    .set({ status, ...NOT_STANDING, updated_at: at })
    .where(
      inArray(
        offers.id,
        rows.map(({ id }) => id),
      ),
    )
}
