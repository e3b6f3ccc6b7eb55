import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import {
  askTransport,
  collect,
  leadTitle,
  leadTransport,
  makeOrder,
  makePaidOrder,
  patchTitle,
  patchTransport,
  showTransport,
  signInCast,
  toldOf,
  track,
} from '../support/handovers.ts'
import { signIn } from '../support/people.ts'
import { orderAudit, showOrder } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'

const [cast, stranger] = await Promise.all([signInCast(), signIn()])

const WRONG = [409, 'wrong_status']
const statusOf = async (orderId: number) => (await showOrder(orderId, cast.buyer)).status
const choosePickup = async (orderId: number) =>
  (await api('PATCH', `/api/orders/${orderId}`, { as: cast.buyer, body: { is_pickup: true } })).expect(200)

const makePickup = async (): Promise<number> => {
  const { orderId } = await makePaidOrder(cast)
  await choosePickup(orderId)
  return orderId
}

describe('M11: vehicle and title complete the order', () => {
  test('the vehicle first', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTransport(orderId, cast, 'delivered')
    expect(await statusOf(orderId)).toBe('delivered')
    await leadTitle(orderId, cast, 'completed')
    const { status, completed_at, history } = await showOrder(orderId, cast.buyer)
    expect([status, completed_at]).toEqual(['completed', expect.any(String)])
    expect(history.map((step) => step.status)).toEqual([
      'pending_payment',
      'paid',
      'title_processing',
      'transport_scheduled',
      'in_transit',
      'delivered',
      'completed',
    ])
  })

  test('the title first', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTitle(orderId, cast, 'completed')
    await leadTransport(orderId, cast, 'in_transit')
    expect(await statusOf(orderId)).toBe('in_transit')
    ;(await track(orderId, cast.admin, { status: 'delivered' })).expect(201)
    expect(await statusOf(orderId)).toBe('completed')
  })

  test('both at once complete it once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { orderId } = await makePaidOrder(cast)
      await leadTitle(orderId, cast, 'processing')
      await leadTransport(orderId, cast, 'in_transit')
      const answers = await Promise.all([
        patchTitle(orderId, cast.admin, { status: 'completed' }),
        track(orderId, cast.admin, { status: 'delivered' }),
      ])
      expect(answers.map(({ status }) => status)).toEqual([200, 201])
      const completed = (await orderAudit(orderId)).filter(({ action }) => action === 'order.completed')
      expect(completed).toHaveLength(1)
      expect(await statusOf(orderId)).toBe('completed')
    }
  })

  test('a last step whose COMMIT’s answer was lost completes it once', async () => {
    const { orderId } = await makePaidOrder(cast)
    await leadTitle(orderId, cast, 'completed')
    await leadTransport(orderId, cast, 'in_transit')
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () =>
      (await patchTransport(orderId, cast.admin, { status: 'delivered' })).expect(200),
    )
    expect((await orderAudit(orderId)).map(({ action }) => action).slice(-2)).toEqual([
      'order.delivered',
      'order.completed',
    ])
  })
})

describe('M9: a vehicle that its buyer collects', () => {
  test('is delivered when its seller says so, both others are told; the title completes the order', async () => {
    const orderId = await makePickup()
    expect((await collect(orderId, cast.seller)).expect(200).at('status')).toBe('delivered')
    expect(await toldOf(orderId, 'transport_update')).toEqual([
      [cast.buyer.user.id, 'The vehicle was collected'],
    ])
    await leadTitle(orderId, cast, 'completed')
    expect(await statusOf(orderId)).toBe('completed')
  })

  test('completes the order at once where the title has come', async () => {
    const orderId = await makePickup()
    await leadTitle(orderId, cast, 'completed')
    expect((await collect(orderId, cast.admin)).expect(200).at('status')).toBe('completed')
    expect((await toldOf(orderId, 'transport_update')).map(([userId]) => userId)).toEqual([
      cast.buyer.user.id,
      cast.seller.user.id,
    ])
  })

  test('needs no transport that was asked for before', async () => {
    const { orderId } = await makePaidOrder(cast)
    ;(await askTransport(orderId, cast.buyer)).expect(201)
    await choosePickup(orderId)
    const quote = { status: 'quoted', quoted_price: 300 }
    expect(refusalOf(await patchTransport(orderId, cast.admin, quote))).toEqual(WRONG)
    ;(await collect(orderId, cast.seller)).expect(200)
    expect((await showTransport(orderId, cast.buyer)).status).toBe('cancelled')
  })

  test('of fifty who say so at once one delivers it', async () => {
    const orderId = await makePickup()
    const answers = await Promise.all(Array.from({ length: 50 }, () => collect(orderId, cast.seller)))
    const tally = Object.groupBy(answers, ({ status }) => String(status))
    expect([tally['200']?.length, tally['409']?.length]).toEqual([1, 49])
    expect(await toldOf(orderId, 'transport_update')).toHaveLength(1)
  })

  test('whose COMMIT’s answer was lost is delivered and told once', async () => {
    const orderId = await makePickup()
    await leadTitle(orderId, cast, 'completed')
    await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, async () =>
      (await collect(orderId, cast.seller)).expect(200),
    )
    expect(await statusOf(orderId)).toBe('completed')
    expect(await toldOf(orderId, 'transport_update')).toHaveLength(1)
  })

  test('not before it is paid, not where it is brought, not twice: 409', async () => {
    const { orderId: unpaid } = await makeOrder(cast)
    await choosePickup(unpaid)
    expect(refusalOf(await collect(unpaid, cast.seller))).toEqual(WRONG)
    const { orderId: brought } = await makePaidOrder(cast)
    expect(refusalOf(await collect(brought, cast.seller))).toEqual(WRONG)
    const orderId = await makePickup()
    await query('UPDATE orders SET total_cents = total_cents + 1 WHERE id = ?', [orderId])
    expect(refusalOf(await collect(orderId, cast.seller))).toEqual(WRONG)
    await query('UPDATE orders SET total_cents = total_cents - 1 WHERE id = ?', [orderId])
    ;(await collect(orderId, cast.seller)).expect(200)
    expect(refusalOf(await collect(orderId, cast.seller))).toEqual(WRONG)
  })

  test('is for seller and admin to say: the buyer 403, a stranger 404, without a sign-in 401', async () => {
    const orderId = await makePickup()
    expect(refusalOf(await collect(orderId, cast.buyer))).toEqual([403, 'forbidden'])
    expect(refusalOf(await collect(orderId, stranger))).toEqual([404, 'not_found'])
    expect(refusalOf(await collect(orderId))).toEqual([401, 'unauthenticated'])
    expect(await statusOf(orderId)).toBe('title_processing')
  })
})
