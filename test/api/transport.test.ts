import { describe, expect, test } from 'vitest'
import { mayMoveTransport, TRANSPORT_STATUS, TRANSPORT_STATUSES } from '../../src/fulfillment/transport.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import {
  askTransport,
  CARRIER,
  DESTINATION,
  handoverAudit,
  leadTransport,
  makeOrder,
  makePaidOrder,
  patchTransport,
  pay,
  QUOTE,
  settle,
  showTransport,
  signInCast,
  toldOf,
} from '../support/handovers.ts'
import { move, showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const S = TRANSPORT_STATUS

const cast = await signInCast()

const WRONG = [409, 'wrong_status']

describe('M11: asking for a quote', () => {
  test('opens the transport with the vehicle’s own address; everybody reads it, the seller is told', async () => {
    const { orderId } = await makePaidOrder(cast, { location_address: '1 Main St', location_zip: '75201' })
    const made = (await askTransport(orderId, cast.buyer)).expect(201)
    expect(made.at('transport')).toMatchObject({
      order_id: orderId,
      status: 'quote_requested',
      pickup_address: '1 Main St, Dallas, TX 75201',
      ...DESTINATION,
      quoted_price: null,
      final_price: null,
      carrier: null,
    })
    for (const as of [cast.buyer, cast.seller, cast.admin]) {
      const { events } = await showTransport(orderId, as)
      expect(events.map(({ status }) => status)).toEqual(['quote_requested'])
    }
    expect(await toldOf(orderId, 'transport_update')).toEqual([
      [cast.seller.user.id, 'A transport was asked for'],
    ])
    expect(await handoverAudit(orderId, 'transport')).toEqual([
      [cast.buyer.user.id, 'transport.quote_requested'],
    ])
    expect((await showOrder(orderId, cast.buyer)).status).toBe('title_processing')
  })

  test('is possible before the order is paid', async () => {
    const { orderId } = await makeOrder(cast)
    ;(await askTransport(orderId, cast.buyer)).expect(201)
  })

  test('of fifty at once makes one', async () => {
    const { orderId } = await makePaidOrder(cast)
    const answers = await Promise.all(Array.from({ length: 50 }, () => askTransport(orderId, cast.buyer)))
    const tally = Object.groupBy(answers, ({ status }) => String(status))
    expect([tally['201']?.length, tally['409']?.length]).toEqual([1, 49])
    expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(1)
  })

  test('with the same Idempotency-Key is answered as the first time; without one the second is 409', async () => {
    const { orderId } = await makePaidOrder(cast)
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const first = (await askTransport(orderId, cast.buyer, DESTINATION, headers)).expect(201)
    const again = (await askTransport(orderId, cast.buyer, DESTINATION, headers)).expect(201)
    expect([again.headers.get('idempotent-replay'), again.text]).toEqual(['true', first.text])
    expect(refusalOf(await askTransport(orderId, cast.buyer))).toEqual(WRONG)
  })

  test('whose COMMIT’s answer was lost is made and told once', async () => {
    const { orderId } = await makePaidOrder(cast)
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () =>
      (await askTransport(orderId, cast.buyer)).expect(201),
    )
    expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(1)
    expect(await toldOf(orderId, 'transport_update')).toHaveLength(1)
  })

  test('is 409 where the buyer collects, and once the sale is off', async () => {
    const [collecting, off] = [await makePaidOrder(cast), await makePaidOrder(cast)]
    const body = { is_pickup: true }
    ;(await api('PATCH', `/api/orders/${collecting.orderId}`, { as: cast.buyer, body })).expect(200)
    await move(off.orderId, 'cancelled')
    for (const { orderId } of [collecting, off])
      expect(refusalOf(await askTransport(orderId, cast.buyer))).toEqual(WRONG)
  })

  test.each([
    {},
    null,
    { delivery_address: '7 Elm St' },
    { ...DESTINATION, delivery_address: ' ' },
    { ...DESTINATION, delivery_address: 'x'.repeat(301) },
    { ...DESTINATION, delivery_contact: 'x'.repeat(201) },
    { ...DESTINATION, delivery_contact: 7 },
  ])('400 for %j', async (body) => {
    const { orderId } = await makePaidOrder(cast)
    expect(refusalOf(await askTransport(orderId, cast.buyer, body))).toEqual([400, 'validation_failed'])
    const shown = await api('GET', `/api/orders/${orderId}/transport`, { as: cast.buyer })
    expect(refusalOf(shown)).toEqual([404, 'not_found'])
  })
})

