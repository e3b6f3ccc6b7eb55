import { and, asc, eq } from 'drizzle-orm'
import * as z from 'zod'
import type { Executor } from '../db/client.ts'
import { audit_log } from '../db/schema/audit-log.ts'
import { orders } from '../db/schema/orders.ts'
import { type Actor, isAdmin, type SignedIn } from '../platform/actor.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import type { OrderRow } from './context.ts'
import { describeOrders } from './describe-orders.ts'
import { orderMissing } from './move-order.ts'
import { ORDER_STATUS, type OrderSide } from './order.ts'
import type { HistoryActor, OrderDetail } from './schemas.ts'

/** As whom the person has to do with the order; an admin who is neither buyer nor seller is `admin`. */
export function standingOf(
  actor: Actor,
  order: Pick<OrderRow, 'buyer_id' | 'seller_id'>,
): OrderSide | 'admin' | null {
  if (actor.userId === order.buyer_id) return 'buyer'
  if (actor.userId === order.seller_id) return 'seller'
  return isAdmin(actor) ? 'admin' : null
}

/** The order for its buyer, its seller and admins. @throws AppError `not_found` for everybody else */
export async function requireOrder(db: Executor, orderId: number, actor: Actor): Promise<OrderRow> {
  const [row] = await db.select().from(orders).where(eq(orders.id, orderId))
  if (row === undefined || standingOf(actor, row) === null) throw orderMissing()
  return row
}

/** @throws AppError `not_found` for all but buyer, seller and admins */
export async function getOrder(ctx: VehicleContext & SignedIn, orderId: number): Promise<OrderDetail> {
  const row = await requireOrder(ctx.db, orderId, ctx.actor)
  const [[order], history] = await Promise.all([describeOrders(ctx, [row]), readHistory(ctx.db, row)])
  if (order === undefined) throw orderMissing()
  return { ...order, history }
}

const moveSchema = z.object({ status: z.enum(ORDER_STATUS), reason: z.string().nullable() })

/** Its making, then what the audit log says of its moves. */
async function readHistory(db: Executor, order: OrderRow): Promise<OrderDetail['history']> {
  const entries = await db
    .select({ actorId: audit_log.actor_id, after: audit_log.after, at: audit_log.created_at })
    .from(audit_log)
    .where(and(eq(audit_log.subject, AUDIT_SUBJECT.order), eq(audit_log.subject_id, order.id)))
    .orderBy(asc(audit_log.id))
  const made = {
    status: ORDER_STATUS.pendingPayment,
    at: order.created_at,
    by: 'system',
    reason: null,
  } as const
  const moves = entries.flatMap(({ actorId, after, at }) => {
    const move = moveSchema.safeParse(after)
    return move.success ? [{ ...move.data, at, by: actorOf(actorId, order) }] : []
  })
  return [made, ...moves]
}

function actorOf(actorId: number | null, order: OrderRow): HistoryActor {
  if (actorId === null) return 'system'
  if (actorId === order.buyer_id) return 'buyer'
  return actorId === order.seller_id ? 'seller' : 'admin'
}
