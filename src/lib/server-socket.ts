import { TICKET_PREFIX } from './live-protocol.ts'

/** RFC 6455: a Close without a code is told as 1005, which may not be sent. */
const NO_CODE = 1005
const CLOSE_NORMAL = 1000
const CLOSE_PROTOCOL_ERROR = 1002
export const SWITCHING_PROTOCOLS = 101

/** What a client offers who asks for a socket. */
export interface Handshake {
  /** Whether it speaks the subprotocol, so that a refusal may name it. */
  isSpoken: boolean
  /** The tickets that come along; there should be one at most. */
  tickets: readonly string[]
}

/** What a request for a socket offers; null where it asks for none. */
export function readHandshake(request: Request, subprotocol: string): Handshake | null {
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') return null
  const offered = (request.headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map((name) => name.trim())
  const tickets = offered.filter((name) => name.startsWith(TICKET_PREFIX))
  return {
    isSpoken: offered.includes(subprotocol),
    tickets: tickets.map((name) => name.slice(TICKET_PREFIX.length)),
  }
}

/** A socket that is accepted and closed at once, so that a browser can read the code. `subprotocol` null: none is selected. */
export function closedSocket(code: number, reason: string, subprotocol: string | null): Response {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  server.close(code, reason)
  return new Response(null, {
    status: SWITCHING_PROTOCOLS,
    webSocket: client,
    headers: subprotocol === null ? {} : { 'Sec-WebSocket-Protocol': subprotocol },
  })
}

/**
 * workerd answers the Close of a socket that may hibernate only when it is told to, whatever the compatibility date;
 * unanswered, the connection stays until the client gives up. By the client's own code, unless nobody may send it.
 */
export function answerClose(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code === NO_CODE ? CLOSE_NORMAL : code, reason)
  } catch {
    socket.close(CLOSE_PROTOCOL_ERROR, 'close code')
  }
}
