import { expect, test } from 'vitest'
import { api } from '../support/api.ts'
import {
  askTransport,
  attach,
  attached,
  CARRIER,
  leadTitle,
  makeOrder,
  patchTitle,
  patchTransport,
  QUOTE,
  showTitle,
  showTransport,
  signInCast,
  track,
  tracked,
  uploadTitle,
} from '../support/handovers.ts'
import { makeReference, payByHand } from '../support/payments.ts'
import { showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const cast = await signInCast()

const payBalance = async (orderId: number) => {
  const { balance: amount } = await showOrder(orderId, cast.buyer)
  const fields = { method: 'wire', amount, reference: makeReference() }
  return (await payByHand(orderId, cast.admin, fields)).expect(201)
}

test('a sale from its payment to its end: title, bill of sale, transport paid for and delivered', async () => {
  const { orderId } = await makeOrder(cast)
  const paid = await payBalance(orderId)
  expect(paid.at('order.status')).toBe('title_processing')

  ;(await askTransport(orderId, cast.buyer)).expect(201)
  const quote = { status: 'quoted', quoted_price: QUOTE }
  ;(await patchTransport(orderId, cast.admin, quote)).expect(200)
  ;(await patchTransport(orderId, cast.buyer, { status: 'booked' })).expect(200)
  const assign = () => patchTransport(orderId, cast.admin, { status: 'assigned', ...CARRIER })
  expect(refusalOf(await assign())).toEqual([409, 'wrong_status'])
  expect((await payBalance(orderId)).at('payment.amount')).toBe(QUOTE)
  ;(await assign()).expect(200)

  for (const doc_type of ['title', 'bill_of_sale']) {
    const s3_key = await uploadTitle(orderId, cast.seller)
    attached(await attach(orderId, cast.seller, { s3_key, doc_type, filename: `${doc_type}.pdf` }))
  }
  ;(await patchTitle(orderId, cast.seller, { status: 'submitted_to_dmv' })).expect(200)
  tracked(await track(orderId, cast.seller, { status: 'picked_up', location: 'Dallas, TX' }))
  tracked(await track(orderId, cast.admin, { status: 'in_transit', location: 'Durant, OK' }))
  for (const status of ['processing', 'completed'])
    (await patchTitle(orderId, cast.admin, { status })).expect(200)
  tracked(await track(orderId, cast.admin, { status: 'delivered', location: 'Tulsa, OK' }))

  const { status, balance, history } = await showOrder(orderId, cast.buyer)
  expect([status, balance]).toEqual(['completed', 0])
  expect(history.map((step) => [step.status, step.by])).toEqual([
    ['pending_payment', 'system'],
    ['paid', 'admin'],
    ['title_processing', 'admin'],
    ['transport_scheduled', 'admin'],
    ['in_transit', 'seller'],
    ['delivered', 'admin'],
    ['completed', 'admin'],
  ])
})

test('M7: everything given back ends the sale: the transport is cancelled, the title goes no further', async () => {
  const { orderId } = await makeOrder(cast)
  const paid = await payBalance(orderId)
  await leadTitle(orderId, cast, 'submitted_to_dmv')
  ;(await askTransport(orderId, cast.buyer)).expect(201)
  const body = { reason: 'The sale was called off' }
  const path = `/api/payments/${paid.int('payment.id')}/refunds`
  ;(await api('POST', path, { as: cast.admin, body })).expect(201)
  expect((await showOrder(orderId, cast.buyer)).status).toBe('refunded')
  expect((await showTransport(orderId, cast.buyer)).status).toBe('cancelled')
  expect(refusalOf(await patchTitle(orderId, cast.admin, { status: 'processing' }))).toEqual([
    409,
    'wrong_status',
  ])
  expect((await showTitle(orderId, cast.buyer)).status).toBe('submitted_to_dmv')
})
