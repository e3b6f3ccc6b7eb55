/** Sales to test with: a vehicle that was bought, and its order. */
import { env } from 'cloudflare:workers'
import { z } from 'zod'
import type { Transaction } from '../../src/db/client.ts'
import { createDeps } from '../../src/deps.ts'
import type { MoveContext, OrderRow } from '../../src/orders/context.ts'
import { countingMoves, moveOrder } from '../../src/orders/move-order.ts'
import type { OrderStatus } from '../../src/orders/order.ts'
import { orderDetailSchema } from '../../src/orders/schemas.ts'
import { api } from './api.ts'
import { query } from './database.ts'
import { createActiveVehicle, createAuction } from './market.ts'
import type { Person } from './people.ts'
import { waitFor } from './wait-for.ts'

export interface Sold {
  orderId: number
  auctionId: number
  vehicleId: number
}

/** Sells a vehicle by a purchase, of the seller's own or a new one; gives its order once it is there. */
export async function sellVehicle(
  seller: Person,
  buyer: Person,
  price = 10_000,
  vehicle: object = {},
): Promise<Sold> {
  const vehicleId = await createActiveVehicle(seller, vehicle)
  const { id: auctionId } = await createAuction(seller, { vehicle_id: vehicleId, buy_now_price: price })
  ;(await api('POST', `/api/auctions/${auctionId}/buy-now`, { as: buyer })).expect(201)
  const [row] = await waitFor(
    async () => {
      const rows = await query('SELECT id FROM orders WHERE auction_id = ?', [auctionId])
      return rows.length > 0 && rows
    },
    { what: 'the order' },
  )
  return { orderId: Number(row?.id), auctionId, vehicleId }
}

export type ShownOrder = z.input<typeof orderDetailSchema>

/** The order as its route shows it. */
export const showOrder = async (orderId: number, as: Person): Promise<ShownOrder> =>
  (await api('GET', `/api/orders/${orderId}`, { as })).expect(200).as(orderDetailSchema)

/**
 * Work in a transaction of orders, by the system itself unless `changes` names an actor. A paid order stays `paid`
 * unless `changes` has another wire.
 */
export function inOrderTransaction<Result>(
  work: (tx: Transaction, ctx: MoveContext) => Promise<Result>,
  changes: Partial<Omit<MoveContext, 'onMoved'>> = {},
): Promise<Result> {
  const ctx = {
    ...createDeps(env),
    onPaid: async () => undefined,
    requestId: crypto.randomUUID(),
    now: Date.now(),
    ...changes,
  }
  return countingMoves(ctx, (begin) => ctx.db.transaction((tx) => work(tx, begin())))
}

/** Moves an order through the one door. */
export const move = (
  orderId: number,
  to: OrderStatus,
  changes: Partial<Omit<MoveContext, 'onMoved'>> = {},
  reason: string | null = null,
): Promise<OrderRow> => inOrderTransaction((tx, ctx) => moveOrder(tx, ctx, orderId, to, { reason }), changes)

/** MariaDB gives such a column as text, MySQL as JSON. */
const jsonColumn = z
  .unknown()
  .transform((value): unknown => (typeof value === 'string' ? JSON.parse(value) : value))
const auditRow = z.object({
  actor_id: z.coerce.number().nullable(),
  action: z.string(),
  before: jsonColumn,
  after: jsonColumn,
})

/** What the audit log says of an order, the first entry first. */
export async function orderAudit(orderId: number) {
  const rows = await query(
    "SELECT actor_id, action, `before`, `after` FROM audit_log WHERE subject = 'order' AND subject_id = ? ORDER BY id",
    [orderId],
  )
  return rows.map((row) => auditRow.parse(row))
}
