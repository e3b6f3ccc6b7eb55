import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { orders } from '../db/schema/orders.ts'
import { centsToDollars } from '../lib/money.ts'
import { readPinnedTerms } from '../market/read-terms.ts'
import type { MarketTerms } from '../market/terms.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { suspendIn, tellPerson } from '../users/standing.ts'
import { addInvoiceLine } from './add-invoice-line.ts'
import type { MoveContext, OrderRow } from './context.ts'
import { INVOICE_LINE_KIND } from './invoice.ts'
import { countingMoves, findOrder, lockOrder, moveOrder } from './move-order.ts'
import { ORDER_STATUS } from './order.ts'
import type { DueContext } from './payment-context.ts'
import { DEADLINE, nextDeadline, type PaymentDeadline } from './payment-deadlines.ts'
import { noticeOfOverdue, noticeOfReminder, noticesOfDefault } from './payment-notices.ts'

/**
 * Applies every deadline of an unpaid order that has passed, in order, each as of its own instant: the reminder, the
 * late fee, the default with its buyer's suspension (M8). Whoever acts on an order's money does this first, so that
 * nothing depends on when the sweeper comes. Repeating it changes nothing.
 */
export async function applyDuePayments(ctx: DueContext, orderId: number): Promise<void> {
  const first = await findDeadline(ctx.db, orderId)
  if (first === null || !isDue(first, ctx.now)) return
  const told = new Set<number>()
  let defaultedBuyerId: number | null = null
  await countingMoves(ctx, (begin) =>
    ctx.db.transaction(async (tx) => {
      told.clear()
      const moving = begin()
      let order = await lockOrder(tx, orderId)
      const terms = await readPinnedTerms(tx, order.fee_schedule_id)
      let next = nextDeadline(order, terms)
      while (next !== null && isDue(next, ctx.now)) {
        // Nobody did it: it came about at its own instant.
        const asOf = { ...moving, now: next.at, actor: null, address: null }
        order = await STEPS[next.kind](tx, asOf, order, terms)
        told.add(order.buyer_id)
        if (next.kind === DEADLINE.default) {
          told.add(order.seller_id)
          defaultedBuyerId = order.buyer_id
        }
        next = nextDeadline(order, terms)
      }
      const next_attempt_at = next === null ? null : new Date(next.at)
      await tx.update(orders).set({ next_attempt_at }).where(eq(orders.id, orderId))
    }),
  )
  ctx.announce(told)
  // The rooms and sockets hear of it; where they do not, the sweeper of people tells them.
  if (defaultedBuyerId !== null) await tellPerson(ctx, defaultedBuyerId)
}

/** The same for the orders that came of an auction: its default opens the second chance (M3). */
export async function applyDueOfAuction(ctx: DueContext, auctionId: number): Promise<void> {
  const unpaid = await ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(and(eq(orders.auction_id, auctionId), eq(orders.status, ORDER_STATUS.pendingPayment)))
  for (const { id } of unpaid) await applyDuePayments(ctx, id)
}

async function findDeadline(db: DueContext['db'], orderId: number): Promise<PaymentDeadline | null> {
  const order = await findOrder(db, orderId)
  if (order === null || order.status !== ORDER_STATUS.pendingPayment) return null
  return nextDeadline(order, await readPinnedTerms(db, order.fee_schedule_id))
}

/** A deadline excludes its last instant. */
const isDue = ({ at }: PaymentDeadline, now: number): boolean => at <= now

type Step = (tx: Transaction, ctx: MoveContext, order: OrderRow, terms: MarketTerms) => Promise<OrderRow>

const STEPS: Record<PaymentDeadline['kind'], Step> = {
  reminder: remind,
  overdue: chargeLateFee,
  default: defaultOrder,
}

async function remind(tx: Transaction, { now }: MoveContext, order: OrderRow): Promise<OrderRow> {
  const reminded_at = new Date(now)
  await tx.update(orders).set({ reminded_at }).where(eq(orders.id, order.id))
  await insertNotices(tx, [noticeOfReminder(order, reminded_at)])
  return { ...order, reminded_at }
}

async function chargeLateFee(
  tx: Transaction,
  ctx: MoveContext,
  order: OrderRow,
  terms: MarketTerms,
): Promise<OrderRow> {
  const at = new Date(ctx.now)
  await tx.update(orders).set({ overdue_at: at, updated_at: at }).where(eq(orders.id, order.id))
  const { lateFee } = terms.fees
  const line = {
    orderId: order.id,
    kind: INVOICE_LINE_KIND.lateFee,
    description: 'Late fee',
    rule: 'Fixed, once an order is overdue',
    amount: lateFee,
    at,
  }
  const charged =
    lateFee > 0 ? await addInvoiceLine(tx, ctx, line) : { ...order, overdue_at: at, updated_at: at }
  await recordAudit(tx, ctx, {
    action: 'order.overdue',
    subject: AUDIT_SUBJECT.order,
    subjectId: order.id,
    before: { overdue_at: null, total: centsToDollars(order.total_cents) },
    after: { overdue_at: at.toISOString(), total: centsToDollars(charged.total_cents) },
  })
  const defaultAt = nextDeadline(charged, terms)?.at ?? ctx.now
  await insertNotices(tx, [noticeOfOverdue(charged, at, defaultAt)])
  return charged
}

async function defaultOrder(tx: Transaction, ctx: MoveContext, order: OrderRow): Promise<OrderRow> {
  const reason = 'Not paid in time'
  const moved = await moveOrder(tx, ctx, order.id, ORDER_STATUS.defaulted, { reason })
  await insertNotices(tx, noticesOfDefault(moved, new Date(ctx.now)))
  try {
    await suspendIn(tx, ctx, order.buyer_id, `Order ${order.order_number} was not paid`)
  } catch (error) {
    // Whoever was deleted bids no more anyway.
    if (!(error instanceof AppError) || error.code !== 'wrong_status') throw error
  }
  return moved
}
