/** M18 over the real objects and MySQL. */
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createDeps } from '../../src/deps.ts'
import { ORDER_STATUS } from '../../src/orders/order.ts'
import type { buyingPowerSchema } from '../../src/users/schemas.ts'
import { sweepUsers } from '../../src/users/standing.ts'
import { decide, endAuction, endPending } from '../support/after-hammer.ts'
import { type ApiResponse, api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { answer, answered, offered, offerOn, ordersOf, statusesOf } from '../support/offers.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { move, sellVehicle, showOrder } from '../support/sales.ts'
import { openSocket } from '../support/socket.ts'
import { setVariables } from '../support/variables.ts'
import { waitFor } from '../support/wait-for.ts'

const HOUR_MS = 3_600_000

let seller: Person
let admin: Person
beforeAll(async () => {
  Object.assign(env, { BUYING_POWER: 'on' })
  ;[seller, admin] = await Promise.all([signIn(), signInAdmin()])
})
afterAll(() => {
  Object.assign(env, { BUYING_POWER: 'off' })
})

const record = async (person: Person, amount: number) =>
  (await api('PUT', `/api/admin/users/${person.user.id}/deposit`, { as: admin, body: { amount } })).expect(
    200,
  )

/** Somebody new with so much of buying power, in dollars. */
async function buyerWith(limit: number): Promise<Person> {
  const person = await signIn()
  await record(person, limit / 10)
  return person
}

const show = async (as: Person) =>
  (await api('GET', '/api/me/buying-power', { as })).expect(200).body as z.input<typeof buyingPowerSchema>
const heldBy = async (as: Person) => (await show(as)).held
const bid = (auctionId: number, as: Person, amount: number, id?: string) =>
  api('POST', `/api/auctions/${auctionId}/bids`, {
    as,
    body: { max_bid: amount },
    ...(id && { headers: { 'Idempotency-Key': id } }),
  })

const sweep = () =>
  sweepUsers({
    ...createDeps(env),
    now: Date.now() + HOUR_MS,
    requestId: 'sweep',
    actor: null,
    address: null,
  })

describe('GET /api/me/buying-power', () => {
  test('shows limit, what is held and what is available: ten times the deposit at first', async () => {
    const buyer = await buyerWith(1_500)
    expect(await show(buyer)).toEqual({ limit: 1_500, held: 0, available: 1_500 })
    await record(buyer, 20)
    expect(await show(buyer)).toEqual({ limit: 200, held: 0, available: 200 })
  })

  test('is nobody’s without a sign-in, and not there where buying power is off', async () => {
    ;(await api('GET', '/api/me/buying-power')).expect(401)
    setVariables({ BUYING_POWER: 'off' })
    ;(await api('GET', '/api/me/buying-power', { as: seller })).expect(404)
  })
})

describe('M18: a bid', () => {
  test('is refused without a deposit, and accepted up to the limit', async () => {
    const { id } = await createAuction(seller)
    const buyer = await signIn()
    expect((await bid(id, buyer, 1_000)).expect(409).at('code')).toBe('buying_power')
    await record(buyer, 100)
    expect((await bid(id, buyer, 1_000.01)).expect(409).at('code')).toBe('buying_power')
    ;(await bid(id, buyer, 1_000)).expect(201)
    expect(await show(buyer)).toEqual({ limit: 1_000, held: 1_000, available: 0 })
  })

  test('is refused over the socket too', async () => {
    const { id } = await createAuction(seller)
    const socket = await openSocket(id, { as: await buyerWith(900) })
    expect(await socket.bid({ max_bid: 1_000 })).toMatchObject({
      type: 'rejected',
      code: 'buying_power',
    })
    socket.close()
  })

  test('counts with all others that lead: of parallel ones just as many as fit are accepted', async () => {
    const buyer = await buyerWith(3_000)
    const auctions = await Promise.all(Array.from({ length: 8 }, () => createAuction(seller)))
    const answers = await Promise.all(auctions.map(({ id }) => bid(id, buyer, 1_000)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(3)
    expect(statuses.filter((status) => status === 409)).toHaveLength(5)
    await waitFor(async () => (await heldBy(buyer)) === 3_000)
  })

  test('R21: repeated in parallel takes one hold', async () => {
    const { id } = await createAuction(seller)
    const buyer = await buyerWith(1_500)
    const answers = await Promise.all(Array.from({ length: 10 }, () => bid(id, buyer, 1_200, 'same')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map((answer) => answer.at('bid_id'))).size).toBe(1)
    expect(await heldBy(buyer)).toBe(1_200)
  })

  test('needs no MySQL once the person’s account was read, and is unavailable before', async () => {
    const { id } = await createAuction(seller)
    const [known, unknown] = await Promise.all([buyerWith(2_000), buyerWith(2_000)])
    await show(known)
    await withFault({ mode: 'refuse' }, async () => {
      ;(await bid(id, unknown, 1_500)).expect(503)
      ;(await bid(id, known, 1_500)).expect(201)
    })
    ;(await bid(id, unknown, 2_000)).expect(201)
  })

  test('that is outbid is released', async () => {
    const { id } = await createAuction(seller)
    const [first, second] = await Promise.all([buyerWith(2_000), buyerWith(5_000)])
    ;(await bid(id, first, 2_000)).expect(201)
    ;(await bid(id, second, 5_000)).expect(201)
    await waitFor(async () => (await heldBy(first)) === 0)
    expect(await heldBy(second)).toBe(5_000)
  })

  test('R20: that leads again is held again, and voided where that fails', async () => {
    const [auction, other] = await Promise.all([createAuction(seller), createAuction(seller)])
    const [first, second] = await Promise.all([buyerWith(2_000), buyerWith(5_000)])
    ;(await bid(auction.id, first, 1_500)).expect(201)
    const lead = (await bid(auction.id, second, 5_000)).expect(201).int('bid_id')
    await waitFor(async () => (await heldBy(first)) === 0)
    ;(await bid(other.id, first, 1_000)).expect(201)
    ;(
      await api('POST', `/api/auctions/${auction.id}/bids/${lead}/void`, {
        as: admin,
        body: { reason: 'A mistake' },
      })
    ).expect(200)
    await waitFor(async () => (await api('GET', `/api/auctions/${auction.id}`)).at('bid_count') === 0)
    expect(await heldBy(first)).toBe(1_000)
    await waitFor(async () => (await heldBy(second)) === 0)
  })
})

describe('M18: after the hammer', () => {
  test('the order’s balance is held in place of the bid, until the order has ended', async () => {
    const buyer = await buyerWith(50_000)
    const { orderId } = await sellVehicle(seller, buyer, 10_000)
    expect(await heldBy(buyer)).toBe(10_000)
    await sweep()
    const { balance } = await showOrder(orderId, buyer)
    expect(balance).toBeGreaterThan(10_000)
    expect(await heldBy(buyer)).toBe(balance)
    await move(orderId, ORDER_STATUS.cancelled)
    await sweep()
    expect(await heldBy(buyer)).toBe(0)
  })

  test('the order’s balance is released when it is paid', async () => {
    const buyer = await buyerWith(50_000)
    const { orderId } = await sellVehicle(seller, buyer, 10_000)
    await move(orderId, ORDER_STATUS.paid)
    await sweep()
    expect(await heldBy(buyer)).toBe(0)
  })

  test('M2: the high bid is held while it binds, freed by a counter, and the bidder’s own counter holds', async () => {
    const buyer = await buyerWith(50_000)
    const { id } = await endPending(seller, buyer)
    expect(await heldBy(buyer)).toBe(4_000)
    await sweep()
    expect(await heldBy(buyer)).toBe(4_000)
    ;(await decide(id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    await sweep()
    expect(await heldBy(buyer)).toBe(0)
    ;(await decide(id, buyer, { action: 'counter', amount: 6_000 })).expect(200)
    await sweep()
    expect(await heldBy(buyer)).toBe(6_000)
    ;(await decide(id, seller, { action: 'decline' })).expect(200)
    await sweep()
    expect(await heldBy(buyer)).toBe(0)
  })

  test('a sale is held as the price from the end on, whoever reads when', async () => {
    const [buyer, loser] = await Promise.all([buyerWith(9_000), buyerWith(9_000)])
    await endAuction(seller, [
      [loser, { max_bid: 2_000 }],
      [buyer, { max_bid: 9_000 }],
    ])
    await waitFor(async () => (await heldBy(loser)) === 0)
    await waitFor(async () => (await heldBy(buyer)) < 9_000)
    expect(await heldBy(buyer)).toBeGreaterThanOrEqual(2_000)
  })
})

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
    ;(await bid(id, buyer, 1_500)).expect(201)
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
