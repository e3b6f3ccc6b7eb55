import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import {
  accountOf,
  type Delivery,
  deliver,
  makeReference,
  moneyAudit,
  PROVIDER,
  payByHand,
  paymentRowsOf,
  refund,
  toldOf,
} from '../support/payments.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle, showOrder } from '../support/sales.ts'
import { growthOf } from '../support/scrape.ts'
import { refusalOf } from '../support/sessions.ts'
import { setVariables } from '../support/variables.ts'

const [seller, buyer, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])

const TOTAL = 10_525

/** A sale, and the events of one payment for it. */
async function sellWithEvents() {
  const { orderId } = await sellVehicle(seller, buyer)
  const { order_number } = await showOrder(orderId, buyer)
  const reference = makeReference()
  const data = { order_number, reference, amount: 1_000, method: 'card' }
  const eventOf = (type: string, changes: object = {}) => ({ type, data: { ...data, ...changes } })
  return { orderId, reference, eventOf }
}

describe('the signature of a payment message', () => {
  test('is over the body as it came', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const answer = await deliver(JSON.stringify(eventOf('payment.captured'), null, 3))
    expect(answer.expect(200).body).toEqual({ received: true })
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
  })

  test('that is wrong, old, missing or over another body is 401, before the body is looked at', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const event = eventOf('payment.captured')
    const nowS = Math.floor(Date.now() / 1000)
    const wrong: Delivery[] = [
      { secret: `whsec_${btoa('another secret of 24 byte')}` },
      { timestampS: nowS - 600 },
      { timestampS: nowS + 600 },
      { signed: JSON.stringify(eventOf('payment.captured', { amount: 1 })) },
      { headers: { 'webhook-signature': 'v1,' } },
      { headers: { 'webhook-signature': 'v1' } },
      { headers: { 'webhook-id': '' } },
      { headers: { 'webhook-timestamp': 'soon' } },
    ]
    for (const delivery of wrong) {
      expect(refusalOf(await deliver(event, delivery)), JSON.stringify(delivery)).toEqual([
        401,
        'unauthenticated',
      ])
    }
    const bare = await api('POST', `/api/webhooks/payments/${PROVIDER}`, { body: '{' })
    expect(refusalOf(bare)).toEqual([401, 'unauthenticated'])
    expect(await paymentRowsOf(orderId)).toEqual([])
  })

  test('of an unknown provider, of manual entries and of one without a secret is 404', async () => {
    const { eventOf } = await sellWithEvents()
    for (const provider of ['nobody', 'manual', 'constructor', 'Standard']) {
      const answer = await deliver(eventOf('payment.captured'), { provider })
      expect(refusalOf(answer), provider).toEqual([404, 'not_found'])
    }
    setVariables({ PAYMENT_WEBHOOK_SIGNING_SECRET: '' })
    expect(refusalOf(await deliver(eventOf('payment.captured')))).toEqual([404, 'not_found'])
  })

  test('cannot be checked with a secret of another form: the settings say so at once', async () => {
    const { eventOf } = await sellWithEvents()
    setVariables({ PAYMENT_WEBHOOK_SIGNING_SECRET: 'whsec_not base64' })
    expect(refusalOf(await deliver(eventOf('payment.captured')))).toEqual([500, 'internal'])
  })
})

