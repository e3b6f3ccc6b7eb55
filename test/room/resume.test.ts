import { evictDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { Ledger } from '../../src/auctions/live/ledger.ts'
import { inRoom } from './core-stand.ts'
import {
  armRoom,
  bidder,
  claimsOf,
  dollars,
  exact,
  freezeAt,
  join,
  max,
  mustBid,
  person,
  restoreClock,
  upgrade,
} from './stand.ts'

afterEach(restoreClock)

const HIBERNATE = { webSockets: 'hibernate' } as const
const CLOSE = { webSockets: 'close' } as const

describe('an eviction with hibernating sockets', () => {
  test('leaves them open, and the room knows whose they are', async () => {
    const { room } = await armRoom()
    const [one, two, watcher] = [await join(room, 1), await join(room, 2), await join(room)]
    await one.bid({ max_bid: 1_500 })
    await evictDurableObject(room, HIBERNATE)
    expect(await two.bid({ amount: 2_000 })).toMatchObject({ type: 'accepted', leading: true })
    expect(await one.next('outbid')).toMatchObject({ current_bid: 2_000 })
    expect(await watcher.event('bid', ({ bid_count }) => bid_count === 2)).toMatchObject({
      bidder: 'Bidder 2',
      high_bidder: 'Bidder 2',
    })
    await evictDurableObject(room, HIBERNATE)
    expect(await one.bid({ amount: 2_500 })).toMatchObject({ type: 'accepted', leading: true })
    expect(watcher.badFrames).toEqual([])
  })

  test('forgets no ticket that was used', async () => {
    const { room } = await armRoom()
    const claims = claimsOf(person(1))
    const { webSocket } = await upgrade(room, claims)
    webSocket?.accept()
    await evictDurableObject(room, HIBERNATE)
    expect((await upgrade(room, claims)).status).toBe(401)
  })

  test('keeps the session in mind', async () => {
    const { room } = await armRoom()
    const sessionUntilMs = Date.now() + 60_000
    const socket = await join(room, person(1, { sessionUntilMs }))
    await evictDurableObject(room, HIBERNATE)
    freezeAt(sessionUntilMs)
    socket.send({ type: 'sync', since: 0 })
    expect(await socket.closed).toMatchObject({ code: 4401 })
  })

  test('gives nobody a second alias', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, exact(1_000))
    await evictDurableObject(room, HIBERNATE)
    await mustBid(room, 2, exact(1_100))
    await evictDurableObject(room, HIBERNATE)
    await mustBid(room, 1, exact(1_200))
    const history = await room.history({ beforeId: null, offset: 0, limit: 10 })
    expect(history?.bids.map(({ bidder }) => bidder)).toEqual(['Bidder 1', 'Bidder 2', 'Bidder 1'])
  })
})

describe('an eviction with closed sockets', () => {
  test('loses nothing: the client resumes by since', async () => {
    const { room } = await armRoom()
    const watcher = await join(room)
    await mustBid(room, 1, exact(1_000))
    await watcher.event('bid')
    await evictDurableObject(room, CLOSE)
    await watcher.closed
    await mustBid(room, 2, exact(2_000))
    await mustBid(room, 1, max(9_000))
    await mustBid(room, 1, max(9_500))
    const again = await join(room)
    again.send({ type: 'sync', since: 2 })
    const { events } = await again.next('events')
    expect(events.map(({ seq, kind, bidder }) => [seq, kind, bidder])).toEqual([
      [3, 'bid', 'Bidder 2'],
      [4, 'bid', 'Bidder 1'],
    ])
  })
})

describe('sync', () => {
  test('answers with no events where nothing was missed', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, exact(1_000))
    const socket = await join(room)
    socket.send({ type: 'sync', since: 2 })
    expect(await socket.next('events')).toEqual({ type: 'events', events: [] })
  })

  test('answers with a new welcome where that is shorter', async () => {
    const { room } = await armRoom()
    for (let n = 0; n < 12; n += 1) await mustBid(room, 1 + (n % 2), exact(1_000 + n * 100))
    const socket = await join(room)
    socket.send({ type: 'sync', since: 0 })
    expect((await socket.next('welcome')).auction.seq).toBe(13)
    socket.send({ type: 'sync', since: 11 })
    expect((await socket.next('events')).events.map(({ seq }) => seq)).toEqual([12, 13])
  })

  test('answers with a new welcome to who is ahead of the room', async () => {
    const { room } = await armRoom()
    const socket = await join(room)
    socket.send({ type: 'sync', since: 99 })
    expect((await socket.next('welcome')).auction.seq).toBe(1)
  })

  test('takes no more than what everyone may see, however often a leader has raised', () =>
    inRoom(async (stand) => {
      stand.rateLimits = 'off'
      stand.wake()
      stand.arm()
      const raise = (offer: ReturnType<typeof max>) =>
        stand.core.bids.place({ bidder: bidder(1), clientId: null, offer, door: 'socket', requestId: 'test' })
      for (let n = 0; n < 40; n += 1) await raise(max(2_000 + n))
      const entries = new Ledger(stand.state.storage).entriesSince(1)
      expect(entries.flatMap(({ events }) => events).map(({ kind }) => kind)).toEqual(['opened', 'bid'])
    }))

  test('begins in the middle of a command where that was seen by half', async () => {
    const { room } = await armRoom({ buyNowPrice: null, reservePrice: dollars(1_500) })
    await mustBid(room, 1, exact(2_000))
    const socket = await join(room)
    socket.send({ type: 'sync', since: 2 })
    expect((await socket.next('events')).events.map(({ kind }) => kind)).toEqual(['reserve_met'])
  })
})
