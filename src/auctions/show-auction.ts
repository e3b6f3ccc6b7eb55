import { and, eq, inArray } from 'drizzle-orm'
import { isUnreachable } from '../db/client.ts'
import { auction_bidders } from '../db/schema/auctions.ts'
import { AppError } from '../platform/errors.ts'
import { showListed } from '../vehicles/show-vehicle.ts'
import { type AuctionRow, findAuctionRow, viewRow } from './auction-rows.ts'
import type { AuctionContext } from './context.ts'
import { AUCTION_STATUS } from './engine/auction.ts'
import type { RoomAuction } from './live/contract.ts'
import { auctionMissing, viewerOf } from './rooms.ts'
import { type AuctionBody, describeAuction, describeRoomAuction, type ShownAuction } from './schemas.ts'

/** Their auctions are what is being shown: nobody asks for them again. */
const withoutAuctions = (ctx: AuctionContext): AuctionContext => ({
  ...ctx,
  auctionsOf: async () => new Map(),
})

/** Auctions by their rows of MySQL, in the rows' order, each as the caller may see it. */
export async function showRows(ctx: AuctionContext, rows: readonly AuctionRow[]): Promise<AuctionBody[]> {
  if (rows.length === 0) return []
  const [vehicles, own] = await Promise.all([
    showListed(
      withoutAuctions(ctx),
      rows.map(({ vehicle_id }) => vehicle_id),
    ),
    findOwnRows(
      ctx,
      rows.map(({ id }) => id),
    ),
  ])
  const vehicleById = new Map(vehicles.map(({ auction: _, ...vehicle }) => [vehicle.id, vehicle]))
  return rows.flatMap((row) => {
    const vehicle = vehicleById.get(row.vehicle_id)
    return vehicle
      ? [describeAuction(viewRow(row, ctx.actor, own.get(row.id) ?? null, ctx.now), vehicle)]
      : []
  })
}

async function findOwnRows({ db, actor }: AuctionContext, auctionIds: number[]) {
  if (actor === null) return new Map<number, never>()
  const rows = await db
    .select()
    .from(auction_bidders)
    .where(and(eq(auction_bidders.user_id, actor.userId), inArray(auction_bidders.auction_id, auctionIds)))
  return new Map(rows.map((row) => [row.auction_id, row]))
}

/** Where an auction stands: its room until it is settled, then MySQL. */
export type Standing = { from: 'room'; auction: RoomAuction } | { from: 'mysql'; row: AuctionRow }

/**
 * From arming to settlement the room answers, with MySQL away too; before and after that the row does.
 * @throws AppError `not_found`, `unavailable`
 */
export async function findStanding(ctx: AuctionContext, auctionId: number): Promise<Standing> {
  const { auction, failure } = await viewRoom(ctx, auctionId)
  if (auction !== null && isOpen(auction)) return { from: 'room', auction }
  const row = await findAuctionRow(ctx.db, auctionId).catch((error: unknown) => {
    if (auction !== null && isUnreachable(error)) return null
    throw error
  })
  const isNeverArmed = auction === null && failure === null
  if (row !== null && (row.settled_at !== null || isNeverArmed)) return { from: 'mysql', row }
  if (failure !== null) throw failure
  if (auction === null) throw auctionMissing()
  return { from: 'room', auction }
}

const isOpen = ({ view }: RoomAuction): boolean =>
  view.status === AUCTION_STATUS.scheduled || view.status === AUCTION_STATUS.active

async function viewRoom(ctx: AuctionContext, auctionId: number) {
  try {
    const viewer = viewerOf(ctx.actor)
    const auction = await ctx.rooms(auctionId, 'repeatable', (room) => room.view(viewer))
    return { auction, failure: null }
  } catch (failure) {
    if (failure instanceof AppError) return { auction: null, failure }
    throw failure
  }
}

/** @throws AppError `not_found`, `unavailable` */
export async function getAuction(ctx: AuctionContext, auctionId: number): Promise<ShownAuction> {
  const standing = await findStanding(ctx, auctionId)
  if (standing.from === 'room') return { ...describeRoomAuction(standing.auction), decision: null }
  const [[auction], decision] = await Promise.all([
    showRows(ctx, [standing.row]),
    ctx.decisionOf(ctx.db, auctionId, ctx.actor, ctx.now),
  ])
  if (auction === undefined) throw auctionMissing()
  return { ...auction, decision }
}
