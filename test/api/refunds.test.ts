import { describe, expect, test } from 'vitest'
import { refundMadeSchema } from '../../src/orders/payment-schemas.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { accountOf, moneyAudit, payByHand, paymentRowsOf, refund, toldOf } from '../support/payments.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { move, sellVehicle, showOrder } from '../support/sales.ts'
import { growthOf } from '../support/scrape.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

const TOTAL = 10_525
const vehicleStatus = async (vehicleId: number) =>
  (await api('GET', `/api/vehicles/${vehicleId}`, { as: seller })).at('status')

/** A sale with a payment by hand, of everything unless an amount is given. */
async function sellPaid(amount = TOTAL) {
  const sale = await sellVehicle(seller, buyer)
  const paid = (await payByHand(sale.orderId, admin, { amount })).expect(201)
  return { ...sale, paymentId: paid.int('payment.id') }
}

describe('M7: everything is given back', () => {
  test('by hand at once: payment and order are refunded, the vehicle active, both sides told', async () => {
    const { orderId, vehicleId, paymentId } = await sellPaid()
    const counted = await growthOf('payments_total{type="refund",status="processed"}', async () => {
      const made = (await refund(paymentId, admin, { reason: 'Bent frame' })).expect(201).as(refundMadeSchema)
      expect(made.refund).toMatchObject({ amount: TOTAL, reason: 'Bent frame', status: 'processed' })
      expect(made.payment).toMatchObject({ status: 'refunded', refunded: TOTAL })
      expect(made.payment.refunds).toEqual([made.refund])
      expect(made.order).toMatchObject({ status: 'refunded', paid: TOTAL, refunded: TOTAL, balance: 0 })
    })
    expect(counted).toBe(1)
    expect(await vehicleStatus(vehicleId)).toBe('active')
    expect(await showOrder(orderId, buyer)).toMatchObject({
      status: 'refunded',
      status_reason: 'Bent frame',
    })
    for (const person of [buyer, seller]) {
      expect(await toldOf(person, orderId)).toContain('general')
    }
    expect(await moneyAudit(orderId)).toEqual([
      'payment.captured',
      'refund.pending',
      'refund.processed',
      'payment.refunded',
    ])
    expect(refusalOf(await refund(paymentId, admin, { reason: 'Again' }))).toEqual([409, 'wrong_status'])
  })

  test('of several payments: the order is refunded with the last one', async () => {
    const { orderId, paymentId } = await sellPaid(525)
    const second = (await payByHand(orderId, admin, { amount: 10_000 })).expect(201)
    ;(await refund(paymentId, admin, { reason: 'First' })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'pending_payment', refunded: 525 })
    // It is reopened by then: what is given back of an unpaid order leaves it unpaid.
    ;(await refund(second.int('payment.id'), admin, { reason: 'Second' })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'pending_payment', refunded: TOTAL })
    expect((await showOrder(orderId, buyer)).balance).toBe(TOTAL)
  })

  test.each(['transport_scheduled', 'in_transit', 'delivered', 'completed'] as const)(
    'of an order that is %s: refunded',
    async (status) => {
      const { orderId, vehicleId, paymentId } = await sellPaid()
      await query('UPDATE orders SET status = ? WHERE id = ?', [status, orderId])
      ;(await refund(paymentId, admin, { reason: 'Lost on its way' })).expect(201)
      expect(await accountOf(orderId)).toMatchObject({ status: 'refunded' })
      expect(await vehicleStatus(vehicleId)).toBe('active')
    },
  )

  test('of a cancelled order, in parts: it is refunded once nothing is held', async () => {
    const { orderId, paymentId } = await sellPaid()
    await move(orderId, 'cancelled')
    ;(await refund(paymentId, admin, { amount: 10_000, reason: 'Cancelled' })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'cancelled', refunded: 10_000 })
    ;(await refund(paymentId, admin, { reason: 'Cancelled' })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'refunded', refunded: TOTAL })
  })

  test('of an unpaid order: it stays unpaid and all is due again', async () => {
    const { orderId, paymentId } = await sellPaid(4_000)
    ;(await refund(paymentId, admin, { reason: 'Wrong account' })).expect(201)
    expect(await showOrder(orderId, buyer)).toMatchObject({ status: 'pending_payment', balance: TOTAL })
  })
})

