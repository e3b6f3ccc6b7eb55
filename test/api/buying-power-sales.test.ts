/** M18 where no room asks: offers, and decisions on a high bid. */
import { env } from 'cloudflare:workers'
import { afterAll, describe, expect, test } from 'vitest'
import { decide, endPending } from '../support/after-hammer.ts'
import type { ApiResponse } from '../support/api.ts'
import { postBid } from '../support/bids.ts'
import { signInBuyer } from '../support/deposits.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { answer, answered, offered, offerOn, ordersOf, statusesOf } from '../support/offers.ts'
import { signIn, signInAdmin } from '../support/people.ts'

Object.assign(env, { BUYING_POWER: 'on' })
afterAll(() => {
  Object.assign(env, { BUYING_POWER: 'off' })
})

const [seller, admin] = await Promise.all([signIn(), signInAdmin()])
const buyerWith = (limit: number) => signInBuyer(admin, limit)

describe('M18: what binds a buyer outside a room', () => {
  const refused = async (call: Promise<ApiResponse>) => (await call).expect(409).at('code')

  test('M4: an offer, and a counter that is accepted, must be within what is available', async () => {
    const buyer = await buyerWith(3_000)
    const vehicleId = await createActiveVehicle(seller)
    expect(await refused(offerOn(vehicleId, buyer, 3_000.01))).toBe('buying_power')
    const offer = await offered(vehicleId, buyer, 2_900)
    const high = await answered(offer.id, seller, 'counter', { amount: 3_500 })
    expect(await refused(answer(high.offer.id, buyer, 'accept'))).toBe('buying_power')
    expect(await refused(answer(high.offer.id, buyer, 'counter', { amount: 3_200 }))).toBe('buying_power')
    expect(await statusesOf(vehicleId)).toEqual(['countered', 'pending'])
    const { offer: mine } = await answered(high.offer.id, buyer, 'counter', { amount: 3_000 })
    await answered(mine.id, seller, 'accept')
    expect(await ordersOf(vehicleId)).toHaveLength(1)
  })

  test('M4: of two offers that are accepted at once, only as much is sold as the buyer has power for', async () => {
    const buyer = await buyerWith(3_000)
    const vehicleIds = await Promise.all([createActiveVehicle(seller), createActiveVehicle(seller)])
    const offers = await Promise.all(vehicleIds.map((id) => offered(id, buyer, 2_000)))
    const answers = await Promise.all(offers.map(({ id }) => answer(id, seller, 'accept')))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(answers.find(({ status }) => status === 409)?.at('code')).toBe('wrong_status')
    const sold = await Promise.all(vehicleIds.map(ordersOf))
    expect(sold.flat()).toHaveLength(1)
  })

  test('what leads elsewhere counts', async () => {
    const buyer = await buyerWith(3_000)
    const { id } = await createAuction(seller)
    ;(await postBid(id, buyer, { max_bid: 1_500 })).expect(201)
    const vehicleId = await createActiveVehicle(seller)
    expect(await refused(offerOn(vehicleId, buyer, 1_500.01))).toBe('buying_power')
    await offered(vehicleId, buyer, 1_500)
  })

  test('M2: the bidder accepts and counters within it; the high bid, which is held, is accepted all the same', async () => {
    const buyer = await buyerWith(5_000)
    const { id } = await endPending(seller, buyer)
    ;(await decide(id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    expect(await refused(decide(id, buyer, { action: 'accept' }))).toBe('buying_power')
    expect(await refused(decide(id, buyer, { action: 'counter', amount: 5_000.01 }))).toBe('buying_power')
    ;(await decide(id, buyer, { action: 'counter', amount: 5_000 })).expect(200)
    ;(await decide(id, seller, { action: 'accept' })).expect(200)
    const exact = await buyerWith(4_000)
    const held = await endPending(seller, exact)
    ;(await decide(held.id, seller, { action: 'accept' })).expect(200)
  })
})