describe('M6: a provider tells of a payment', () => {
  test('pending, authorized, captured: it counts when it is captured, by nobody, and both sides are told once', async () => {
    const { orderId, reference, eventOf } = await sellWithEvents()
    const counted = await growthOf('payments_total{type="card",status="captured"}', async () => {
      for (const status of ['pending', 'authorized', 'captured', 'captured', 'authorized']) {
        ;(await deliver(eventOf(`payment.${status}`))).expect(200)
      }
    })
    expect(counted).toBe(1)
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000, status: 'pending_payment' })
    expect(await moneyAudit(orderId)).toEqual(['payment.pending', 'payment.authorized', 'payment.captured'])
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
    expect(await toldOf(seller, orderId)).toEqual(['payment_received'])
    const page = (await api('GET', `/api/orders/${orderId}/payments`, { as: buyer })).expect(200)
    expect(page.at('payments.0')).toMatchObject({ provider: PROVIDER, reference, method: 'card' })
  })

  test('the last one makes the order paid, by the system', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    ;(await deliver(eventOf('payment.captured', { amount: TOTAL }))).expect(200)
    const { history, balance } = await showOrder(orderId, buyer)
    expect(balance).toBe(0)
    expect(history[1]).toMatchObject({ status: 'paid', by: 'system' })
  })

  test('ten deliveries at once count once', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const event = eventOf('payment.captured')
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(event)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
    expect(await moneyAudit(orderId)).toEqual(['payment.captured'])
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
  })

  test('all its statuses at once, five times each, come to the same end', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const events = ['captured', 'failed', 'authorized', 'pending'].flatMap((status) =>
      Array.from({ length: 5 }, () => eventOf(`payment.${status}`)),
    )
    const answers = await Promise.all(events.map((event) => deliver(event)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await paymentRowsOf(orderId)).map(({ status }) => status)).toEqual(['captured'])
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
  })

  test('failed and later captured all the same, it counts', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    ;(await deliver(eventOf('payment.failed'))).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 0 })
    ;(await deliver(eventOf('payment.captured'))).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
  })

  test('a reference of the provider’s and the same one by hand are two payments', async () => {
    const { orderId, reference, eventOf } = await sellWithEvents()
    ;(await deliver(eventOf('payment.captured'))).expect(200)
    ;(await payByHand(orderId, admin, { amount: 1_000, method: 'card', reference })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ paid: 2_000 })
  })

  test('with another amount, method or order under a known reference it is 409; so is more than is due', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const other = await sellVehicle(seller, buyer)
    const { order_number } = await showOrder(other.orderId, buyer)
    ;(await deliver(eventOf('payment.pending'))).expect(200)
    for (const change of [{ amount: 1_000.01 }, { method: 'ach' }, { order_number }]) {
      const answer = await deliver(eventOf('payment.captured', change))
      expect(refusalOf(answer), JSON.stringify(change)).toEqual([409, 'id_reused'])
    }
    const tooMuch = eventOf('payment.captured', { reference: makeReference(), amount: TOTAL + 0.01 })
    expect(refusalOf(await deliver(tooMuch))).toEqual([409, 'too_much'])
    expect(await accountOf(orderId)).toMatchObject({ paid: 0 })
    expect(await paymentRowsOf(orderId)).toHaveLength(1)
    expect(await paymentRowsOf(other.orderId)).toEqual([])
  })

  test('a database that fails is 503, and the message that comes again is taken', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const event = eventOf('payment.captured')
    await withFault({ mode: 'refuse', matching: '^insert into `payments`' }, async () => {
      expect(refusalOf(await deliver(event))).toEqual([503, 'unavailable'])
    })
    ;(await deliver(event)).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
  })
})

describe('a message of another form', () => {
  test('is 400, of an unknown order 404', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const wrong: (object | string)[] = [
      '{',
      '',
      '[]',
      'null',
      {},
      { type: 'payment.captured' },
      eventOf('payment.captured', { amount: 0 }),
      eventOf('payment.captured', { amount: '12' }),
      eventOf('payment.captured', { amount: 1.001 }),
      eventOf('payment.captured', { method: 'cash' }),
      eventOf('payment.captured', { reference: '' }),
      eventOf('payment.captured', { reference: 'ü' }),
      eventOf('payment.captured', { reference: 'x'.repeat(129) }),
      eventOf('payment.captured', { order_number: 7 }),
      eventOf('refund.processed'),
      eventOf('refund.processed', { refund_id: '1' }),
    ]
    for (const event of wrong) {
      expect(refusalOf(await deliver(event)), JSON.stringify(event)).toEqual([400, 'validation_failed'])
    }
    const unknown = eventOf('payment.captured', { order_number: 'ORD-20200101-A1' })
    expect(refusalOf(await deliver(unknown))).toEqual([404, 'not_found'])
    expect(await paymentRowsOf(orderId)).toEqual([])
  })

  test('of a type that means nothing here is taken and changes nothing', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    ;(await deliver(eventOf('payout.paid'))).expect(200)
    ;(await deliver({ type: 'ping' })).expect(200)
    expect(await paymentRowsOf(orderId)).toEqual([])
  })
})

