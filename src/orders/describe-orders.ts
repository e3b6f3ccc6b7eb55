import { inArray } from 'drizzle-orm'
import { CURRENCY } from '../auctions/schemas.ts'
import type { Database } from '../db/client.ts'
import { invoices } from '../db/schema/orders.ts'
import { seller_profiles, users } from '../db/schema/users.ts'
import { isApprovedProfile } from '../users/seller-profiles.ts'
import type { VehicleContext } from '../vehicles/context.ts'
import { showListed } from '../vehicles/show-vehicle.ts'
import { dueOf } from './balance.ts'
import type { OrderRow } from './context.ts'
import type { Order, Party } from './schemas.ts'

/** Orders by their rows, in the rows' order, as buyer, seller and admins see them alike. */
export async function describeOrders(ctx: VehicleContext, rows: readonly OrderRow[]): Promise<Order[]> {
  if (rows.length === 0) return []
  // An order names its own auction: nobody asks for the vehicle's.
  const withoutAuctions: VehicleContext = { ...ctx, auctionsOf: async () => new Map() }
  const [listed, parties, invoiceNumbers] = await Promise.all([
    showListed(
      withoutAuctions,
      rows.map(({ vehicle_id }) => vehicle_id),
    ),
    findParties(
      ctx.db,
      rows.flatMap(({ buyer_id, seller_id }) => [buyer_id, seller_id]),
    ),
    findInvoiceNumbers(
      ctx.db,
      rows.map(({ id }) => id),
    ),
  ])
  const vehicles = new Map(listed.map(({ auction: _, ...vehicle }) => [vehicle.id, vehicle]))
  return rows.flatMap((row) => {
    const vehicle = vehicles.get(row.vehicle_id)
    const buyer = parties.get(row.buyer_id)
    const seller = parties.get(row.seller_id)
    const invoice_number = invoiceNumbers.get(row.id)
    if (!vehicle || !buyer || !seller || invoice_number === undefined) return []
    return [{ ...fieldsOf(row), invoice_number, vehicle, buyer, seller }]
  })
}

const fieldsOf = (row: OrderRow): Omit<Order, 'invoice_number' | 'vehicle' | 'buyer' | 'seller'> => ({
  id: row.id,
  order_number: row.order_number,
  auction_id: row.auction_id,
  vehicle_price: row.vehicle_price_cents,
  buyer_fee: row.buyer_fee_cents,
  title_fee: row.title_fee_cents,
  transport_fee: row.transport_fee_cents,
  tax: row.tax_cents,
  late_fee: row.late_fee_cents,
  total: row.total_cents,
  paid: row.paid_cents,
  refunded: row.refunded_cents,
  balance: dueOf(row),
  currency: CURRENCY,
  status: row.status,
  status_reason: row.status_reason,
  is_pickup: row.is_pickup,
  sold_at: row.sold_at,
  due_at: row.due_at,
  overdue_at: row.overdue_at,
  paid_at: row.paid_at,
  completed_at: row.completed_at,
  may_cancel_since: row.may_cancel_since,
  created_at: row.created_at,
  updated_at: row.updated_at,
})

async function findInvoiceNumbers(db: Database, orderIds: number[]): Promise<Map<number, string>> {
  const rows = await db
    .select({ orderId: invoices.order_id, number: invoices.invoice_number })
    .from(invoices)
    .where(inArray(invoices.order_id, orderIds))
  return new Map(rows.map(({ orderId, number }) => [orderId, number]))
}

/** Buyers and sellers by their ids, as the other side of an order knows them. */
export async function findParties(db: Database, ids: number[]): Promise<Map<number, Party>> {
  const rows = await db
    .select({
      id: users.id,
      first_name: users.first_name,
      last_name: users.last_name,
      email: users.email,
      phone: users.phone,
      business_name: seller_profiles.business_name,
    })
    .from(users)
    .leftJoin(seller_profiles, isApprovedProfile())
    .where(inArray(users.id, [...new Set(ids)]))
  return new Map(
    rows.map(({ id, email, phone, first_name, last_name, business_name }) => {
      const name = [first_name, last_name].filter((part) => part !== null).join(' ')
      return [id, { id, email, phone, display_name: business_name ?? (name === '' ? email : name) }]
    }),
  )
}
