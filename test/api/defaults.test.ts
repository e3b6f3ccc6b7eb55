import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { sweepOrders } from '../../src/orders/sweep-orders.ts'
import { sweep } from '../../src/sweeper.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { accountOf, payByHand, refund, toldOf } from '../support/payments.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { orderAudit, sellVehicle, showOrder } from '../support/sales.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'

/** Thursday ends in Chicago; Friday the 3rd is a holiday, so the two business days that follow are the 6th and 7th. */
const DUE = Date.UTC(2026, 6, 3, 5)
const REMINDER = Date.UTC(2026, 6, 2, 5)
const DEFAULT = Date.UTC(2026, 6, 8, 5)

const TOTAL = 10_525
const WITH_LATE_FEE = 10_575

const [seller, admin] = await Promise.all([signIn(), signInAdmin()])
// Each may be suspended by their test.
let buyer: Person
beforeEach(async () => {
  buyer = await signIn()
})

const sweepAt = (now: number): Promise<number> => sweepOrders(contextAt(now))
const textOf = (at: number): string => new Date(at).toISOString()
const setDue = (orderId: number, due = DUE) =>
  query(
    'UPDATE orders SET due_at = ?, next_attempt_at = ?, reminded_at = NULL, overdue_at = NULL WHERE id = ?',
    [...[due, due - 86_400_000].map((at) => textOf(at).slice(0, -1).replace('T', ' ')), orderId],
  )
async function sellDue() {
  const sale = await sellVehicle(seller, buyer)
  await setDue(sale.orderId)
  return sale
}
const nextLook = async (orderId: number): Promise<string | null> => {
  const [row] = await query(
    "SELECT DATE_FORMAT(next_attempt_at, '%Y-%m-%dT%H:%i:%sZ') AS at FROM orders WHERE id = ?",
    [orderId],
  )
  return typeof row?.at === 'string' ? row.at : null
}
const standingOf = async ({ user }: Person) => {
  const [row] = await query('SELECT status, standing_revision FROM users WHERE id = ?', [user.id])
  return row
}
const lateFees = (orderId: number) =>
  query(
    "SELECT amount_cents FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id WHERE i.order_id = ? AND l.kind = 'late_fee'",
    [orderId],
  )

