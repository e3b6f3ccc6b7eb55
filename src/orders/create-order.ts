import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { invoice_lines, invoices, orders } from '../db/schema/orders.ts'
import { ZERO_CENTS } from '../lib/money.ts'
import { HOUR_MS } from '../lib/time.ts'
import { endOfBusinessDay } from '../market/calendar.ts'
import { readTermsAt } from '../market/read-terms.ts'
import type { Sale } from '../market/sale.ts'
import type { Accounts } from '../users/account.ts'
import { readState } from './get-quote.ts'
import { amountOf, composeLines, INVOICE_LINE_KIND, sumOf } from './invoice.ts'
import { ORDER_STATUS } from './order.ts'

/**
 * One order and one invoice for a sale (M1, M5), under the terms of its day, in the transaction of what sold the
 * vehicle. Where they are there already nothing happens.
 * @returns the order's id
 */
export async function createOrder(
  tx: Transaction,
  sale: Sale,
  accounts: Pick<Accounts, 'touch'>,
): Promise<number> {
  const existing = await findOrderId(tx, sale.sourceKey)
  if (existing !== null) return existing
  const soldAt = new Date(sale.soldAt)
  const { feeScheduleId, fees, calendar } = await readTermsAt(tx, soldAt)
  const lines = composeLines(fees, sale.price, await readState(tx, sale.buyerId), priceRuleOf(sale))
  const dueMs = endOfBusinessDay(sale.soldAt, fees.paymentDueDay, calendar)
  const times = { created_at: soldAt, updated_at: soldAt }
  const [made] = await tx
    .insert(orders)
    .values({
      order_number: sale.orderNumber,
      source_key: sale.sourceKey,
      auction_id: sale.auctionId,
      vehicle_id: sale.vehicleId,
      buyer_id: sale.buyerId,
      seller_id: sale.sellerId,
      fee_schedule_id: feeScheduleId,
      vehicle_price_cents: sale.price,
      buyer_fee_cents: amountOf(lines, INVOICE_LINE_KIND.buyerFee),
      title_fee_cents: amountOf(lines, INVOICE_LINE_KIND.titleFee),
      transport_fee_cents: ZERO_CENTS,
      late_fee_cents: ZERO_CENTS,
      tax_cents: amountOf(lines, INVOICE_LINE_KIND.tax),
      total_cents: sumOf(lines),
      paid_cents: ZERO_CENTS,
      refunded_cents: ZERO_CENTS,
      status: ORDER_STATUS.pendingPayment,
      sold_at: soldAt,
      due_at: new Date(dueMs),
      next_attempt_at: new Date(dueMs - fees.paymentReminderHours * HOUR_MS),
      ...times,
    })
    .$returningId()
  if (made === undefined) throw new Error('The database gave no id')
  const [invoice] = await tx
    .insert(invoices)
    .values({
      order_id: made.id,
      invoice_number: sale.orderNumber.replace(/^ORD/, 'INV'),
      fee_schedule_id: feeScheduleId,
      issued_at: soldAt,
      due_at: new Date(dueMs),
    })
    .$returningId()
  if (invoice === undefined) throw new Error('The database gave no id')
  await tx.insert(invoice_lines).values(
    lines.map(({ kind, description, rule, amount }, position) => ({
      invoice_id: invoice.id,
      kind,
      position,
      description,
      rule,
      amount_cents: amount,
      created_at: soldAt,
    })),
  )
  await accounts.touch(tx, sale.buyerId, soldAt)
  return made.id
}

async function findOrderId(tx: Transaction, sourceKey: string): Promise<number | null> {
  const [row] = await tx.select({ id: orders.id }).from(orders).where(eq(orders.source_key, sourceKey))
  return row?.id ?? null
}

const priceRuleOf = ({ auctionId }: Sale): string => (auctionId === null ? 'Agreed price' : 'Hammer price')
