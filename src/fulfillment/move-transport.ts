import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { transport_events, transport_orders } from '../db/schema/fulfillment.ts'
import type { MoveContext, OrderRow } from '../orders/context.ts'
import { moveOrder } from '../orders/move-order.ts'
import { ORDER_STATUS } from '../orders/order.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, type AuditContext } from '../users/audit.ts'
import { completeIfDone } from './complete-order.ts'
import type { TransportEventRow, TransportRow } from './context.ts'
import { recordChange } from './record-change.ts'
import {
  isTransportOpen,
  mayMoveTransport,
  ORDER_STATUS_AT,
  TRANSPORT_STATUS,
  type TransportStatus,
} from './transport.ts'

const S = TRANSPORT_STATUS

/** What people read of each change. */
const HEADLINES: Record<TransportStatus, string> = {
  quote_requested: 'A transport was asked for',
  quoted: 'The transport was quoted',
  booked: 'The transport was booked',
  assigned: 'A carrier was assigned',
  picked_up: 'The vehicle was picked up',
  in_transit: 'The vehicle is on its way',
  delivered: 'The vehicle was delivered',
  cancelled: 'The transport was cancelled',
}

export interface TransportStep {
  /** Of `nameChange`, made before the transaction. */
  readonly key: string
  readonly to: TransportStatus
  /** Further columns that change with the status. */
  readonly columns?: Partial<TransportRow>
  readonly location?: string | null
  readonly note?: string | null
  /** When it happened; now, unless somebody says otherwise. */
  readonly happenedAt?: Date
}

/**
 * Moves a transport by its table and its order with it (M9, M11), under the order's lock: an assigned carrier schedules
 * it, delivery delivers it and completes it once the title has come too.
 * @throws AppError `wrong_status`
 */
export async function moveTransport(
  tx: Transaction,
  ctx: MoveContext,
  order: OrderRow,
  row: TransportRow,
  step: TransportStep,
): Promise<TransportEventRow> {
  if (!mayMoveTransport(row.status, step.to))
    throw new AppError('wrong_status', `A transport that is ${row.status} cannot become ${step.to}`)
  const event = await writeStep(tx, ctx, order, row, step)
  const orderStatus = ORDER_STATUS_AT[step.to]
  if (orderStatus !== undefined) await moveOrder(tx, ctx, order.id, orderStatus)
  if (step.to === S.cancelled && order.status === ORDER_STATUS.transportScheduled)
    await moveOrder(tx, ctx, order.id, ORDER_STATUS.titleProcessing, { reason: step.note ?? null })
  if (step.to === S.delivered) await completeIfDone(tx, ctx, order.id)
  return event
}

/** What is open is called off with its order, or because the buyer collects the vehicle. */
export async function cancelOpenTransport(
  tx: Transaction,
  ctx: AuditContext,
  order: OrderRow,
  row: TransportRow | null,
  note: string,
): Promise<void> {
  if (row === null || !isTransportOpen(row.status)) return
  const events = await tx.$count(transport_events, eq(transport_events.transport_order_id, row.id))
  await writeStep(tx, ctx, order, row, { key: `transport:${row.id}:ended:${events}`, to: S.cancelled, note })
}

async function writeStep(
  tx: Transaction,
  ctx: AuditContext,
  order: OrderRow,
  row: TransportRow,
  { key, to, columns = {}, location = null, note = null, happenedAt }: TransportStep,
): Promise<TransportEventRow> {
  const at = new Date(ctx.now)
  await tx
    .update(transport_orders)
    .set({ ...columns, status: to, updated_at: at })
    .where(eq(transport_orders.id, row.id))
  await recordChange(tx, ctx, {
    key,
    order,
    subject: AUDIT_SUBJECT.transport,
    subjectId: row.id,
    action: `transport.${to}`,
    before: { status: row.status },
    after: { ...columns, status: to, location, note },
    title: HEADLINES[to],
    message: note ?? location ?? '',
    data: { transport_status: to },
  })
  return await appendEvent(tx, ctx, row, { key, to, location, note, happenedAt: happenedAt ?? at })
}

/** Appends to what was tracked of a transport; nothing ever changes there. */
export async function appendEvent(
  tx: Transaction,
  ctx: AuditContext,
  row: Pick<TransportRow, 'id'>,
  { key, to, location = null, note = null, happenedAt }: TransportStep,
): Promise<TransportEventRow> {
  const at = new Date(ctx.now)
  const values = {
    transport_order_id: row.id,
    status: to,
    location,
    note,
    recorded_by: ctx.actor?.userId ?? null,
    creation_key: key,
    happened_at: happenedAt ?? at,
    created_at: at,
  }
  const [made] = await tx.insert(transport_events).values(values).$returningId()
  if (made === undefined) throw new Error(`The event of transport ${row.id} was not stored`)
  return { ...values, id: made.id }
}
