import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { invoice_lines, invoices, orders } from '../db/schema/orders.ts'
import { addCents, type Cents } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import { touchAccount } from '../users/account.ts'
import { charge } from './balance.ts'
import type { OrderRow } from './context.ts'
import { INVOICE_LINE_KIND } from './invoice.ts'
import { lockOrder } from './move-order.ts'
import { isEnded } from './order.ts'

/** Where the order keeps the amount of each kind of line that comes after the sale. */
const COLUMNS = {
  [INVOICE_LINE_KIND.transportFee]: 'transport_fee_cents',
  [INVOICE_LINE_KIND.lateFee]: 'late_fee_cents',
} as const

export interface LaterLine {
  orderId: number
  kind: keyof typeof COLUMNS
  description: string
  /** How the amount was found, in words. */
  rule: string
  amount: Cents
  at: Date
}

/**
 * Adds a line to an order's invoice, under the order's lock, with the order's own amounts in step (M5). Lines are
 * added and never changed, one of each kind: the same line again changes nothing.
 * @returns the order's row as it is now
 * @throws AppError `not_found`; `wrong_status` where the order has ended, or has another line of this kind
 */
export async function addInvoiceLine(tx: Transaction, line: LaterLine): Promise<OrderRow> {
  const order = await lockOrder(tx, line.orderId)
  const [invoice] = await tx
    .select({ id: invoices.id })
    .from(invoices)
    .where(eq(invoices.order_id, line.orderId))
  if (invoice === undefined) throw new Error(`Order ${line.orderId} has no invoice`)
  const lines = await tx.select().from(invoice_lines).where(eq(invoice_lines.invoice_id, invoice.id))
  const existing = lines.find(({ kind }) => kind === line.kind)
  if (existing !== undefined) {
    if (existing.amount_cents === line.amount && existing.rule === line.rule) return order
    throw new AppError('wrong_status', `The invoice has a ${line.kind} already`)
  }
  if (isEnded(order.status)) throw new AppError('wrong_status', `The order is ${order.status}`)
  await tx.insert(invoice_lines).values({
    invoice_id: invoice.id,
    kind: line.kind,
    position: lines.length,
    description: line.description,
    rule: line.rule,
    amount_cents: line.amount,
    created_at: line.at,
  })
  const column = COLUMNS[line.kind]
  const { total_cents } = charge(order, line.amount)
  const changed = {
    [column]: addCents(order[column], line.amount),
    total_cents,
    updated_at: line.at,
  }
  await tx.update(orders).set(changed).where(eq(orders.id, line.orderId))
  await touchAccount(tx, order.buyer_id, line.at)
  return { ...order, ...changed }
}
