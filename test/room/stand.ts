/** Rooms to test with: real objects, armed directly, with people whom their own objects vouch for. */
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import type { Offer, RoomBidder, RoomViewer } from '../../src/auctions/live/contract.ts'
import { CONNECTION_HEADER } from '../../src/auctions/live/protocol.ts'
import type { ConnectionClaims, SocketPerson } from '../../src/auctions/live/sockets.ts'
import { LiveSocket } from '../support/index.ts'
import { dollars, makeTerms, makeVehicle, SELLER_ID } from './arming.ts'

export { dollars, makeTerms, makeVehicle, SELLER_ID } from './arming.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const SELLER: RoomViewer = { userId: SELLER_ID, sellerProfileId: null, isAdmin: false }
export const ADMIN: RoomViewer = { userId: 901, sellerProfileId: null, isAdmin: true }

let lastAuctionId = 0
const realNow = Date.now.bind(Date)
let offsetMs = 0

/** Moves the clock that Worker and rooms read. Alarms do not follow it: `ring` brings them. */
export function travel(ms: number): void {
  offsetMs += ms
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + offsetMs)
}

/** Puts the clock to an instant, where it stands still until moved again. */
export function freezeAt(at: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => at)
}

export function restoreClock(): void {
  offsetMs = 0
  vi.restoreAllMocks()
}

export const exact = (amount: number): Offer => ({ kind: 'bid', offer: 'exact', amount: dollars(amount) })
export const max = (amount: number): Offer => ({ kind: 'bid', offer: 'max', amount: dollars(amount) })
export const BUY_NOW: Offer = { kind: 'buy_now' }
export const bidder = (userId: number, fields: Partial<RoomBidder> = {}): RoomBidder => ({
  userId,
  sellerProfileId: null,
  canBid: true,
  ...fields,
})
export const viewer = (userId: number): RoomViewer => ({ userId, sellerProfileId: null, isAdmin: false })

export const roomOf = (auctionId: number) => env.AUCTION_ROOM.getByName(String(auctionId))
export type RoomStub = ReturnType<typeof roomOf>

export const newAuctionId = (): number => ++lastAuctionId

/** Arms a new room. */
export async function armRoom(fields: Partial<AuctionTerms> = {}) {
  const auctionId = newAuctionId()
  const terms = makeTerms(auctionId, fields)
  const room = roomOf(auctionId)
  const armed = await room.arm({ terms, vehicle: makeVehicle() }, 'test')
  if (!armed.ok) throw new Error(`Not armed: ${armed.code}`)
  return { auctionId, terms, room }
}

/** Bids over HTTP's door. */
export const placeBid = (room: RoomStub, userId: number, offer: Offer, clientId: string | null = null) =>
  room.bid(bidder(userId), clientId, offer, 'test')

/** As `placeBid`, for a bid that must be accepted. */
export async function mustBid(room: RoomStub, userId: number, offer: Offer, clientId: string | null = null) {
  const answer = await placeBid(room, userId, offer, clientId)
  if (!answer.ok) throw new Error(`Refused: ${answer.code}`)
  return answer
}

export function person(userId: number, fields: Partial<SocketPerson> = {}): SocketPerson {
  return {
    ...bidder(userId),
    isAdmin: false,
    sessionUntilMs: Date.now() + 8 * HOUR_MS,
    ...fields,
  }
}

/** What the Worker hands a room of a connection; a person has a new ticket. */
export function claimsOf(who: SocketPerson | null): ConnectionClaims {
  const ticket = who && { jti: crypto.randomUUID(), expiresAtMs: Date.now() + 30_000 }
  return { person: who, requestId: 'socket-test', ticket }
}

/** The room's own answer to an upgrade that the Worker let through. */
export function upgrade(room: RoomStub, claims: ConnectionClaims): Promise<Response> {
  return room.fetch('https://room/live', {
    headers: { Upgrade: 'websocket', [CONNECTION_HEADER]: JSON.stringify(claims) },
  })
}

/** A socket into the room, for a person or a watcher, past its `welcome`. */
export async function join(room: RoomStub, who: number | SocketPerson | null = null): Promise<LiveSocket> {
  const claims = claimsOf(typeof who === 'number' ? person(who) : who)
  const response = await upgrade(room, claims)
  if (response.webSocket === null) throw new Error(`Not let in: ${response.status}`)
  const socket = new LiveSocket(response.webSocket, response.headers.get('sec-websocket-protocol'))
  await socket.next('welcome')
  return socket
}
