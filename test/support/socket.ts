import { exports } from 'cloudflare:workers'
import { z } from 'zod'
import {
  type eventSchema,
  PING,
  PONG,
  SUBPROTOCOL,
  serverFrameSchema,
  TICKET_PREFIX,
} from '../../src/auctions/live/protocol.ts'
import { type ApiOptions, ApiResponse, api, ORIGIN } from './api.ts'
import { waitFor } from './wait-for.ts'

/** A frame as it is on the wire: dollars, ISO times. */
export type Frame = z.input<typeof serverFrameSchema>
export type FrameOf<T extends Frame['type']> = Extract<Frame, { type: T }>
export type LiveEvent = z.input<typeof eventSchema>
export type Verdict = FrameOf<'accepted' | 'rejected'>

export interface SocketOptions {
  /** From `POST …/ticket`; a watcher has none. */
  ticket?: string
  /** Takes a ticket for this person first. */
  as?: ApiOptions['as']
  /** In place of `auction.v1` and the ticket. */
  protocols?: string[]
  headers?: Record<string, string>
}

const BAD = Symbol('a frame that does not obey the protocol')

/** The upgrade was answered with something else than a socket. */
export class UpgradeRefused extends Error {
  readonly response: ApiResponse
  constructor(response: ApiResponse) {
    super(`The upgrade was refused: ${response.status} ${response.text}`)
    this.response = response
  }
}

/** Connects to an auction's live socket. @throws UpgradeRefused */
export async function openSocket(auctionId: number, options: SocketOptions = {}): Promise<LiveSocket> {
  const ticket = options.ticket ?? (options.as && (await takeTicket(auctionId, options.as)))
  const protocols = options.protocols ?? [
    SUBPROTOCOL,
    ...(ticket === undefined ? [] : [TICKET_PREFIX + ticket]),
  ]
  const { socket, protocol } = await upgrade(`/api/auctions/${auctionId}/live`, protocols, options.headers)
  return new LiveSocket(socket, protocol)
}

/** Asks for a socket, and the subprotocol that the server chose. @throws UpgradeRefused */
export async function upgrade(
  path: string,
  protocols: readonly string[],
  headers: Record<string, string> = {},
): Promise<{ socket: WebSocket; protocol: string | null }> {
  const response = await exports.default.fetch(ORIGIN + path, {
    headers: {
      upgrade: 'websocket',
      ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
      ...headers,
    },
  })
  const { webSocket: socket } = response
  if (!socket) {
    throw new UpgradeRefused(new ApiResponse(response.status, response.headers, await response.text()))
  }
  return { socket, protocol: response.headers.get('sec-websocket-protocol') }
}

export async function takeTicket(auctionId: number, person: { access_token: string }): Promise<string> {
  const response = await api('POST', `/api/auctions/${auctionId}/ticket`, { as: person })
  return response.expect(200).as(z.object({ ticket: z.string() })).ticket
}

/** A client that keeps everything it is sent; each frame is checked against the protocol's own schema. */
export class LiveSocket {
  /** The subprotocol that the server chose. */
  readonly protocol: string | null
  readonly frames: Frame[] = []
  /** The same frames as they came, byte by byte. */
  readonly texts: string[] = []
  /** What did not obey the protocol's schema; every wait throws once there is something. */
  readonly badFrames: string[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #socket: WebSocket
  readonly #taken = new Set<Frame>()
  #pongs = 0
  #bids = 0
  #end: { code: number; reason: string } | null = null

  constructor(socket: WebSocket, protocol: string | null) {
    this.#socket = socket
    this.protocol = protocol
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => {
        this.#end = { code, reason }
        resolve(this.#end)
      })
    })
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.accept()
  }

  /** Every event so far, in the order of arrival, whether it came alone or with others. */
  get events(): LiveEvent[] {
    return this.frames.flatMap((frame) => {
      if (frame.type === 'events') return frame.events
      if (frame.type !== 'event') return []
      const { type: _, ...event } = frame
      return [event]
    })
  }

  /** The first frame of this type that no call of `next` has given yet, waited for. */
  next<T extends Frame['type']>(type: T, timeoutMs?: number): Promise<FrameOf<T>> {
    return this.#take((frame): frame is FrameOf<T> => frame.type === type, `a frame "${type}"`, timeoutMs)
  }

  /** The first event that fits, of those that came or will come; asking again gives the same one. */
  event(kind: LiveEvent['kind'], fits: (event: LiveEvent) => boolean = () => true): Promise<LiveEvent> {
    return this.#wait(
      () => this.events.find((event) => event.kind === kind && fits(event)),
      `an event "${kind}"`,
    )
  }

  /** Sends an object as JSON, text and bytes as they are. */
  send(frame: object | string | ArrayBuffer): void {
    const isRaw = typeof frame === 'string' || frame instanceof ArrayBuffer
    this.#socket.send(isRaw ? frame : JSON.stringify(frame))
  }

  /** Sends a bid and gives the answer to it. */
  bid(offer: { amount: number } | { max_bid: number }, id = this.#newId()): Promise<Verdict> {
    this.send({ type: 'bid', id, ...offer })
    return this.verdict(id)
  }

  buyNow(id = this.#newId()): Promise<Verdict> {
    this.send({ type: 'buy_now', id })
    return this.verdict(id)
  }

  /** The next `accepted` or `rejected` for this id that was not given yet. */
  verdict(id: string): Promise<Verdict> {
    return this.#take(
      (frame): frame is Verdict =>
        (frame.type === 'accepted' || frame.type === 'rejected') && frame.id === id,
      `a verdict on ${id}`,
    )
  }

  /** Sends `ping` and waits for its `pong`. */
  async ping(): Promise<void> {
    const before = this.#pongs
    this.#socket.send(PING)
    await this.#wait(() => this.#pongs > before, 'a pong')
  }

  close(code = 1000, reason = ''): void {
    this.#socket.close(code, reason)
  }

  #newId(): string {
    this.#bids += 1
    return `bid-${this.#bids}-${crypto.randomUUID().slice(0, 8)}`
  }

  #receive(data: string | ArrayBuffer): void {
    const text = typeof data === 'string' ? data : `${data.byteLength} bytes`
    if (text === PONG) {
      this.#pongs += 1
      return
    }
    this.texts.push(text)
    try {
      this.frames.push(z.encode(serverFrameSchema, serverFrameSchema.parse(JSON.parse(text))))
    } catch (error) {
      this.badFrames.push(`${text}: ${error instanceof Error ? error.message : error}`)
    }
  }

  #take<T extends Frame>(fits: (frame: Frame) => frame is T, what: string, timeoutMs?: number): Promise<T> {
    return this.#wait(
      () => {
        const found = this.frames.filter((frame) => !this.#taken.has(frame)).find(fits)
        if (found) this.#taken.add(found)
        return found
      },
      what,
      timeoutMs,
    )
  }

  async #wait<T>(
    find: () => T,
    what: string,
    timeoutMs = 5_000,
  ): Promise<Exclude<T, false | null | undefined>> {
    try {
      const found = await waitFor(() => (this.badFrames.length > 0 ? BAD : find()), { timeoutMs, what })
      if (found !== BAD) return found
      throw new Error('A frame is not of the protocol')
    } catch (cause) {
      const end = this.#end ? `; the socket was closed with ${this.#end.code} ${this.#end.reason}` : ''
      const got = [...this.texts, ...this.badFrames.map((bad) => `not of the protocol: ${bad}`)].join('\n')
      throw new Error(`Waited for ${what}${end}. It got:\n${got}`, { cause })
    }
  }
}
