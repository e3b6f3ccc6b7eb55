import { addCents, type Cents, cents, ZERO_CENTS } from '../lib/money.ts'
import { isEnded, type OrderStatus } from './order.ts'

/** What an order costs, what of it was captured, and what of that was given back: columns of its row. */
export interface Account {
  readonly total_cents: Cents
  readonly paid_cents: Cents
  readonly refunded_cents: Cents
}

/** What is held of the buyer's money: payments − refunds. */
export const heldOf = ({ paid_cents, refunded_cents }: Account): Cents => cents(paid_cents - refunded_cents)

/**
 * What is still due: total − (payments − refunds). Nobody may pay more than is due (M6); where a charge that was paid is
 * taken back, nothing is due until the rest has gone back.
 */
export const balanceOf = (account: Account): Cents =>
  cents(Math.max(0, account.total_cents - heldOf(account)))

/** What is held beyond what the order costs, since a charge was taken back: it has to be given back (M7). */
export const excessOf = (account: Account): Cents => cents(Math.max(0, heldOf(account) - account.total_cents))

/** What its buyer still owes: nothing once the sale is off. */
export const dueOf = (order: Account & { readonly status: OrderStatus }): Cents =>
  isEnded(order.status) ? ZERO_CENTS : balanceOf(order)

/** The account after a captured payment; null where it is more than is due (M6). */
export function pay<Row extends Account>(account: Row, amount: Cents): Row | null {
  if (amount > balanceOf(account)) return null
  return { ...account, paid_cents: addCents(account.paid_cents, amount) }
}

/** The account after money was given back; null where it is more than is held (M7). */
export function giveBack<Row extends Account>(account: Row, amount: Cents): Row | null {
  if (amount > heldOf(account)) return null
  return { ...account, refunded_cents: addCents(account.refunded_cents, amount) }
}

/** The account without a charge that was on its invoice; null where there is not so much on it. */
export function takeOff<Row extends Account>(account: Row, amount: Cents): Row | null {
  if (amount > account.total_cents) return null
  return { ...account, total_cents: cents(account.total_cents - amount) }
}

/** The account with one more line on its invoice. */
export function charge<Row extends Account>(account: Row, amount: Cents): Row {
  return { ...account, total_cents: addCents(account.total_cents, amount) }
}
