import { describe, expect, test } from 'vitest'
import { paymentRecordedSchema } from '../../src/orders/payment-schemas.ts'
import { query, withFault } from '../support/database.ts'
import {
  accountOf,
  makeReference,
  moneyAudit,
  payByHand,
  paymentRowsOf,
  toldOf,
} from '../support/payments.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { move, orderAudit, sellVehicle, showOrder } from '../support/sales.ts'
import { growthOf } from '../support/scrape.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

/** Price 10 000, buyer's fee 450, title fee 75. */
const TOTAL = 10_525

describe('M6: an admin records a payment', () => {
  test('captured unless said otherwise: 201, the balance falls, both sides are told, who did it is recorded', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const reference = makeReference()
    const fields = { method: 'check', amount: 4_000.25, reference, note: 'By post' }
    const counted = await growthOf('payments_total{type="check",status="captured"}', async () => {
      const answer = (await payByHand(orderId, admin, fields)).expect(201).as(paymentRecordedSchema)
      expect(answer.payment).toMatchObject({
        order_id: orderId,
        method: 'check',
        amount: 4_000.25,
        refunded: 0,
        currency: 'USD',
        status: 'captured',
        provider: 'manual',
        reference,
        note: 'By post',
        refunds: [],
      })
      expect(answer.payment.captured_at).not.toBeNull()
      expect(answer.order).toMatchObject({
        status: 'pending_payment',
        total: TOTAL,
        paid: 4_000.25,
        balance: 6_524.75,
      })
    })
    expect(counted).toBe(1)
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
    expect(await toldOf(seller, orderId)).toEqual(['payment_received'])
    const [entry] = await query(
      "SELECT actor_id, action FROM audit_log WHERE subject = 'payment' AND subject_id = (SELECT id FROM payments WHERE order_id = ?)",
      [orderId],
    )
    expect(entry).toEqual({ actor_id: String(admin.user.id), action: 'payment.captured' })
  })

  test('partial payments add up, and the last one makes the order paid, by the admin', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const amount of [0.01, 5_000, 5_524.98]) {
      ;(await payByHand(orderId, admin, { amount })).expect(201)
      expect((await showOrder(orderId, buyer)).status).toBe('pending_payment')
    }
    const last = (await payByHand(orderId, admin, { amount: 0.01 })).expect(201)
    expect(last.at('order')).toMatchObject({ paid: TOTAL, balance: 0 })
    const { history, paid_at } = await showOrder(orderId, buyer)
    expect(history[1]).toMatchObject({ status: 'paid', by: 'admin' })
    expect(paid_at).not.toBeNull()
    expect((await orderAudit(orderId)).filter(({ action }) => action === 'order.paid')).toHaveLength(1)
  })

  test('more than is due is 409 with the balance, and nothing has changed', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    ;(await payByHand(orderId, admin, { amount: 10_000 })).expect(201)
    for (const status of ['captured', 'pending', 'authorized']) {
      const answer = await payByHand(orderId, admin, { amount: 525.01, status })
      expect(refusalOf(answer)).toEqual([409, 'too_much'])
      expect(answer.at('balance')).toBe(525)
    }
    expect(await accountOf(orderId)).toMatchObject({ paid: 10_000, status: 'pending_payment' })
    expect(await paymentRowsOf(orderId)).toHaveLength(1)
    ;(await payByHand(orderId, admin, { amount: 525 })).expect(201)
    expect(refusalOf(await payByHand(orderId, admin, { amount: 0.01 }))).toEqual([409, 'too_much'])
  })

  test('nothing is taken once the sale is off, but a failed payment may still be noted', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    await move(orderId, 'cancelled')
    expect(refusalOf(await payByHand(orderId, admin, { amount: 1 }))).toEqual([409, 'wrong_status'])
    ;(await payByHand(orderId, admin, { amount: 1, status: 'failed' })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'cancelled', paid: 0 })
  })

  test('what is charged after an order was paid can be paid, and does not move it', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const to of ['paid', 'title_processing'] as const) await move(orderId, to)
    ;(await payByHand(orderId, admin, { amount: TOTAL })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ status: 'title_processing', paid: TOTAL })
  })
})

