import { desc, eq } from 'drizzle-orm'
import { auctions } from '../db/schema/auctions.ts'
import { SECOND_MS } from '../lib/time.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import type { IsDisclosed, VehicleContext } from '../vehicles/context.ts'
import type { DisclosureChange, VehicleSummary } from '../vehicles/vehicle.ts'
import { askRoom } from './arm-auction.ts'
import type { AuctionContext } from './context.ts'
import type { RoomAuction, RoomViewer } from './live/contract.ts'
import { readChanges } from './policy.ts'
import type { AuctionPolicyInput } from './request-schemas.ts'
import { type Rooms, refuse, viewerOf } from './rooms.ts'
import { type AuctionBody, describeRoomAuction } from './schemas.ts'

type CallerContext = AuctionContext & SignedIn

/** The caller as a room is told of them. */
const callerOf = ({ actor }: SignedIn): RoomViewer => ({
  userId: actor.userId,
  sellerProfileId: actor.sellerProfileId,
  isAdmin: isAdmin(actor),
})

const viewRoom = (ctx: CallerContext, auctionId: number): Promise<RoomAuction> =>
  askRoom(ctx, auctionId, () => ctx.rooms(auctionId, 'repeatable', (room) => room.view(viewerOf(ctx.actor))))

/**
 * The seller's PATCH: everything while scheduled, R11's reserve while active.
 * @throws AppError `not_found`, `forbidden`, `validation_failed`, `unavailable`, and the room's refusals
 */
export async function editAuction(
  ctx: CallerContext,
  auctionId: number,
  input: AuctionPolicyInput,
): Promise<AuctionBody> {
  const { view } = await viewRoom(ctx, auctionId)
  if (view.sellerId !== ctx.actor.userId) throw new AppError('forbidden', 'This auction is not yours')
  const edit = {
    viewer: callerOf(ctx),
    changes: readChanges(input, view.softClose),
    minDurationMs: ctx.settings.AUCTION_MIN_SECONDS * SECOND_MS,
  }
  const answer = await ctx.rooms(auctionId, 'once', (room) => room.edit(edit, ctx.requestId))
  if (!answer.ok) throw refuse(answer, 'Once an auction is open, only its reserve can be lowered or dropped')
  return describeRoomAuction(answer.auction)
}

/** R17. @throws AppError `not_found`, `forbidden`, `unavailable`, and the room's refusals */
export async function cancelAuction(
  ctx: CallerContext,
  auctionId: number,
  reason: string,
): Promise<AuctionBody> {
  const { view } = await viewRoom(ctx, auctionId)
  const caller = callerOf(ctx)
  if (view.sellerId !== caller.userId && !caller.isAdmin) {
    throw new AppError('forbidden', 'This auction is not yours')
  }
  if (caller.isAdmin) await recordCommand(ctx, 'auction.cancel', auctionId, { reason })
  const answer = await ctx.rooms(auctionId, 'once', (room) => room.cancel(caller, reason, ctx.requestId))
  if (!answer.ok) throw refuse(answer, 'An absolute auction cannot be cancelled once it has opened')
  return describeRoomAuction(answer.auction)
}

/**
 * What an admin asks of a room is in the audit log before the room hears of it (M17): the ledger tells whether it was
 * done. A room does not wait for MySQL, an admin does.
 */
const recordCommand = (ctx: CallerContext, action: string, auctionId: number, command: unknown) =>
  recordAudit(ctx.db, ctx, {
    action,
    subject: AUDIT_SUBJECT.auction,
    subjectId: auctionId,
    before: null,
    after: command,
  })

/** R20, for admins. @throws AppError `not_found`, `unavailable`, and the room's refusals */
export async function voidBid(
  ctx: CallerContext,
  auctionId: number,
  bidId: number,
  reason: string,
): Promise<AuctionBody> {
  await recordCommand(ctx, 'auction.void_bid', auctionId, { bid_id: bidId, reason })
  const answer = await askRoom(ctx, auctionId, () =>
    ctx.rooms(auctionId, 'once', (room) => room.voidBids(callerOf(ctx), [bidId], reason, ctx.requestId)),
  )
  if (!answer.ok) throw refuse(answer)
  return describeRoomAuction(answer.auction)
}

/**
 * What the vehicles ask for where one is changed while in auction (M12): its room is told before MySQL. Once that is
 * settled and the seller decides on the high bid (M2), no room takes commands, and M12's fields are the admins' still.
 * @throws AppError `has_bids`, `unavailable`, and the room's refusals
 */
export async function changeInAuction(
  rooms: Rooms,
  ctx: VehicleContext,
  vehicle: VehicleSummary,
  changes: DisclosureChange[],
): Promise<IsDisclosed | null> {
  const [auction] = await ctx.db
    .select({ id: auctions.id, settled_at: auctions.settled_at, bid_count: auctions.bid_count })
    .from(auctions)
    .where(eq(auctions.vehicle_id, vehicle.id))
    .orderBy(desc(auctions.id))
    .limit(1)
  const viewer = viewerOf(ctx.actor)
  if (auction === undefined || viewer === null) return null
  if (auction.settled_at !== null) {
    if (changes.length > 0 && auction.bid_count > 0 && !viewer.isAdmin) throw new AppError('has_bids')
    return null
  }
  if (viewer.isAdmin && changes.length > 0) {
    await recordAudit(ctx.db, ctx, {
      action: 'vehicle.disclose',
      subject: AUDIT_SUBJECT.vehicle,
      subjectId: vehicle.id,
      before: Object.fromEntries(changes.map(({ field, before }) => [field, before])),
      after: Object.fromEntries(changes.map(({ field, after }) => [field, after])),
    })
  }
  const answer = await askRoom({ ...ctx, rooms }, auction.id, () =>
    rooms(auction.id, 'once', (room) => room.changeVehicle({ viewer, vehicle, changes }, ctx.requestId)),
  )
  if (!answer.ok) throw refuse(answer)
  const told = answer.auction.view.seq
  return async (tx) => {
    const [row] = await tx
      .select({ seq: auctions.seq })
      .from(auctions)
      .where(eq(auctions.id, auction.id))
      .for('update')
    return row !== undefined && row.seq >= told
  }
}
