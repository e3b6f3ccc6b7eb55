/** M5–M7, M11: a transport that was charged and does not take place. */
import { describe, expect, test } from 'vitest'
import { TRANSPORT_STATUS } from '../../src/fulfillment/transport.ts'
import { invoiceSchema } from '../../src/orders/invoice-schemas.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import {
  askTransport,
  CARRIER,
  leadTransport,
  makeOrder,
  patchTransport,
  QUOTE,
  showTransport,
  signInCast,
} from '../support/handovers.ts'
import { deliver, makeReference, moneyAudit, payByHand, paymentRowsOf, refund } from '../support/payments.ts'
import { orderAudit, showOrder } from '../support/sales.ts'

const S = TRANSPORT_STATUS

const cast = await signInCast()

const cents = (amount: number): number => Math.round(amount * 100)
const callOff = (orderId: number) =>
  patchTransport(orderId, cast.admin, { status: S.cancelled, note: 'Gone' })
const payRest = async (orderId: number) => {
  const { balance } = await showOrder(orderId, cast.buyer)
  ;(await payByHand(orderId, cast.admin, { amount: balance })).expect(201)
}

/** An order whose transport is booked and on the invoice, nothing of it paid. */
async function bookTransport(): Promise<{ orderId: number; price: number }> {
  const { orderId } = await makeOrder(cast)
  const { total: price } = await showOrder(orderId, cast.buyer)
  await leadTransport(orderId, cast, S.quoted)
  ;(await patchTransport(orderId, cast.buyer, { status: S.booked })).expect(200)
  return { orderId, price }
}

/** The same by a provider's payment of everything. */
async function bookByCard() {
  const { orderId, price } = await bookTransport()
  const { order_number, balance: amount } = await showOrder(orderId, cast.buyer)
  const reference = makeReference()
  const payment = { order_number, reference, method: 'card', amount }
  ;(await deliver({ type: 'payment.captured', data: payment })).expect(200)
  const settleRefund = async (type: 'refund.processed' | 'refund.failed') => {
    const [row] = await query("SELECT id FROM refunds WHERE order_id = ? AND status = 'pending'", [orderId])
    const data = { ...payment, amount: QUOTE, refund_id: Number(row?.id) }
    return deliver({ type, data })
  }
  return { orderId, price, settleRefund }
}

/** The invoice's lines of the transport, the first one first; its total is the sum of all lines. */
async function transportLines(orderId: number): Promise<[kind: string, amount: number][]> {
  const answer = await api('GET', `/api/orders/${orderId}/invoice`, { as: cast.buyer })
  const invoice = answer.expect(200).as(invoiceSchema)
  const sum = invoice.lines.reduce((total, { amount }) => total + cents(amount), 0)
  expect(sum).toBe(cents(invoice.total))
  return invoice.lines
    .filter(({ kind }) => kind.startsWith('transport'))
    .map(({ kind, amount }) => [kind, amount])
}

const CREDITED = [
  ['transport_fee', QUOTE],
  ['transport_credit', -QUOTE],
]

