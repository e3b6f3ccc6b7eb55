import { describe, expect, test } from 'vitest'
import {
  decide,
  type EndedAuction,
  endAuction,
  endPending,
  standOfAuction,
  toldTypes,
} from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { ACCEPT, counter, DECLINE, decided, PENDING, SOLD, shownTo, UNSOLD } from '../support/decisions.ts'
import { createAuction } from '../support/market.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const HOUR_MS = 3_600_000

const [seller, bidder, stranger, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

async function orderOf({ id }: EndedAuction) {
  const [row] = await query(
    'SELECT source_key, order_number, buyer_id, vehicle_price_cents FROM orders WHERE auction_id = ?',
    [id],
  )
  return row
}

describe('M2: GET /api/auctions/:id shows the decision', () => {
  test('to seller, high bidder and admins, whose turn it is said to each; to nobody else', async () => {
    const auction = await endPending(seller, bidder, [[stranger, 3_000]])
    const stage = {
      stage: 'seller',
      high_bid: 4_000,
      seller_counter: null,
      bidder_counter: null,
      agreed_price: null,
    }
    const forSeller = await shownTo(auction, seller)
    expect(forSeller.decision).toMatchObject({ ...stage, your_turn: true })
    const { deadline_at } = forSeller.decision ?? {}
    expect(Date.parse(deadline_at ?? '') - Date.parse(forSeller.ends_at)).toBe(24 * HOUR_MS)
    expect((await shownTo(auction, bidder)).decision).toMatchObject({ ...stage, your_turn: false })
    expect((await shownTo(auction, admin)).decision).toMatchObject({ ...stage, your_turn: false })
    expect((await shownTo(auction, stranger)).decision).toBeNull()
    expect((await shownTo(auction)).decision).toBeNull()
  })

  test('is null while the auction runs, and where it was sold at once', async () => {
    const { id } = await createAuction(seller)
    expect((await shownTo({ id, vehicleId: 0 }, seller)).decision).toBeNull()
    const sold = await endAuction(seller, [[bidder, { amount: 4_000 }]])
    expect((await shownTo(sold, seller)).decision).toBeNull()
  })
})

describe('M2: POST /api/auctions/:id/decision', () => {
  test('the seller accepts the high bid: sold at it, one order, the vehicle sold, the bidder told', async () => {
    const auction = await endPending(seller, bidder)
    const { decision, order_id } = await decided(auction, seller, ACCEPT)
    expect(decision).toMatchObject({
      stage: 'sold',
      agreed_price: 4_000,
      deadline_at: null,
      your_turn: false,
    })
    expect(await standOfAuction(auction)).toEqual(SOLD)
    expect(await orderOf(auction)).toEqual({
      source_key: `auction:${auction.id}`,
      order_number: expect.stringMatching(new RegExp(`^ORD-\\d{8}-A${auction.id}$`)),
      buyer_id: String(bidder.user.id),
      vehicle_price_cents: '400000',
    })
    const order = await api('GET', `/api/orders/${order_id}`, { as: bidder })
    expect(order.expect(200).at('vehicle_price')).toBe(4_000)
    expect(await toldTypes(bidder, `decision:${auction.id}:`)).toEqual(['auction_won'])
    expect((await shownTo(auction)).outcome).toBe('sold')
  })

  test('the seller declines: unsold, and the vehicle is active again', async () => {
    const auction = await endPending(seller, bidder)
    expect((await decided(auction, seller, DECLINE)).decision.stage).toBe('declined_by_seller')
    expect(await standOfAuction(auction)).toEqual(UNSOLD)
    expect(await toldTypes(bidder, `decision:${auction.id}:`)).toEqual(['auction_lost'])
  })

  test('countered, the bidder accepts: sold at the seller’s counter', async () => {
    const auction = await endPending(seller, bidder)
    const first = await decided(auction, seller, counter(5_000))
    expect(first.decision).toMatchObject({ stage: 'bidder', seller_counter: 5_000, your_turn: false })
    expect(first.order_id).toBeNull()
    expect((await shownTo(auction, bidder)).decision).toMatchObject({ your_turn: true, high_bid: 4_000 })
    expect(await standOfAuction(auction)).toEqual(PENDING)
    expect((await decided(auction, bidder, ACCEPT)).decision).toMatchObject({ agreed_price: 5_000 })
    expect(await standOfAuction(auction)).toEqual(SOLD)
    expect(await orderOf(auction)).toMatchObject({ vehicle_price_cents: '500000' })
    expect(await toldTypes(bidder, `decision:${auction.id}:`)).toEqual(['offer_countered', 'auction_won'])
    expect(await toldTypes(seller, `decision:${auction.id}:`)).toEqual(['offer_accepted'])
  })

  test('countered twice, the seller accepts: sold at the bidder’s counter', async () => {
    const auction = await endPending(seller, bidder)
    await decided(auction, seller, counter(5_000))
    await decided(auction, bidder, counter(4_500))
    expect(await toldTypes(seller, `decision:${auction.id}:`)).toEqual(['seller_decision_due'])
    expect(refusalOf(await decide(auction.id, seller, counter(4_700)))).toEqual([409, 'wrong_status'])
    expect((await decided(auction, seller, ACCEPT)).decision).toMatchObject({
      stage: 'sold',
      seller_counter: 5_000,
      bidder_counter: 4_500,
      agreed_price: 4_500,
    })
    expect(await orderOf(auction)).toMatchObject({ vehicle_price_cents: '450000' })
  })

  test('decline is also the bidder’s walking away from a counter', async () => {
    const auction = await endPending(seller, bidder)
    await decided(auction, seller, counter(5_000))
    expect((await decided(auction, bidder, DECLINE)).decision.stage).toBe('declined_by_bidder')
    expect(await standOfAuction(auction)).toEqual(UNSOLD)
    expect(await toldTypes(seller, `decision:${auction.id}:`)).toEqual(['offer_rejected'])
  })

  test('what is done to money and outcome is in the audit log, with who and what', async () => {
    const auction = await endPending(seller, bidder)
    await decided(auction, seller, ACCEPT)
    const rows = await query(
      "SELECT actor_id, action, `before`, `after` FROM audit_log WHERE subject = 'auction' AND subject_id = ?",
      [auction.id],
    )
    expect(rows).toEqual([
      {
        actor_id: String(seller.user.id),
        action: 'auction.decided',
        before: { outcome: 'pending_seller', stage: 'seller' },
        after: { outcome: 'sold', stage: 'sold', agreed_price: 4_000 },
      },
    ])
  })
})
