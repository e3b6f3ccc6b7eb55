import { describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { move, orderAudit, sellVehicle, showOrder } from '../support/sales.ts'
import { growthOf, sampleOf } from '../support/scrape.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const [seller, buyer, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

const REASON = 'The frame is bent <b>'
const cancel = (orderId: number, as?: Person, body: object = { reason: REASON }) =>
  api('POST', `/api/orders/${orderId}/cancel`, { as, body })
const vehicleStatus = async (vehicleId: number) =>
  (await api('GET', `/api/vehicles/${vehicleId}`, { as: seller })).at('status')
const noticesOf = (person: Person, orderId: number) =>
  query('SELECT type, message FROM notifications WHERE user_id = ? AND cause_key = ?', [
    person.user.id,
    `order:${orderId}:cancelled`,
  ])

/** What fulfillment does when a title is late (M10). */
const openRightToCancel = (orderId: number) =>
  query('UPDATE orders SET may_cancel_since = UTC_TIMESTAMP(3) WHERE id = ?', [orderId])

describe('an admin while the order is unpaid', () => {
  test('cancels it: the vehicle is active again, both sides are told, and who did it is recorded', async () => {
    const { orderId, vehicleId, auctionId } = await sellVehicle(seller, buyer)
    const active = await sampleOf('vehicles_total{status="active"}')
    const cancelled = await growthOf('orders_total{status="cancelled"}', async () => {
      const order = (await cancel(orderId, admin)).expect(200)
      expect(order.body).toMatchObject({ status: 'cancelled', status_reason: REASON, balance: 0 })
      expect(order.at('history')).toEqual([
        expect.objectContaining({ status: 'pending_payment', by: 'system' }),
        expect.objectContaining({ status: 'cancelled', by: 'admin', reason: REASON }),
      ])
    })
    expect(cancelled).toBe(1)
    expect(await sampleOf('vehicles_total{status="active"}')).toBe((active ?? 0) + 1)
    expect(await vehicleStatus(vehicleId)).toBe('active')
    expect((await api('GET', `/api/auctions/${auctionId}`)).at('outcome')).toBe('sold')
    for (const person of [buyer, seller]) {
      expect(await noticesOf(person, orderId)).toEqual([{ type: 'general', message: REASON }])
    }
    const [entry, ...more] = await orderAudit(orderId)
    expect(more).toEqual([])
    expect(entry).toEqual({
      actor_id: admin.user.id,
      action: 'order.cancelled',
      before: { status: 'pending_payment' },
      after: { status: 'cancelled', reason: REASON },
    })
  })

  test('M15: a saved search is told of the vehicle that is to be had again', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer, 10_000, { model: 'Prelude' })
    const body = { name: 'Preludes', filters: { model: 'Prelude' }, notify: true }
    ;(await api('POST', '/api/saved-searches', { as: stranger, body })).expect(201)
    ;(await cancel(orderId, admin)).expect(200)
    const told = await waitFor(async () => {
      const rows = await query(
        "SELECT JSON_VALUE(data, '$.vehicle_id') AS vehicle_id FROM notifications WHERE user_id = ? AND type = 'saved_search_match'",
        [stranger.user.id],
      )
      return rows.length > 0 && rows
    })
    expect(told).toHaveLength(1)
    expect(told[0]?.vehicle_id).toBe(String(vehicleId))
  })

  test('a cancelled vehicle can be sold again, and its second order is another one', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    ;(await cancel(orderId, admin)).expect(200)
    const ends_at = new Date(Date.now() + 3_600_000).toISOString()
    const body = { vehicle_id: vehicleId, ends_at, buy_now_price: 9_000 }
    ;(await api('POST', '/api/auctions', { as: seller, body })).expect(201)
    expect(await vehicleStatus(vehicleId)).toBe('in_auction')
    expect((await showOrder(orderId, buyer)).status).toBe('cancelled')
  })

  test('M1: where the VIN is in another live listing meanwhile, the vehicle is archived instead', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    const vin = (await api('GET', `/api/vehicles/${vehicleId}`)).at('vin')
    const relisted = await createActiveVehicle(buyer, { vin })
    ;(await cancel(orderId, admin)).expect(200)
    expect(await vehicleStatus(vehicleId)).toBe('archived')
    expect(await vehicleStatus(relisted)).toBe('active')
  })

  test('fifty at once cancel it once', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    const answers = await Promise.all(Array.from({ length: 50 }, () => cancel(orderId, admin)))
    const tally = Object.groupBy(answers, ({ status }) => String(status))
    expect(tally['200']).toHaveLength(1)
    expect(tally['409']).toHaveLength(49)
    expect(new Set(tally['409']?.map((answer) => answer.at('code')))).toEqual(new Set(['wrong_status']))
    expect(await orderAudit(orderId)).toHaveLength(1)
    expect(await noticesOf(buyer, orderId)).toHaveLength(1)
  })

  test('once it is paid an admin gives the money back instead: 409', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    await move(orderId, 'paid')
    expect(refusalOf(await cancel(orderId, admin))).toEqual([409, 'wrong_status'])
    expect(await vehicleStatus(vehicleId)).toBe('sold')
  })
})

