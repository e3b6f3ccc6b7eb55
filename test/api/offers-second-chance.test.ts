import { describe, expect, test } from 'vitest'
import { offerAnsweredSchema, offerMadeSchema, offerPageSchema } from '../../src/offers/schemas.ts'
import {
  decide,
  type EndedAuction,
  endAuction,
  endPending,
  moveDecision,
  moveOffer,
  standOfAuction,
  toldTypes,
} from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createAuction } from '../support/market.ts'
import { answer, winnerOf } from '../support/offers.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const HOUR_MS = 3_600_000

const [seller, winner, second, third, stranger, admin] = await Promise.all([
  signIn(),
  signIn(),
  signIn(undefined, { first_name: 'Secret', last_name: 'Second' }),
  signIn(),
  signIn(),
  signInAdmin(),
])

const offerNext = ({ id }: EndedAuction, as = seller, headers: Record<string, string> = {}) =>
  api('POST', `/api/auctions/${id}/second-chance`, { as, headers })
const offeredNext = async (auction: EndedAuction) =>
  (await offerNext(auction)).expect(201).as(offerMadeSchema).offer

/** Ends below the reserve with 2 000, 3 000, 4 000; the high bidder refuses the seller's counter. */
async function endRefused(): Promise<EndedAuction> {
  const auction = await endPending(seller, winner, [
    [third, 2_000],
    [second, 3_000],
  ])
  ;(await decide(auction.id, seller, { action: 'counter', amount: 8_000 })).expect(200)
  ;(await decide(auction.id, winner, { action: 'decline' })).expect(200)
  return auction
}

/** What a default leaves behind (M8): the order, and the vehicle back with its seller. */
async function setDefaulted({ id, vehicleId }: EndedAuction): Promise<void> {
  await query("UPDATE orders SET status = 'defaulted' WHERE auction_id = ?", [id])
  await query("UPDATE vehicles SET status = 'active', live_vin = vin WHERE id = ?", [vehicleId])
}

/** Sold by maximums: the winner's 9 000, then 5 000 and 3 000, all above a reserve of 1 500. */
async function endDefaulted(): Promise<EndedAuction> {
  const auction = await endAuction(
    seller,
    [
      [third, { max_bid: 3_000 }],
      [second, { max_bid: 5_000 }],
      [winner, { max_bid: 9_000 }],
    ],
    { reserve_price: 1_500 },
  )
  await setDefaulted(auction)
  return auction
}

