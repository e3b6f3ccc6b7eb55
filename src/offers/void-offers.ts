import { and, eq, inArray, isNotNull } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { offers } from '../db/schema/offers.ts'
import { AppError } from '../platform/errors.ts'
import { findVehicle, lockVehicle } from '../vehicles/find-vehicle.ts'
import type { DueContext } from './context.ts'
import { noticeOfOvertaken, noticesOfEnd, VOID_REASON, type VoidReason } from './notices.ts'
import { OFFER_KIND, OFFER_STATUS, statusAt } from './offer.ts'
import { NOT_STANDING, type OfferRow, roundOf, sideOf } from './offer-rows.ts'

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

/**
 * M4, M17: what a person negotiates who may trade no more, as buyer or seller, falls, and the other side is told; a
 * vehicle that was kept for their answer is free (M1). What is due already is left to its deadline. Each vehicle's in a
 * transaction of its own; repeating it changes nothing.
 */
export async function voidForPerson(
  ctx: Pick<DueContext, 'db' | 'announce' | 'now'>,
  userId: number,
): Promise<void> {
  const at = new Date(ctx.now)
  const standing = await Promise.all(
    [offers.buyer_id, offers.seller_id].map((side) =>
      ctx.db
        .selectDistinct({ vehicleId: offers.vehicle_id })
        .from(offers)
        .where(and(eq(side, userId), isNotNull(offers.standing_key))),
    ),
  )
  for (const vehicleId of new Set(standing.flat().map((row) => row.vehicleId))) {
    const told = await ctx.db.transaction(async (tx) => {
      const vehicle = await lockVehicle(tx, vehicleId)
      const rows = (await lockStanding(tx, vehicleId)).filter(
        (row) => sideOf(row, userId) !== null && statusAt(roundOf(row), ctx.now) === OFFER_STATUS.pending,
      )
      if (vehicle === null || rows.length === 0) return []
      const status = OFFER_STATUS.voided
      await endAll(tx, rows, status, at)
      const notices = rows
        .flatMap((row) => noticesOfEnd({ ...row, status }, vehicle, at, VOID_REASON.partyGone))
        .filter((notice) => notice.userId !== userId)
      await insertNotices(tx, notices)
      return notices.map((notice) => notice.userId)
    })
    ctx.announce(told)
  }
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