describe('M8: an unpaid order', () => {
  test('its buyer is reminded 24 hours before it is due, once, and not an instant earlier', async () => {
    const { orderId } = await sellDue()
    await sweepAt(REMINDER - 1)
    expect(await toldOf(buyer, orderId)).toEqual([])
    await sweepAt(REMINDER)
    await sweepAt(REMINDER)
    await sweepAt(DUE - 1)
    expect(await toldOf(buyer, orderId)).toEqual(['payment_due'])
    expect(await accountOf(orderId)).toMatchObject({ status: 'pending_payment', total: TOTAL })
    expect(await nextLook(orderId)).toBe('2026-07-03T05:00:00Z')
  })

  test('is overdue at the instant that it is due: the late fee is a line of its invoice, the buyer told', async () => {
    const { orderId } = await sellDue()
    await sweepAt(DUE)
    await sweepAt(DEFAULT - 1)
    expect(await showOrder(orderId, buyer)).toMatchObject({
      status: 'pending_payment',
      overdue_at: textOf(DUE),
      late_fee: 50,
      total: WITH_LATE_FEE,
      balance: WITH_LATE_FEE,
    })
    expect(await toldOf(buyer, orderId)).toEqual(['payment_due', 'payment_overdue'])
    expect(await toldOf(seller, orderId)).toEqual([])
    expect(await lateFees(orderId)).toEqual([{ amount_cents: '5000' }])
    const invoice = (await api('GET', `/api/orders/${orderId}/invoice`, { as: buyer })).expect(200)
    expect(invoice.body).toMatchObject({ total: WITH_LATE_FEE })
    expect((await orderAudit(orderId)).map(({ action }) => action)).toEqual(['order.overdue'])
    expect(await nextLook(orderId)).toBe('2026-07-08T05:00:00Z')
  })

  test('has defaulted after two more business days: sale off, vehicle active, buyer suspended, both told', async () => {
    const { orderId, vehicleId } = await sellDue()
    await sweepAt(DEFAULT - 1)
    expect(await accountOf(orderId)).toMatchObject({ status: 'pending_payment' })
    await sweepAt(DEFAULT)
    const order = await showOrder(orderId, seller)
    expect(order).toMatchObject({ status: 'defaulted', balance: 0 })
    expect(order.history.at(-1)).toMatchObject({ status: 'defaulted', at: textOf(DEFAULT), by: 'system' })
    expect((await api('GET', `/api/vehicles/${vehicleId}`)).at('status')).toBe('active')
    expect(await standingOf(buyer)).toEqual({ status: 'suspended', standing_revision: 1 })
    expect(await contextAt(0).people.standing(buyer.user.id)).toEqual({ suspended: true, revision: 1 })
    const again = await api('POST', '/api/auth/refresh', { token: buyer.refresh_token })
    expect(refusalOf(again)).toEqual([401, 'unauthenticated'])
    expect(await toldOf(buyer, orderId)).toEqual(['payment_due', 'payment_overdue', 'general'])
    expect(await toldOf(seller, orderId)).toEqual(['general'])
    expect(await nextLook(orderId)).toBeNull()
  })

  test('M3: its default opens the second chance', async () => {
    const { auctionId, orderId } = await sellDue()
    // Nobody has swept. There is a reason by now; nobody else had bid.
    const answer = await api('POST', `/api/auctions/${auctionId}/second-chance`, { as: seller })
    expect(refusalOf(answer)).toEqual([409, 'no_next_bidder'])
    expect(await accountOf(orderId)).toMatchObject({ status: 'defaulted' })
  })

  test('found months later comes to all of it in order, each as of its own instant', async () => {
    const { orderId } = await sellDue()
    await sweepAt(DEFAULT + 90 * 86_400_000)
    const rows = await query(
      "SELECT type, DATE_FORMAT(created_at, '%Y-%m-%dT%H:%i:%s.000Z') AS at FROM notifications WHERE user_id = ? AND cause_key LIKE ? ORDER BY id",
      [buyer.user.id, `order:${orderId}:%`],
    )
    expect(rows).toEqual([
      { type: 'payment_due', at: textOf(REMINDER) },
      { type: 'payment_overdue', at: textOf(DUE) },
      { type: 'general', at: textOf(DEFAULT) },
    ])
    const { history, total } = await showOrder(orderId, seller)
    expect(history.at(-1)).toMatchObject({ status: 'defaulted', at: textOf(DEFAULT) })
    expect(total).toBe(WITH_LATE_FEE)
  })

  test('ten sweepers at once bring it about once', async () => {
    const { orderId } = await sellDue()
    await Promise.all(Array.from({ length: 10 }, () => sweepAt(DEFAULT)))
    expect(await toldOf(buyer, orderId)).toEqual(['payment_due', 'payment_overdue', 'general'])
    expect(await lateFees(orderId)).toHaveLength(1)
    expect((await orderAudit(orderId)).map(({ action }) => action)).toEqual([
      'order.overdue',
      'order.defaulted',
    ])
    expect(await standingOf(buyer)).toEqual({ status: 'suspended', standing_revision: 1 })
  })

  test('whose buyer was deleted defaults all the same', async () => {
    const { orderId } = await sellDue()
    await query("UPDATE users SET status = 'deleted' WHERE id = ?", [buyer.user.id])
    await sweepAt(DEFAULT)
    expect(await accountOf(orderId)).toMatchObject({ status: 'defaulted' })
    expect(await standingOf(buyer)).toMatchObject({ status: 'deleted' })
  })

  test('keeps to the terms that it pins, whatever applies by now', async () => {
    const { orderId } = await sellDue()
    await query(
      "INSERT INTO fee_schedules (effective_at, fees, calendar, created_at) SELECT '2026-01-01', REPLACE(fees, '\"lateFee\": 5000', '\"lateFee\": 77700'), calendar, created_at FROM fee_schedules WHERE id = 1",
    )
    await sweepAt(DUE)
    expect((await showOrder(orderId, buyer)).late_fee).toBe(50)
    await query('DELETE FROM fee_schedules WHERE id <> 1')
  })

  test('is not touched once it is paid', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    ;(await payByHand(orderId, admin, { amount: TOTAL })).expect(201)
    expect(await nextLook(orderId)).toBeNull()
    await setDue(orderId)
    await sweepAt(DEFAULT)
    expect(await accountOf(orderId)).toMatchObject({ total: TOTAL, status: 'title_processing' })
    expect(await standingOf(buyer)).toMatchObject({ status: 'active' })
  })

  test('that a refund reopened is overdue again, with no second late fee', async () => {
    const { orderId } = await sellDue()
    await sweepAt(DUE)
    // So that paying today comes before the default.
    await query("UPDATE orders SET due_at = '2099-01-01' WHERE id = ?", [orderId])
    const paid = (await payByHand(orderId, admin, { amount: WITH_LATE_FEE })).expect(201)
    ;(await refund(paid.int('payment.id'), admin, { amount: 100, reason: 'x' })).expect(201)
    await setDue(orderId)
    await sweepAt(DUE + 1)
    expect(await showOrder(orderId, buyer)).toMatchObject({
      status: 'pending_payment',
      overdue_at: textOf(DUE),
      balance: 100,
    })
    expect(await lateFees(orderId)).toHaveLength(1)
  })
})

