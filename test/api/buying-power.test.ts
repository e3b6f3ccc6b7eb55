/** M18 over the real objects and MySQL. */
import { env } from 'cloudflare:workers'
import { afterAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createDeps } from '../../src/deps.ts'
import { applyDuePayments } from '../../src/orders/apply-due.ts'
import { moveOrder } from '../../src/orders/move-order.ts'
import { ORDER_STATUS } from '../../src/orders/order.ts'
import type { buyingPowerSchema } from '../../src/users/schemas.ts'
import { sweepUsers } from '../../src/users/standing.ts'
import { decide, endAuction, endPending } from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { postBid } from '../support/bids.ts'
import { query, withFault } from '../support/database.ts'
import { recordDeposit, signInBuyer } from '../support/deposits.ts'
import { makeOrder, pay } from '../support/handovers.ts'
import { createAuction } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { inOrderTransaction, move, sellVehicle, showOrder } from '../support/sales.ts'
import { contextAt } from '../support/sessions.ts'
import { openSocket } from '../support/socket.ts'
import { setVariables } from '../support/variables.ts'
import { waitFor } from '../support/wait-for.ts'

const HOUR_MS = 3_600_000
/** Of dollars that were added up. */
const cents = (amount: number): number => Math.round(amount * 100) / 100

Object.assign(env, { BUYING_POWER: 'on' })
afterAll(() => {
  Object.assign(env, { BUYING_POWER: 'off' })
})

const [seller, admin] = await Promise.all([signIn(), signInAdmin()])
const buyerWith = (limit: number) => signInBuyer(admin, limit)
const show = async (as: Person) =>
  (await api('GET', '/api/me/buying-power', { as })).expect(200).body as z.input<typeof buyingPowerSchema>
const heldBy = async (as: Person) => (await show(as)).held
const bid = (auctionId: number, as: Person, max_bid: number, id?: string) =>
  postBid(auctionId, as, { max_bid }, id === undefined ? {} : { 'Idempotency-Key': id })

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
    await recordDeposit(admin, buyer, 20)
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
    await recordDeposit(admin, buyer, 100)
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

  test('whatever changes what is owed tells the buyer’s object at once, without the sweeper', async () => {
    const buyer = await buyerWith(50_000)
    const { orderId } = await sellVehicle(seller, buyer, 10_000)
    const { balance } = await showOrder(orderId, buyer)
    const comesTo = (held: number) => waitFor(async () => (await heldBy(buyer)) === held)
    const payIn = (amount: number) =>
      api('POST', `/api/orders/${orderId}/payments`, {
        as: admin,
        body: { method: 'wire', amount, reference: crypto.randomUUID() },
      })
    await comesTo(balance)
    const payment = (await payIn(4_000)).expect(201).int('payment.id')
    await comesTo(cents(balance - 4_000))
    const refund = { amount: 1_500, reason: 'Agreed' }
    ;(await api('POST', `/api/payments/${payment}/refunds`, { as: admin, body: refund })).expect(201)
    await comesTo(cents(balance - 2_500))
    ;(await payIn(cents(balance - 2_500))).expect(201)
    await comesTo(0)
    ;(await api('POST', `/api/payments/${payment}/refunds`, { as: admin, body: refund })).expect(201)
    await comesTo(1_500)
    await move(orderId, ORDER_STATUS.cancelled)
    await comesTo(0)
    const [row] = await query('SELECT next_attempt_at FROM users WHERE id = ?', [buyer.user.id])
    expect(row?.next_attempt_at).toBeNull()
  })

  test('so do a late fee, and the default that ends it', async () => {
    const buyer = await buyerWith(50_000)
    const { orderId } = await sellVehicle(seller, buyer, 10_000)
    const { balance, due_at } = await showOrder(orderId, buyer)
    const comesTo = (held: number) => waitFor(async () => (await heldBy(buyer)) === held)
    const applyAt = (now: number) => applyDuePayments(contextAt(now), orderId)
    await applyAt(Date.parse(due_at))
    await comesTo(balance + 50)
    await applyAt(Date.parse(due_at) + 7 * 24 * HOUR_MS)
    await comesTo(0)
  })

  test('so do the answers to a high bid (M2)', async () => {
    const buyer = await buyerWith(50_000)
    const { id } = await endPending(seller, buyer)
    const comesTo = (held: number) => waitFor(async () => (await heldBy(buyer)) === held)
    ;(await decide(id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    await comesTo(0)
    ;(await decide(id, buyer, { action: 'counter', amount: 6_000 })).expect(200)
    await comesTo(6_000)
    ;(await decide(id, seller, { action: 'decline' })).expect(200)
    await comesTo(0)
  })

  test('with buying power off, nothing of it is written: the sweeper has nobody to tell', async () => {
    const buyer = await buyerWith(50_000)
    setVariables({ BUYING_POWER: 'off' })
    const { orderId } = await makeOrder({ seller, buyer })
    await pay(orderId)
    await inOrderTransaction((tx, ctx) => moveOrder(tx, ctx, orderId, ORDER_STATUS.cancelled))
    const [row] = await query('SELECT next_attempt_at FROM users WHERE id = ?', [buyer.user.id])
    expect(row?.next_attempt_at).toBeNull()
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
