import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { transport_orders } from '../db/schema/fulfillment.ts'
import type { OrderRow } from '../orders/context.ts'
import { lockOrder } from '../orders/move-order.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import { findVehicle, type VehicleRow } from '../vehicles/find-vehicle.ts'
import type { FulfillmentContext, TransportRow } from './context.ts'
import { lockTransport, requireAllowed, requireTransport } from './find-fulfillment.ts'
import { appendEvent } from './move-transport.ts'
import { isRecorded, nameChange, recordChange } from './record-change.ts'
import { type TransportRequest, transportMadeSchema } from './schemas.ts'
import { describeTransport } from './show-transport.ts'
import { BEFORE_TRANSPORT, mayMoveTransport, TRANSPORT_STATUS } from './transport.ts'

const STATUS = TRANSPORT_STATUS.quoteRequested
const ADDRESS_MAX_CHARS = 300

/** @throws AppError `wrong_status` where the vehicle needs no transport, or goes on one already */
export function requireWanted(order: OrderRow): void {
  if (order.is_pickup) throw new AppError('wrong_status', 'The buyer collects the vehicle')
  if (!BEFORE_TRANSPORT.includes(order.status))
    throw new AppError('wrong_status', `The order is ${order.status}`)
}

/**
 * The buyer asks what it costs to have the vehicle brought to them (M11), from the day of the sale on. What was
 * cancelled can be asked for again.
 * @throws AppError `not_found`, `forbidden`, `wrong_status`
 */
export async function requestTransport(
  ctx: FulfillmentContext & SignedIn,
  orderId: number,
  request: TransportRequest,
): Promise<OnceResult<typeof transportMadeSchema>> {
  const { buyer_id, seller_id } = await requireAllowed(ctx, orderId, ['request_transport'])
  const key = nameChange()
  const made = await runOnce(ctx, transportMadeSchema, async (tx) => {
    const order = await lockOrder(tx, orderId)
    const existing = await lockTransport(tx, orderId)
    if (!(await isRecorded(tx, key))) await writeRequest(tx, ctx, { order, existing, request, key })
    const transport = await describeTransport(tx, await requireTransport(tx, orderId))
    return { status: 201, value: { message: 'Transport asked for', transport } }
  })
  ctx.announce([buyer_id, seller_id])
  return made
}

interface Writing {
  order: OrderRow
  existing: TransportRow | null
  request: TransportRequest
  key: string
}

async function writeRequest(
  tx: Transaction,
  ctx: FulfillmentContext,
  { order, existing, request, key }: Writing,
): Promise<void> {
  requireWanted(order)
  if (existing !== null && !mayMoveTransport(existing.status, STATUS))
    throw new AppError('wrong_status', `There is a transport that is ${existing.status}`)
  const at = new Date(ctx.now)
  const values = {
    ...request,
    status: STATUS,
    pickup_address: addressOf(await findVehicle(tx, order.vehicle_id)),
    pickup_contact: null,
    carrier: null,
    driver: null,
    quoted_price_cents: null,
    final_price_cents: null,
    pickup_date: null,
    delivery_date: null,
    booked_at: null,
    delivered_at: null,
    updated_at: at,
  }
  const id = existing === null ? await insert(tx, order.id, values, at) : existing.id
  if (existing !== null)
    await tx.update(transport_orders).set(values).where(eq(transport_orders.id, existing.id))
  await recordChange(tx, ctx, {
    key,
    order,
    subject: AUDIT_SUBJECT.transport,
    subjectId: id,
    action: `transport.${STATUS}`,
    before: existing === null ? null : { status: existing.status },
    after: { ...request, status: STATUS },
    title: 'A transport was asked for',
    message: request.delivery_address,
    data: { transport_status: STATUS },
  })
  await appendEvent(tx, ctx, { id }, { key, to: STATUS })
}

async function insert(
  tx: Transaction,
  orderId: number,
  values: Omit<TransportRow, 'id' | 'order_id' | 'created_at'>,
  at: Date,
): Promise<number> {
  const [made] = await tx
    .insert(transport_orders)
    .values({ ...values, order_id: orderId, created_at: at })
    .$returningId()
  if (made === undefined) throw new Error(`The transport of order ${orderId} was not stored`)
  return made.id
}

/** Where the listing says that the vehicle is. */
function addressOf(vehicle: VehicleRow | null): string | null {
  if (vehicle === null) return null
  const { location_address, location_city, location_state, location_zip } = vehicle
  const stateAndZip = [location_state, location_zip].filter((part) => part !== null).join(' ')
  const parts = [location_address, location_city, stateAndZip || null].filter((part) => part !== null)
  return parts.join(', ').slice(0, ADDRESS_MAX_CHARS) || null
}
