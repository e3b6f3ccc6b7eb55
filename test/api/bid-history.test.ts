import { describe, expect, test } from 'vitest'
import { auctionSchema, bidHistorySchema } from '../../src/auctions/schemas.ts'
import { api } from '../support/api.ts'
import { postBid, postTo } from '../support/bids.ts'
import { query } from '../support/database.ts'
import { createAuction } from '../support/market.ts'
import { signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const [seller, ann, ben, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

describe('GET /api/auctions/:id/bids', () => {
  test('◆ shows every bid at once, newest first, under aliases', async () => {
    const { id } = await createAuction(seller)
    ;(await postBid(id, ann, { max_bid: 2000 })).expect(201)
    ;(await postBid(id, ben, { amount: 1500 })).expect(201)
    ;(await postBid(id, ann, { max_bid: 2500 })).expect(201)
    ;(await postBid(id, ben, { amount: 3000 })).expect(201)
    const history = (await api('GET', `/api/auctions/${id}/bids`)).expect(200).as(bidHistorySchema)
    expect(history).toMatchObject({ auction_id: id, current_bid: 3000, bid_count: 3, total: 3 })
    const shape = { created_at: expect.any(String), voided: false, void_reason: null }
    expect(history.bids).toEqual([
      {
        id: 6,
        amount: 3000,
        user_display: 'Bidder 2',
        is_auto_bid: false,
        kind: 'exact',
        current_bid: 3000,
        leader: 'Bidder 2',
        ...shape,
      },
      {
        id: 4,
        amount: 1500,
        user_display: 'Bidder 2',
        is_auto_bid: false,
        kind: 'exact',
        current_bid: 1550,
        leader: 'Bidder 1',
        ...shape,
      },
      {
        id: 3,
        amount: 1000,
        user_display: 'Bidder 1',
        is_auto_bid: true,
        kind: 'max',
        current_bid: 1000,
        leader: 'Bidder 1',
        ...shape,
      },
    ])
  })

  test('pages by number and by cursor, from the room and from MySQL alike', async () => {
    const { id } = await createAuction(seller, { buy_now_price: 9000, reserve_price: 9000 })
    for (let amount = 1000; amount < 1700; amount += 100) {
      ;(await postBid(id, (amount / 100) % 2 === 0 ? ann : ben, { amount })).expect(201)
    }
    const walk = async () => {
      const first = (await api('GET', `/api/auctions/${id}/bids?per_page=3`)).as(bidHistorySchema)
      const link = `/api/auctions/${id}/bids?per_page=3&cursor=${first.next_cursor}`
      const second = (await api('GET', link)).as(bidHistorySchema)
      const byNumber = (await api('GET', `/api/auctions/${id}/bids?per_page=3&page=2`)).as(bidHistorySchema)
      expect(byNumber.bids).toEqual(second.bids)
      expect(second).toMatchObject({ pages: null, current_page: null })
      expect(byNumber).toMatchObject({ total: first.total, pages: 3, current_page: 2 })
      return [...first.bids, ...second.bids]
    }
    const live = await walk()
    expect(live.map(({ amount }) => amount)).toEqual([1600, 1500, 1400, 1300, 1200, 1100])
    ;(await postTo(id, 'buy-now', ben)).expect(201)
    await settled(id)
    const forged = btoa(JSON.stringify({ sort: 'newest', key: 'abc', id: 5 }))
    const answer = await api('GET', `/api/auctions/${id}/bids?cursor=${forged}`)
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    const [bought, ...rest] = (await walk()).map(({ amount, kind }) => [amount, kind])
    expect(bought).toEqual([9000, 'buy_now'])
    expect(rest[0]).toEqual([1600, 'exact'])
  })

  test('refuses a cursor of another list and a page beyond 10 000 rows', async () => {
    const { id } = await createAuction(seller)
    const foreign = btoa(JSON.stringify({ sort: 'price_asc', key: 1, id: 1 }))
    for (const params of [
      `cursor=${foreign}`,
      'cursor=x',
      'page=101&per_page=100',
      'per_page=101',
      'page=0',
    ]) {
      const answer = await api('GET', `/api/auctions/${id}/bids?${params}`)
      expect([params, ...refusalOf(answer)]).toEqual([params, 400, 'validation_failed'])
    }
    expect(refusalOf(await api('GET', '/api/auctions/999999/bids'))).toEqual([404, 'not_found'])
  })
})

describe('POST /api/auctions/:id/bids/:bid_id/void', () => {
  test('R20: an admin voids a bid; the history keeps both', async () => {
    const { id } = await createAuction(seller)
    ;(await postBid(id, ann, { amount: 1000 })).expect(201)
    const high = (await postBid(id, ben, { amount: 9000 })).expect(201).int('bid_id')
    const auction = (await postTo(id, `bids/${high}/void`, admin, { reason: 'typing error' })).expect(200)
    expect(auction.as(auctionSchema)).toMatchObject({
      current_bid: 1000,
      high_bidder: 'Bidder 1',
      bid_count: 1,
    })
    const [newest] = (await api('GET', `/api/auctions/${id}/bids`)).as(bidHistorySchema).bids
    expect(newest).toMatchObject({ id: high, voided: true, void_reason: 'typing error' })
    const again = await postTo(id, `bids/${high}/void`, admin, { reason: 'again' })
    expect(refusalOf(again)).toEqual([409, 'not_voidable'])
    expect(refusalOf(await postTo(id, 'bids/999/void', admin, { reason: 'x' }))).toEqual([
      409,
      'not_voidable',
    ])
  })

  test('is for admins, with a reason', async () => {
    const { id } = await createAuction(seller)
    const bidId = (await postBid(id, ann, { amount: 1000 })).expect(201).int('bid_id')
    for (const person of [seller, ann]) {
      expect(refusalOf(await postTo(id, `bids/${bidId}/void`, person, { reason: 'x' }))).toEqual([
        403,
        'forbidden',
      ])
    }
    expect(refusalOf(await postTo(id, `bids/${bidId}/void`, admin, {}))).toEqual([400, 'validation_failed'])
    expect(refusalOf(await postTo(id, `bids/${bidId}/void`, undefined, { reason: 'x' }))).toEqual([
      401,
      'unauthenticated',
    ])
  })
})

async function settled(id: number): Promise<void> {
  await waitFor(async () => {
    const [row] = await query('SELECT settled_at FROM auctions WHERE id = ?', [id])
    return row?.settled_at !== null
  })
}
