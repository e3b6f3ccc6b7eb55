import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { title_transfers } from '../db/schema/fulfillment.ts'
import { endOfBusinessDaysAfter } from '../market/calendar.ts'
import { readPinnedTerms } from '../market/read-terms.ts'
import type { MoveContext, OrderRow } from '../orders/context.ts'
import { moveOrder } from '../orders/move-order.ts'
import { ORDER_STATUS } from '../orders/order.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import { findVehicle } from '../vehicles/find-vehicle.ts'
import { lockTitle } from './find-fulfillment.ts'
import { recordChange } from './record-change.ts'
import { TITLE_STATUS } from './title.ts'

/**
 * The order was paid: its title's transfer begins, once, and the order goes on to `title_processing` (M9, M10). One
 * that was reopened by a refund and paid again keeps its transfer; what is neither done nor late is due anew. Orders'
 * wire `onPaid`, in the transaction of the move, under the order's lock.
 */
export async function openTitle(tx: Transaction, ctx: MoveContext, order: OrderRow): Promise<void> {
  const existing = await lockTitle(tx, order.id)
  if (existing === null) await insertTitle(tx, ctx, order)
  else if (existing.late_at === null && existing.status !== TITLE_STATUS.completed) {
    const due_at = await dueAfterPayment(tx, order, ctx.now)
    await tx
      .update(title_transfers)
      .set({ due_at, next_attempt_at: due_at, updated_at: new Date(ctx.now) })
      .where(eq(title_transfers.id, existing.id))
  }
  await moveOrder(tx, ctx, order.id, ORDER_STATUS.titleProcessing)
}

async function insertTitle(tx: Transaction, ctx: MoveContext, order: OrderRow): Promise<void> {
  const due_at = await dueAfterPayment(tx, order, ctx.now)
  const at = new Date(ctx.now)
  const [made] = await tx
    .insert(title_transfers)
    .values({
      order_id: order.id,
      status: TITLE_STATUS.pending,
      due_at,
      next_attempt_at: due_at,
      created_at: at,
      updated_at: at,
    })
    .$returningId()
  if (made === undefined) throw new Error(`The title of order ${order.id} was not opened`)
  await recordChange(tx, ctx, {
    key: `title:${made.id}:opened`,
    order,
    subject: AUDIT_SUBJECT.title,
    subjectId: made.id,
    action: 'title.opened',
    before: null,
    after: { status: TITLE_STATUS.pending, due_at },
    title: 'The title’s transfer has begun',
    message: `It is due before ${due_at.toISOString()}.`,
    data: { title_status: TITLE_STATUS.pending },
  })
}

/** Business days after the day of the payment, more where the listing said that the title is absent (M10). */
async function dueAfterPayment(tx: Transaction, order: OrderRow, paidAt: number): Promise<Date> {
  const { fees, calendar } = await readPinnedTerms(tx, order.fee_schedule_id)
  const vehicle = await findVehicle(tx, order.vehicle_id)
  const days = vehicle?.title_absent === true ? fees.titleAbsentDueDays : fees.titleDueDays
  return new Date(endOfBusinessDaysAfter(paidAt, days, calendar))
}
