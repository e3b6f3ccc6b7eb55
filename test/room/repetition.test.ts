import { evictDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { inRoom } from './core-stand.ts'
import {
  ADMIN,
  armRoom,
  bidder,
  dollars,
  exact,
  freezeAt,
  HOUR_MS,
  join,
  max,
  mustBid,
  placeBid,
  restoreClock,
} from './stand.ts'

afterEach(restoreClock)

describe('R21: the same id again', () => {
  test('gives the first verdict, whole, and nothing happens', async () => {
    const { room } = await armRoom()
    const first = await mustBid(room, 1, exact(1_000), 'a')
    await mustBid(room, 2, exact(2_000))
    const again = await mustBid(room, 1, exact(1_000), 'a')
    expect(again.verdict).toEqual(first.verdict)
    expect(again.replayed).toBe(true)
    expect(again.serverTime).toBeGreaterThanOrEqual(first.serverTime)
    expect((await room.view(null))?.view.bidCount).toBe(2)
  })

  test('is known through both doors', async () => {
    const { room } = await armRoom()
    const overHttp = await mustBid(room, 1, max(1_500), 'both')
    const socket = await join(room, 1)
    expect(await socket.bid({ max_bid: 1_500 }, 'both')).toMatchObject({
      type: 'accepted',
      bid_id: overHttp.verdict.bidId,
      your_max: 1_500,
    })
    const bySocket = await socket.bid({ max_bid: 1_600 }, 'other')
    expect(await mustBid(room, 1, max(1_600), 'other')).toMatchObject({
      replayed: true,
      verdict: { bidId: 'bid_id' in bySocket ? bySocket.bid_id : null, seq: null },
    })
    expect((await room.view(null))?.view.bidCount).toBe(1)
  })

  test('is known after an eviction', async () => {
    const { room } = await armRoom()
    const first = await mustBid(room, 1, exact(1_000), 'a')
    const refused = await placeBid(room, 1, exact(1_001), 'b')
    await evictDurableObject(room)
    expect((await mustBid(room, 1, exact(1_000), 'a')).verdict).toEqual(first.verdict)
    expect(await placeBid(room, 1, exact(1_001), 'b')).toMatchObject({ ok: false, code: 'already_leading' })
    expect(refused).toMatchObject({ code: 'already_leading' })
  })

  test('is answered before every other check, the end included', async () => {
    const { room, terms } = await armRoom()
    const first = await mustBid(room, 1, exact(1_000), 'a')
    freezeAt(terms.endsAt + 1)
    expect(await placeBid(room, 1, exact(5_000), 'late')).toMatchObject({ code: 'ended' })
    expect((await mustBid(room, 1, exact(1_000), 'a')).verdict).toEqual(first.verdict)
  })

  test('with another kind, other cents or a malformed amount is id_reused', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, exact(1_000), 'a')
    expect(await placeBid(room, 1, max(1_000), 'a')).toMatchObject({ code: 'id_reused' })
    expect(await placeBid(room, 1, exact(1_000.01), 'a')).toMatchObject({ code: 'id_reused' })
    const socket = await join(room, 1)
    socket.send({ type: 'bid', id: 'a', amount: -1 })
    expect(await socket.verdict('a')).toMatchObject({ type: 'rejected', code: 'id_reused' })
    socket.send({ type: 'buy_now', id: 'a' })
    expect(await socket.verdict('a')).toMatchObject({ type: 'rejected', code: 'id_reused' })
  })

  test('belongs to its bidder: somebody else may use it too', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, exact(1_000), 'a')
    expect(await mustBid(room, 2, exact(1_100), 'a')).toMatchObject({ replayed: false })
  })

  test('gives a refusal with its minimum of then', async () => {
    const { room } = await armRoom()
    expect(await placeBid(room, 1, exact(10), 'low')).toMatchObject({ code: 'too_low' })
    await mustBid(room, 2, exact(3_000))
    expect(await placeBid(room, 1, exact(10), 'low')).toMatchObject({
      code: 'too_low',
      minimumBid: dollars(1_000),
    })
  })

  test('stays refused, also where it would be accepted by now', () =>
    inRoom(async (stand) => {
      stand.arm()
      const lead = await stand.core.bids.place({ ...bid(exact(3_000), 'lead'), bidder: bidder(2) })
      expect(await stand.core.bids.place(bid(exact(2_500), 'low'))).toMatchObject({ code: 'too_low' })
      await stand.core.house.voidBids(ADMIN, lead.ok ? [lead.verdict.bidId] : [], 'wrong', 'test')
      expect(await stand.core.bids.place(bid(exact(2_500), 'low'))).toMatchObject({
        code: 'too_low',
        minimumBid: dollars(3_050),
      })
      expect(await stand.core.bids.place(bid(exact(2_600), 'low'))).toMatchObject({ code: 'id_reused' })
      expect((await stand.core.view(null))?.view.bidCount).toBe(0)
      expect(await stand.core.bids.place(bid(exact(2_500), 'other'))).toMatchObject({ ok: true })
    }))

  test('is remembered of the last 200 refusals of a bidder', () =>
    inRoom((stand) => {
      stand.rateLimits = 'off'
      stand.wake()
      stand.arm()
      const refuse = (id: string) => stand.core.bids.place(bid(exact(10), id))
      return (async () => {
        for (let n = 1; n <= 201; n += 1) await refuse(`low-${n}`)
        await stand.core.bids.place({ ...bid(exact(5_000), 'win'), bidder: bidder(2) })
        expect(await refuse('low-2')).toMatchObject({ minimumBid: dollars(1_000) })
        expect(await refuse('low-201')).toMatchObject({ minimumBid: dollars(1_000) })
        expect(await refuse('low-1')).toMatchObject({ minimumBid: dollars(5_100) })
      })()
    }))

  test('is forgotten where it was rate_limited, unavailable or amount_invalid', () =>
    inRoom(async (stand) => {
      stand.arm()
      const enterRoom = stand.enterRoom
      stand.enterRoom = () => Promise.reject(new Error('away'))
      expect(await stand.core.bids.place(bid(exact(1_000), 'a'))).toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 5,
      })
      stand.enterRoom = enterRoom
      expect(await stand.core.bids.place({ ...bid(exact(1_000), 'b'), offer: null })).toMatchObject({
        code: 'amount_invalid',
      })
      expect(await stand.core.bids.place(bid(exact(1_000), 'b'))).toMatchObject({ ok: true })
      expect(await stand.core.bids.place(bid(max(2_000), 'a'))).toMatchObject({ ok: true })
      for (let n = 0; n < 20; n += 1) await stand.core.bids.place(bid(exact(10), null))
      expect(await stand.core.bids.place(bid(max(3_000), 'c'))).toMatchObject({
        code: 'rate_limited',
        retryAfterSeconds: 1,
      })
      stand.clock.now += 1_000
      expect(await stand.core.bids.place(bid(max(3_000), 'c'))).toMatchObject({ ok: true })
    }))

  test('is answered without end by a client that is rate-limited', () =>
    inRoom(async (stand) => {
      stand.arm()
      await stand.core.bids.place(bid(exact(1_000), 'a'))
      for (let n = 0; n < 50; n += 1) {
        expect(await stand.core.bids.place(bid(exact(1_000), 'a'))).toMatchObject({
          ok: true,
          replayed: true,
        })
      }
    }))

  test('is forgotten 24 h after the end, and not before', () =>
    inRoom(async (stand) => {
      const { endsAt } = stand.arm()
      await stand.core.bids.place(bid(exact(1_000), 'a'))
      stand.clock.now = endsAt
      stand.ring()
      await stand.settle()
      stand.clock.now = endsAt + 24 * HOUR_MS - 1
      stand.ring()
      expect(await stand.core.bids.place(bid(exact(1_000), 'a'))).toMatchObject({ ok: true, replayed: true })
      expect(stand.armedAt).toBe(endsAt + 24 * HOUR_MS)
      stand.wake()
      stand.clock.now += 1
      stand.ring()
      expect(await stand.core.bids.place(bid(exact(1_000), 'a'))).toMatchObject({ code: 'ended' })
      const { sql } = stand.state.storage
      expect(sql.exec('SELECT * FROM verdicts').toArray()).toEqual([])
      expect(sql.exec('SELECT 1 FROM ledger WHERE client_id IS NOT NULL').toArray()).toEqual([])
    }))

  test('may be missing over HTTP: then nothing is remembered', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, max(2_000), null)
    expect(await placeBid(room, 1, max(2_000), null)).toMatchObject({ code: 'already_leading' })
  })
})

const bid = (offer: ReturnType<typeof exact>, clientId: string | null) => ({
  bidder: bidder(1),
  clientId,
  offer,
  door: 'http' as const,
  requestId: 'test',
})
