import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Database } from '../db/client.ts'
import { type PagedList, readPage, restoreBy } from '../db/list-pages.ts'
import { mergeNewest, type ReadIds } from '../db/merge-newest.ts'
import { orders } from '../db/schema/orders.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { describeOrders } from './describe-orders.ts'
import { ORDER_SIDES, ORDER_STATUS, type OrderSide } from './order.ts'
import type { OrderListRequest, OrderPage } from './schemas.ts'

export const ORDER_LISTS = 'orders'
const SORT = 'newest'

/**
 * What the caller has bought and sold, or one of the two, the newest first; as an admin everybody's orders.
 * @throws AppError `forbidden` for who asks as an admin and is none; PageRefused
 */
export async function listOrders(
  ctx: VehicleContext & SignedIn,
  { role, status, buyer_id, seller_id, order_number, ...request }: OrderListRequest,
): Promise<OrderPage> {
  if (role === 'admin' && !isAdmin(ctx.actor)) throw new AppError('forbidden', 'That is for admins')
  const list = orderList(
    ctx.db,
    role === 'admin'
      ? { of: EVERYBODY, status, buyer_id, seller_id, order_number }
      : { user_id: ctx.actor.userId, role, status },
  )
  const { ids, ...fields } = await readPage(ctx, list, request)
  const rows =
    ids.length === 0
      ? []
      : await ctx.db.select().from(orders).where(inArray(orders.id, ids)).orderBy(desc(orders.id))
  return { orders: await describeOrders(ctx, rows), ...fields }
}

const EVERYBODY = 'everybody'
const everybodysSchema = z.object({
  of: z.literal(EVERYBODY),
  status: z.enum(ORDER_STATUS).optional(),
  buyer_id: z.int().optional(),
  seller_id: z.int().optional(),
  order_number: z.string().optional(),
})
const ownSchema = z.object({
  user_id: z.int(),
  role: z.enum(ORDER_SIDES).optional(),
  status: z.enum(ORDER_STATUS).optional(),
})
const specificationSchema = z.union([everybodysSchema, ownSchema])

/** Makes a list again for the sweeper. */
export const orderListOf = restoreBy(specificationSchema, orderList)

const SIDES = {
  buyer: { column: orders.buyer_id, index: 'orders_buyer', statusIndex: 'orders_buyer_status' },
  seller: { column: orders.seller_id, index: 'orders_seller', statusIndex: 'orders_seller_status' },
} as const

function orderList(db: Database, specification: z.output<typeof specificationSchema>): PagedList {
  return 'of' in specification ? everybodysList(db, specification) : ownList(db, specification)
}

/** What is asked for decides on the index that is walked: each of them has the newest last. */
function everybodysList(db: Database, wanted: z.output<typeof everybodysSchema>): PagedList {
  const { status, buyer_id, seller_id, order_number } = wanted
  const side = buyer_id !== undefined ? SIDES.buyer : seller_id !== undefined ? SIDES.seller : null
  const byPerson = status === undefined ? side?.index : side?.statusIndex
  const byStatus = status === undefined ? undefined : 'orders_status'
  const forceIndex = order_number === undefined ? (byPerson ?? byStatus) : 'orders_order_number'
  return {
    subject: ORDER_LISTS,
    specification: wanted,
    sort: SORT,
    read: (after, limit) =>
      db
        .select({ key: orders.id, id: orders.id })
        .from(orders, forceIndex === undefined ? {} : { forceIndex })
        .where(
          and(
            order_number === undefined ? undefined : eq(orders.order_number, order_number),
            buyer_id === undefined ? undefined : eq(orders.buyer_id, buyer_id),
            seller_id === undefined ? undefined : eq(orders.seller_id, seller_id),
            status === undefined ? undefined : eq(orders.status, status),
            after === null ? undefined : lt(orders.id, after.id),
          ),
        )
        .orderBy(desc(orders.id))
        .limit(limit),
  }
}

function ownList(db: Database, { user_id, role, status }: z.output<typeof ownSchema>): PagedList {
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
