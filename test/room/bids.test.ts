import { afterEach, describe, expect, test } from 'vitest'
import {
  armRoom,
  BUY_NOW,
  bidder,
  dollars,
  exact,
  HOUR_MS,
  max,
  mustBid,
  placeBid,
  restoreClock,
  roomOf,
  SELLER_ID,
  viewer,
} from './stand.ts'

afterEach(restoreClock)

describe('a bid over HTTP', () => {
  test('is accepted with what the room made of it', async () => {
    const { room } = await armRoom()
    const answer = await mustBid(room, 1, max(1_500))
    expect(answer.verdict).toMatchObject({
      bidId: 3,
      seq: 2,
      leading: true,
      yourMax: dollars(1_500),
      currentBid: dollars(1_000),
      minimumBid: dollars(1_050),
      bidCount: 1,
    })
    expect(answer.replayed).toBe(false)
  })

  test('R18: nobody bids on an auction of their own, nor of their seller profile', async () => {
    const { room } = await armRoom({ sellerProfileId: 5 })
    expect(await placeBid(room, SELLER_ID, exact(1_000))).toMatchObject({ ok: false, code: 'own_auction' })
    const colleague = bidder(2, { sellerProfileId: 5 })
    expect(await room.bid(colleague, null, exact(1_000), 'test')).toMatchObject({ code: 'own_auction' })
  })

  test('R18: who has not passed the checks that BID_REQUIRES names is not eligible', async () => {
    const { room } = await armRoom()
    const unchecked = bidder(1, { canBid: false })
    expect(await room.bid(unchecked, null, exact(1_000), 'test')).toMatchObject({ code: 'not_eligible' })
  })

  test('before the start it is not_active, and the room of an unknown auction is not there', async () => {
    const { room } = await armRoom({ startsAt: Date.now() + HOUR_MS, endsAt: Date.now() + 2 * HOUR_MS })
    expect(await placeBid(room, 1, exact(1_000))).toMatchObject({ code: 'not_active' })
    expect(await placeBid(roomOf(404_404), 1, exact(1_000))).toMatchObject({ code: 'not_found' })
  })

  test('R5: below the least acceptable bid it is too_low and says the minimum', async () => {
    const { room } = await armRoom()
    expect(await placeBid(room, 1, exact(999.99))).toMatchObject({
      code: 'too_low',
      minimumBid: dollars(1_000),
    })
  })

  test('R14: buy-now ends the auction as sold, and is gone once the reserve is out of the way', async () => {
    const { room } = await armRoom({ buyNowPrice: dollars(5_000) })
    const answer = await placeBid(room, 1, BUY_NOW)
    expect(answer).toMatchObject({ ok: true, verdict: { leading: true, currentBid: dollars(5_000) } })
    expect((await room.view(null))?.view).toMatchObject({ status: 'ended', outcome: 'sold' })
    const other = await armRoom({ buyNowPrice: dollars(5_000) })
    await mustBid(other.room, 1, exact(1_000))
    expect(await placeBid(other.room, 2, BUY_NOW)).toMatchObject({ code: 'buy_now_gone' })
  })

  test('R19: a viewer sees their own maximum and nobody else does', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, max(4_321))
    expect((await room.view(viewer(1)))?.view.you).toEqual({
      alias: 'Bidder 1',
      leading: true,
      maxBid: dollars(4_321),
    })
    for (const who of [null, viewer(2), viewer(SELLER_ID)]) {
      expect(JSON.stringify(await room.view(who))).not.toContain('4321')
    }
  })
})
