import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { transport_orders } from '../db/schema/fulfillment.ts'
import type { MoveContext, OrderRow } from '../orders/context.ts'
import { countingMoves, lockOrder } from '../orders/move-order.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import type { FulfillmentContext, TransportRow } from './context.ts'
import { requireAllowed, requireLockedTransport } from './find-fulfillment.ts'
import { moveTransport } from './move-transport.ts'
import { ACTION_OF_TRANSPORT, type FulfillmentAction } from './permissions.ts'
import { preparationOf } from './prepare-transport.ts'
import { isRecorded, nameChange, recordChange } from './record-change.ts'
import type { Transport, TransportChange } from './schemas.ts'
import { getTransport } from './show-transport.ts'
import {
  CARRIAGE_FIELDS,
  DELIVERY_FIELDS,
  mayBuyerCancel,
  mayEditField,
  PICKUP_FIELDS,
  TRANSPORT_STATUS,
  type TransportField,
} from './transport.ts'

const GROUPS: readonly (readonly [FulfillmentAction, readonly TransportField[]])[] = [
  ['edit_pickup', PICKUP_FIELDS],
  ['edit_delivery', DELIVERY_FIELDS],
  ['edit_carriage', CARRIAGE_FIELDS],
]

/** Everything that a change asks to be allowed. */
function actionsOf(change: TransportChange): FulfillmentAction[] {
  const edits = GROUPS.filter(([, fields]) => fields.some((field) => change[field] !== undefined))
  const moves = change.status === undefined ? [] : [ACTION_OF_TRANSPORT[change.status]]
  return [...moves, ...edits.map(([action]) => action)]
}

/**
 * Moves a transport on, changes what is known of it, or both at once (M11). An admin quotes, the buyer books and owes
 * the fee from then on, an admin assigns a carrier once nothing is due any more.
 * @throws AppError `not_found`, `forbidden`, `wrong_status`, `validation_failed` where a carrier is to be assigned
 * without a name or an address
 */
export async function changeTransport(
  ctx: FulfillmentContext & SignedIn,
  orderId: number,
  change: TransportChange,
): Promise<Transport> {
  const { buyer_id, seller_id } = await requireAllowed(ctx, orderId, actionsOf(change))
  const key = nameChange()
  const byAdmin = isAdmin(ctx.actor)
  await countingMoves(ctx, (begin) =>
    ctx.db.transaction(async (tx) => {
      const moving = begin()
      const order = await lockOrder(tx, orderId)
      if (await isRecorded(tx, key)) return
      const row = await requireLockedTransport(tx, orderId)
      const edits = editsOf(row, change, byAdmin)
      requireDaysInOrder({ ...row, ...edits })
      if (change.status === undefined) return await writeEdits(tx, moving, { order, row, edits, key })
      if (change.status === TRANSPORT_STATUS.cancelled && !byAdmin && !mayBuyerCancel(row.status))
        throw new AppError('wrong_status', `A transport that is ${row.status} is called off by an admin`)
      const columns = await preparationOf(tx, moving, { order, row: { ...row, ...edits }, change })
      const { status: to, note = null } = change
      await moveTransport(tx, moving, order, row, { key, to, note, columns: { ...edits, ...columns } })
    }),
  )
  ctx.announce([buyer_id, seller_id])
  return await getTransport(ctx, orderId)
}

type Edits = Partial<Pick<TransportRow, TransportField>>

/** What differs. @throws AppError `wrong_status` where one of it is settled by now */
function editsOf(row: TransportRow, change: TransportChange, byAdmin: boolean): Edits {
  const edits: Edits = {}
  for (const [, fields] of GROUPS) {
    for (const field of fields) {
      const value = change[field]
      if (value === undefined || value === row[field]) continue
      if (!mayEditField(field, row.status, byAdmin))
        throw new AppError('wrong_status', `Cannot be changed once it is ${row.status}: ${field}`)
      edits[field] = value
    }
  }
  return edits
}

/** @throws AppError `validation_failed` */
function requireDaysInOrder({ pickup_date, delivery_date }: TransportRow): void {
  if (pickup_date === null || delivery_date === null || pickup_date <= delivery_date) return
  const message = 'Must not be before the pickup_date'
  throw new AppError('validation_failed', message, { details: [{ path: 'delivery_date', message }] })
}

interface Editing {
  order: OrderRow
  row: TransportRow
  edits: Edits
  key: string
}

async function writeEdits(
  tx: Transaction,
  ctx: MoveContext,
  { order, row, edits, key }: Editing,
): Promise<void> {
  const names = Object.keys(edits)
  if (names.length === 0) return
  await tx
    .update(transport_orders)
    .set({ ...edits, updated_at: new Date(ctx.now) })
    .where(eq(transport_orders.id, row.id))
  const before = Object.fromEntries(names.map((name) => [name, Reflect.get(row, name)]))
  await recordChange(tx, ctx, {
    key,
    order,
    subject: AUDIT_SUBJECT.transport,
    subjectId: row.id,
    action: 'transport.edited',
    before,
    after: edits,
    title: 'The transport’s details have changed',
    message: names.map((name) => name.replace('_', ' ')).join(', '),
    data: { transport_status: row.status },
  })
}
