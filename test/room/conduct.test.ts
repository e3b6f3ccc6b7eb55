import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { setVariables } from '../support/variables.ts'
import { waitFor } from '../support/wait-for.ts'
import { inRoom } from './core-stand.ts'
import {
  armRoom,
  claimsOf,
  exact,
  freezeAt,
  join,
  mustBid,
  newAuctionId,
  person,
  restoreClock,
  roomOf,
  upgrade,
} from './stand.ts'

afterEach(restoreClock)

describe('frames that are not of the protocol', () => {
  test.each([
    ['text that is no JSON', '{"type":'],
    ['JSON that is no object', '[1, 2]'],
    ['null', 'null'],
    ['an unknown type', { type: 'haggle' }],
    ['no type', { id: 'a' }],
    ['a bid without an id', { type: 'bid', amount: 1_000 }],
    ['a bid whose id is empty', { type: 'bid', id: '', amount: 1_000 }],
    ['a bid whose id is too long', { type: 'bid', id: 'x'.repeat(65), amount: 1_000 }],
    ['a bid whose id has a control character', { type: 'bid', id: 'a\u0007', amount: 1_000 }],
    ['a purchase without an id', { type: 'buy_now' }],
    ['a sync without since', { type: 'sync' }],
    ['a sync from before the beginning', { type: 'sync', since: -1 }],
  ])('%s gets an error and changes nothing', async (_what, frame) => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    socket.send(frame)
    expect(await socket.next('error')).toMatchObject({ code: 'validation_failed' })
    expect((await room.view(null))?.view).toMatchObject({ seq: 1, bidCount: 0 })
    expect(await socket.bid({ amount: 1_000 })).toMatchObject({ type: 'accepted' })
  })

  test('binary frames and frames above 4 KiB get an error', async () => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    socket.send(new TextEncoder().encode('{"type":"sync","since":0}').buffer)
    expect(await socket.next('error')).toMatchObject({ code: 'validation_failed' })
    socket.send({ type: 'bid', id: 'a', amount: 1_000, note: 'é'.repeat(2_100) })
    expect(await socket.next('error')).toMatchObject({ code: 'too_large' })
    socket.send('x'.repeat(1_000_000))
    expect(await socket.next('error')).toMatchObject({ code: 'too_large' })
  })

  test.each([
    ['0', 0],
    ['-1', -1],
    ['0.001', 0.001],
    ['2^53', 2 ** 53],
    ['above the largest amount', 100_000_000],
    ['text', '1000'],
    ['null', null],
  ])('R8: a bid of %s is amount_invalid by its id', async (_what, amount) => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    socket.send({ type: 'bid', id: 'a', amount })
    expect(await socket.verdict('a')).toMatchObject({ type: 'rejected', code: 'amount_invalid' })
    socket.send({ type: 'bid', id: 'a', max_bid: amount })
    expect(await socket.verdict('a')).toMatchObject({ type: 'rejected', code: 'amount_invalid' })
  })

  test('R8: 1e308, both amounts, and none, are amount_invalid', async () => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    for (const frame of [
      '{"type":"bid","id":"a","amount":1e308}',
      '{"type":"bid","id":"a","amount":1e999}',
      '{"type":"bid","id":"a","amount":1000,"max_bid":1000}',
      '{"type":"bid","id":"a"}',
    ]) {
      socket.send(frame)
      expect(await socket.verdict('a')).toMatchObject({ type: 'rejected', code: 'amount_invalid' })
    }
  })

  test('a few bad frames close the socket with 4400', async () => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    for (let n = 0; n < 5; n += 1) socket.send('nonsense')
    expect(await socket.closed).toMatchObject({ code: 4400 })
    expect(socket.frames.filter(({ type }) => type === 'error')).toHaveLength(5)
  })

  test('what comes after the room has closed a socket is not judged', async () => {
    const { room } = await armRoom()
    const socket = await join(room, 1)
    for (let n = 0; n < 5; n += 1) socket.send('nonsense')
    socket.send({ type: 'bid', id: 'after', amount: 1_000 })
    expect(await socket.closed).toMatchObject({ code: 4400 })
    const other = await join(room, 2)
    expect(await other.bid({ amount: 1_000 })).toMatchObject({ type: 'accepted' })
    expect((await room.view(null))?.view).toMatchObject({ bidCount: 1 })
  })

  test('a watcher who bids is rejected as unauthenticated', async () => {
    const { room } = await armRoom()
    const watcher = await join(room)
    expect(await watcher.bid({ amount: 1_000 })).toMatchObject({ type: 'rejected', code: 'unauthenticated' })
    expect(await watcher.buyNow()).toMatchObject({ type: 'rejected', code: 'unauthenticated' })
  })
})

