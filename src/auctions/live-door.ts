import { closedSocket, readHandshake, SWITCHING_PROTOCOLS } from '../lib/server-socket.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { RateLimiter } from '../platform/rate-limit.ts'
import {
  CLOSE,
  type CloseCode,
  CONNECTION_HEADER,
  ROOM_REFUSAL_STATUS,
  SUBPROTOCOL,
} from './live/protocol.ts'
import type { ConnectionClaims } from './live/sockets.ts'
import type { Rooms } from './rooms.ts'
import { readTicket, type Ticket } from './tickets.ts'

export interface LiveContext extends RequestContext {
  settings: { JWT_SECRET_KEY: string }
  rooms: Rooms
  limits: Pick<RateLimiter, 'require' | 'requireLeft'>
}

const AUCTION_ID_PATTERN = /^[1-9]\d{0,15}$/

/**
 * Opens a socket to a room. A refusal is an accepted socket closed at once with its code, so that a browser can read
 * it; what can be judged here never wakes a room. `isAllowedOrigin` is CORS's own judgement.
 * @throws AppError `upgrade_required`, `unavailable`
 */
export async function openLive(
  ctx: LiveContext,
  auctionIdText: string,
  request: Request,
  isAllowedOrigin: boolean,
): Promise<Response> {
  const handshake = readHandshake(request, SUBPROTOCOL)
  if (handshake === null) throw new AppError('upgrade_required')
  const { isSpoken, tickets } = handshake
  const refuse = (code: CloseCode, reason: string): Response => {
    ctx.log.info('socket_refused', { auction_id: auctionIdText.slice(0, 16), code, reason })
    return closedSocket(code, reason, isSpoken ? SUBPROTOCOL : null)
  }

  if (!isAllowedOrigin) return refuse(CLOSE.origin, 'origin')
  const [token, ...more] = tickets
  if (!isSpoken || more.length > 0) return refuse(CLOSE.badFrames, 'subprotocol')
  if (!AUCTION_ID_PATTERN.test(auctionIdText)) return refuse(CLOSE.noSuchAuction, 'no such auction')
  const auctionId = Number(auctionIdText)

  let ticket: Ticket | null = null
  if (token !== undefined) {
    ticket = await readTicket(ctx.settings.JWT_SECRET_KEY, token, auctionId, ctx.now)
    if (ticket === null) return refuse(CLOSE.ticketNotGood, 'ticket')
  }
  // A ticket is made for an auction that is there.
  if (ticket === null && !(await mayAskUnknown(ctx, 'requireLeft'))) {
    return refuse(CLOSE.tooManyFrames, 'too many unknown auctions')
  }

  const claims: ConnectionClaims = {
    person: ticket?.person ?? null,
    requestId: ctx.requestId,
    ticket: ticket && { jti: ticket.jti, expiresAtMs: ticket.expiresAtMs },
  }
  const response = await ctx.rooms(auctionId, 'once', (room) =>
    room.fetch('https://room/live', {
      headers: { Upgrade: 'websocket', [CONNECTION_HEADER]: JSON.stringify(claims) },
    }),
  )
  if (response.status === SWITCHING_PROTOCOLS) return response
  if (response.status === ROOM_REFUSAL_STATUS.ticket_not_good) return refuse(CLOSE.ticketNotGood, 'ticket')
  await mayAskUnknown(ctx, 'require')
  return refuse(CLOSE.noSuchAuction, 'no such auction')
}

/** Each auction that is not there would wake an object, so an address may ask for a few of them only. */
async function mayAskUnknown(ctx: LiveContext, how: 'require' | 'requireLeft'): Promise<boolean> {
  try {
    await ctx.limits[how]('unknown_auction', { userKey: null, address: ctx.address }, ctx)
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') return false
    throw error
  }
}
