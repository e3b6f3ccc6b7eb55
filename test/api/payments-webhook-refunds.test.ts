/** A provider's messages of refunds. */
import { describe, expect, test } from 'vitest'
import {
  accountOf,
  deliver,
  makeReference,
  moneyAudit,
  payByHand,
  paymentRowsOf,
  refund,
  sellWithEvents,
} from '../support/payments.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { sellVehicle, showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])

const TOTAL = 10_525

const sell = () => sellWithEvents(seller, buyer)

describe('M7: a provider tells of a refund', () => {
  async function payAndRefund(amount?: number) {
    const sale = await sell()
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
    const { orderId, eventOf } = await sell()
    const paid = (await payByHand(orderId, admin, { amount: 100 })).expect(201)
    const made = (await refund(paid.int('payment.id'), admin, { amount: 10, reason: 'x' })).expect(201)
    const event = eventOf('refund.processed', { refund_id: made.int('refund.id'), amount: 10 })
    expect(refusalOf(await deliver(event))).toEqual([404, 'not_found'])
  })
})
