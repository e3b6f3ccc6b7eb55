import { describe, expect, test } from 'vitest'
import { MAX_EVENTS, TRANSPORT_STATUS } from '../../src/fulfillment/transport.ts'
import { query, withFault } from '../support/database.ts'
import {
  handoverAudit,
  leadTransport,
  makePaidOrder,
  showTransport,
  signInCast,
  toldOf,
  track,
  tracked,
} from '../support/handovers.ts'
import { showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const S = TRANSPORT_STATUS

const cast = await signInCast()

const onItsWay = async (to: (typeof S)[keyof typeof S] = S.pickedUp) => {
  const { orderId } = await makePaidOrder(cast)
  await leadTransport(orderId, cast, to)
  return orderId
}

describe('M11: tracking events', () => {
  test('are appended, and take transport and order along', async () => {
    const orderId = await onItsWay(S.assigned)
    const told = (await toldOf(orderId, 'transport_update')).length
    tracked(await track(orderId, cast.seller, { status: S.pickedUp, location: 'Dallas, TX' }))
    expect((await showOrder(orderId, cast.buyer)).status).toBe('in_transit')
    tracked(await track(orderId, cast.admin, { status: S.inTransit, note: 'Left the yard' }))
    const made = tracked(await track(orderId, cast.admin, { status: S.inTransit, location: 'Durant, OK' }))
    expect(made.event).toMatchObject({ status: 'in_transit', location: 'Durant, OK', note: null })
    expect(made.transport.status).toBe('in_transit')
    const done = tracked(await track(orderId, cast.admin, { status: S.delivered, location: 'Tulsa, OK' }))
    expect(done.transport).toMatchObject({ status: 'delivered', delivered_at: done.event.happened_at })
    expect((await showOrder(orderId, cast.buyer)).status).toBe('delivered')
    const { events } = await showTransport(orderId, cast.seller)
    expect(events.slice(4).map(({ status, location, note }) => [status, location, note])).toEqual([
      ['picked_up', 'Dallas, TX', null],
      ['in_transit', null, 'Left the yard'],
      ['in_transit', 'Durant, OK', null],
      ['delivered', 'Tulsa, OK', null],
    ])
    const [buyerId, sellerId, adminId] = [cast.buyer.user.id, cast.seller.user.id, cast.admin.user.id]
    expect((await toldOf(orderId, 'transport_update')).slice(told)).toEqual([
      [buyerId, 'The vehicle was picked up'],
      [buyerId, 'The vehicle is on its way'],
      [sellerId, 'The vehicle is on its way'],
      [buyerId, 'News of the transport'],
      [sellerId, 'News of the transport'],
      [buyerId, 'The vehicle was delivered'],
      [sellerId, 'The vehicle was delivered'],
    ])
    expect((await handoverAudit(orderId, 'transport')).slice(4)).toEqual([
      [sellerId, 'transport.picked_up'],
      [adminId, 'transport.in_transit'],
      [adminId, 'transport.tracked'],
      [adminId, 'transport.delivered'],
    ])
  })

  test('under one Idempotency-Key are one, ten times at once too', async () => {
    const orderId = await onItsWay()
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const body = { status: S.pickedUp, location: 'Denton, TX' }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => track(orderId, cast.admin, body, headers)),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(made.length).toBeGreaterThan(0)
    for (const answer of answers)
      if (answer.status !== 201) expect(refusalOf(answer)).toEqual([409, 'in_progress'])
    const again = (await track(orderId, cast.admin, body, headers)).expect(201)
    expect([again.headers.get('idempotent-replay'), again.text]).toEqual(['true', made[0]?.text])
    expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(6)
    const other = await track(orderId, cast.admin, { ...body, location: 'Ada, OK' }, headers)
    expect(refusalOf(other)).toEqual([409, 'id_reused'])
  })

  test('without a key are as many as were sent', async () => {
    const orderId = await onItsWay()
    const body = { status: S.pickedUp, location: 'Denton, TX' }
    for (let sent = 0; sent < 2; sent += 1) tracked(await track(orderId, cast.admin, body))
    expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(7)
  })

  test('whose COMMIT’s answer was lost are appended and told once', async () => {
    const orderId = await onItsWay()
    const told = (await toldOf(orderId, 'transport_update')).length
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () =>
      tracked(await track(orderId, cast.admin, { status: S.inTransit })),
    )
    expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(6)
    expect((await toldOf(orderId, 'transport_update')).length - told).toBe(2)
  })

  test('of two deliveries at once one delivers', async () => {
    const orderId = await onItsWay(S.inTransit)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => track(orderId, cast.admin, { status: S.delivered })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 201))
      expect(refusalOf(answer)).toEqual([409, 'wrong_status'])
    const { history } = await showOrder(orderId, cast.buyer)
    expect(history.filter(({ status }) => status === 'delivered')).toHaveLength(1)
  })
})

test('what is not on its way has no events: 409, or 404 where no transport was asked for', async () => {
  for (const to of [S.quoteRequested, S.booked, S.delivered]) {
    const orderId = await onItsWay(to)
    for (const status of [S.pickedUp, S.inTransit, S.delivered])
      expect(refusalOf(await track(orderId, cast.admin, { status })), `${to}: ${status}`).toEqual([
        409,
        'wrong_status',
      ])
  }
  const { orderId } = await makePaidOrder(cast)
  expect(refusalOf(await track(orderId, cast.admin, { status: S.pickedUp }))).toEqual([404, 'not_found'])
})

test('the time it happened is said, and lies between the asking and now: 400 else', async () => {
  const orderId = await onItsWay()
  const happened_at = new Date(Date.now() - 1).toISOString()
  const made = tracked(await track(orderId, cast.admin, { status: S.inTransit, happened_at }))
  expect(made.event.happened_at).toBe(happened_at)
  for (const at of ['2020-01-01T00:00:00Z', new Date(Date.now() + 60_000).toISOString()]) {
    const refused = await track(orderId, cast.admin, { status: S.inTransit, happened_at: at })
    expect(refusalOf(refused)).toEqual([400, 'validation_failed'])
    expect(refused.at('details.0.path')).toBe('happened_at')
  }
})

test.each([
  {},
  null,
  { status: 'assigned' },
  { status: 'cancelled' },
  { status: 7 },
  { status: 'in_transit', location: '' },
  { status: 'in_transit', location: 'x'.repeat(201) },
  { status: 'in_transit', note: 'x'.repeat(501) },
  { status: 'in_transit', happened_at: 'yesterday' },
])('400 for %j', async (body) => {
  const orderId = await onItsWay()
  expect(refusalOf(await track(orderId, cast.admin, body))).toEqual([400, 'validation_failed'])
  expect((await showTransport(orderId, cast.buyer)).events).toHaveLength(5)
})

test(`a transport has at most ${MAX_EVENTS} events that move nothing; delivery is told all the same`, async () => {
  const orderId = await onItsWay(S.inTransit)
  const { id } = await showTransport(orderId, cast.buyer)
  await query(
    `INSERT INTO transport_events (transport_order_id, status, creation_key, happened_at, created_at)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT ?, 'in_transit', CONCAT('t', ?, '-', i), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM n`,
    [MAX_EVENTS, id, id],
  )
  expect(refusalOf(await track(orderId, cast.admin, { status: S.inTransit }))).toEqual([
    400,
    'validation_failed',
  ])
  tracked(await track(orderId, cast.admin, { status: S.delivered }))
})
