import type { Transaction } from '../db/client.ts'
import { formatAmount, ZERO_CENTS } from '../lib/money.ts'
import { addInvoiceLine } from '../orders/add-invoice-line.ts'
import { dueOf } from '../orders/balance.ts'
import type { MoveContext, OrderRow } from '../orders/context.ts'
import { creditTransport } from '../orders/credit-transport.ts'
import { INVOICE_LINE_KIND } from '../orders/invoice.ts'
import { AppError } from '../platform/errors.ts'
import type { TransportRow } from './context.ts'
import { requireWanted } from './request-transport.ts'
import type { TransportChange } from './schemas.ts'
import { TRANSPORT_STATUS } from './transport.ts'

const S = TRANSPORT_STATUS
const FEE_RULE = 'As quoted'
const CREDIT_RULE = 'The transport was cancelled'

interface Preparation {
  order: OrderRow
  /** As it is about to be. */
  row: TransportRow
  change: TransportChange
}

/**
 * What each status asks for before it is entered, and which columns it sets (M5, M11).
 * @throws AppError `wrong_status`, `validation_failed`
 */
export async function preparationOf(
  tx: Transaction,
  ctx: MoveContext,
  { order, row, change }: Preparation,
): Promise<Partial<TransportRow>> {
  const at = new Date(ctx.now)
  switch (change.status) {
    case S.quoted:
      requireWanted(order)
      return { quoted_price_cents: change.quoted_price ?? ZERO_CENTS }
    case S.booked: {
      requireWanted(order)
      if (row.status !== S.quoted || row.quoted_price_cents === null) return {}
      const fee = row.quoted_price_cents
      const { transportFee: kind } = INVOICE_LINE_KIND
      await addInvoiceLine(tx, ctx, {
        orderId: order.id,
        kind,
        description: 'Transport',
        rule: FEE_RULE,
        amount: fee,
        at,
      })
      return { final_price_cents: fee, booked_at: at }
    }
    case S.assigned:
      requireReady(order, row)
      return {}
    case S.cancelled:
      await creditTransport(tx, ctx, order.id, CREDIT_RULE)
      return { final_price_cents: null }
    case S.delivered:
      return { delivered_at: at }
    default:
      return {}
  }
}

/** A carrier comes once everything is paid for, to an address, under a name. */
function requireReady(order: OrderRow, row: TransportRow): void {
  requireWanted(order)
  const due = dueOf(order)
  if (due > 0) throw new AppError('wrong_status', `${formatAmount(due)} of the order have to be paid first`)
  const missing = (['carrier', 'pickup_address'] as const).filter((field) => row[field] === null)
  if (row.status !== S.booked || missing.length === 0) return
  throw new AppError('validation_failed', `Missing: ${missing.join(', ')}`, {
    details: missing.map((path) => ({ path, message: 'Must be there before the vehicle is fetched' })),
  })
}
