import { asc, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { invoice_lines, invoices, orders } from '../db/schema/orders.ts'
import { addCents, type Cents, centsToDollars, negate, type SignedCents, ZERO_CENTS } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { charge, takeOff } from './balance.ts'
import type { MoveContext, OrderRow } from './context.ts'
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
 * added and never changed, and one of each kind stands at a time: the same line again changes nothing.
 * @returns the order's row as it is now
 * @throws AppError `not_found`; `wrong_status` where the order has ended, or another line of this kind stands
 */
export async function addInvoiceLine(
  tx: Transaction,
  ctx: Pick<MoveContext, 'accounts'>,
  line: LaterLine,
): Promise<OrderRow> {
  const order = await lockOrder(tx, line.orderId)
  const { invoiceId, lines } = await readLines(tx, line.orderId)
  const standing = findStanding(lines, line.kind)
  if (standing !== null) {
    if (standing.amount_cents === line.amount && standing.rule === line.rule) return order
    throw new AppError('wrong_status', `The invoice has a ${line.kind} already`)
  }
  if (isEnded(order.status)) throw new AppError('wrong_status', `The order is ${order.status}`)
  await insertLine(tx, { ...line, invoiceId, position: lines.length })
  const column = COLUMNS[line.kind]
  const changed = {
    [column]: addCents(order[column], line.amount),
    total_cents: charge(order, line.amount).total_cents,
    updated_at: line.at,
  }
  return await writeAmounts(tx, ctx, order, changed)
}

/**
 * Takes the transport's fee back by a line of the same amount below zero, under the order's lock, and records it (M5,
 * M17). Without a fee on the invoice nothing changes. What was paid of it is the caller's to give back.
 * @returns the order's row as it is now
 * @throws AppError `not_found`
 */
export async function creditTransportFee(
  tx: Transaction,
  ctx: MoveContext,
  orderId: number,
  rule: string,
): Promise<OrderRow> {
  const order = await lockOrder(tx, orderId)
  const fee = order.transport_fee_cents
  const after = takeOff(order, fee)
  if (fee === 0) return order
  if (after === null) throw new Error(`Order ${orderId} costs less than its transport`)
  const at = new Date(ctx.now)
  const { invoiceId, lines } = await readLines(tx, orderId)
  const kind = INVOICE_LINE_KIND.transportCredit
  const amount = negate(fee)
  await insertLine(tx, {
    invoiceId,
    position: lines.length,
    kind,
    description: 'Transport',
    rule,
    amount,
    at,
  })
  await recordAudit(tx, ctx, {
    action: 'order.credited',
    subject: AUDIT_SUBJECT.order,
    subjectId: orderId,
    before: { transport_fee: centsToDollars(fee), total: centsToDollars(order.total_cents) },
    after: { transport_fee: 0, total: centsToDollars(after.total_cents) },
  })
  const { total_cents } = after
  return await writeAmounts(tx, ctx, order, { transport_fee_cents: ZERO_CENTS, total_cents, updated_at: at })
}

type LineRow = typeof invoice_lines.$inferSelect

/** The invoice's lines, the first one first. */
async function readLines(tx: Transaction, orderId: number): Promise<{ invoiceId: number; lines: LineRow[] }> {
  const [invoice] = await tx.select({ id: invoices.id }).from(invoices).where(eq(invoices.order_id, orderId))
  if (invoice === undefined) throw new Error(`Order ${orderId} has no invoice`)
  const lines = await tx
    .select()
    .from(invoice_lines)
    .where(eq(invoice_lines.invoice_id, invoice.id))
    .orderBy(asc(invoice_lines.position))
  return { invoiceId: invoice.id, lines }
}

/** The line of this kind that was not taken back. */
function findStanding(lines: readonly LineRow[], kind: LaterLine['kind']): LineRow | null {
  const { transportFee, transportCredit } = INVOICE_LINE_KIND
  const isOfKind = (line: LineRow) =>
    line.kind === kind || (kind === transportFee && line.kind === transportCredit)
  const last = lines.findLast(isOfKind)
  return last?.kind === kind ? last : null
}

interface NewLine extends Pick<LineRow, 'kind' | 'position' | 'description' | 'rule'> {
  invoiceId: number
  amount: SignedCents
  at: Date
}

async function insertLine(tx: Transaction, { invoiceId, amount, at, ...line }: NewLine): Promise<void> {
  const { kind, position, description, rule } = line
  await tx.insert(invoice_lines).values({
    invoice_id: invoiceId,
    kind,
    position,
    description,
    rule,
    amount_cents: amount,
    created_at: at,
  })
}

async function writeAmounts(
  tx: Transaction,
  { accounts }: Pick<MoveContext, 'accounts'>,
  order: OrderRow,
  changed: Partial<OrderRow> & { updated_at: Date },
): Promise<OrderRow> {
  await tx.update(orders).set(changed).where(eq(orders.id, order.id))
  await accounts.touch(tx, order.buyer_id, changed.updated_at)
  return { ...order, ...changed }
}
