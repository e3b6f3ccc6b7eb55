import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { CONNECTION_HEADER } from '../../src/lib/live-protocol.ts'
import { type ConnectionClaims, SUBPROTOCOL } from '../../src/notifications/live/protocol.ts'
import { SOCKETS_MAX } from '../../src/notifications/live/stream.ts'
import { StreamState } from '../../src/notifications/live/stream-state.ts'
import { NEWS_AT_ONCE, readNews, SEEN_KEPT } from '../../src/notifications/read-news.ts'
import { clearFault, countReads, query, setFault } from '../support/database.ts'
import { makeNotice, storeNotices } from '../support/notices.ts'
import { StreamSocket } from '../support/stream-socket.ts'
import { waitFor } from '../support/wait-for.ts'
import { restoreClock, travel } from './stand.ts'

const HOUR_MS = 3_600_000
afterEach(restoreClock)

let lastUser = 50_000
function newPerson() {
  const userId = ++lastUser
  return { userId, stub: env.PERSON.getByName(String(userId)) }
}
type Stub = ReturnType<typeof newPerson>['stub']

function upgrade(stub: Stub, claims: Partial<ConnectionClaims> & { userId: number }): Promise<Response> {
  const whole: ConnectionClaims = {
    requestId: 'test',
    jti: crypto.randomUUID(),
    expiresAtMs: Date.now() + 30_000,
    sessionUntilMs: Date.now() + 8 * HOUR_MS,
    ...claims,
  }
  return stub.fetch('https://person/stream', {
    headers: { Upgrade: 'websocket', [CONNECTION_HEADER]: JSON.stringify(whole) },
  })
}

/** A socket of the person, greeted. */
async function join(stub: Stub, userId: number): Promise<StreamSocket> {
  const { webSocket, status } = await upgrade(stub, { userId })
  if (webSocket === null) throw new Error(`Not let in: ${status}`)
  const socket = new StreamSocket(webSocket, SUBPROTOCOL)
  await socket.next('unread')
  return socket
}

const titlesOf = ({ frames }: StreamSocket): string[] =>
  frames.flatMap((frame) => (frame.type === 'notification' ? [frame.notification.title] : []))
const openSockets = (stub: Stub): Promise<number> =>
  runInDurableObject(stub, (_person, state) => state.getWebSockets().length)

describe('an announcement', () => {
  test('without a socket reads no MySQL', async () => {
    const { userId, stub } = newPerson()
    await storeNotices(makeNotice(userId))
    await stub.announce()
    const { statements } = await countReads(async () => {
      for (let time = 0; time < 5; time++) await stub.announce()
    })
    expect(statements).toEqual([])
  })

  test('with one is told once, however often it is repeated, and in order', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    await storeNotices(makeNotice(userId, { title: 'One' }), makeNotice(userId, { title: 'Two' }))
    await Promise.all(Array.from({ length: 10 }, () => stub.announce()))
    await waitFor(() => titlesOf(socket).length >= 2)
    await storeNotices(makeNotice(userId, { title: 'Three' }))
    await stub.announce()
    await waitFor(() => titlesOf(socket).length >= 3)
    await socket.ping()
    expect(titlesOf(socket)).toEqual(['One', 'Two', 'Three'])
  })

  test('many at once are read together', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    await storeNotices(makeNotice(userId))
    const { statements } = await countReads(async () => {
      await Promise.all(Array.from({ length: 30 }, () => stub.announce()))
      await waitFor(() => socket.frames.length === 3)
    })
    // Of two readings at the most, each of what is new and of the count.
    expect(statements.length).toBeLessThanOrEqual(4)
  })

  test('of more than is read at once is told whole', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    const titles = Array.from({ length: 2 * NEWS_AT_ONCE + 5 }, (_, n) => `Notice ${n}`)
    await storeNotices(...titles.map((title) => makeNotice(userId, { title })))
    await stub.announce()
    await waitFor(() => titlesOf(socket).length === titles.length)
    expect(titlesOf(socket)).toEqual(titles)
  })

  test('wakes a hibernating object, which knows what it has told', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    await storeNotices(makeNotice(userId, { title: 'Before' }))
    await stub.announce()
    await waitFor(() => titlesOf(socket).length === 1)
    await evictDurableObject(stub, { webSockets: 'hibernate' })
    await socket.ping()
    await storeNotices(makeNotice(userId, { title: 'After' }))
    await stub.announce()
    await waitFor(() => titlesOf(socket).length === 2)
    expect(titlesOf(socket)).toEqual(['Before', 'After'])
  })

  test('that MySQL could not answer is made up for by the alarm, after an eviction too', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    await storeNotices(makeNotice(userId, { title: 'Late' }))
    await setFault({ mode: 'refuse' })
    try {
      await stub.announce()
      await waitFor(() =>
        runInDurableObject(stub, (_person, { storage }) => new StreamState(storage.kv).read().isBehind),
      )
    } finally {
      await clearFault()
    }
    expect(titlesOf(socket)).toEqual([])
    await evictDurableObject(stub, { webSockets: 'hibernate' })
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    await waitFor(() => titlesOf(socket).length === 1)
  })
})

