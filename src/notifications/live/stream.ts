import { describeError } from '../../lib/error-text.ts'
import { CLOSE, CONNECTION_HEADER, FRAME_MAX_BYTES, READING_MAX_MS } from '../../lib/live-protocol.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Logger } from '../../platform/logger.ts'
import type { PersonStream, StreamHost } from '../../users/live/person-stream.ts'
import type { News } from '../read-news.ts'
import {
  type ConnectionClaims,
  connectionSchema,
  REFUSAL_STATUS,
  type StreamFrame,
  type StreamRefusal,
  SUBPROTOCOL,
  serializeFrame,
} from './protocol.ts'
import { StreamSockets } from './stream-sockets.ts'
import { StreamState } from './stream-state.ts'

/** A person's devices and tabs. */
export const SOCKETS_MAX = 20
const READ_AGAIN_MS = 5 * SECOND_MS

/** What a stream needs of the system around it. */
export interface StreamDeps {
  readNews: (userId: number, seen: readonly number[] | null) => Promise<News>
  log: Logger
  /** Epoch milliseconds. */
  clock: () => number
}

/**
 * Tells a person's open sockets what they are notified of (M14). MySQL is read when something was announced and
 * somebody listens; what could not be read is read again a little later.
 */
export class Stream implements PersonStream {
  readonly #deps: StreamDeps
  readonly #host: StreamHost
  readonly #sockets: StreamSockets
  readonly #state: StreamState
  #isWanted = false
  #isReading = false
  /** Counts streams that began: what was read for an earlier one tells nothing of this. */
  #beginnings = 0

  constructor(deps: StreamDeps, host: StreamHost) {
    this.#deps = deps
    this.#host = host
    this.#sockets = new StreamSockets(host.sockets)
    this.#state = new StreamState(host.kv)
  }

  async fetch(request: Request): Promise<Response> {
    const claims = connectionSchema.parse(JSON.parse(request.headers.get(CONNECTION_HEADER) ?? 'null'))
    const now = this.#deps.clock()
    const refusal = this.#judge(claims, now)
    if (refusal !== null) return new Response(null, { status: REFUSAL_STATUS[refusal] })
    if (this.#sockets.all.length === 0) {
      this.#beginnings += 1
      this.#state.begin()
    }
    const { 0: client, 1: server } = new WebSocketPair()
    this.#sockets.accept(server, claims.sessionUntilMs, now)
    this.#read()
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL },
    })
  }

  /** A ticket opens one socket of its own person, and none for who is suspended. @returns null, or why not */
  #judge({ userId, jti, expiresAtMs }: ConnectionClaims, now: number): StreamRefusal | null {
    const person = this.#host.person()
    if (person.userId !== userId || person.isSuspended || expiresAtMs <= now) return 'ticket_not_good'
    if (!this.#state.useTicket(jti, expiresAtMs, now)) return 'ticket_not_good'
    if (this.#sockets.current(now).length >= SOCKETS_MAX) this.#sockets.closeSilent(now)
    return this.#sockets.all.length >= SOCKETS_MAX ? 'too_many_sockets' : null
  }

  get count(): number {
    return this.#sockets.all.length
  }

  ended(socket: WebSocket): void {
    this.#sockets.ended(socket)
  }

  announce(): void {
    if (this.#sockets.all.length > 0) this.#read()
  }

  /** The stream takes nothing but pings, which the platform answers: a few frames of another kind close it. */
  receive(socket: WebSocket, message: string | ArrayBuffer): void {
    if (!this.#sockets.mayReceive(socket, this.#deps.clock())) return
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message).length : message.byteLength
    const isLarge = bytes > FRAME_MAX_BYTES
    const frame: StreamFrame = isLarge
      ? { type: 'error', code: 'too_large', message: `A frame has at most ${FRAME_MAX_BYTES} bytes` }
      : { type: 'error', code: 'validation_failed', message: 'This stream takes no frames' }
    this.#sockets.send([socket], serializeFrame(frame))
    this.#sockets.noteBadFrame(socket)
  }

  expel(): void {
    for (const socket of this.#sockets.all) this.#sockets.close(socket, CLOSE.ticketNotGood, 'suspended')
  }

  ring(): void {
    const now = this.#deps.clock()
    const { isBehind, toldAtMs } = this.#state.read()
    if (isBehind && this.#sockets.all.length > 0) this.#read()
    const suspectAtMs = this.#sockets.closeSlowReaders(toldAtMs, now)
    if (suspectAtMs !== null) this.#host.ringBy(suspectAtMs)
  }

  /** One reading at a time; one that runs takes up what was announced meanwhile. */
  #read(): void {
    this.#isWanted = true
    if (this.#isReading) return
    this.#isReading = true
    this.#host.waitUntil(this.#readAll())
  }

  async #readAll(): Promise<void> {
    const { userId } = this.#host.person()
    try {
      await this.#readWhileWanted(userId)
    } catch (error) {
      const now = this.#deps.clock()
      this.#deps.log.warn('stream_not_read', { user_id: userId, ...describeError(error) })
      this.#state.change({ isBehind: true })
      this.#host.ringBy(now + READ_AGAIN_MS)
    } finally {
      this.#isReading = false
    }
  }

  async #readWhileWanted(userId: number): Promise<void> {
    const { clock, readNews } = this.#deps
    while (this.#isWanted && this.#sockets.current(clock()).length > 0) {
      this.#isWanted = false
      const beginning = this.#beginnings
      const news = await readNews(userId, this.#state.read().seen)
      if (beginning === this.#beginnings) this.#tell(news)
      if (beginning !== this.#beginnings || news.isMore) this.#isWanted = true
    }
  }

  #tell({ notifications, seen, unread }: News): void {
    const now = this.#deps.clock()
    const sockets = this.#sockets.current(now)
    const before = this.#state.read()
    const newcomers = this.#sockets.greet(sockets)
    const listeners = sockets.filter((socket) => !newcomers.includes(socket))
    for (const notification of notifications) {
      this.#sockets.send(listeners, serializeFrame({ type: 'notification', notification }))
    }
    const isChanged = unread !== before.unread
    const told = isChanged ? sockets : newcomers
    if (told.length > 0) this.#sockets.send(told, serializeFrame({ type: 'unread', count: unread }))
    const isTold = notifications.length > 0 || told.length > 0
    this.#state.change({ seen, unread, isBehind: false, ...(isTold && { toldAtMs: now }) })
    if (isTold) this.#host.ringBy(now + READING_MAX_MS)
  }
}
