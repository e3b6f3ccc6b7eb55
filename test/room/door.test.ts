import { runInDurableObject } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { signTicket } from '../../src/auctions/tickets.ts'
import {
  type Auction,
  api,
  createAuction,
  ORIGIN,
  openSocket,
  type Person,
  signIn,
  takeTicket,
} from '../support/index.ts'
import { setVariables, variableOf } from '../support/variables.ts'
import { freezeAt, restoreClock, roomOf, travel } from './stand.ts'

let seller: Person
let buyer: Person
let auction: Auction

beforeAll(async () => {
  seller = await signIn()
  buyer = await signIn()
  auction = await createAuction(seller)
})
afterEach(restoreClock)

const protocolsOf = (ticket: string) => ['auction.v1', `ticket.${ticket}`]
/** The code with which a connection was closed at once. */
async function closeCodeOf(auctionId: number, options: Parameters<typeof openSocket>[1] = {}) {
  const socket = await openSocket(auctionId, options)
  const { code } = await socket.closed
  expect(socket.frames).toEqual([])
  return code
}

describe('the door of the live socket', () => {
  test('lets a watcher in without a ticket and a bidder with one; the answer never repeats the ticket', async () => {
    const watcher = await openSocket(auction.id)
    expect((await watcher.next('welcome')).auction.id).toBe(auction.id)
    const socket = await openSocket(auction.id, { as: buyer })
    await socket.next('welcome')
    expect(socket.protocol).toBe('auction.v1')
    expect(await socket.bid({ amount: 1_000 })).toMatchObject({ type: 'accepted', leading: true })
    await watcher.event('bid')
  })

  test('answers a request that is no upgrade with 426', async () => {
    const response = await api('GET', `/api/auctions/${auction.id}/live`)
    expect(response.expect(426).at('code')).toBe('upgrade_required')
  })

  test('the answer carries the request id back', async () => {
    const response = await exports.default.fetch(`${ORIGIN}/api/auctions/${auction.id}/live`, {
      headers: { upgrade: 'websocket', 'sec-websocket-protocol': 'auction.v1', 'x-request-id': 'my-upgrade' },
    })
    response.webSocket?.accept()
    expect(response.status).toBe(101)
    expect(response.headers.get('x-request-id')).toBe('my-upgrade')
    response.webSocket?.close()
  })

  test.each([1000, 1001, 4000])('a client that closes with %i is answered by the same code', async (code) => {
    const socket = await openSocket(auction.id)
    await socket.next('welcome')
    socket.close(code)
    expect((await socket.closed).code).toBe(code)
  })

  test.each([999, 1004, 5000])(
    'a client that closes with %i, which nobody may, is answered by 1002',
    async (code) => {
      const { id } = await createAuction(seller)
      const socket = await openSocket(id)
      await socket.next('welcome')
      await runInDurableObject(roomOf(id), (room, state) => {
        for (const server of state.getWebSockets()) room.webSocketClose(server, code, '', true)
      })
      expect((await socket.closed).code).toBe(1002)
    },
  )

  test('a ticket opens one connection: the second is closed with 4401', async () => {
    const ticket = await takeTicket(auction.id, buyer)
    const first = await openSocket(auction.id, { ticket })
    await first.next('welcome')
    expect(await closeCodeOf(auction.id, { ticket })).toBe(4401)
  })

  test('a ticket of 30 s is not good after them', async () => {
    const ticket = await takeTicket(auction.id, buyer)
    travel(30_000)
    expect(await closeCodeOf(auction.id, { ticket })).toBe(4401)
  })

  test('a ticket for another auction is closed with 4401', async () => {
    const other = await createAuction(seller)
    const ticket = await takeTicket(other.id, buyer)
    expect(await closeCodeOf(auction.id, { ticket })).toBe(4401)
  })

  test.each([
    ['an access token', async () => buyer.access_token],
    ['nonsense', async () => 'nonsense'],
    [
      'a forged signature',
      async () => `${(await takeTicket(auction.id, buyer)).split('.').slice(0, 2).join('.')}.AAAA`,
    ],
    [
      'a ticket signed by another key',
      async () =>
        signTicket(
          'y'.repeat(40),
          auction.id,
          { userId: 1, roles: ['buyer'], sellerProfileId: null, canBid: true, sessionUntilMs: 2e12 },
          Date.now(),
        ),
    ],
  ])('%s as a ticket is closed with 4401', async (_what, make) => {
    expect(await closeCodeOf(auction.id, { protocols: protocolsOf(await make()) })).toBe(4401)
  })

  test('a good signature is not enough: a ticket is no access token', async () => {
    const ticket = await takeTicket(auction.id, buyer)
    expect((await api('GET', '/api/auth/me', { token: ticket })).status).toBe(401)
  })

  test('another origin is closed with 4403, an allowed one and none pass', async () => {
    setVariables({ ALLOWED_ORIGINS: 'https://cars.example' })
    expect(await closeCodeOf(auction.id, { headers: { origin: 'https://evil.example' } })).toBe(4403)
    const allowed = await openSocket(auction.id, { headers: { origin: 'https://cars.example' } })
    await allowed.next('welcome')
  })

  test.each([
    ['no subprotocol', []],
    ['another subprotocol', ['auction.v2']],
    ['a ticket alone', ['ticket.abc']],
    ['two tickets', ['auction.v1', 'ticket.a', 'ticket.b']],
  ])('%s is closed with 4400', async (_what, protocols) => {
    expect(await closeCodeOf(auction.id, { protocols })).toBe(4400)
  })

  test('an auction that is not there is closed with 4404', async () => {
    expect(await closeCodeOf(987_654)).toBe(4404)
  })

  test('unknown ids are limited per address; other addresses and tickets pass', async () => {
    setVariables({ RATE_LIMITS: 'on' })
    const headers = { 'cf-connecting-ip': '203.0.113.7' }
    const codes: number[] = []
    for (let n = 0; n < 32; n += 1) codes.push(await closeCodeOf(700_000 + n, { headers }))
    expect(codes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 4404))
    expect(codes.slice(30)).toEqual([4429, 4429])
    const other = await openSocket(auction.id, { headers: { 'cf-connecting-ip': '203.0.113.8' } })
    await other.next('welcome')
    const bidder = await openSocket(auction.id, { headers, ticket: await takeTicket(auction.id, buyer) })
    await bidder.next('welcome')
  })

  test('a session that ends closes the socket with 4401 at its next frame', async () => {
    const sessionUntilMs = Date.now() + 60_000
    const actor = {
      userId: 77,
      roles: ['buyer' as const],
      sellerProfileId: null,
      canBid: true,
      sessionUntilMs,
    }
    const ticket = await signTicket(variableOf('JWT_SECRET_KEY'), auction.id, actor, Date.now())
    const socket = await openSocket(auction.id, { ticket })
    await socket.next('welcome')
    freezeAt(sessionUntilMs)
    socket.send({ type: 'sync', since: 0 })
    expect(await socket.closed).toMatchObject({ code: 4401 })
  })
})