describe('a stream', () => {
  test('that begins again tells nothing of what came in between: that is in the list', async () => {
    const { userId, stub } = newPerson()
    const first = await join(stub, userId)
    first.close()
    await first.closed
    await storeNotices(makeNotice(userId, { title: 'Missed' }))
    const second = await join(stub, userId)
    await storeNotices(makeNotice(userId, { title: 'New' }))
    await stub.announce()
    await waitFor(() => titlesOf(second).length > 0)
    expect(titlesOf(second)).toEqual(['New'])
    expect(second.frames[0]).toEqual({ type: 'unread', count: 1 })
  })

  test('greets a second socket, and repeats nothing to the first', async () => {
    const { userId, stub } = newPerson()
    const first = await join(stub, userId)
    const second = await join(stub, userId)
    await Promise.all([first.ping(), second.ping()])
    expect([first.frames.length, second.frames.length]).toEqual([1, 1])
  })

  test('begins for each socket with how many are unread: what was stored before is not told', async () => {
    const { userId, stub } = newPerson()
    const first = await join(stub, userId)
    await storeNotices(makeNotice(userId))
    const { webSocket } = await upgrade(stub, { userId })
    if (webSocket === null) throw new Error('Not let in')
    const second = new StreamSocket(webSocket, SUBPROTOCOL)
    await first.next('notification')
    expect(await first.next('unread')).toEqual({ type: 'unread', count: 1 })
    expect(await second.next('unread')).toEqual({ type: 'unread', count: 1 })
    await second.ping()
    expect(second.frames).toHaveLength(1)
  })

  test(`has room for ${SOCKETS_MAX} sockets; another is refused until one that is silent makes room`, async () => {
    const { userId, stub } = newPerson()
    const silent = await join(stub, userId)
    travel(30_000)
    for (let n = 1; n < SOCKETS_MAX; n++) await join(stub, userId)
    expect((await upgrade(stub, { userId })).status).toBe(429)
    travel(15_000)
    const newcomer = await join(stub, userId)
    expect((await silent.closed).code).toBe(4408)
    await newcomer.ping()
    await waitFor(async () => (await openSockets(stub)) === SOCKETS_MAX)
  })

  test('refuses another person’s ticket, one that has expired, and one that was used', async () => {
    const { userId, stub } = newPerson()
    expect((await upgrade(stub, { userId: userId + 1 })).status).toBe(401)
    expect((await upgrade(stub, { userId, expiresAtMs: Date.now() })).status).toBe(401)
    const jti = crypto.randomUUID()
    const used = await upgrade(stub, { userId, jti })
    used.webSocket?.accept()
    expect(used.status).toBe(101)
    await evictDurableObject(stub, { webSockets: 'hibernate' })
    expect((await upgrade(stub, { userId, jti })).status).toBe(401)
  })

  test('takes no frames but pings: an error for each, and 4400 after five', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    socket.send('{"type":"sync"}')
    expect(await socket.next('error')).toMatchObject({ code: 'validation_failed' })
    socket.send('x'.repeat(4_097))
    expect(await socket.next('error')).toMatchObject({ code: 'too_large' })
    for (let n = 0; n < 3; n++) socket.send(new ArrayBuffer(3))
    expect((await socket.closed).code).toBe(4400)
  })

  test('closes with 4408 who has answered no ping for 45 s since a frame', async () => {
    const { userId, stub } = newPerson()
    const reader = await join(stub, userId)
    const silent = await join(stub, userId)
    await storeNotices(makeNotice(userId))
    await stub.announce()
    await silent.next('notification')
    const toldAt = Date.now()
    await waitFor(() => Date.now() > toldAt)
    await reader.ping()
    travel(45_000)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect((await silent.closed).code).toBe(4408)
    await reader.ping()
    expect(await runDurableObjectAlarm(stub)).toBe(false)
  })

  test('R18: ends with a suspension, which is stored first and told to rooms as ever', async () => {
    const { userId, stub } = newPerson()
    const socket = await join(stub, userId)
    await stub.suspend('unpaid', 1)
    expect((await socket.closed).code).toBe(4401)
    expect((await upgrade(stub, { userId })).status).toBe(401)
    await stub.restore(2)
    await join(stub, userId)
  })

  test('an outdated suspension ends nothing', async () => {
    const { userId, stub } = newPerson()
    await stub.restore(5)
    const socket = await join(stub, userId)
    await stub.suspend('unpaid', 4)
    await socket.ping()
    expect(await openSockets(stub)).toBe(1)
  })
})

describe('what is new', () => {
  const { db } = createDeps(env)
  const seenOf = async (userId: number) => (await readNews(db, userId, null)).seen

  test('is told also where its transaction committed after one with a larger id', async () => {
    const { userId } = newPerson()
    await storeNotices(makeNotice(userId, { title: 'Old' }))
    const begun = await seenOf(userId)
    await storeNotices(makeNotice(userId, { title: 'Slow' }), makeNotice(userId, { title: 'Quick' }))
    const slow = "UPDATE notifications SET user_id = ? WHERE title = 'Slow' AND user_id = ?"
    await query(slow, [userId + 100_000, userId])
    const first = await readNews(db, userId, begun)
    expect(first.notifications.map(({ title }) => title)).toEqual(['Quick'])
    await query(slow, [userId, userId + 100_000])
    const second = await readNews(db, userId, first.seen)
    expect(second.notifications.map(({ title }) => title)).toEqual(['Slow'])
    expect((await readNews(db, userId, second.seen)).notifications).toEqual([])
  })

  test('costs few reads, however much there is already', async () => {
    const { userId } = newPerson()
    await storeNotices(...Array.from({ length: 2_000 }, () => makeNotice(userId)))
    await query('UPDATE notifications SET read_at = NOW(3) WHERE user_id = ?', [userId])
    const seen = await seenOf(userId)
    expect(seen).toHaveLength(SEEN_KEPT)
    await readNews(db, userId, seen)
    const { handlerReads } = await countReads(() => readNews(db, userId, seen))
    expect(handlerReads).toBeLessThan(2 * SEEN_KEPT)
  })
})
