import { asc, eq, isNotNull, like } from 'drizzle-orm'
import { createDatabase } from '../../../src/db/client.ts'
import {
  auction_bidders,
  auctions,
  bids,
  notifications,
  orders,
  users,
  vehicles,
} from '../../../src/db/schema/index.ts'
import type { VehicleStatus } from '../../../src/vehicles/vehicle.ts'

export type AuctionRow = typeof auctions.$inferSelect
export type BidRow = typeof bids.$inferSelect
export type BidderRow = typeof auction_bidders.$inferSelect
export interface VehicleRow {
  readonly status: VehicleStatus
  readonly mileage: number | null
}
export type OrderRow = typeof orders.$inferSelect

/** Everything in MySQL that auctions leave behind. */
export interface MysqlRows {
  readonly auctions: readonly AuctionRow[]
  readonly bids: ReadonlyMap<number, readonly BidRow[]>
  readonly bidders: ReadonlyMap<number, readonly BidderRow[]>
  readonly orders: readonly OrderRow[]
  readonly vehicles: ReadonlyMap<number, VehicleRow>
  /** Who was told of an auction's end, by the auction. */
  readonly toldOfEnd: ReadonlyMap<number, readonly { userId: number; type: string }[]>
}

export async function readMysqlRows(url: string): Promise<MysqlRows> {
  const db = openDatabase(url)
  const auctionRows = await db.select().from(auctions).orderBy(asc(auctions.id))
  const bidRows = new Map<number, BidRow[]>()
  const bidderRows = new Map<number, BidderRow[]>()
  for (const { id } of auctionRows) {
    bidRows.set(id, await db.select().from(bids).where(eq(bids.auction_id, id)).orderBy(asc(bids.bid_id)))
    bidderRows.set(id, await db.select().from(auction_bidders).where(eq(auction_bidders.auction_id, id)))
  }
  const told = new Map<number, { userId: number; type: string }[]>()
  const { user_id, type, cause_key } = notifications
  const notices = await db
    .select({ user_id, type, cause_key })
    .from(notifications)
    .where(like(cause_key, 'auction:%:closed:%'))
  for (const notice of notices) {
    const auctionId = Number(notice.cause_key.split(':')[1])
    told.set(auctionId, [...(told.get(auctionId) ?? []), { userId: notice.user_id, type: notice.type }])
  }
  const vehicleRows = await db
    .select({ id: vehicles.id, status: vehicles.status, mileage: vehicles.mileage })
    .from(vehicles)
  return {
    auctions: auctionRows,
    bids: bidRows,
    bidders: bidderRows,
    orders: await db.select().from(orders).orderBy(asc(orders.id)),
    vehicles: new Map(vehicleRows.map(({ id, ...row }) => [id, row])),
    toldOfEnd: told,
  }
}

/** A server that has just come back on a busy machine takes its time; nobody waits for this but the run. */
const openDatabase = (url: string) => createDatabase(url, { timeoutMs: 60_000 })

/** Auctions that MySQL does not show as settled yet. */
export async function findUnsettled(url: string): Promise<number[]> {
  const rows = await openDatabase(url)
    .select({ id: auctions.id, settledAt: auctions.settled_at })
    .from(auctions)
  return rows.filter(({ settledAt }) => settledAt === null).map(({ id }) => id)
}

/** Whether an object has not heard of a change of its person's account or standing. */
export async function isSomebodyUntold(url: string): Promise<boolean> {
  const rows = await openDatabase(url)
    .select({ id: users.id })
    .from(users)
    .where(isNotNull(users.next_attempt_at))
    .limit(1)
  return rows.length > 0
}
