import { bounded } from '../lib/bounded.ts'
import { describeError } from '../lib/error-text.ts'
import { SECOND_MS } from '../lib/time.ts'
import { AppError } from '../platform/errors.ts'
import { findPrimaryImageKey, findVehicle, summarize } from '../vehicles/find-vehicle.ts'
import { type AuctionRow, findAuctionRow, termsOf } from './auction-rows.ts'
import type { AuctionContext } from './context.ts'
import type { ArmRequest, Refusal } from './live/contract.ts'
import { auctionMissing, refuse } from './rooms.ts'

const ARM_WAIT_MAX_MS = 3 * SECOND_MS

type ArmContext = Pick<AuctionContext, 'db' | 'rooms' | 'requestId' | 'log'>

/** Arms a room; one that is armed keeps what it has. @throws AppError `unavailable` */
export async function armRoom(ctx: ArmContext, request: ArmRequest): Promise<void> {
  const { auctionId } = request.terms
  const armed = await ctx.rooms(auctionId, 'repeatable', (room) => room.arm(request, ctx.requestId))
  if (!armed.ok) throw refuse(armed)
}

/** Arms the room of a stored auction, which also makes a room that was armed look for what is due. */
export async function armStored(ctx: ArmContext, row: AuctionRow): Promise<void> {
  const vehicle = await findVehicle(ctx.db, row.vehicle_id)
  if (vehicle === null) throw new Error(`Auction ${row.id} has no vehicle`)
  const imageKey = await findPrimaryImageKey(ctx.db, vehicle.id)
  const madeAt = row.created_at.getTime()
  await armRoom(ctx, { terms: termsOf(row), vehicle: summarize(vehicle, imageKey), madeAt })
}

/** Like `armRoom`, but what fails, or takes longer than its caller should wait, is left to the sweeper. */
export async function armQuietly(ctx: ArmContext, request: ArmRequest): Promise<void> {
  try {
    await bounded(armRoom(ctx, request), ARM_WAIT_MAX_MS)
  } catch (error) {
    ctx.log.warn('auction_not_armed', { auction_id: request.terms.auctionId, ...describeError(error) })
  }
}

const isMissing = (answer: object | null): answer is (Refusal & { code: 'not_found' }) | null =>
  answer === null || ('code' in answer && answer.code === 'not_found')

/**
 * Asks a room, and where it was never armed although its auction is stored, arms it and asks again. One that was armed
 * and knows nothing of it has lost its ledger: armed anew it would take bids as though there had been none.
 * @throws AppError `not_found`, `unavailable`, `ended` or `cancelled` for one that was settled
 */
export async function askRoom<T extends object>(
  ctx: ArmContext,
  auctionId: number,
  ask: () => Promise<T | null>,
): Promise<T> {
  const first = await ask()
  if (!isMissing(first)) return first
  const row = await findAuctionRow(ctx.db, auctionId)
  if (row === null) throw auctionMissing()
  if (row.settled_at !== null) throw new AppError(row.outcome === null ? 'cancelled' : 'ended')
  if (row.armed_at === null) await armStored(ctx, row)
  const second = await ask()
  if (!isMissing(second)) return second
  ctx.log.error('room_without_ledger', { auction_id: auctionId })
  throw new AppError('unavailable')
}