describe('M5: a transport that was charged and is called off before the pickup', () => {
  test('is credited by a line below zero; the order costs and owes that much less', async () => {
    const { orderId, price } = await bookTransport()
    ;(await callOff(orderId)).expect(200)
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({
      status: 'pending_payment',
      transport_fee: 0,
      total: price,
      balance: price,
    })
    expect(await transportLines(orderId)).toEqual(CREDITED)
    expect((await showTransport(orderId, cast.buyer)).final_price).toBeNull()
    const audit = await orderAudit(orderId)
    expect(audit.find(({ action }) => action === 'order.credited')).toMatchObject({
      actor_id: cast.admin.user.id,
      before: { transport_fee: QUOTE, total: price + QUOTE },
      after: { transport_fee: 0, total: price },
    })
  })

  test('is on the page to print, below zero too', async () => {
    const { orderId } = await bookTransport()
    ;(await callOff(orderId)).expect(200)
    const headers = { Accept: 'text/html' }
    const page = await api('GET', `/api/orders/${orderId}/invoice`, { as: cast.buyer, headers })
    expect(page.expect(200).text).toContain('-$450.50')
  })

  test('M7: what was paid of it by hand goes back at once, and the order is not reopened by that', async () => {
    const { orderId, price } = await bookTransport()
    ;(await payByHand(orderId, cast.admin, { amount: price })).expect(201)
    await payRest(orderId)
    ;(await patchTransport(orderId, cast.admin, { status: S.assigned, ...CARRIER })).expect(200)
    ;(await callOff(orderId)).expect(200)
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({
      status: 'title_processing',
      total: price,
      paid: price + QUOTE,
      refunded: QUOTE,
      balance: 0,
    })
    const payments = await paymentRowsOf(orderId)
    expect(payments.map(({ status, refunded }) => [status, refunded])).toEqual([
      ['captured', 0],
      ['refunded', QUOTE],
    ])
    expect((await moneyAudit(orderId)).slice(-3)).toEqual([
      'refund.pending',
      'refund.processed',
      'payment.refunded',
    ])
  })

  test('M7: more than the last payment goes back from the ones before', async () => {
    const { orderId, price } = await bookTransport()
    ;(await payByHand(orderId, cast.admin, { amount: price + QUOTE - 100 })).expect(201)
    await payRest(orderId)
    ;(await callOff(orderId)).expect(200)
    const payments = await paymentRowsOf(orderId)
    expect(payments.map(({ refunded }) => refunded)).toEqual([QUOTE - 100, 100])
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({ refunded: QUOTE, balance: 0 })
  })

  test('M7: a provider’s money is pending until its own word; nothing is due, or reopened, meanwhile and after', async () => {
    const { orderId, price, settleRefund } = await bookByCard()
    ;(await callOff(orderId)).expect(200)
    const meanwhile = { status: 'title_processing', total: price, refunded: 0, balance: 0 }
    expect(await showOrder(orderId, cast.buyer)).toMatchObject(meanwhile)
    ;(await settleRefund('refund.processed')).expect(200)
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({ ...meanwhile, refunded: QUOTE })
  })

  test('M7: a refund that failed is made again by an admin, which reopens nothing either', async () => {
    const { orderId, price, settleRefund } = await bookByCard()
    ;(await callOff(orderId)).expect(200)
    ;(await settleRefund('refund.failed')).expect(200)
    const [payment] = await paymentRowsOf(orderId)
    const again = await refund(payment?.id ?? 0, cast.admin, { amount: QUOTE, reason: 'Transport' })
    expect(again.expect(201).at('refund.status')).toBe('pending')
    ;(await settleRefund('refund.processed')).expect(200)
    const settled = { status: 'title_processing', total: price, refunded: QUOTE, balance: 0 }
    expect(await showOrder(orderId, cast.buyer)).toMatchObject(settled)
  })

  test('where all but the transport is paid: the order is paid', async () => {
    const { orderId, price } = await bookTransport()
    ;(await payByHand(orderId, cast.admin, { amount: price })).expect(201)
    expect((await showOrder(orderId, cast.buyer)).status).toBe('pending_payment')
    ;(await callOff(orderId)).expect(200)
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({ status: 'title_processing', balance: 0 })
  })

  test('may be asked for again and quoted at another fee, which is charged', async () => {
    const { orderId, price } = await bookTransport()
    ;(await callOff(orderId)).expect(200)
    ;(await askTransport(orderId, cast.buyer)).expect(201)
    const quote = { status: S.quoted, quoted_price: 300 }
    ;(await patchTransport(orderId, cast.admin, quote)).expect(200)
    ;(await patchTransport(orderId, cast.buyer, { status: S.booked })).expect(200)
    expect(await transportLines(orderId)).toEqual([...CREDITED, ['transport_fee', 300]])
    const order = await showOrder(orderId, cast.buyer)
    expect(order).toMatchObject({ transport_fee: 300, balance: price + 300 })
    ;(await callOff(orderId)).expect(200)
    expect((await showOrder(orderId, cast.buyer)).balance).toBe(price)
  })

  test('lets the buyer collect the vehicle after all', async () => {
    const { orderId } = await bookTransport()
    ;(await callOff(orderId)).expect(200)
    const body = { is_pickup: true }
    ;(await api('PATCH', `/api/orders/${orderId}`, { as: cast.buyer, body })).expect(200)
  })

  test('by ten at once, or with an answer from the database lost, is credited and given back once', async () => {
    const { orderId } = await bookTransport()
    await payRest(orderId)
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => callOff(orderId)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    })
    expect(await transportLines(orderId)).toEqual(CREDITED)
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({ refunded: QUOTE, balance: 0 })
  })
})

test('M11: once the vehicle was picked up, nothing is credited', async () => {
  const { orderId } = await bookTransport()
  await payRest(orderId)
  for (const change of [{ status: S.assigned, ...CARRIER }, { status: S.pickedUp }])
    (await patchTransport(orderId, cast.admin, change)).expect(200)
  expect((await callOff(orderId)).status).toBe(409)
  expect((await showOrder(orderId, cast.buyer)).transport_fee).toBe(QUOTE)
})
