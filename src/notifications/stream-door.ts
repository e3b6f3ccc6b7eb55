import { CLOSE, type CloseCode, CONNECTION_HEADER } from '../lib/live-protocol.ts'
import { closedSocket, readHandshake, SWITCHING_PROTOCOLS } from '../lib/server-socket.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { Settings } from '../platform/env.ts'
import { AppError } from '../platform/errors.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { PersonStreams } from '../users/live/streams.ts'
import { type ConnectionClaims, REFUSAL_STATUS, SUBPROTOCOL } from './live/protocol.ts'
import { readStreamTicket, signStreamTicket, TICKET_EXPIRES_S } from './tickets.ts'

export interface StreamParts {
  settings: Pick<Settings, 'JWT_SECRET_KEY'>
  streams: Pick<PersonStreams, 'connect'>
}
type StreamContext = RequestContext & StreamParts

/** A ticket for one connection to the caller's stream, and where to connect; `origin` is where they reached the API. */
export async function takeStreamTicket(ctx: StreamContext & SignedIn, origin: string) {
  const ticket = await signStreamTicket(ctx.settings.JWT_SECRET_KEY, ctx.actor, ctx.now)
  const url = `${origin.replace(/^http/, 'ws')}/api/me/stream`
  return { ticket, expires_in: TICKET_EXPIRES_S, url }
}

/**
 * Opens a socket to the ticket's person. A refusal is an accepted socket closed at once with its code; without a good
 * ticket no object wakes. `isAllowedOrigin` is CORS's own judgement.
 * @throws AppError `upgrade_required`, `unavailable`
 */
export async function openStream(
  ctx: StreamContext,
  request: Request,
  isAllowedOrigin: boolean,
): Promise<Response> {
  const handshake = readHandshake(request, SUBPROTOCOL)
  if (handshake === null) throw new AppError('upgrade_required')
  const { isSpoken, tickets } = handshake
  const refuse = (code: CloseCode, reason: string): Response => {
    ctx.log.info('stream_refused', { code, reason })
    return closedSocket(code, reason, isSpoken ? SUBPROTOCOL : null)
  }

  if (!isAllowedOrigin) return refuse(CLOSE.origin, 'origin')
  const [token, ...more] = tickets
  if (!isSpoken || more.length > 0) return refuse(CLOSE.badFrames, 'subprotocol')
  if (token === undefined) return refuse(CLOSE.ticketNotGood, 'ticket')
  const ticket = await readStreamTicket(ctx.settings.JWT_SECRET_KEY, token, ctx.now)
  if (ticket === null) return refuse(CLOSE.ticketNotGood, 'ticket')

  const claims: ConnectionClaims = { ...ticket, requestId: ctx.requestId }
  const response = await connect(ctx, claims)
  if (response.status === SWITCHING_PROTOCOLS) return response
  if (response.status === REFUSAL_STATUS.too_many_sockets)
    return refuse(CLOSE.tooManyFrames, 'too many sockets')
  return refuse(CLOSE.ticketNotGood, 'ticket')
}

async function connect({ streams }: StreamContext, claims: ConnectionClaims): Promise<Response> {
  const headers = { Upgrade: 'websocket', [CONNECTION_HEADER]: JSON.stringify(claims) }
  try {
    return await streams.connect(claims.userId, headers)
  } catch (cause) {
    throw new AppError('unavailable', undefined, { cause })
  }
}
