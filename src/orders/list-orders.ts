import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { mergeNewest, type ReadIds } from '../db/merge-newest.ts'
import { orders } from '../db/schema/orders.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { describeOrders } from './describe-orders.ts'
import { ORDER_SIDES, ORDER_STATUS, type OrderSide } from './order.ts'
import type { OrderListRequest, OrderPage } from './schemas.ts'

export const ORDER_LISTS = 'orders'
const SORT = 'newest'

/** What the caller has bought and sold, or one of the two, the newest first. */
export async function listOrders(
  ctx: VehicleContext & SignedIn,
  { role, status, ...request }: OrderListRequest,
): Promise<OrderPage> {
  const list = orderList(ctx.db, { user_id: ctx.actor.userId, role, status })
  const { ids, ...fields } = await readPage(ctx, list, request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(orders).where(inArray(orders.id, ids)).orderBy(desc(orders.id))
  return { orders: await describeOrders(ctx, rows), ...fields }
}

const specificationSchema = z.object({
  user_id: z.int(),
  role: z.enum(ORDER_SIDES).optional(),
  status: z.enum(ORDER_STATUS).optional(),
})
type Specification = z.output<typeof specificationSchema>

/** Makes a list again for the sweeper. */
export const orderListOf = restoreBy(specificationSchema, orderList)

const SIDES = {
  buyer: { column: orders.buyer_id, index: 'orders_buyer', statusIndex: 'orders_buyer_status' },
  seller: { column: orders.seller_id, index: 'orders_seller', statusIndex: 'orders_seller_status' },
} as const

function orderList(db: Database, { user_id, role, status }: Specification): PagedList {
  const readSide = (side: OrderSide): ReadIds => {
    const { column, index, statusIndex } = SIDES[side]
    return async (beforeId, limit) => {
      const rows = await db
        .select({ id: orders.id })
        .from(orders, { forceIndex: status === undefined ? index : statusIndex })
        .where(
          and(
            eq(column, user_id),
            status === undefined ? undefined : eq(orders.status, status),
            beforeId === null ? undefined : lt(orders.id, beforeId),
          ),
        )
        .orderBy(desc(orders.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    }
  }
  const sides = (role === undefined ? ORDER_SIDES : [role]).map(readSide)
  return {
    subject: ORDER_LISTS,
    specification: { user_id, ...(role && { role }), ...(status && { status }) },
    sort: SORT,
    async read(after, limit) {
      const ids = await mergeNewest(sides, after?.id ?? null, limit)
      return ids.map((id) => ({ key: id, id }))
    },
  }
}
