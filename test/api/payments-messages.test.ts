/** Which messages of a provider are taken at all. */
import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import {
  accountOf,
  type Delivery,
  deliver,
  PROVIDER,
  paymentRowsOf,
  sellWithEvents,
} from '../support/payments.ts'
import { signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { setVariables } from '../support/variables.ts'

const [seller, buyer] = await Promise.all([signIn(), signIn()])

const sell = () => sellWithEvents(seller, buyer)

describe('the signature of a payment message', () => {
  test('is over the body as it came', async () => {
    const { orderId, eventOf } = await sell()
    const answer = await deliver(JSON.stringify(eventOf('payment.captured'), null, 3))
    expect(answer.expect(200).body).toEqual({ received: true })
    expect(await accountOf(orderId)).toMatchObject({ paid: 1_000 })
  })

  test('that is wrong, old, missing or over another body is 401, before the body is looked at', async () => {
    const { orderId, eventOf } = await sell()
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
    const { eventOf } = await sell()
    for (const provider of ['nobody', 'manual', 'constructor', 'Standard']) {
      const answer = await deliver(eventOf('payment.captured'), { provider })
      expect(refusalOf(answer), provider).toEqual([404, 'not_found'])
    }
    setVariables({ PAYMENT_WEBHOOK_SIGNING_SECRET: '' })
    expect(refusalOf(await deliver(eventOf('payment.captured')))).toEqual([404, 'not_found'])
  })

  test('cannot be checked with a secret of another form: the settings say so at once', async () => {
    const { eventOf } = await sell()
    setVariables({ PAYMENT_WEBHOOK_SIGNING_SECRET: 'whsec_not base64' })
    expect(refusalOf(await deliver(eventOf('payment.captured')))).toEqual([500, 'internal'])
  })
})

describe('a message of another form', () => {
  test('is 400, of an unknown order 404', async () => {
    const { orderId, eventOf } = await sell()
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
    const { orderId, eventOf } = await sell()
    ;(await deliver(eventOf('payout.paid'))).expect(200)
    ;(await deliver({ type: 'ping' })).expect(200)
    expect(await paymentRowsOf(orderId)).toEqual([])
  })
})
