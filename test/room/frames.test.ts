import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { type LiveSocket, waitFor } from '../support/index.ts'
import {
  ADMIN,
  armRoom,
  dollars,
  exact,
  freezeAt,
  HOUR_MS,
  join,
  max,
  mustBid,
  person,
  restoreClock,
  SELLER,
} from './stand.ts'

afterEach(restoreClock)

const typesOf = (socket: LiveSocket) => socket.frames.map(({ type }) => type)
const welcomeOf = (socket: LiveSocket) => {
  const frame = socket.frames[0]
  if (frame?.type !== 'welcome') throw new Error('The first frame is no welcome')
  return frame
}

describe('frames from the room', () => {
  test('welcome comes first: the auction as everyone may see it, and how many watch', async () => {
    const { room, auctionId } = await armRoom({ reservePrice: dollars(3_000) })
    const watcher = await join(room)
    expect(welcomeOf(watcher)).toMatchObject({
      protocol: 1,
      watchers: 1,
      auction: {
        id: auctionId,
        status: 'active',
        current_bid: 0,
        minimum_bid: 1_000,
        has_reserve: true,
        reserve_met: false,
        you: null,
        seq: 1,
        vehicle: { vin: '1HGCM82633A004352', status: 'in_auction', primary_image_url: null },
      },
    })
    expect(watcher.protocol).toBe('auction.v1')
    expect(welcomeOf(watcher).auction).not.toHaveProperty('reserve_price')
  })

  test('welcome tells a bidder how they stand, and the seller the reserve', async () => {
    const { room } = await armRoom({ reservePrice: dollars(3_000) })
    await mustBid(room, 1, max(1_500))
    const mine = await join(room, 1)
    expect(welcomeOf(mine).auction.you).toEqual({ alias: 'Bidder 1', leading: true, max_bid: 1_500 })
    const seller = await join(room, person(SELLER.userId))
    expect(welcomeOf(seller).auction.reserve_price).toBe(3_000)
  })

  test('a bid is accepted, and everyone gets its event with what the history will say', async () => {
    const { room } = await armRoom()
    const [mine, watcher] = [await join(room, 1), await join(room)]
    const accepted = await mine.bid({ max_bid: 1_800 }, 'b1')
    expect(accepted).toMatchObject({
      type: 'accepted',
      id: 'b1',
      bid_id: 3,
      seq: 2,
      leading: true,
      your_max: 1_800,
      current_bid: 1_000,
      minimum_bid: 1_050,
    })
    const event = await watcher.event('bid')
    expect(event).toMatchObject({
      seq: 2,
      bid_id: 3,
      bidder: 'Bidder 1',
      amount: 1_000,
      current_bid: 1_000,
      minimum_bid: 1_050,
      high_bidder: 'Bidder 1',
      bid_count: 1,
      reserve_met: null,
      extended_count: 0,
      status: 'active',
      outcome: null,
    })
    expect(await mine.event('bid')).toEqual(event)
  })

  test('a refusal says its code, and the minimum with too_low only', async () => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    expect(await socket.bid({ amount: 10 }, 'low')).toMatchObject({
      type: 'rejected',
      id: 'low',
      code: 'too_low',
      minimum_bid: 1_000,
    })
    await socket.bid({ amount: 1_000 }, 'ok')
    expect(await socket.bid({ amount: 1_100 }, 'again')).toMatchObject({
      code: 'already_leading',
      minimum_bid: null,
    })
  })

  test('outbid goes to that bidder alone', async () => {
    const { room } = await armRoom()
    const [one, two, watcher] = [await join(room, 1), await join(room, 2), await join(room)]
    await one.bid({ amount: 1_000 })
    await two.bid({ amount: 2_000 })
    expect(await one.next('outbid')).toEqual({ type: 'outbid', current_bid: 2_000, minimum_bid: 2_050 })
    await watcher.event('bid', ({ bid_count }) => bid_count === 2)
    expect([...typesOf(two), ...typesOf(watcher)]).not.toContain('outbid')
  })

  test('R14: a purchase tells the beaten leader ended, not outbid', async () => {
    const { room } = await armRoom({ buyNowPrice: dollars(5_000), reservePrice: dollars(4_000) })
    const [one, two] = [await join(room, 1), await join(room, 2)]
    await one.bid({ amount: 1_000 })
    expect(await two.buyNow()).toMatchObject({ type: 'accepted', leading: true, minimum_bid: null })
    expect(await one.event('ended')).toMatchObject({ outcome: 'sold', current_bid: 5_000 })
    expect(await one.event('bought')).toMatchObject({ amount: 5_000, bidder: 'Bidder 2' })
    expect(typesOf(one)).not.toContain('outbid')
  })

  test("R3: a leader's secret raise has no seq and others receive nothing", async () => {
    const { room } = await armRoom()
    const [mine, watcher] = [await join(room, 1), await join(room)]
    await mine.bid({ max_bid: 1_500 })
    await watcher.event('bid')
    const before = watcher.texts.length
    expect(await mine.bid({ max_bid: 9_000 })).toMatchObject({ type: 'accepted', seq: null, your_max: 9_000 })
    watcher.send({ type: 'sync', since: 2 })
    expect(await watcher.next('events')).toEqual({ type: 'events', events: [] })
    expect(watcher.texts).toHaveLength(before + 1)
  })

  test('welcome is sent again when a scheduled auction is edited', async () => {
    const startsAt = Date.now() + HOUR_MS
    const { room } = await armRoom({ startsAt, endsAt: startsAt + HOUR_MS })
    const [watcher, seller] = [await join(room), await join(room, person(SELLER.userId))]
    const changes = { startingPrice: dollars(2_000), reservePrice: dollars(2_500) }
    expect(await room.edit({ viewer: SELLER, changes, minDurationMs: 1_000 }, 'test')).toMatchObject({
      ok: true,
    })
    const again = await watcher.next('welcome')
    expect(again.auction).toMatchObject({ starting_price: 2_000, seq: 0, has_reserve: true })
    expect(again.auction).not.toHaveProperty('reserve_price')
    expect((await seller.next('welcome')).auction.reserve_price).toBe(2_500)
  })

  test('R20: whoever leads again is told at once, and everyone sees the voiding with its reason', async () => {
    const { room } = await armRoom()
    const [one, two, watcher] = [await join(room, 1), await join(room, 2), await join(room)]
    await one.bid({ max_bid: 1_500 })
    const beaten = await two.bid({ amount: 3_000 })
    if (beaten.type !== 'accepted') throw new Error('refused')
    await room.voidBids(ADMIN, [beaten.bid_id], 'typing error', 'test')
    expect(await watcher.event('bid_voided')).toMatchObject({
      bid_id: beaten.bid_id,
      bidder: 'Bidder 2',
      amount: 3_000,
      reason: 'typing error',
      high_bidder: 'Bidder 1',
      bid_count: 1,
    })
    expect((await one.next('welcome')).auction.you).toEqual({
      alias: 'Bidder 1',
      leading: true,
      max_bid: 1_500,
    })
    expect(typesOf(two).filter((type) => type === 'welcome')).toHaveLength(1)
  })

  test('M12: a changed disclosure says what changed, and every standing bid falls', async () => {
    const { room } = await armRoom()
    const watcher = await join(room)
    await mustBid(room, 1, exact(1_000))
    const vehicle = (await room.view(null))?.vehicle
    if (vehicle === undefined) throw new Error('no vehicle')
    const changes = [{ field: 'mileage', before: 90_000, after: 120_000 }]
    await room.changeVehicle({ viewer: ADMIN, vehicle: { ...vehicle, mileage: 120_000 }, changes }, 'test')
    expect(await watcher.event('disclosure_changed')).toMatchObject({ changes, current_bid: 0, bid_count: 0 })
    expect(await watcher.event('bid_voided')).toMatchObject({ reason: 'disclosure_changed' })
    expect((await room.view(null))?.vehicle.mileage).toBe(120_000)
  })

  test('watchers are counted, and told at most once a second', async () => {
    const { room } = await armRoom()
    const first = await join(room)
    freezeAt(Date.now() + 10_000)
    for (let n = 0; n < 5; n += 1) await join(room)
    freezeAt(Date.now() + 999)
    await runInDurableObject(room, (instance) => instance.alarm())
    freezeAt(Date.now() + 1)
    await runInDurableObject(room, (instance) => instance.alarm())
    const counts = () => first.frames.flatMap((frame) => (frame.type === 'watchers' ? [frame.count] : []))
    await waitFor(() => counts().at(-1) === 6)
    expect(counts()).toEqual([1, 2, 6])
  })

  test('who leaves is counted no more', async () => {
    const { room } = await armRoom()
    const [stays, goes] = [await join(room), await join(room)]
    goes.close()
    const isClosed = () => runInDurableObject(room, (_room, state) => state.getWebSockets().length === 1)
    await waitFor(isClosed)
    freezeAt(Date.now() + 1_000)
    await runInDurableObject(room, (instance) => instance.alarm())
    await waitFor(() => stays.frames.some((frame) => frame.type === 'watchers' && frame.count === 1))
    expect((await join(room)).frames[0]).toMatchObject({ watchers: 2 })
  })

  test('R19: while the price stays below it, another maximum changes no byte that others receive', async () => {
    const endsAt = 1_900_000_000_000
    const hear = async (maximum: number) => {
      restoreClock()
      const { room } = await armRoom({ startsAt: endsAt - HOUR_MS, endsAt })
      freezeAt(endsAt - HOUR_MS / 2)
      const [other, watcher] = [await join(room, 2), await join(room)]
      await mustBid(room, 1, max(maximum))
      await other.bid({ amount: 2_000 }, 'x')
      const sawBoth = async (socket: LiveSocket) => socket.event('bid', ({ bid_count }) => bid_count === 2)
      await Promise.all([sawBoth(watcher), sawBoth(other)])
      return [...watcher.texts, '', ...other.texts]
        .filter((text) => !text.includes('"type":"watchers"'))
        .map((text) => text.replace(/"auction":\{"id":\d+/, ''))
    }
    const texts = [await hear(5_000), await hear(9_999)]
    expect(texts[0]).toEqual(texts[1])
  })
})