describe('M3: POST /api/auctions/:id/second-chance', () => {
  test('after a bidder’s refusal of a counter: to the next one by highest standing bid, for 24 h', async () => {
    const auction = await endRefused()
    const offer = await offeredNext(auction)
    expect(offer).toMatchObject({
      kind: 'second_chance',
      auction_id: auction.id,
      vehicle_id: auction.vehicleId,
      made_by: 'seller',
      amount: 3_000,
      round: 1,
      status: 'pending',
      your_turn: false,
    })
    expect(Date.parse(offer.expires_at) - Date.parse(offer.created_at)).toBe(24 * HOUR_MS)
    expect(await toldTypes(second, `offer:${offer.id}:`)).toEqual(['offer_received'])
    const audit = await query(
      "SELECT actor_id FROM audit_log WHERE action = 'auction.second_chance' AND subject_id = ?",
      [auction.id],
    )
    expect(audit).toEqual([{ actor_id: String(seller.user.id) }])
  })

  test('after a default: at the price that R20 gives without those ahead', async () => {
    const auction = await endDefaulted()
    const offer = await offeredNext(auction)
    expect(offer.amount).toBe(3_050)
    const { order_id } = (await answer(offer.id, second, 'accept')).expect(200).as(offerAnsweredSchema)
    expect(await standOfAuction(auction)).toEqual({ outcome: 'sold', vehicle: 'sold', orders: 2 })
    const [order] = await query('SELECT source_key, auction_id, buyer_id FROM orders WHERE id = ?', [
      order_id,
    ])
    expect(order).toEqual({
      source_key: `second-chance:${offer.id}`,
      auction_id: String(auction.id),
      buyer_id: String(second.user.id),
    })
    expect(await toldTypes(seller, `offer:${offer.id}:`)).toEqual(['offer_accepted'])
  })

  test('one at a time; whoever rejected or let it pass is not asked again, and then nobody is left', async () => {
    const auction = await endDefaulted()
    const first = await offeredNext(auction)
    expect(refusalOf(await offerNext(auction))).toEqual([409, 'offer_stands'])
    ;(await answer(first.id, second, 'reject')).expect(200)
    const next = await offeredNext(auction)
    expect(next).toMatchObject({ amount: 1_500 })
    expect(await toldTypes(third, `offer:${next.id}:`)).toEqual(['offer_received'])
    await moveOffer(next.id, Date.now() - 1)
    expect(refusalOf(await offerNext(auction))).toEqual([409, 'no_next_bidder'])
  })

  test('who was suspended is passed over, their bids voided with those ahead', async () => {
    const suspended = await signIn()
    const auction = await endAuction(seller, [
      [third, { max_bid: 3_000 }],
      [suspended, { max_bid: 5_000 }],
      [winner, { max_bid: 9_000 }],
    ])
    await setDefaulted(auction)
    await query("UPDATE users SET status = 'suspended' WHERE id = ?", [suspended.user.id])
    const offer = await offeredNext(auction)
    expect(offer.amount).toBe(1_000)
    expect(await toldTypes(third, `offer:${offer.id}:`)).toEqual(['offer_received'])
  })

  test('a default of the second chance opens the third', async () => {
    const auction = await endDefaulted()
    const offer = await offeredNext(auction)
    ;(await answer(offer.id, second, 'accept')).expect(200)
    expect(refusalOf(await offerNext(auction))).toEqual([409, 'wrong_status'])
    await setDefaulted(auction)
    const next = await offeredNext(auction)
    expect(await toldTypes(third, `offer:${next.id}:`)).toEqual(['offer_received'])
  })

  test('R11: a reserve that was lowered while it ran counts as it did then', async () => {
    const auction = await endAuction(
      seller,
      [
        [third, { max_bid: 3_000 }],
        [second, { max_bid: 5_000 }],
      ],
      { reserve_price: 9_000, below_reserve: 'post_max' },
    )
    const changes = await query(
      'SELECT number, reserve_price_cents FROM reserve_changes WHERE auction_id = ?',
      [auction.id],
    )
    expect(changes).toEqual([])
    const { id } = await createAuction(seller, { reserve_price: 9_000, below_reserve: 'post_max' })
    ;(await api('POST', `/api/auctions/${id}/bids`, { as: third, body: { max_bid: 3_000 } })).expect(201)
    ;(await api('PATCH', `/api/auctions/${id}`, { as: seller, body: { reserve_price: 7_000 } })).expect(200)
    ;(await api('PATCH', `/api/auctions/${id}`, { as: seller, body: { reserve_price: null } })).expect(200)
    await expect
      .poll(() =>
        query('SELECT reserve_price_cents FROM reserve_changes WHERE auction_id = ? ORDER BY number', [id]),
      )
      .toEqual([{ reserve_price_cents: '700000' }, { reserve_price_cents: null }])
  })
})

