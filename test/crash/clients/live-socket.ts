import { setTimeout as sleep } from 'node:timers/promises'
import { CLOSE, PING, PONG, SUBPROTOCOL, TICKET_PREFIX } from '../../../src/auctions/live/protocol.ts'
import type { Random } from '../random.ts'
import type { FrameReader } from './frames.ts'
import type { Narrator } from './narrator.ts'
import type { Offer } from './offers.ts'

const PING_EVERY_MS = 15_000
const OPEN_WITHIN_MS = 10_000
const CLOSE_WITHIN_MS = 3_000
/** In place of a close code. */
const UNANSWERED = 0
const RECONNECT_MIN_MS = 50
const RECONNECT_MAX_MS = 1_500
/** The room does not know an auction yet whose arming was interrupted. */
const EXPECTED_CLOSE_CODES: readonly number[] = [UNANSWERED, 1000, 1001, 1005, 1006, CLOSE.noSuchAuction]

export interface LiveSocketParts {
  url: string
  auctionId: number
  narrator: Narrator
  reader: FrameReader
  random: Random
  /** The ticket of a bidder; null where none is to be had now. A watcher has none. */
  takeTicket?: () => Promise<string | null>
  findOffer?: (id: string) => Offer | undefined
  /** Comes to be suspended, from when on their tickets are good no more. */
  isGuest?: boolean
}

/** One client's socket to one room, which comes back whenever it is lost, and is done when the auction is over. */
export class LiveSocket {
  readonly narrator: Narrator
  readonly #parts: LiveSocketParts
  #socket: WebSocket | null = null
  #closed: Promise<number> = Promise.resolve(0)
  #isWanted = true
  #hangUp: () => void = () => undefined
  connections = 0
  unansweredCloses = 0

  constructor(parts: LiveSocketParts) {
    this.#parts = parts
    this.narrator = parts.narrator
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  get isFinished(): boolean {
    return this.narrator.record.isFinished
  }

  /** Stays connected until the auction is over, or until `leave`. */
  async stay(): Promise<void> {
    while (this.#isWanted && !this.isFinished) {
      await this.#connect()
      if (this.#isWanted && !this.isFinished) await this.#pause()
    }
  }

  /** Connects once, reads for `readMs` (or until the auction is over), and drops the connection. */
  async visit(readMs: number): Promise<void> {
    if (!this.isFinished) await this.#connect(readMs)
  }

  drop(): void {
    this.#hangUp()
  }

  leave(): void {
    this.#isWanted = false
    this.drop()
  }

  /** @returns false where there is no connection to send on */
  send(frame: object): boolean {
    if (!this.isOpen) return false
    this.#socket?.send(JSON.stringify(frame))
    return true
  }

  /** Resolves when the present connection is gone. */
  get closed(): Promise<unknown> {
    return this.#closed
  }

  /** One connection, from its opening to its end. */
  async #connect(readMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { url, auctionId, takeTicket, narrator, isGuest } = this.#parts
    const ticket = takeTicket === undefined ? null : await takeTicket()
    if (!this.#isWanted || (takeTicket !== undefined && ticket === null)) return
    const socket = new WebSocket(
      `${url.replace(/^http/, 'ws')}/api/auctions/${auctionId}/live`,
      ticket === null ? [SUBPROTOCOL] : [SUBPROTOCOL, TICKET_PREFIX + ticket],
    )
    this.#socket = socket
    narrator.connected()
    const end = Promise.withResolvers<number>()
    this.#closed = end.promise
    let leaving: NodeJS.Timeout | undefined
    this.#hangUp = () => {
      socket.close()
      // A Close that is not answered is waited for in vain.
      leaving ??= setTimeout(end.resolve, CLOSE_WITHIN_MS, UNANSWERED)
    }
    let leave = setTimeout(this.#hangUp, OPEN_WITHIN_MS)
    const pinging = setInterval(() => this.isOpen && socket.send(PING), PING_EVERY_MS)
    socket.addEventListener('open', () => {
      this.connections += 1
      clearTimeout(leave)
      if (Number.isFinite(readMs)) leave = setTimeout(this.#hangUp, readMs)
    })
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#receive(data)
    })
    socket.addEventListener('close', ({ code }) => end.resolve(code))
    const code = await end.promise
    for (const timer of [leave, leaving, pinging]) clearTimeout(timer)
    this.#socket = null
    if (code === UNANSWERED) this.unansweredCloses += 1
    if (code === CLOSE.ticketNotGood && isGuest === true) {
      narrator.record.isShutOut = true
      this.#isWanted = false
    } else if (!EXPECTED_CLOSE_CODES.includes(code)) narrator.record.faults.push(`closed with ${code}`)
  }

  #receive(data: unknown): void {
    if (data === PONG) return
    const { narrator } = this.#parts
    try {
      this.#heed(String(data))
    } catch (error) {
      narrator.record.faults.push(`no frame of the contract: ${String(data).slice(0, 300)} (${error})`)
    }
    if (this.isFinished) this.#hangUp()
  }

  #heed(text: string): void {
    const { narrator, reader } = this.#parts
    const frame = reader.read(text)
    let since: number | null = null
    if (frame.type === 'welcome') since = narrator.welcome(frame.auction)
    else if (frame.type === 'event') since = narrator.events([frame])
    else if (frame.type === 'events') since = narrator.events(frame.events)
    else if (frame.type === 'error') narrator.record.faults.push(`error ${frame.code}: ${frame.message}`)
    else if (frame.type === 'rejected') {
      const { code, minimum_bid: minimumBid } = frame
      this.#offer(frame.id)?.take({ accepted: false, door: 'socket', code, minimumBid })
    } else if (frame.type === 'accepted') {
      this.#offer(frame.id)?.take({
        accepted: true,
        door: 'socket',
        bidId: frame.bid_id,
        seq: frame.seq,
        leading: frame.leading,
        yourMax: frame.your_max,
        currentBid: frame.current_bid,
        minimumBid: frame.minimum_bid,
        bidCount: null,
        endsAt: null,
      })
    }
    if (since !== null) this.send({ type: 'sync', since })
  }

  #offer(id: string): Offer | undefined {
    const offer = this.#parts.findOffer?.(id)
    if (offer === undefined)
      this.narrator.record.faults.push(`answered the id ${id}, which was never sent here`)
    return offer
  }

  #pause(): Promise<void> {
    return sleep(this.#parts.random.int(RECONNECT_MIN_MS, RECONNECT_MAX_MS))
  }
}