describe('a socket that misbehaves', () => {
  test('too many bids are rate_limited by name; too many frames close it with 4429', async () => {
    setVariables({ RATE_LIMITS: 'on' })
    const { room } = await armRoom()
    const socket = await join(room, 1)
    freezeAt(Date.now())
    for (let n = 0; n < 21; n += 1) socket.send({ type: 'bid', id: `b${n}`, amount: 1 })
    expect(await socket.verdict('b19')).toMatchObject({ code: 'too_low' })
    expect(await socket.verdict('b20')).toMatchObject({ code: 'rate_limited' })
    for (let n = 0; n < 200; n += 1) socket.send({ type: 'sync', since: 1 })
    expect(await socket.closed).toMatchObject({ code: 4429 })
  })

  test('ping is answered pong', async () => {
    const { room } = await armRoom()
    const socket = await join(room)
    await socket.ping()
    expect(socket.frames.filter(({ type }) => type === 'error')).toEqual([])
  })

  test('who answers no ping for 45 s though a frame was sent is closed with 4408', async () => {
    const { room } = await armRoom()
    const start = Date.now() - 60_000
    freezeAt(start)
    const [silent, pinging] = [await join(room), await join(room)]
    await pinging.ping()
    await mustBid(room, 1, exact(1_000))
    freezeAt(start + 44_999)
    await runDurableObjectAlarm(room)
    freezeAt(start + 45_000)
    await runDurableObjectAlarm(room)
    expect(await silent.closed).toMatchObject({ code: 4408 })
    // It reads: the next frame reaches it, and it is still open.
    await mustBid(room, 2, exact(2_000))
    await pinging.event('bid', ({ bid_count }) => bid_count === 2)
  })

  test('who was closed for not reading is counted no more, though nothing comes back from them', async () => {
    await inRoom(async (stand) => {
      stand.arm()
      const connect = () => {
        const { 0: client, 1: server } = new WebSocketPair()
        stand.core.connect(claimsOf(null), () => {
          stand.state.acceptWebSocket(server)
          return server
        })
        return client
      }
      // Never accepted, it reads nothing and answers no Close.
      connect()
      stand.clock.now += 44_000
      const counts: unknown[] = []
      const reads = connect()
      reads.addEventListener('message', ({ data }) => counts.push(JSON.parse(String(data)).count))
      reads.accept()
      stand.clock.now += 1_000
      stand.ring()
      await waitFor(() => counts.at(-1) === 1)
    })
  })

  test('an eviction does not make the room forget to look who reads', async () => {
    const { room } = await armRoom()
    const start = Date.now()
    freezeAt(start)
    const silent = await join(room)
    await evictDurableObject(room)
    freezeAt(start + 45_000)
    await runDurableObjectAlarm(room)
    expect(await silent.closed).toMatchObject({ code: 4408 })
  })

  test('who was sent nothing since their last ping may be silent', async () => {
    const { room } = await armRoom()
    const start = Date.now() - 1_000
    freezeAt(start)
    const socket = await join(room)
    await socket.ping()
    freezeAt(start + 10 * 60_000)
    await runDurableObjectAlarm(room)
    await runInDurableObject(room, (instance) => instance.alarm())
    await mustBid(room, 1, exact(1_000))
    await socket.event('bid')
  })

  test('the end of the session closes it with 4401 at the next frame, which is not judged', async () => {
    const { room } = await armRoom()
    const until = Date.now() + 10_000
    const socket = await join(room, person(1, { sessionUntilMs: until }))
    expect(await socket.bid({ amount: 1_000 })).toMatchObject({ type: 'accepted' })
    freezeAt(until)
    socket.send({ type: 'bid', id: 'late', max_bid: 9_000 })
    expect(await socket.closed).toMatchObject({ code: 4401 })
    restoreClock()
    expect((await room.view({ userId: 1, sellerProfileId: null, isAdmin: false }))?.view.you).toMatchObject({
      maxBid: 100_000,
    })
  })
})

describe('whom the room lets in', () => {
  test('a ticket opens one socket', async () => {
    const { room } = await armRoom()
    const claims = claimsOf(person(1))
    expect((await upgrade(room, claims)).status).toBe(101)
    expect((await upgrade(room, claims)).status).toBe(401)
  })

  test('a used ticket is remembered until it has expired, and is not good then either', async () => {
    const { room } = await armRoom()
    const claims = claimsOf(person(1))
    await upgrade(room, claims)
    freezeAt(Date.now() + 31_000)
    expect((await upgrade(room, claimsOf(person(2)))).status).toBe(101)
    const tickets = await runInDurableObject(room, (_room, { storage }) =>
      storage.sql.exec('SELECT jti FROM tickets').toArray(),
    )
    expect(tickets).toHaveLength(1)
    expect((await upgrade(room, claims)).status).toBe(401)
  })

  test('an auction that was never armed is not there, and gets no tables', async () => {
    const room = roomOf(newAuctionId())
    expect((await upgrade(room, claimsOf(null))).status).toBe(404)
    expect((await upgrade(room, claimsOf(person(1)))).status).toBe(404)
    expect(await room.view(null)).toBeNull()
    expect(await room.history({ beforeId: null, offset: 0, limit: 10 })).toBeNull()
    const tables = await runInDurableObject(room, (_room, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray(),
    )
    expect(tables.filter(({ name }) => !String(name).startsWith('_cf'))).toEqual([])
  })
})
