/** The sweeper's rows: what cannot be applied steps back. */
import { expect, test } from 'vitest'
import { sweepOrders } from '../../src/orders/sweep-orders.ts'
import { endPending, sweepOffersAt } from '../support/after-hammer.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import { offered } from '../support/offers.ts'
import { signIn } from '../support/people.ts'
import { sellVehicle, showOrder } from '../support/sales.ts'
import { contextAt } from '../support/sessions.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const [seller, buyer] = await Promise.all([signIn(), signIn()])

const textOf = (at: number): string => new Date(at).toISOString().slice(0, -1).replace('T', ' ')

/** Whether a row is looked at again five minutes after `now`. */
async function isPutOff(table: string, key: string, id: number, now: number): Promise<boolean> {
  const found = await query(`SELECT 1 FROM ${table} WHERE ${key} = ? AND next_attempt_at = ?`, [
    id,
    textOf(now + 5 * MINUTE_MS),
  ])
  return found.length === 1
}

test('an order whose deadline cannot be applied steps back and keeps no other from its turn', async () => {
  const [broken, other] = [await sellVehicle(seller, buyer), await sellVehicle(seller, buyer)]
  await query('UPDATE orders SET fee_schedule_id = 999999 WHERE id = ?', [broken.orderId])
  const { due_at } = await showOrder(other.orderId, buyer)
  const now = Date.parse(due_at)
  expect(await sweepOrders(contextAt(now))).toBe(2)
  expect((await showOrder(other.orderId, buyer)).overdue_at).toBe(due_at)
  expect(await isPutOff('orders', 'id', broken.orderId, now)).toBe(true)
  await query('UPDATE orders SET next_attempt_at = NULL WHERE id = ?', [broken.orderId])
})

test('so do a decision and an offer', async () => {
  const [broken, other] = [await endPending(seller, buyer), await endPending(seller, buyer)]
  await query('UPDATE auction_decisions SET vehicle_id = 999999 WHERE auction_id = ?', [broken.id])
  const [brokenOffer, otherOffer] = [
    await offered(await createActiveVehicle(seller), buyer, 4_000),
    await offered(await createActiveVehicle(seller), buyer, 4_000),
  ]
  await query('UPDATE offers SET vehicle_id = 999999 WHERE id = ?', [brokenOffer.id])
  const now = Date.now() + 49 * HOUR_MS
  expect(await sweepOffersAt(now)).toBe(4)
  const [decision] = await query('SELECT stage FROM auction_decisions WHERE auction_id = ?', [other.id])
  const [offer] = await query('SELECT status FROM offers WHERE id = ?', [otherOffer.id])
  expect([decision?.stage, offer?.status]).toEqual(['expired', 'expired'])
  expect(await isPutOff('auction_decisions', 'auction_id', broken.id, now)).toBe(true)
  expect(await isPutOff('offers', 'id', brokenOffer.id, now)).toBe(true)
})
