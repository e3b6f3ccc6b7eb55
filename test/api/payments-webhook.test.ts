/** A provider's messages of payments. */
import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import {
  accountOf,
  deliver,
  makeReference,
  moneyAudit,
  PROVIDER,
  payByHand,
  paymentRowsOf,
  sellWithEvents,
  toldOf,
} from '../support/payments.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle, showOrder } from '../support/sales.ts'
import { growthOf } from '../support/scrape.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])

const TOTAL = 10_525

const sell = () => sellWithEvents(seller, buyer)

describe('M6: a provider tells of a payment', () => {
  test('pending, authorized, captured: it counts when it is captured, by nobody, and both sides are told once', async () => {
    const { orderId, reference, eventOf } = await sell()
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
    const { orderId, eventOf } = await sell()
    ;(await deliver(eventOf('payment.captured', { amount: TOTAL }))).expect(200)
    const { history, balance } = await showOrder(orderId, buyer)
    expect(balance).toBe(0)
    expect(history[1]).toMatchObject({ status: 'paid', by: 'system' })
  })

  test('ten deliveries at once count once', async () => {
    const { orderId, eventOf } = await sell()
    const event = eventOf('payment.captured')
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(event)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
    expect(await moneyAudit(orderId)).toEqual(['payment.captured'])
    expect(await toldOf(buyer, orderId)).toEqual(['payment_received'])
  })

  test('all its statuses at once, five times each, come to the same end', async () => {
    const { orderId, eventOf } = await sell()
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
    const { orderId, eventOf } = await sell()
    ;(await deliver(eventOf('payment.failed'))).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 0 })
    ;(await deliver(eventOf('payment.captured'))).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
  })

  test('a reference of the provider’s and the same one by hand are two payments', async () => {
    const { orderId, reference, eventOf } = await sell()
    ;(await deliver(eventOf('payment.captured'))).expect(200)
    ;(await payByHand(orderId, admin, { amount: 1_000, method: 'card', reference })).expect(201)
    expect(await accountOf(orderId)).toMatchObject({ paid: 2_000 })
  })

  test('with another amount, method or order under a known reference it is 409; so is more than is due', async () => {
    const { orderId, eventOf } = await sell()
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
    const { orderId, eventOf } = await sell()
    const event = eventOf('payment.captured')
    await withFault({ mode: 'refuse', matching: '^insert into `payments`' }, async () => {
      expect(refusalOf(await deliver(event))).toEqual([503, 'unavailable'])
    })
    ;(await deliver(event)).expect(200)
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
  })
})
