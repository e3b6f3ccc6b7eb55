import { describe, expect, test } from 'vitest'
import { toldTypes } from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import {
  answer,
  answered,
  listOffers,
  offered,
  ordersOf,
  statusesOf,
  vehicleStatus,
  winnerOf,
} from '../support/offers.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const HOUR_MS = 3_600_000

const [seller, buyer, other, stranger, admin] = await Promise.all([
  signIn(undefined, { first_name: 'Sam', last_name: 'Seller' }),
  signIn(undefined, { first_name: 'Bea', last_name: 'Buyer' }),
  signIn(),
  signIn(),
  signInAdmin(),
])

describe('M4: accepting', () => {
  test('makes the order, sells the vehicle, and rejects the other offers', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const [first, second] = [await offered(vehicleId, buyer, 5_000), await offered(vehicleId, other, 5_500)]
    const { offer, order_id } = await answered(first.id, seller, 'accept')
    expect(offer).toMatchObject({ id: first.id, status: 'accepted', your_turn: false })
    expect(await ordersOf(vehicleId)).toEqual([
      { source_key: `offer:${first.id}`, buyer_id: String(buyer.user.id), vehicle_price_cents: '500000' },
    ])
    const order = (await api('GET', `/api/orders/${order_id}`, { as: buyer })).expect(200)
    expect(order.body).toMatchObject({ auction_id: null, vehicle_price: 5_000, status: 'pending_payment' })
    expect(await vehicleStatus(vehicleId)).toBe('sold')
    expect(await statusesOf(vehicleId)).toEqual(['accepted', 'rejected'])
    expect(await toldTypes(buyer, `offer:${first.id}:`)).toEqual(['offer_accepted'])
    expect(await toldTypes(other, `offer:${second.id}:`)).toEqual(['offer_rejected'])
    expect(refusalOf(await answer(second.id, seller, 'accept'))).toEqual([409, 'wrong_status'])
    const audit = await query(
      "SELECT actor_id, action FROM audit_log WHERE subject = 'offer' AND subject_id IN (?, ?)",
      [first.id, second.id],
    )
    expect(audit).toEqual([{ actor_id: String(seller.user.id), action: 'offer.accepted' }])
  })

  test('a buyer accepts the seller’s counter, at its amount', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const first = await offered(vehicleId, buyer, 5_000)
    const counter = await answered(first.id, seller, 'counter', { amount: 6_000 })
    await answered(counter.offer.id, buyer, 'accept')
    expect(await ordersOf(vehicleId)).toMatchObject([{ vehicle_price_cents: '600000' }])
    expect(await toldTypes(seller, `offer:${counter.offer.id}:`)).toEqual(['offer_accepted'])
  })

  test('of the offers of two buyers, accepted at the same moment, one is sold', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const both = [await offered(vehicleId, buyer, 5_000), await offered(vehicleId, other, 5_500)]
    const answers = await Promise.all(both.map(({ id }) => answer(id, seller, 'accept')))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await ordersOf(vehicleId)).toHaveLength(1)
    expect((await statusesOf(vehicleId)).sort()).toEqual(['accepted', 'rejected'])
  })

  test('a buyer who was suspended meanwhile is sold nothing', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const suspended = await signIn()
    const { id } = await offered(vehicleId, suspended, 5_000)
    await query("UPDATE users SET status = 'suspended' WHERE id = ?", [suspended.user.id])
    expect(refusalOf(await answer(id, seller, 'accept'))).toEqual([409, 'wrong_status'])
    expect(await vehicleStatus(vehicleId)).toBe('active')
    await answered(id, seller, 'reject')
  })

  test('whose COMMIT was done but its answer lost: the second run knows what the first did', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    const accepted = await withFault({ mode: 'lose-answer', matching: '^commit', times: 1 }, () =>
      answer(id, seller, 'accept'),
    )
    expect(accepted.expect(200).int('order_id')).toBeGreaterThan(0)
    expect(await ordersOf(vehicleId)).toHaveLength(1)
  })
})

