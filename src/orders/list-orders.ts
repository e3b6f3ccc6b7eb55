import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage } from '../db/list-pages.ts'
import { orders } from '../db/schema/orders.ts'
import { seller_profiles, users } from '../db/schema/users.ts'
import type { PageRequest } from '../lib/pagination.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { showListed } from '../vehicles/show-vehicle.ts'
import type { Order, OrderPage } from './schemas.ts'

type OrderContext = VehicleContext & SignedIn
type OrderRow = typeof orders.$inferSelect

export const ORDER_LISTS = 'orders'
const SORT = 'newest'

/** What the caller has bought and sold, the newest first. @throws AppError `validation_failed` */
export async function listOrders(ctx: OrderContext, request: PageRequest): Promise<OrderPage> {
  const { ids, ...fields } = await readPage(ctx, orderList(ctx.db, ctx.actor.userId), request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(orders).where(inArray(orders.id, ids)).orderBy(desc(orders.id))
  return { orders: await describeOrders(ctx, rows), ...fields }
}

/** @throws AppError `not_found` for all but buyer, seller and admins */
export async function getOrder(ctx: OrderContext, id: number): Promise<Order> {
  const [row] = await ctx.db.select().from(orders).where(eq(orders.id, id))
  const { actor } = ctx
  const isParty = row !== undefined && (row.buyer_id === actor.userId || row.seller_id === actor.userId)
  if (row === undefined || !(isParty || isAdmin(actor))) throw orderMissing()
  const [order] = await describeOrders(ctx, [row])
  if (order === undefined) throw orderMissing()
  return order
}

const orderMissing = () => new AppError('not_found', 'Order not found')

async function describeOrders(ctx: OrderContext, rows: readonly OrderRow[]): Promise<Order[]> {
  if (rows.length === 0) return []
  // An order names its own auction: nobody asks for the vehicle's.
  const withoutAuctions: OrderContext = { ...ctx, auctionsOf: async () => new Map() }
  const [listed, parties] = await Promise.all([
    showListed(
      withoutAuctions,
      rows.map(({ vehicle_id }) => vehicle_id),
    ),
    findParties(
      ctx.db,
      rows.flatMap(({ buyer_id, seller_id }) => [buyer_id, seller_id]),
    ),
  ])
  const vehicles = new Map(listed.map(({ auction: _, ...vehicle }) => [vehicle.id, vehicle]))
  return rows.flatMap((row) => {
    const vehicle = vehicles.get(row.vehicle_id)
    const buyer = parties.get(row.buyer_id)
    const seller = parties.get(row.seller_id)
    if (!vehicle || !buyer || !seller) return []
    return [
      {
        id: row.id,
        order_number: row.order_number,
        auction_id: row.auction_id,
        vehicle,
        buyer,
        seller,
        vehicle_price: row.vehicle_price_cents,
        currency: CURRENCY,
        status: row.status,
        created_at: row.created_at,
      },
    ]
  })
}

async function findParties(db: Database, ids: number[]): Promise<Map<number, Order['buyer']>> {
  const rows = await db
    .select({
      id: users.id,
      first_name: users.first_name,
      last_name: users.last_name,
      email: users.email,
      phone: users.phone,
      business_name: seller_profiles.business_name,
    })
    .from(users)
    .leftJoin(seller_profiles, eq(seller_profiles.user_id, users.id))
    .where(inArray(users.id, [...new Set(ids)]))
  return new Map(
    rows.map(({ id, email, phone, first_name, last_name, business_name }) => {
      const name = [first_name, last_name].filter((part) => part !== null).join(' ')
      return [id, { id, email, phone, display_name: business_name ?? (name === '' ? email : name) }]
    }),
  )
}

const specificationSchema = z.object({ user_id: z.int() })

/** Makes a list again for the sweeper. */
export function orderListOf(db: Database, specification: unknown): PagedList | null {
  const parsed = specificationSchema.safeParse(specification)
  return parsed.success ? orderList(db, parsed.data.user_id) : null
}

function orderList(db: Database, userId: number): PagedList {
  const readSide = (column: typeof orders.buyer_id | typeof orders.seller_id, index: string): ReadIds => {
    return async (beforeId, limit) => {
      const rows = await db
        .select({ id: orders.id })
        .from(orders, { forceIndex: index })
        .where(and(eq(column, userId), beforeId === null ? undefined : lt(orders.id, beforeId)))
        .orderBy(desc(orders.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    }
  }
  return {
    subject: ORDER_LISTS,
    specification: { user_id: userId },
    sort: SORT,
    async read(after, limit) {
      const sides = [readSide(orders.buyer_id, 'orders_buyer'), readSide(orders.seller_id, 'orders_seller')]
      const ids = await mergeNewest(sides, after?.id ?? null, limit)
      return ids.map((id) => ({ key: id, id }))
    },
  }
}

type ReadIds = (beforeId: number | null, limit: number) => Promise<number[]>
const READ_AHEAD = 150

/**
 * The largest ids of all sides together, in falling order. Each side has its own index; an OR over both would read all
 * that either has, and a UNION would sort it.
 */
async function mergeNewest(sides: ReadIds[], beforeId: number | null, limit: number): Promise<number[]> {
  const merged: number[] = []
  const ahead = await Promise.all(sides.map((read) => read(beforeId, Math.min(limit, READ_AHEAD))))
  const isRead = ahead.map((ids) => ids.length < Math.min(limit, READ_AHEAD))
  while (merged.length < limit) {
    const next = Math.max(...ahead.map(([id]) => id ?? 0))
    if (next === 0) break
    merged.push(next)
    for (const [side, read] of sides.entries()) {
      const ids = ahead[side]
      if (ids?.[0] !== next) continue
      ids.shift()
      if (ids.length > 0 || isRead[side]) continue
      ids.push(...(await read(next, READ_AHEAD)))
      isRead[side] = ids.length < READ_AHEAD
    }
  }
  return merged
}