describe('M3: while it stands', () => {
  test('the bidder stays an alias for the seller until the sale; the bidder knows it is theirs', async () => {
    const auction = await endRefused()
    const made = await offerNext(auction)
    const { offer } = made.expect(201).as(offerMadeSchema)
    expect(offer.buyer).toEqual({ id: null, display_name: 'Bidder 2' })
    expect(made.text).not.toContain('Secret')
    const listOf = async (as: Person) =>
      (await api('GET', `/api/offers?vehicle_id=${auction.vehicleId}`, { as }))
        .expect(200)
        .as(offerPageSchema).offers
    expect(await listOf(seller)).toMatchObject([{ buyer: { id: null, display_name: 'Bidder 2' } }])
    expect(await listOf(second)).toMatchObject([{ buyer: { id: second.user.id }, your_turn: true }])
    ;(await answer(offer.id, second, 'accept')).expect(200)
    expect(await listOf(seller)).toMatchObject([
      { status: 'accepted', buyer: { id: second.user.id, display_name: 'Secret S.' } },
    ])
  })

  test('no auction can be scheduled and no other offer accepted; afterwards they can', async () => {
    const auction = await endRefused()
    const listing = await api('POST', `/api/vehicles/${auction.vehicleId}/offers`, {
      as: stranger,
      body: { amount: 2_500 },
    })
    const rivalId = listing.expect(201).int('offer.id')
    const offer = await offeredNext(auction)
    const ends_at = new Date(Date.now() + HOUR_MS).toISOString()
    const schedule = () =>
      api('POST', '/api/auctions', { as: seller, body: { vehicle_id: auction.vehicleId, ends_at } })
    expect(refusalOf(await schedule())).toEqual([409, 'wrong_status'])
    expect(refusalOf(await answer(rivalId, seller, 'accept'))).toEqual([409, 'wrong_status'])
    expect((await standOfAuction(auction)).vehicle).toBe('active')
    ;(await answer(offer.id, second, 'reject')).expect(200)
    ;(await answer(rivalId, seller, 'accept')).expect(200)
    expect(refusalOf(await schedule())).toEqual([409, 'wrong_status'])
  })

  test('its time over, an auction is scheduled though nobody has swept', async () => {
    const auction = await endRefused()
    const offer = await offeredNext(auction)
    await moveOffer(offer.id, Date.now() - 1)
    const ends_at = new Date(Date.now() + HOUR_MS).toISOString()
    const body = { vehicle_id: auction.vehicleId, ends_at }
    ;(await api('POST', '/api/auctions', { as: seller, body })).expect(201)
    expect(await toldTypes(second, `offer:${offer.id}:expired`)).toEqual(['offer_expired'])
    expect(refusalOf(await offerNext(auction))).toEqual([409, 'wrong_status'])
  })

  test('it is neither countered nor withdrawn, nor answered by its maker', async () => {
    const auction = await endRefused()
    const { id } = await offeredNext(auction)
    expect(refusalOf(await answer(id, second, 'counter', { amount: 2_900 }))).toEqual([409, 'wrong_status'])
    expect(refusalOf(await answer(id, seller, 'withdraw'))).toEqual([409, 'wrong_status'])
    expect(refusalOf(await answer(id, seller, 'accept'))).toEqual([409, 'not_your_turn'])
    for (const as of [winner, third, stranger, admin]) {
      expect(refusalOf(await answer(id, as, 'accept'))).toEqual([404, 'not_found'])
    }
  })
})

describe('M3: refusals', () => {
  test('401 without a sign-in, 403 for who is not the seller, 404 for no auction', async () => {
    const auction = await endRefused()
    const unsigned = await api('POST', `/api/auctions/${auction.id}/second-chance`)
    expect(refusalOf(unsigned)).toEqual([401, 'unauthenticated'])
    for (const as of [winner, second, stranger, admin]) {
      expect(refusalOf(await offerNext(auction, as))).toEqual([403, 'forbidden'])
    }
    expect(refusalOf(await offerNext({ id: 999_999, vehicleId: 0 }))).toEqual([404, 'not_found'])
  })

  test('409 wrong_status without a default or a refused counter', async () => {
    const running = await createAuction(seller)
    expect(refusalOf(await offerNext({ id: running.id, vehicleId: 0 }))).toEqual([409, 'wrong_status'])
    const sold = await endAuction(seller, [[winner, { amount: 4_000 }]])
    expect(refusalOf(await offerNext(sold))).toEqual([409, 'wrong_status'])
    const declined = await endPending(seller, winner, [[second, 3_000]])
    expect(refusalOf(await offerNext(declined))).toEqual([409, 'wrong_status'])
    ;(await decide(declined.id, seller, { action: 'decline' })).expect(200)
    expect(refusalOf(await offerNext(declined))).toEqual([409, 'wrong_status'])
  })

  test('a bidder’s silence to a counter is a refusal, the seller’s silence is not', async () => {
    const silent = await endPending(seller, winner, [[second, 3_000]])
    ;(await decide(silent.id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    await moveDecision(silent.id, Date.now() - 1)
    expect((await offeredNext(silent)).amount).toBe(3_000)

    const ignored = await endPending(seller, winner, [[second, 3_000]])
    await moveDecision(ignored.id, Date.now() - 1)
    expect(refusalOf(await offerNext(ignored))).toEqual([409, 'wrong_status'])
    expect((await standOfAuction(ignored)).outcome).toBe('unsold')
  })

  test('of 50 requests at once exactly one is made, and repeated with its key it is the same', async () => {
    const auction = await endRefused()
    const answers = await Promise.all(Array.from({ length: 50 }, () => offerNext(auction)))
    expect(winnerOf(answers).status).toBe(201)

    const other = await endRefused()
    const headers = { 'idempotency-key': `chance-${other.id}` }
    const [first, again] = [await offerNext(other, seller, headers), await offerNext(other, seller, headers)]
    expect(again.body).toEqual(first.expect(201).body)
  })
})
