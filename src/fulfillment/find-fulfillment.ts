import { eq } from 'drizzle-orm'
import type { Executor, Transaction } from '../db/client.ts'
import { title_transfers, transport_orders } from '../db/schema/fulfillment.ts'
import { orders } from '../db/schema/orders.ts'
import type { OrderRow } from '../orders/context.ts'
import { orderMissing } from '../orders/move-order.ts'
import { type Actor, isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { FulfillmentContext, TitleRow, TransportRow } from './context.ts'
import { type FulfillmentAction, type FulfillmentRole, judge } from './permissions.ts'

function rolesOf(actor: Actor, order: OrderRow): FulfillmentRole[] {
  const roles: FulfillmentRole[] = []
  if (actor.userId === order.buyer_id) roles.push('buyer')
  if (actor.userId === order.seller_id) roles.push('seller')
  if (isAdmin(actor)) roles.push('admin')
  return roles.length === 0 ? ['stranger'] : roles
}

/**
 * The order, for whoever may do all of these with it, by the table of permissions.
 * @throws AppError `not_found` for strangers, `forbidden` for a party whom it is not for
 */
export async function requireAllowed(
  ctx: Pick<FulfillmentContext, 'db'> & SignedIn,
  orderId: number,
  actions: readonly FulfillmentAction[],
): Promise<OrderRow> {
  const [order] = await ctx.db.select().from(orders).where(eq(orders.id, orderId))
  if (order === undefined) throw orderMissing()
  const roles = rolesOf(ctx.actor, order)
  const verdicts = actions.map((action) => judge(action, roles))
  if (verdicts.includes('unknown')) throw orderMissing()
  if (verdicts.includes('forbidden')) throw new AppError('forbidden', 'That is not for you to do')
  return order
}

const titleMissing = () => new AppError('not_found', 'The transfer of the title begins with the payment')
const transportMissing = () => new AppError('not_found', 'No transport was asked for')

/** @throws AppError `not_found` before the order was paid */
export async function requireTitle(db: Executor, orderId: number): Promise<TitleRow> {
  const [row] = await db.select().from(title_transfers).where(eq(title_transfers.order_id, orderId))
  if (row === undefined) throw titleMissing()
  return row
}

/** Locked after its order, always. */
export async function lockTitle(tx: Transaction, orderId: number): Promise<TitleRow | null> {
  const [row] = await tx
    .select()
    .from(title_transfers)
    .where(eq(title_transfers.order_id, orderId))
    .for('update')
  return row ?? null
}

/** @throws AppError `not_found` before the order was paid */
export async function requireLockedTitle(tx: Transaction, orderId: number): Promise<TitleRow> {
  const row = await lockTitle(tx, orderId)
  if (row === null) throw titleMissing()
  return row
}

/** @throws AppError `not_found` where none was asked for */
export async function requireTransport(db: Executor, orderId: number): Promise<TransportRow> {
  const [row] = await db.select().from(transport_orders).where(eq(transport_orders.order_id, orderId))
  if (row === undefined) throw transportMissing()
  return row
}

/** Locked after its order, always. */
export async function lockTransport(tx: Transaction, orderId: number): Promise<TransportRow | null> {
  const [row] = await tx
    .select()
    .from(transport_orders)
    .where(eq(transport_orders.order_id, orderId))
    .for('update')
  return row ?? null
}

/** @throws AppError `not_found` where none was asked for */
export async function requireLockedTransport(tx: Transaction, orderId: number): Promise<TransportRow> {
  const row = await lockTransport(tx, orderId)
  if (row === null) throw transportMissing()
  return row
}