describe('M6: one reference is one payment', () => {
  test('reported again it is 200 and the same payment', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const fields = { amount: 1_000, reference: makeReference() }
    const first = (await payByHand(orderId, admin, fields)).expect(201)
    const second = (await payByHand(orderId, admin, fields)).expect(200)
    expect(second.at('payment')).toEqual(first.at('payment'))
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
    expect(await moneyAudit(orderId)).toEqual(['payment.captured'])
  })

  test('ten times at once it counts once', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const fields = { amount: 2_000, reference: makeReference() }
    const counted = await growthOf('payments_total{type="wire",status="captured"}', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => payByHand(orderId, admin, fields)))
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
    })
    expect(counted).toBe(1)
    expect(await accountOf(orderId)).toMatchObject({ paid: 2_000 })
    expect(await paymentRowsOf(orderId)).toHaveLength(1)
    expect(await moneyAudit(orderId)).toEqual(['payment.captured'])
    expect(await toldOf(seller, orderId)).toEqual(['payment_received'])
  })

  test('ten different ones at once: as many are taken as are due', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => payByHand(orderId, admin, { amount: 2_105 })),
    )
    const tally = Object.groupBy(answers, ({ status }) => String(status))
    expect(tally['201']).toHaveLength(5)
    expect(tally['409']?.map((answer) => answer.at('code'))).toEqual(Array(5).fill('too_much'))
    expect(await accountOf(orderId)).toMatchObject({ paid: TOTAL })
    expect((await showOrder(orderId, buyer)).history[1]?.status).toBe('paid')
  })

  test('with another amount, method or order it is 409', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const other = await sellVehicle(seller, buyer)
    const fields = { amount: 1_000, reference: makeReference() }
    ;(await payByHand(orderId, admin, fields)).expect(201)
    for (const change of [{ amount: 1_000.01 }, { method: 'ach' }]) {
      const answer = await payByHand(orderId, admin, { ...fields, ...change })
      expect(refusalOf(answer)).toEqual([409, 'id_reused'])
    }
    expect(refusalOf(await payByHand(other.orderId, admin, fields))).toEqual([409, 'id_reused'])
    expect(await accountOf(other.orderId)).toMatchObject({ paid: 0 })
  })

  test('used for two orders at the same moment it counts for one', async () => {
    const sales = [await sellVehicle(seller, buyer), await sellVehicle(seller, buyer)]
    const fields = { amount: 1_000, reference: makeReference() }
    const answers = await Promise.all(
      sales.flatMap(({ orderId }) => Array.from({ length: 4 }, () => payByHand(orderId, admin, fields))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201, 409, 409, 409, 409])
    const accounts = await Promise.all(sales.map(({ orderId }) => accountOf(orderId)))
    expect(accounts.map(({ paid }) => paid).sort()).toEqual([0, 1_000])
  })

  test('a lost answer to COMMIT takes it once', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const answer = await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () =>
      payByHand(orderId, admin, { amount: TOTAL }),
    )
    answer.expect(201)
    expect(await accountOf(orderId)).toMatchObject({ paid: TOTAL })
    expect(await moneyAudit(orderId)).toEqual(['payment.captured'])
  })

  test('with an Idempotency-Key the same answer comes again', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const fields = { amount: 10, reference: makeReference() }
    const key = { 'Idempotency-Key': crypto.randomUUID() }
    const first = (await payByHand(orderId, admin, fields, key)).expect(201)
    const again = (await payByHand(orderId, admin, fields, key)).expect(201)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotent-replay')).toBe('true')
    const other = await payByHand(orderId, admin, { ...fields, amount: 11 }, key)
    expect(refusalOf(other)).toEqual([409, 'id_reused'])
  })
})

describe('M6: its status', () => {
  test('goes on from pending to captured, and counts only then', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const fields = { amount: TOTAL, reference: makeReference() }
    ;(await payByHand(orderId, admin, { ...fields, status: 'pending' })).expect(201)
    ;(await payByHand(orderId, admin, { ...fields, status: 'authorized' })).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 0, status: 'pending_payment' })
    const captured = (await payByHand(orderId, admin, { ...fields, status: 'captured' })).expect(200)
    expect(captured.at('payment.status')).toBe('captured')
    expect(await accountOf(orderId)).toMatchObject({ paid: TOTAL })
    expect(await moneyAudit(orderId)).toEqual(['payment.pending', 'payment.authorized', 'payment.captured'])
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
  })

  test('older ones that come late change nothing', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const fields = { amount: 500, reference: makeReference() }
    ;(await payByHand(orderId, admin, fields)).expect(201)
    for (const status of ['pending', 'authorized', 'failed', 'captured']) {
      const answer = (await payByHand(orderId, admin, { ...fields, status })).expect(200)
      expect(answer.at('payment.status')).toBe('captured')
    }
    expect(await accountOf(orderId)).toMatchObject({ paid: 500 })
    expect(await moneyAudit(orderId)).toEqual(['payment.captured'])
  })

  test('a pending one of which the rest was paid meanwhile cannot be captured: 409, it stays pending', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const fields = { amount: 600, reference: makeReference() }
    ;(await payByHand(orderId, admin, { ...fields, status: 'pending' })).expect(201)
    ;(await payByHand(orderId, admin, { amount: 10_000 })).expect(201)
    expect(refusalOf(await payByHand(orderId, admin, fields))).toEqual([409, 'too_much'])
    expect((await paymentRowsOf(orderId)).map(({ status }) => status)).toEqual(['pending', 'captured'])
  })
})

describe('who records, and what', () => {
  test('only admins: buyer, seller and strangers 403, without a sign-in 401, an unknown order 404', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const person of [buyer, seller, stranger]) {
      expect(refusalOf(await payByHand(orderId, person, { amount: 1 }))).toEqual([403, 'forbidden'])
    }
    expect(refusalOf(await payByHand(orderId, undefined, { amount: 1 }))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await payByHand(999_999, admin, { amount: 1 }))).toEqual([404, 'not_found'])
    expect(await paymentRowsOf(orderId)).toEqual([])
  })

  test('bad input is 400 and names the field', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const wrong: [string, object][] = [
      ['amount', { amount: 0 }],
      ['amount', { amount: -5 }],
      ['amount', { amount: 1.001 }],
      ['amount', { amount: '5' }],
      ['amount', { amount: 1e9 }],
      ['amount', {}],
      ['method', { amount: 5, method: 'cash' }],
      ['reference', { amount: 5, reference: '' }],
      ['reference', { amount: 5, reference: '  ' }],
      ['reference', { amount: 5, reference: 'ü' }],
      ['reference', { amount: 5, reference: 'x'.repeat(129) }],
      ['status', { amount: 5, status: 'refunded' }],
      ['note', { amount: 5, note: 'x'.repeat(501) }],
    ]
    for (const [path, fields] of wrong) {
      const answer = await payByHand(orderId, admin, { ...fields })
      expect(refusalOf(answer), JSON.stringify(fields)).toEqual([400, 'validation_failed'])
      expect(answer.at('details.0.path'), JSON.stringify(fields)).toBe(path)
    }
    expect(await paymentRowsOf(orderId)).toEqual([])
  })
})
