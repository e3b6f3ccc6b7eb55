import { describe, expect, test } from 'vitest'
import { TRANSPORT_STATUS } from '../../src/fulfillment/transport.ts'
import {
  askTransport,
  CARRIER,
  handoverAudit,
  leadTransport,
  makePaidOrder,
  patchTransport,
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

describe('M11: calling it off', () => {
  test('the buyer may until it is booked, then an admin does; the order waits for another', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoted)
    ;(await patchTransport(orderId, cast.buyer, { status: S.cancelled })).expect(200)
    await leadTransport(orderId, cast, S.booked)
    expect(refusalOf(await patchTransport(orderId, cast.buyer, { status: S.cancelled }))).toEqual(WRONG)
    ;(await patchTransport(orderId, cast.admin, { status: S.assigned, ...CARRIER })).expect(200)
    expect(refusalOf(await patchTransport(orderId, cast.buyer, { status: S.cancelled }))).toEqual(WRONG)
    ;(await patchTransport(orderId, cast.admin, { status: S.cancelled, note: 'Broke down' })).expect(200)
    expect(await showOrder(orderId, cast.buyer)).toMatchObject({
      status: 'title_processing',
      status_reason: 'Broke down',
      transport_fee: 0,
    })
  })

  test.each(['cancelled', 'refunded'] as const)(
    'an order that is %s cancels what is open, and tells both',
    async (to) => {
      const { orderId } = await makePaidOrder(cast)
      await leadTransport(orderId, cast, S.assigned)
      const told = (await toldOf(orderId, 'transport_update')).length
      await move(orderId, to)
      const transport = await showTransport(orderId, cast.seller)
      expect([transport.status, transport.events.at(-1)?.note]).toEqual(['cancelled', `The order is ${to}`])
      expect((await toldOf(orderId, 'transport_update')).slice(told)).toEqual([
        [cast.buyer.user.id, 'The transport was cancelled'],
        [cast.seller.user.id, 'The transport was cancelled'],
      ])
      expect(refusalOf(await askTransport(orderId, cast.buyer))).toEqual(WRONG)
    },
  )
})

describe('details', () => {
  test('each side keeps its own up to date; the other is told once, the audit log has it', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoteRequested)
    const body = { pickup_address: 'Gate 2', pickup_contact: 'Joe' }
    expect((await patchTransport(orderId, cast.seller, body)).expect(200).body).toMatchObject(body)
    ;(await patchTransport(orderId, cast.seller, body)).expect(200)
    expect((await toldOf(orderId, 'transport_update')).slice(1)).toEqual([
      [cast.buyer.user.id, 'The transport’s details have changed'],
    ])
    expect((await handoverAudit(orderId, 'transport')).slice(1)).toEqual([
      [cast.seller.user.id, 'transport.edited'],
    ])
  })

  test('what a quote was for is the admin’s to change afterwards, and nobody’s once the vehicle is fetched', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoted)
    const moved = { delivery_address: '8 Elm St' }
    expect(refusalOf(await patchTransport(orderId, cast.buyer, moved))).toEqual(WRONG)
    ;(await patchTransport(orderId, cast.admin, moved)).expect(200)
    ;(await patchTransport(orderId, cast.buyer, { delivery_contact: 'Bob' })).expect(200)
    ;(await patchTransport(orderId, cast.buyer, { status: S.booked })).expect(200)
    await settle(orderId)
    for (const status of [S.assigned, S.pickedUp])
      (await patchTransport(orderId, cast.admin, { status, carrier: 'Plains Haulage' })).expect(200)
    expect(refusalOf(await patchTransport(orderId, cast.admin, { delivery_address: '9 Elm St' }))).toEqual(
      WRONG,
    )
    ;(await patchTransport(orderId, cast.admin, { driver: 'Sam' })).expect(200)
  })

  test.each([
    {},
    null,
    { status: 'quote_requested' },
    { status: 'gone' },
    { status: 'quoted' },
    { status: 'quoted', quoted_price: 0 },
    { status: 'quoted', quoted_price: -5 },
    { status: 'quoted', quoted_price: 1.005 },
    { status: 'quoted', quoted_price: 1e12 },
    { status: 'quoted', quoted_price: '300' },
    { status: 'cancelled', quoted_price: 300 },
    { note: 'Hello' },
    { pickup_date: '2026-02-30' },
    { pickup_date: 'soon' },
    { carrier: '' },
    { carrier: 'x'.repeat(201) },
    { pickup_address: null },
  ])('400 for %j', async (body) => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoteRequested)
    expect(refusalOf(await patchTransport(orderId, cast.admin, body))).toEqual([400, 'validation_failed'])
    expect((await showTransport(orderId, cast.admin)).status).toBe('quote_requested')
  })

  test('it is not delivered before it is picked up: 400, whichever of the two days is told last', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, S.quoteRequested)
    const patch = (body: object) => patchTransport(orderId, cast.admin, body)
    expect(refusalOf(await patch({ pickup_date: '2026-12-10', delivery_date: '2026-12-09' }))).toEqual([
      400,
      'validation_failed',
    ])
    ;(await patch({ delivery_date: '2026-12-10' })).expect(200)
    const refused = await patch({ pickup_date: '2026-12-11' })
    expect([refused.status, refused.at('details.0.path')]).toEqual([400, 'delivery_date'])
    ;(await patch({ pickup_date: '2026-12-10' })).expect(200)
    expect(await showTransport(orderId, cast.admin)).toMatchObject({
      pickup_date: '2026-12-10',
      delivery_date: '2026-12-10',
    })
  })

  test('of a transport that nobody asked for there are none: 404', async () => {
    const { orderId } = await makePaidOrder(cast)
    expect(refusalOf(await patchTransport(orderId, cast.admin, { carrier: 'x' }))).toEqual([404, 'not_found'])
  })
})