describe('M7: a part is given back', () => {
  test('a paid order is reopened with a new deadline, and paid again it is paid', async () => {
    const { orderId, paymentId } = await sellPaid()
    await query(
      "UPDATE orders SET due_at = '2026-01-01', reminded_at = '2026-01-01', overdue_at = '2026-01-01' WHERE id = ?",
      [orderId],
    )
    const made = (await refund(paymentId, admin, { amount: 525, reason: 'A scratch' })).expect(201)
    expect(made.at('payment')).toMatchObject({ status: 'captured', refunded: 525 })
    const reopened = await showOrder(orderId, buyer)
    expect(reopened).toMatchObject({
      status: 'pending_payment',
      balance: 525,
      overdue_at: null,
      paid_at: null,
    })
    expect(reopened.due_at > new Date().toISOString()).toBe(true)
    const [row] = await query('SELECT reminded_at, next_attempt_at, due_at FROM orders WHERE id = ?', [
      orderId,
    ])
    expect(row?.reminded_at).toBeNull()
    expect(String(row?.next_attempt_at) < String(row?.due_at)).toBe(true)
    expect(refusalOf(await payByHand(orderId, admin, { amount: 525.01 }))).toEqual([409, 'too_much'])
    ;(await payByHand(orderId, admin, { amount: 525 })).expect(201)
    const { history } = await showOrder(orderId, buyer)
    expect(history.filter(({ status }) => status === 'paid')).toHaveLength(2)
  })

  test('of an order on its way changes no status', async () => {
    const { orderId, paymentId } = await sellPaid()
    await query("UPDATE orders SET status = 'in_transit' WHERE id = ?", [orderId])
    ;(await refund(paymentId, admin, { amount: 25, reason: 'Late' })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'in_transit', refunded: 25 })
  })

  test('fifty at once of a tenth each: ten are given, none above what was captured', async () => {
    const { orderId, paymentId } = await sellPaid(1_000)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refund(paymentId, admin, { amount: 100, reason: 'All at once' })),
    )
    const tally = Object.groupBy(answers, ({ status }) => String(status))
    expect(tally['201']).toHaveLength(10)
    expect(tally['409']).toHaveLength(40)
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000, refunded: 1_000 })
    expect((await paymentRowsOf(orderId))[0]).toMatchObject({ status: 'refunded', refunded: 1_000 })
    const [sum] = await query('SELECT SUM(amount_cents) AS cents FROM refunds WHERE order_id = ?', [orderId])
    expect(Number(sum?.cents)).toBe(100_000)
  })

  test('fifty at once of everything: one is given', async () => {
    const { orderId, paymentId } = await sellPaid()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => refund(paymentId, admin, { reason: 'All at once' })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(await accountOf(orderId)).toMatchObject({ status: 'refunded', refunded: TOTAL })
  })
})

describe('a refund that is repeated', () => {
  test('with its Idempotency-Key is given once, and answered alike', async () => {
    const { orderId, paymentId } = await sellPaid()
    const key = { 'Idempotency-Key': crypto.randomUUID() }
    const first = (await refund(paymentId, admin, { amount: 5, reason: 'Once' }, key)).expect(201)
    const again = (await refund(paymentId, admin, { amount: 5, reason: 'Once' }, key)).expect(201)
    expect(again.body).toEqual(first.body)
    expect(await accountOf(orderId)).toMatchObject({ refunded: 5 })
  })

  test('by its own transaction, because the answer to COMMIT was lost, is given once', async () => {
    const { orderId, paymentId } = await sellPaid()
    const made = await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () =>
      refund(paymentId, admin, { amount: 5, reason: 'Once' }),
    )
    expect(made.expect(201).at('refund.status')).toBe('processed')
    expect(await accountOf(orderId)).toMatchObject({ refunded: 5, status: 'pending_payment' })
  })
})

describe('what is refused', () => {
  test('more than is left of the payment: 409 with what is left', async () => {
    const { paymentId } = await sellPaid()
    ;(await refund(paymentId, admin, { amount: 500, reason: 'x' })).expect(201)
    const answer = await refund(paymentId, admin, { amount: 10_025.01, reason: 'x' })
    expect(refusalOf(answer)).toEqual([409, 'too_much'])
    expect(answer.at('refundable')).toBe(10_025)
  })

  test('what was never captured: 409', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const status of ['pending', 'authorized', 'failed']) {
      const paid = (await payByHand(orderId, admin, { amount: 100, status })).expect(201)
      const answer = await refund(paid.int('payment.id'), admin, { reason: 'x' })
      expect(refusalOf(answer), status).toEqual([409, 'wrong_status'])
    }
    expect(await accountOf(orderId)).toMatchObject({ refunded: 0 })
  })

  test('bad input: 400', async () => {
    const { orderId, paymentId } = await sellPaid()
    const wrong = [
      {},
      { reason: '' },
      { reason: ' ' },
      { reason: 'x'.repeat(501) },
      { amount: 0, reason: 'x' },
      { amount: -1, reason: 'x' },
      { amount: 0.001, reason: 'x' },
      { amount: '1', reason: 'x' },
      { amount: null, reason: 'x' },
    ]
    for (const body of wrong) {
      const answer = await refund(paymentId, admin, body)
      expect(refusalOf(answer), JSON.stringify(body)).toEqual([400, 'validation_failed'])
    }
    expect(await accountOf(orderId)).toMatchObject({ refunded: 0 })
  })

  test('the wrong person: 403, without a sign-in 401; an unknown payment: 404', async () => {
    const { orderId, paymentId } = await sellPaid()
    for (const person of [buyer, seller, stranger]) {
      expect(refusalOf(await refund(paymentId, person, { reason: 'x' }))).toEqual([403, 'forbidden'])
    }
    expect(refusalOf(await refund(paymentId, undefined, { reason: 'x' }))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await refund(999_999, admin, { reason: 'x' }))).toEqual([404, 'not_found'])
    expect(await accountOf(orderId)).toMatchObject({ refunded: 0 })
  })
})