describe('M4: countering', () => {
  test('a counter voids what stood before, tells the other side, and hands the turn over', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const first = await offered(vehicleId, buyer, 5_000)
    const { offer } = await answered(first.id, seller, 'counter', { amount: 7_000, message: 'New tyres' })
    expect(offer).toMatchObject({
      previous_id: first.id,
      round: 2,
      made_by: 'seller',
      amount: 7_000,
      message: 'New tyres',
      your_turn: false,
    })
    expect(Date.parse(offer.expires_at) - Date.parse(offer.created_at)).toBe(48 * HOUR_MS)
    expect(await statusesOf(vehicleId)).toEqual(['countered', 'pending'])
    expect(await toldTypes(buyer, `offer:${offer.id}:`)).toEqual(['offer_countered'])
    expect(refusalOf(await answer(first.id, seller, 'accept'))).toEqual([409, 'wrong_status'])
    expect(refusalOf(await answer(offer.id, seller, 'accept'))).toEqual([409, 'not_your_turn'])
    expect((await listOffers(buyer, `?vehicle_id=${vehicleId}`)).offers).toMatchObject([
      { id: offer.id, your_turn: true },
      { id: first.id, your_turn: false },
    ])
  })

  test('each strictly between the two last amounts, and at most five rounds', async () => {
    const vehicleId = await createActiveVehicle(seller, { buy_now_price: 10_000 })
    let { id } = await offered(vehicleId, buyer, 5_000)
    const wrong = async (as: Person, amount: number, message: string) => {
      const refused = await answer(id, as, 'counter', { amount })
      expect(refusalOf(refused)).toEqual([400, 'validation_failed'])
      expect(refused.at('details')).toEqual([{ path: 'amount', message }])
    }
    const go = async (as: Person, amount: number) => {
      id = (await answered(id, as, 'counter', { amount })).offer.id
    }
    await wrong(seller, 5_000, 'Must be above $5,000.00 and below $10,000.00')
    await wrong(seller, 10_000, 'Must be above $5,000.00 and below $10,000.00')
    await go(seller, 8_000)
    await wrong(buyer, 5_000, 'Must be above $5,000.00 and below $8,000.00')
    await wrong(buyer, 8_000, 'Must be above $5,000.00 and below $8,000.00')
    await go(buyer, 6_000)
    await wrong(seller, 9_000, 'Must be above $6,000.00 and below $8,000.00')
    await go(seller, 7_000)
    await go(buyer, 6_500)
    expect(refusalOf(await answer(id, seller, 'counter', { amount: 6_700 }))).toEqual([409, 'rounds_used'])
    await answered(id, seller, 'accept')
    expect(await ordersOf(vehicleId)).toMatchObject([{ vehicle_price_cents: '650000' }])
  })

  test('of 50 answers at once, accept and counter and withdrawal, exactly one wins', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    const attempts = Array.from({ length: 50 }, (_, n) => {
      if (n % 5 === 4) return answer(id, buyer, 'withdraw')
      return n % 2 === 0 ? answer(id, seller, 'accept') : answer(id, seller, 'counter', { amount: 6_000 + n })
    })
    const answers = await Promise.all(attempts)
    const winner = winnerOf(answers)
    const statuses = await statusesOf(vehicleId)
    const isSold = winner.at('offer.status') === 'accepted'
    expect(await vehicleStatus(vehicleId)).toBe(isSold ? 'sold' : 'active')
    expect(await ordersOf(vehicleId)).toHaveLength(isSold ? 1 : 0)
    if (isSold) expect(statuses).toEqual(['accepted'])
    else if (winner.at('offer.round') === 2) expect(statuses).toEqual(['countered', 'pending'])
    else expect(statuses).toEqual(['withdrawn'])
  })

  test('the seller accepts an offer while the buyer accepts the counter to it: one of the two', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const first = await offered(vehicleId, buyer, 5_000)
    const second = await offered(vehicleId, other, 5_200)
    const counter = await answered(first.id, seller, 'counter', { amount: 6_000 })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        n % 2 === 0 ? answer(counter.offer.id, buyer, 'accept') : answer(second.id, seller, 'accept'),
      ),
    )
    expect(winnerOf(answers).status).toBe(200)
    expect(await ordersOf(vehicleId)).toHaveLength(1)
    expect((await statusesOf(vehicleId)).sort()).toEqual(['accepted', 'countered', 'rejected'])
  })
})

describe('M4: rejecting, withdrawing, and who may', () => {
  test('the other side rejects, the maker withdraws; each tells the other', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const [first, second] = [await offered(vehicleId, buyer, 5_000), await offered(vehicleId, other, 5_500)]
    expect((await answered(first.id, seller, 'reject')).offer.status).toBe('rejected')
    expect((await answered(second.id, other, 'withdraw')).offer.status).toBe('withdrawn')
    expect(await toldTypes(buyer, `offer:${first.id}:`)).toEqual(['offer_rejected'])
    expect(await toldTypes(seller, `offer:${second.id}:`)).toEqual(['offer_received', 'general'])
    expect(await vehicleStatus(vehicleId)).toBe('active')
  })

  test('whoever’s turn it is not is refused, and nothing changes', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    for (const [as, action, body] of [
      [buyer, 'accept'],
      [buyer, 'reject'],
      [buyer, 'counter', { amount: 5_500 }],
      [seller, 'withdraw'],
    ] as const) {
      expect(refusalOf(await answer(id, as, action, body))).toEqual([409, 'not_your_turn'])
    }
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
  })

  test('401 without a sign-in; 404 for everybody who is not party to it, admins included', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    for (const [action, body] of [
      ['accept', undefined],
      ['reject', undefined],
      ['withdraw', undefined],
      ['counter', { amount: 5_500 }],
    ] as const) {
      const unsigned = await api('POST', `/api/offers/${id}/${action}`, { body })
      expect(refusalOf(unsigned)).toEqual([401, 'unauthenticated'])
      for (const as of [stranger, other, admin]) {
        expect(refusalOf(await answer(id, as, action, body))).toEqual([404, 'not_found'])
      }
      expect(refusalOf(await answer(999_999, seller, action, body))).toEqual([404, 'not_found'])
    }
    expect(refusalOf(await answer(id, seller, 'counter', { amount: 'much' }))).toEqual([
      400,
      'validation_failed',
    ])
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
  })
})
