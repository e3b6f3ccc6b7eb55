import { asc, eq } from 'drizzle-orm'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Executor } from '../db/client.ts'
import { transport_events } from '../db/schema/fulfillment.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { FulfillmentContext, TransportEventRow, TransportRow } from './context.ts'
import { requireAllowed, requireTransport } from './find-fulfillment.ts'
import type { Transport, TransportEvent } from './schemas.ts'

export const describeEvent = (row: TransportEventRow): TransportEvent => {
  const { id, status, location, note, happened_at, created_at } = row
  return { id, status, location, note, happened_at, created_at }
}

/** The transport with its events, the oldest first. */
export async function describeTransport(db: Executor, row: TransportRow): Promise<Transport> {
  const events = await db
    .select()
    .from(transport_events)
    .where(eq(transport_events.transport_order_id, row.id))
    .orderBy(asc(transport_events.id))
  const { quoted_price_cents, final_price_cents, ...same } = row
  return {
    ...same,
    quoted_price: quoted_price_cents,
    final_price: final_price_cents,
    currency: CURRENCY,
    events: events.map(describeEvent),
  }
}

/**
 * The transport of an order, for buyer, seller and admins (M11).
 * @throws AppError `not_found` for everybody else, and where none was asked for
 */
export async function getTransport(ctx: FulfillmentContext & SignedIn, orderId: number): Promise<Transport> {
  await requireAllowed(ctx, orderId, ['view_transport'])
  return await describeTransport(ctx.db, await requireTransport(ctx.db, orderId))
}
