import { asc, eq } from 'drizzle-orm'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Database } from '../db/client.ts'
import { invoice_lines, invoices } from '../db/schema/orders.ts'
import { users } from '../db/schema/users.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import { readPinnedTerms } from '../market/read-terms.ts'
import type { SignedIn } from '../platform/actor.ts'
import { dueOf } from './balance.ts'
import { findParties } from './describe-orders.ts'
import type { Invoice } from './invoice-schemas.ts'
import { requireOrder } from './show-order.ts'

/** An order's invoice (M5). @throws AppError `not_found` for all but buyer, seller and admins */
export async function getInvoice(ctx: { db: Database } & SignedIn, orderId: number): Promise<Invoice> {
  const { db } = ctx
  const order = await requireOrder(db, orderId, ctx.actor)
  const [invoice] = await db.select().from(invoices).where(eq(invoices.order_id, orderId))
  if (invoice === undefined) throw new Error(`Order ${orderId} has no invoice`)
  const [lines, { calendar }, parties, address, vehicle] = await Promise.all([
    db
      .select()
      .from(invoice_lines)
      .where(eq(invoice_lines.invoice_id, invoice.id))
      .orderBy(asc(invoice_lines.position)),
    readPinnedTerms(db, invoice.fee_schedule_id),
    findParties(db, [order.buyer_id, order.seller_id]),
    readAddress(db, order.buyer_id),
    readVehicle(db, order.vehicle_id),
  ])
  const buyer = parties.get(order.buyer_id)
  const seller = parties.get(order.seller_id)
  if (!buyer || !seller || !address || !vehicle)
    throw new Error(`Order ${orderId} lacks a party or its vehicle`)
  return {
    invoice_number: invoice.invoice_number,
    order_id: order.id,
    order_number: order.order_number,
    status: order.status,
    issued_at: invoice.issued_at,
    due_at: order.due_at,
    time_zone: calendar.timeZone,
    seller,
    buyer: { ...buyer, address },
    vehicle,
    currency: CURRENCY,
    lines: lines.map(({ kind, description, rule, amount_cents, created_at }) => ({
      kind,
      description,
      rule,
      amount: amount_cents,
      added_at: created_at,
    })),
    total: order.total_cents,
    paid: order.paid_cents,
    refunded: order.refunded_cents,
    balance: dueOf(order),
  }
}

async function readAddress(db: Database, userId: number): Promise<Invoice['buyer']['address'] | undefined> {
  const { address_line1: line1, address_line2: line2, city, state, zip_code } = users
  const [row] = await db
    .select({ line1, line2, city, state, zip_code })
    .from(users)
    .where(eq(users.id, userId))
  return row
}

async function readVehicle(db: Database, vehicleId: number): Promise<Invoice['vehicle'] | undefined> {
  const { id, vin, year, make, model, trim, mileage } = vehicles
  const [row] = await db
    .select({ id, vin, year, make, model, trim, mileage })
    .from(vehicles)
    .where(eq(vehicles.id, vehicleId))
  return row
}
