import type { Transaction } from '../db/client.ts'
import { centsToDollars } from '../lib/money.ts'
import { nameOfferSale, nameSecondChanceSale, type Sale } from '../market/sale.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { sellVehicle } from '../vehicles/sell-vehicle.ts'
import type { CallerContext } from './context.ts'
import { OFFER_KIND, OFFER_STATUS, statusAt } from './offer.ts'
import { findStanding, type OfferRow, roundOf, secondChanceKey } from './offer-rows.ts'
import { rejectOthers } from './void-offers.ts'

/** The sale that an accepted round is, as of its acceptance (M5). */
export function saleOf(row: OfferRow): Sale {
  const soldAt = row.updated_at.getTime()
  const isChance = row.kind === OFFER_KIND.secondChance
  return {
    ...(isChance ? nameSecondChanceSale(row.id, soldAt) : nameOfferSale(row.id, soldAt)),
    auctionId: row.auction_id,
    vehicleId: row.vehicle_id,
    buyerId: row.buyer_id,
    sellerId: row.seller_id,
    price: row.amount_cents,
    soldAt,
  }
}

/**
 * What follows from accepting a round whose new status is written: the vehicle is sold, the other offers are rejected,
 * and the order is made (M4, M3). The vehicle is locked.
 * @returns the order's id, and who else was told
 * @throws AppError `wrong_status` while a second chance stands (M1)
 */
export async function acceptRound(
  ctx: CallerContext,
  tx: Transaction,
  row: OfferRow,
): Promise<{ orderId: number; told: number[] }> {
  const { vehicle_id: vehicleId, updated_at: at } = row
  if (row.kind === OFFER_KIND.listing && (await hasSecondChance(tx, vehicleId, at))) {
    throw new AppError('wrong_status', 'A second chance is offered: the next bidder answers first')
  }
  if (!(await sellVehicle(tx, { vehicleId, at }))) {
    throw new AppError('wrong_status', 'Only an active vehicle can be sold')
  }
  const told = await rejectOthers(tx, { vehicleId, acceptedId: row.id, at })
  const orderId = await ctx.onSold(tx, saleOf(row))
  await recordAudit(tx, ctx, {
    action: 'offer.accepted',
    subject: AUDIT_SUBJECT.offer,
    subjectId: row.id,
    before: { status: OFFER_STATUS.pending },
    after: {
      status: row.status,
      kind: row.kind,
      amount: centsToDollars(row.amount_cents),
      vehicle_id: vehicleId,
      order_id: orderId,
    },
  })
  return { orderId, told }
}

/** Whether a second chance stands at `at`. */
export async function hasSecondChance(tx: Transaction, vehicleId: number, at: Date): Promise<boolean> {
  const standing = await findStanding(tx, secondChanceKey(vehicleId))
  return standing !== null && statusAt(roundOf(standing), at.getTime()) === OFFER_STATUS.pending
}
