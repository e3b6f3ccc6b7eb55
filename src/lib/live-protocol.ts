/** What all live sockets have in common, whatever they tell. */

/** A ticket is offered behind this as a second subprotocol. */
export const TICKET_PREFIX = 'ticket.'
export const FRAME_MAX_BYTES = 4 * 1024
export const PING = 'ping'
export const PONG = 'pong'

export const CLOSE = {
  goingAway: 1001,
  badFrames: 4400,
  ticketNotGood: 4401,
  origin: 4403,
  noSuchAuction: 4404,
  notReading: 4408,
  tooManyFrames: 4429,
} as const
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE]

/** A client that has answered no ping for so long, though a frame was sent to it, does not read. */
export const READING_MAX_MS = 45_000
/** Frames that cannot be parsed, after which a socket is closed. */
export const BAD_FRAMES_MAX = 5

/** Where the Worker puts what it knows of a connection that it lets through, as JSON. */
export const CONNECTION_HEADER = 'X-Live-Connection'