describe('M5, M11: booking', () => {
  test('puts the quoted fee on the invoice: the order owes it, and no carrier comes before it is paid', async () => {
    const { orderId } = await makePaidOrder(cast)
    const { total } = await showOrder(orderId, cast.buyer)
    await leadTransport(orderId, cast, S.quoted)
    const booked = (await patchTransport(orderId, cast.buyer, { status: S.booked })).expect(200)
    expect([booked.at('final_price'), booked.at('booked_at')]).toEqual([QUOTE, expect.any(String)])
    const order = await showOrder(orderId, cast.buyer)
    expect(order).toMatchObject({ transport_fee: QUOTE, total: total + QUOTE, balance: QUOTE })
    const assign = () => patchTransport(orderId, cast.admin, { status: S.assigned, ...CARRIER })
    expect(refusalOf(await assign())).toEqual(WRONG)
    expect(await showTransport(orderId, cast.admin)).toMatchObject({ status: 'booked', carrier: null })
    await settle(orderId)
    expect((await assign()).expect(200).body).toMatchObject({ status: 'assigned', ...CARRIER })
    expect((await showOrder(orderId, cast.buyer)).status).toBe('transport_scheduled')
  })

  test('before the order is paid makes it one sum', async () => {
    const { orderId } = await makeOrder(cast)
    await leadTransport(orderId, cast, S.quoted)
    ;(await patchTransport(orderId, cast.buyer, { status: S.booked })).expect(200)
    const order = await showOrder(orderId, cast.buyer)
    expect([order.status, order.balance]).toEqual(['pending_payment', order.total])
    expect(refusalOf(await patchTransport(orderId, cast.admin, { status: S.assigned, ...CARRIER }))).toEqual(
      WRONG,
    )
    await pay(orderId)
    ;(await patchTransport(orderId, cast.admin, { status: S.assigned, ...CARRIER })).expect(200)
  })

  test('of fifty at once charges once', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoted)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => patchTransport(orderId, cast.buyer, { status: S.booked })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await showOrder(orderId, cast.buyer)).transport_fee).toBe(QUOTE)
    expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(3)
  })

  test('and choosing to collect at once: one of them, and nobody owes a transport that does not come', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoted)
    const [booked, collecting] = await Promise.all([
      patchTransport(orderId, cast.buyer, { status: S.booked }),
      api('PATCH', `/api/orders/${orderId}`, { as: cast.buyer, body: { is_pickup: true } }),
    ])
    expect([booked.status, collecting.status].sort()).toEqual([200, 409])
    const order = await showOrder(orderId, cast.buyer)
    expect(order.transport_fee > 0).toBe(!order.is_pickup)
  })

  test('a carrier needs a name and an address to come to: 400', async () => {
    const bare = { location_city: null, location_state: null }
    const { orderId } = await makePaidOrder(cast, bare)
    await leadTransport(orderId, cast, S.booked)
    const refused = await patchTransport(orderId, cast.admin, { status: S.assigned })
    expect(refusalOf(refused)).toEqual([400, 'validation_failed'])
    expect(refused.at('details')).toEqual([
      expect.objectContaining({ path: 'carrier' }),
      expect.objectContaining({ path: 'pickup_address' }),
    ])
    const fields = { carrier: 'Plains Haulage', pickup_address: 'Lot 4' }
    ;(await patchTransport(orderId, cast.admin, { status: S.assigned, ...fields })).expect(200)
  })
})

test('every step that the table has not is 409, and changes nothing', async () => {
  const { orderId } = await makePaidOrder({ ...cast, buyer: cast.admin })
  ;(await askTransport(orderId, cast.admin)).expect(201)
  await query('UPDATE transport_orders SET quoted_price_cents = 30000, carrier = ? WHERE order_id = ?', [
    'Plains Haulage',
    orderId,
  ])
  for (const from of TRANSPORT_STATUSES) {
    for (const status of TRANSPORT_STATUSES.filter((to) => to !== S.quoteRequested)) {
      if (mayMoveTransport(from, status)) continue
      await query('UPDATE transport_orders SET status = ? WHERE order_id = ?', [from, orderId])
      const body = { status, ...(status === S.quoted && { quoted_price: 300 }) }
      expect(refusalOf(await patchTransport(orderId, cast.admin, body)), `${from} → ${status}`).toEqual(WRONG)
      expect((await showTransport(orderId, cast.admin)).status).toBe(from)
    }
  }
  expect((await showTransport(orderId, cast.admin)).events).toHaveLength(1)
  expect((await showOrder(orderId, cast.admin)).transport_fee).toBe(0)
})