describe('M10: its buyer, once the title is late', () => {
  test('cancels a paid order, once', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    await move(orderId, 'paid')
    await openRightToCancel(orderId)
    expect((await showOrder(orderId, buyer)).may_cancel_since).not.toBeNull()
    const order = (await cancel(orderId, buyer)).expect(200)
    expect(order.body).toMatchObject({ status: 'cancelled', may_cancel_since: null })
    expect(order.at('history.2')).toMatchObject({ status: 'cancelled', by: 'buyer', reason: REASON })
    expect(await vehicleStatus(vehicleId)).toBe('active')
    expect(await noticesOf(buyer, orderId)).toEqual([])
    expect(await noticesOf(seller, orderId)).toHaveLength(1)
    expect(refusalOf(await cancel(orderId, buyer))).toEqual([409, 'wrong_status'])
  })

  test('may not before that, paid or unpaid: 409, nothing changed', async () => {
    const { orderId, vehicleId } = await sellVehicle(seller, buyer)
    expect(refusalOf(await cancel(orderId, buyer))).toEqual([409, 'wrong_status'])
    await move(orderId, 'paid')
    expect(refusalOf(await cancel(orderId, buyer))).toEqual([409, 'wrong_status'])
    expect((await showOrder(orderId, buyer)).status).toBe('paid')
    expect(await vehicleStatus(vehicleId)).toBe('sold')
  })

  test('may no longer once it is completed', async () => {
    const { orderId } = await sellVehicle(seller, buyer)
    for (const to of ['paid', 'title_processing', 'delivered'] as const) await move(orderId, to)
    await openRightToCancel(orderId)
    await move(orderId, 'completed')
    expect((await showOrder(orderId, buyer)).may_cancel_since).toBeNull()
    expect(refusalOf(await cancel(orderId, buyer))).toEqual([409, 'wrong_status'])
  })
})

test('nobody else cancels: the seller 403, a stranger 404, without a sign-in 401', async () => {
  const { orderId } = await sellVehicle(seller, buyer)
  expect(refusalOf(await cancel(orderId, seller))).toEqual([403, 'forbidden'])
  expect(refusalOf(await cancel(orderId, stranger))).toEqual([404, 'not_found'])
  expect(refusalOf(await cancel(orderId))).toEqual([401, 'unauthenticated'])
  expect(refusalOf(await cancel(999_999, admin))).toEqual([404, 'not_found'])
  expect((await showOrder(orderId, buyer)).status).toBe('pending_payment')
})

test.each([{}, { reason: '' }, { reason: '  ' }, { reason: 7 }, { reason: 'x'.repeat(501) }, []])(
  'without a reason of 1–500 characters it is 400: %j',
  async (body) => {
    const { orderId } = await sellVehicle(seller, buyer)
    expect(refusalOf(await cancel(orderId, admin, body))).toEqual([400, 'validation_failed'])
    expect((await showOrder(orderId, buyer)).status).toBe('pending_payment')
  },
)
