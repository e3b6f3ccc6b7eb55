import type { Database, Transaction } from '../db/client.ts'
import type { orders } from '../db/schema/orders.ts'
import type { Announce } from '../notifications/announce.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { Accounts } from '../users/account.ts'
import type { AuditContext } from '../users/audit.ts'
import type { ReturnedVehicle } from '../vehicles/return-vehicle.ts'
import type { OrderStatus } from './order.ts'
import type { RefundStatus } from './payment.ts'

export type OrderRow = typeof orders.$inferSelect

/**
 * An order was paid in full, as its row is now: the title's transfer begins, and the order goes on to
 * `title_processing` (M9, M10). Called in the transaction of the move, once per payment in full.
 */
export type OnPaid = (tx: Transaction, ctx: MoveContext, order: OrderRow) => Promise<void>

/**
 * An order was cancelled, refunded or defaulted; its vehicle is its seller's again already (M1). Called in the
 * transaction of the move, once per order.
 */
export type OnOrderEnded = (tx: Transaction, ctx: MoveContext, order: OrderRow) => Promise<void>

/**
 * Applies what is due of an order's title, as of its own instant, in a transaction of its own: whoever judges an order
 * by its right to cancel does this first (M10).
 */
export type ApplyTitleDue = (
  ctx: Pick<OrderContext, 'db' | 'requestId' | 'now'> & Pick<RequestContext, 'log'> & { announce: Announce },
  orderId: number,
) => Promise<void>

/** What the moves of an order set off. */
export interface OrderWires {
  /** What the buyer owes changes with nearly everything here (M18). */
  accounts: Accounts
  onPaid: OnPaid
  onOrderEnded: OnOrderEnded
}

/** What a move needs: who moves, when, and what that sets off. `countingMoves` makes it. */
export type MoveContext = AuditContext &
  OrderWires & {
    /** Told what is to be counted once it has committed. */
    onMoved: (to: OrderStatus, vehicle: ReturnedVehicle | null) => void
    onRefund: (to: RefundStatus) => void
  }

export interface OrderParts extends OrderWires {
  db: Database
  applyTitleDue: ApplyTitleDue
  metrics: Pick<Metrics, 'orders' | 'vehicles' | 'payments'>
}
export type OrderContext = Pick<RequestContext, 'requestId' | 'now'> & AuditContext & OrderParts
