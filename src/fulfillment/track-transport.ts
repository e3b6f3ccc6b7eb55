import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { transport_events } from '../db/schema/fulfillment.ts'
import type { MoveContext, OrderRow } from '../orders/context.ts'
import { countingMoves, lockOrder } from '../orders/move-order.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT } from '../users/audit.ts'
import type { FulfillmentContext, TransportEventRow, TransportRow } from './context.ts'
import { requireAllowed, requireLockedTransport, requireTransport } from './find-fulfillment.ts'
import { appendEvent, moveTransport, type TransportStep } from './move-transport.ts'
import { ACTION_OF_TRANSPORT } from './permissions.ts'
import { nameChange, recordChange } from './record-change.ts'
import { type TransportEventInput, transportEventMadeSchema } from './schemas.ts'
import { describeEvent, describeTransport } from './show-transport.ts'
import { MAX_EVENTS, TRANSPORT_STATUS } from './transport.ts'

/**
 * Appends a tracking event (M11): where the vehicle is on its way, or that it has come further, which moves the
 * transport and its order.
 * @throws AppError `not_found`, `forbidden`, `wrong_status`, `validation_failed` for a time that cannot be
 */
export async function trackTransport(
  ctx: FulfillmentContext & SignedIn,
  orderId: number,
  input: TransportEventInput,
): Promise<OnceResult<typeof transportEventMadeSchema>> {
  const { buyer_id, seller_id } = await requireAllowed(ctx, orderId, [ACTION_OF_TRANSPORT[input.status]])
  const key = nameChange()
  const made = await countingMoves(ctx, (begin) =>
    runOnce(ctx, transportEventMadeSchema, async (tx) => {
      const moving = begin()
      const order = await lockOrder(tx, orderId)
      const row = await requireLockedTransport(tx, orderId)
      const event = (await findEvent(tx, key)) ?? (await track(tx, moving, { order, row, input, key }))
      const transport = await describeTransport(tx, await requireTransport(tx, orderId))
      return { status: 201, value: { message: 'Event recorded', event: describeEvent(event), transport } }
    }),
  )
  ctx.announce([buyer_id, seller_id])
  return made
}

/** What the first run of this very transaction appended, where only its answer was lost. */
async function findEvent(tx: Transaction, key: string): Promise<TransportEventRow | null> {
  const [event] = await tx.select().from(transport_events).where(eq(transport_events.creation_key, key))
  return event ?? null
}

interface Tracking {
  order: OrderRow
  row: TransportRow
  input: TransportEventInput
  key: string
}

async function track(
  tx: Transaction,
  ctx: MoveContext,
  { order, row, input, key }: Tracking,
): Promise<TransportEventRow> {
  const { status: to, location = null, note = null, happened_at } = input
  const happenedAt = happened_at ?? new Date(ctx.now)
  requirePossibleTime(row, happenedAt, ctx.now)
  const step: TransportStep = { key, to, location, note, happenedAt }
  if (row.status !== to || to === TRANSPORT_STATUS.delivered) {
    const columns = to === TRANSPORT_STATUS.delivered ? { delivered_at: happenedAt } : {}
    return await moveTransport(tx, ctx, order, row, { ...step, columns })
  }
  const present = await tx.$count(transport_events, eq(transport_events.transport_order_id, row.id))
  if (present >= MAX_EVENTS)
    throw new AppError('validation_failed', `A transport has at most ${MAX_EVENTS} events`)
  await recordChange(tx, ctx, {
    key,
    order,
    subject: AUDIT_SUBJECT.transport,
    subjectId: row.id,
    action: 'transport.tracked',
    before: null,
    after: { status: to, location, note },
    title: 'News of the transport',
    message: [location, note].filter((part) => part !== null).join(': '),
    data: { transport_status: to },
  })
  return await appendEvent(tx, ctx, row, step)
}

/** Not before the transport was asked for, and not after now. @throws AppError `validation_failed` */
function requirePossibleTime({ created_at }: TransportRow, happenedAt: Date, now: number): void {
  if (happenedAt >= created_at && happenedAt.getTime() <= now) return
  const message = 'Must lie between the asking for the transport and now'
  throw new AppError('validation_failed', message, { details: [{ path: 'happened_at', message }] })
}