describe('M7: a provider tells of a refund', () => {
  async function payAndRefund(amount?: number) {
    const sale = await sellWithEvents()
    ;(await deliver(sale.eventOf('payment.captured', { amount: TOTAL }))).expect(200)
    const paymentId = (await paymentRowsOf(sale.orderId))[0]?.id ?? 0
    const body = { reason: 'Agreed', ...(amount !== undefined && { amount }) }
    const made = (await refund(paymentId, admin, body)).expect(201)
    expect(made.at('refund.status')).toBe('pending')
    const eventOf = (status: string, changes: object = {}) =>
      sale.eventOf(`refund.${status}`, {
        amount: amount ?? TOTAL,
        refund_id: made.int('refund.id'),
        ...changes,
      })
    return { ...sale, paymentId, eventOf }
  }

  test('until then it is pending: nothing is given back yet, and the amount cannot go back twice', async () => {
    const { orderId, paymentId } = await payAndRefund()
    expect(await accountOf(orderId)).toMatchObject({ refunded: 0, paid: TOTAL })
    expect((await showOrder(orderId, buyer)).status).not.toBe('refunded')
    expect(refusalOf(await refund(paymentId, admin, { reason: 'Again' }))).toEqual([409, 'too_much'])
  })

  test('processed, ten times at once: it is given back once, and the order is refunded', async () => {
    const { orderId, eventOf } = await payAndRefund()
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(eventOf('processed'))))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await accountOf(orderId)).toEqual({
      status: 'refunded',
      total: TOTAL,
      paid: TOTAL,
      refunded: TOTAL,
    })
    expect(await moneyAudit(orderId)).toEqual([
      'payment.captured',
      'refund.pending',
      'refund.processed',
      'payment.refunded',
    ])
    ;(await deliver(eventOf('failed'))).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ status: 'refunded', refunded: TOTAL })
  })

  test('failed: nothing went back, and it can be tried again', async () => {
    const { orderId, paymentId, eventOf } = await payAndRefund(500)
    ;(await deliver(eventOf('failed'))).expect(200)
    ;(await deliver(eventOf('failed'))).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ refunded: 0 })
    expect((await paymentRowsOf(orderId))[0]).toMatchObject({ status: 'captured', refunded: 0 })
    ;(await refund(paymentId, admin, { reason: 'Once more' })).expect(201)
  })

  test('with another order, payment, amount or method it is 409, of an unknown refund 404', async () => {
    const { orderId, eventOf } = await payAndRefund(500)
    const other = await sellVehicle(seller, buyer)
    const { order_number } = await showOrder(other.orderId, buyer)
    for (const change of [
      { amount: 499 },
      { method: 'ach' },
      { order_number },
      { reference: makeReference() },
    ]) {
      const answer = await deliver(eventOf('processed', change))
      expect(refusalOf(answer), JSON.stringify(change)).toEqual([409, 'id_reused'])
    }
    const unknown = await deliver(eventOf('processed', { refund_id: 999_999 }))
    expect(refusalOf(unknown)).toEqual([404, 'not_found'])
    expect(await accountOf(orderId)).toMatchObject({ refunded: 0 })
  })

  test('of a payment that was entered by hand is 404', async () => {
    const { orderId, eventOf } = await sellWithEvents()
    const paid = (await payByHand(orderId, admin, { amount: 100 })).expect(201)
    const made = (await refund(paid.int('payment.id'), admin, { amount: 10, reason: 'x' })).expect(201)
    const event = eventOf('refund.processed', { refund_id: made.int('refund.id'), amount: 10 })
    expect(refusalOf(await deliver(event))).toEqual([404, 'not_found'])
  })
})