describe('M8: nothing depends on when the sweeper comes', () => {
  test('a payment after the default is refused, and the order has defaulted by then', async () => {
    const { orderId } = await sellDue()
    expect(refusalOf(await payByHand(orderId, admin, { amount: TOTAL }))).toEqual([409, 'wrong_status'])
    expect(await accountOf(orderId)).toMatchObject({ status: 'defaulted', paid: 0 })
    expect(await standingOf(buyer)).toMatchObject({ status: 'suspended' })
  })

  test('a payment of the price alone after the deadline leaves the late fee due', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    // Due a minute ago: the default is days away.
    await setDue(orderId, Date.now() - 60_000)
    ;(await payByHand(orderId, admin, { amount: TOTAL })).expect(201)
    expect(await showOrder(orderId, buyer)).toMatchObject({ status: 'pending_payment', balance: 50 })
    ;(await payByHand(orderId, admin, { amount: 50 })).expect(201)
    expect((await showOrder(orderId, buyer)).balance).toBe(0)
    expect(await accountOf(orderId)).toMatchObject({ status: 'title_processing', total: WITH_LATE_FEE })
  })

  test('a part that was paid before the default can be given back; the order stays defaulted', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const paid = (await payByHand(orderId, admin, { amount: 4_000 })).expect(201)
    await setDue(orderId)
    const made = (await refund(paid.int('payment.id'), admin, { reason: 'Defaulted' })).expect(201)
    expect(made.at('order')).toMatchObject({ status: 'defaulted', paid: 4_000, refunded: 4_000, balance: 0 })
  })

  test('an admin cancels too late: it has defaulted', async () => {
    const { orderId } = await sellDue()
    const answer = await api('POST', `/api/orders/${orderId}/cancel`, { as: admin, body: { reason: 'x' } })
    expect(refusalOf(answer)).toEqual([409, 'wrong_status'])
    expect(await accountOf(orderId)).toMatchObject({ status: 'defaulted' })
  })

  test('the cron sweeps orders', async () => {
    const { orderId } = await sellDue()
    await sweep(createDeps(env), REMINDER)
    expect(await toldOf(buyer, orderId)).toEqual(['payment_due'])
  })
})

describe('a sweep that fails', () => {
  test('for one order goes on with the others and tries it again, as of the same instants', async () => {
    const { orderId } = await sellDue()
    await withFault({ mode: 'refuse-statement', matching: '^insert into `invoice_lines`' }, () =>
      sweepAt(DUE),
    )
    expect(await accountOf(orderId)).toMatchObject({ total: TOTAL })
    expect(await toldOf(buyer, orderId)).toEqual([])
    expect(await nextLook(orderId)).toBe('2026-07-03T05:05:00Z')
    await sweepAt(DUE + 300_000)
    expect(await showOrder(orderId, buyer)).toMatchObject({ overdue_at: textOf(DUE), total: WITH_LATE_FEE })
    expect(await toldOf(buyer, orderId)).toEqual(['payment_due', 'payment_overdue'])
  })

  test('to hear of its COMMIT has done it once', async () => {
    const { orderId } = await sellDue()
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () => sweepAt(DEFAULT))
    expect(await accountOf(orderId)).toMatchObject({ status: 'defaulted', total: WITH_LATE_FEE })
    expect((await orderAudit(orderId)).map(({ action }) => action)).toEqual([
      'order.overdue',
      'order.defaulted',
    ])
    expect(await standingOf(buyer)).toEqual({ status: 'suspended', standing_revision: 1 })
  })
})
