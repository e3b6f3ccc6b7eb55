import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { signTicket } from '../../src/auctions/tickets.ts'
import { createDeps } from '../../src/deps.ts'
import { signStreamTicket } from '../../src/notifications/tickets.ts'
import { suspendUser } from '../../src/users/standing.ts'
import { freezeAt, restoreClock, travel } from '../room/stand.ts'
import { api, ORIGIN } from '../support/api.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { makeNotice, storeNotices } from '../support/notices.ts'
import { signIn } from '../support/people.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'
import { openStream, type StreamOptions, takeStreamTicket } from '../support/stream-socket.ts'
import { setVariables, variableOf } from '../support/variables.ts'
import { waitFor } from '../support/wait-for.ts'

const person = await signIn()
afterEach(restoreClock)

const protocolsOf = (ticket: string) => ['me.v1', `ticket.${ticket}`]
const announce = (...userIds: number[]) => createDeps(env).announce(userIds)

/** The code with which a connection was closed at once, without a frame. */
async function closeCodeOf(options: StreamOptions): Promise<number> {
  const socket = await openStream(options)
  const { code } = await socket.closed
  expect(socket.frames).toEqual([])
  return code
}

/** What people's objects are asked meanwhile. */
function watchObjects(): string[] {
  const { PERSON } = env
  const woken: string[] = []
  const getByName = (name: string) => {
    woken.push(name)
    return PERSON.getByName(name)
  }
  setVariables({ PERSON: { getByName } })
  return woken
}

describe('POST /api/me/stream/ticket', () => {
  test('gives a ticket for 30 s and where to connect', async () => {
    const answer = (await api('POST', '/api/me/stream/ticket', { as: person })).expect(200)
    expect(answer.body).toEqual({
      ticket: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_in: 30,
      url: 'ws://localhost:5001/api/me/stream',
    })
  })

  test('is 401 without a sign-in, and a ticket is no access token', async () => {
    expect(refusalOf(await api('POST', '/api/me/stream/ticket'))).toEqual([401, 'unauthenticated'])
    const ticket = await takeStreamTicket(person)
    expect((await api('GET', '/api/notifications', { token: ticket })).status).toBe(401)
  })
})

describe('the door of GET /api/me/stream', () => {
  test('lets the ticket’s person in; the answer selects me.v1 and never repeats the ticket', async () => {
    const socket = await openStream({ as: person })
    expect(socket.protocol).toBe('me.v1')
    await socket.next('unread')
    await socket.ping()
  })

  test('answers a request that is no upgrade with 426, and carries the request id back', async () => {
    expect(refusalOf(await api('GET', '/api/me/stream'))).toEqual([426, 'upgrade_required'])
    const response = await exports.default.fetch(`${ORIGIN}/api/me/stream`, {
      headers: {
        upgrade: 'websocket',
        'sec-websocket-protocol': protocolsOf(await takeStreamTicket(person)).join(', '),
        'x-request-id': 'my-stream',
      },
    })
    response.webSocket?.accept()
    expect([response.status, response.headers.get('x-request-id')]).toEqual([101, 'my-stream'])
    response.webSocket?.close()
  })

  test.each([1000, 4000])('a client that closes with %i is answered by the same code', async (code) => {
    const socket = await openStream({ as: person })
    await socket.next('unread')
    socket.close(code)
    expect((await socket.closed).code).toBe(code)
  })

  test('a ticket opens one connection: the second is closed with 4401, the first stays', async () => {
    const ticket = await takeStreamTicket(person)
    const first = await openStream({ ticket })
    await first.next('unread')
    expect(await closeCodeOf({ ticket })).toBe(4401)
    await first.ping()
  })

  test('a ticket of 30 s is not good after them', async () => {
    const ticket = await takeStreamTicket(person)
    travel(30_000)
    expect(await closeCodeOf({ ticket })).toBe(4401)
  })

  test('no stranger wakes an object: no ticket, forged ones, those of auctions, other tokens are 4401', async () => {
    const auction = await createAuction(person)
    const actor = {
      userId: person.user.id,
      roles: ['buyer' as const],
      sellerProfileId: null,
      canBid: true,
      sessionUntilMs: Date.now() + 60_000,
    }
    const secret = variableOf('JWT_SECRET_KEY')
    const unsigned = (await takeStreamTicket(person)).split('.').slice(0, 2).join('.')
    const woken = watchObjects()
    const tickets = [
      person.access_token,
      'nonsense',
      `${unsigned}.AAAA`,
      await signStreamTicket('y'.repeat(40), actor, Date.now()),
      await signTicket(secret, auction.id, actor, Date.now()),
      await signStreamTicket(secret, { ...actor, sessionUntilMs: Date.now() - 1_000 }, Date.now()),
    ]
    for (const ticket of tickets) expect(await closeCodeOf({ protocols: protocolsOf(ticket) })).toBe(4401)
    expect(await closeCodeOf({ protocols: ['me.v1'] })).toBe(4401)
    expect(woken).toEqual([])
  })

  test('a ticket for the stream opens no auction', async () => {
    const auction = await createAuction(await signIn())
    const response = await exports.default.fetch(`${ORIGIN}/api/auctions/${auction.id}/live`, {
      headers: {
        upgrade: 'websocket',
        'sec-websocket-protocol': `auction.v1, ticket.${await takeStreamTicket(person)}`,
      },
    })
    const closed = new Promise<number>((resolve) => {
      response.webSocket?.addEventListener('close', ({ code }) => resolve(code))
    })
    response.webSocket?.accept()
    expect(await closed).toBe(4401)
  })

  test('another origin is closed with 4403, an allowed one passes', async () => {
    setVariables({ ALLOWED_ORIGINS: 'https://cars.example' })
    expect(await closeCodeOf({ as: person, headers: { origin: 'https://evil.example' } })).toBe(4403)
    const allowed = await openStream({ as: person, headers: { origin: 'https://cars.example' } })
    await allowed.next('unread')
  })

  test.each([
    ['no subprotocol', []],
    ['another subprotocol', ['me.v2']],
    ['that of auctions', ['auction.v1', 'ticket.a']],
    ['a ticket alone', ['ticket.abc']],
    ['two tickets', ['me.v1', 'ticket.a', 'ticket.b']],
  ])('%s is closed with 4400', async (_what, protocols) => {
    expect(await closeCodeOf({ protocols })).toBe(4400)
  })
})

describe('M14: the stream', () => {
  test('begins with how many are unread, and tells what comes from then on', async () => {
    const owner = await signIn()
    await storeNotices(makeNotice(owner.user.id, { title: 'Before' }))
    const socket = await openStream({ as: owner })
    expect(await socket.next('unread')).toEqual({ type: 'unread', count: 1 })
    await storeNotices(makeNotice(owner.user.id, { title: 'After', type: 'outbid' }))
    announce(owner.user.id)
    const { notification } = await socket.next('notification')
    expect(await socket.next('unread')).toEqual({ type: 'unread', count: 2 })
    const list = await api('GET', '/api/notifications', { as: owner })
    expect(notification).toEqual(list.at('notifications.0'))
    expect(notification).toMatchObject({ title: 'After', type: 'outbid' })
  })

  test('tells every socket of the person, and nobody else', async () => {
    const [owner, other] = await Promise.all([signIn(), signIn()])
    const sockets = await Promise.all([openStream({ as: owner }), openStream({ as: owner })])
    const stranger = await openStream({ as: other })
    for (const socket of [...sockets, stranger]) await socket.next('unread')
    await storeNotices(makeNotice(owner.user.id))
    announce(owner.user.id, other.user.id)
    // The second socket's own reading may still run and have counted the notice before it is told.
    const told = () => sockets.map(({ frames }) => frames.filter(({ type }) => type === 'notification'))
    await waitFor(async () => told().every(({ length }) => length > 0))
    expect(told()[0]).toEqual(told()[1])
    await stranger.ping()
    expect(stranger.frames).toHaveLength(1)
  })

  test('tells the other tabs when something was read', async () => {
    const owner = await signIn()
    await storeNotices(makeNotice(owner.user.id), makeNotice(owner.user.id))
    const socket = await openStream({ as: owner })
    expect((await socket.next('unread')).count).toBe(2)
    const id = (await api('GET', '/api/notifications', { as: owner })).int('notifications.0.id')
    await api('PUT', `/api/notifications/${id}/read`, { as: owner })
    expect((await socket.next('unread')).count).toBe(1)
    await api('PUT', '/api/notifications/read-all', { as: owner })
    expect((await socket.next('unread')).count).toBe(0)
  })

  test('an auction tells at once: its seller of a bid, who was outbid, who won', async () => {
    const [seller, first, second] = await Promise.all([signIn(), signIn(), signIn()])
    const vehicle_id = await createActiveVehicle(seller)
    const { id } = await createAuction(seller)
    const { id: forSale } = await createAuction(seller, { vehicle_id, buy_now_price: 9_000 })
    const streams = await Promise.all([seller, first, second].map((as) => openStream({ as })))
    for (const stream of streams) await stream.next('unread')
    const [toSeller, toFirst, toSecond] = streams
    ;(await api('POST', `/api/auctions/${id}/bids`, { as: first, body: { amount: 1_000 } })).expect(201)
    const bid = await toSeller?.next('notification')
    expect(bid?.notification).toMatchObject({ type: 'bid_placed', data: { auction_id: id } })
    ;(await api('POST', `/api/auctions/${id}/bids`, { as: second, body: { amount: 2_000 } })).expect(201)
    const outbid = await toFirst?.next('notification')
    expect(outbid?.notification.type).toBe('outbid')
    ;(await api('POST', `/api/auctions/${forSale}/buy-now`, { as: second })).expect(201)
    const won = await toSecond?.next('notification')
    expect(won?.notification).toMatchObject({ type: 'auction_won', data: { vehicle_id } })
  })

  test('R18: a suspension closes all sockets with 4401, and no ticket of before opens another', async () => {
    const owner = await signIn()
    const sockets = await Promise.all([openStream({ as: owner }), openStream({ as: owner })])
    for (const socket of sockets) await socket.next('unread')
    const ticket = await takeStreamTicket(owner)
    await suspendUser(contextAt(Date.now()), owner.user.id, 'unpaid')
    for (const socket of sockets) expect((await socket.closed).code).toBe(4401)
    expect(await closeCodeOf({ ticket })).toBe(4401)
  })

  test('a session that ends closes the socket with 4401 when there is something to tell, and tells nothing', async () => {
    const owner = await signIn()
    const sessionUntilMs = (Math.floor(Date.now() / 1_000) + 60) * 1_000
    const actor = {
      userId: owner.user.id,
      roles: ['buyer' as const],
      sellerProfileId: null,
      canBid: true,
      sessionUntilMs,
    }
    const ticket = await signStreamTicket(variableOf('JWT_SECRET_KEY'), actor, Date.now())
    const socket = await openStream({ ticket })
    await socket.next('unread')
    freezeAt(sessionUntilMs)
    await storeNotices(makeNotice(owner.user.id))
    announce(owner.user.id)
    expect((await socket.closed).code).toBe(4401)
    expect(socket.frames).toHaveLength(1)
  })
})
