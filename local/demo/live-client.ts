import { z } from 'zod'
import type { ApiClient } from './api-client.ts'

const PING_EVERY_MS = 15_000
const WAIT_MS = 10_000
const CLOSE_NORMAL = 1000

const ticketSchema = z.object({ ticket: z.string(), url: z.string() })
const positionSchema = z.object({
  current_bid: z.number(),
  bid_count: z.number(),
  high_bidder: z.string().nullable(),
  reserve_met: z.boolean().nullable(),
  ends_at: z.string(),
  extended_count: z.number(),
  status: z.string(),
  outcome: z.string().nullable(),
})
const eventSchema = positionSchema.extend({
  type: z.literal('event'),
  seq: z.number(),
  kind: z.string(),
  at: z.string(),
})
const auctionSchema = positionSchema.extend({ seq: z.number() })
const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), protocol: z.literal(1), auction: auctionSchema }),
  eventSchema,
  z.object({ type: z.literal('events'), events: z.array(eventSchema.omit({ type: true })) }),
  z.object({
    type: z.literal('accepted'),
    id: z.string(),
    bid_id: z.number(),
    seq: z.number().nullable(),
    leading: z.boolean(),
    your_max: z.number(),
    current_bid: z.number(),
    minimum_bid: z.number().nullable(),
  }),
  z.object({
    type: z.literal('rejected'),
    id: z.string(),
    code: z.string(),
    minimum_bid: z.number().nullable().optional(),
  }),
  z.object({ type: z.literal('outbid'), current_bid: z.number(), minimum_bid: z.number().nullable() }),
  z.object({ type: z.literal('watchers'), count: z.number() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
])
export type Frame = z.output<typeof frameSchema>
export type LiveEvent = Omit<z.output<typeof eventSchema>, 'type'>
export type Answer = Extract<Frame, { type: 'accepted' | 'rejected' }>
export type Offer = { amount: number } | { max_bid: number }

/**
 * A client of the live socket as `api.md` wants one: keeps the `seq` that it has seen, ignores what it knows, asks by
 * `sync` over a gap, and pings. Watches without a person, bids with one.
 */
export class LiveClient {
  readonly frames: Frame[] = []
  readonly events: LiveEvent[] = []
  /** The `seq` at which this client's story begins. */
  firstSeq = 0
  seq = 0
  /** Gaps that had to be asked for. */
  gaps = 0
  #socket: WebSocket | null = null
  #syncing = false
  #pinging: NodeJS.Timeout | undefined
  readonly #waiting = new Set<() => void>()
  readonly #baseUrl: string
  readonly #auctionId: number
  readonly #person: ApiClient | null

  constructor(baseUrl: string, auctionId: number, person: ApiClient | null) {
    this.#baseUrl = baseUrl
    this.#auctionId = auctionId
    this.#person = person
  }

  /** Connects, or connects again: then what was missed is asked for. */
  async connect(): Promise<this> {
    const path = `/api/auctions/${this.#auctionId}`
    const ticket = await this.#person?.call('POST', `${path}/ticket`, ticketSchema)
    const url = new URL(`${path}/live`, this.#baseUrl)
    url.protocol = url.protocol.replace('http', 'ws')
    const socket = new WebSocket(url, ticket ? ['auction.v1', `ticket.${ticket.ticket}`] : ['auction.v1'])
    this.#socket = socket
    this.#syncing = false
    const welcomes = this.#count('welcome')
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('close', () => this.#wake())
    await this.waitFor(() => this.#count('welcome') > welcomes, 'a welcome')
    this.#pinging = setInterval(() => socket.send('ping'), PING_EVERY_MS)
    return this
  }

  /** Drops the connection, as a tunnel or a lift does. */
  disconnect(): void {
    clearInterval(this.#pinging)
    this.#socket?.close(CLOSE_NORMAL)
    this.#socket = null
  }

  send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame))
  }

  /** Sends a bid, and the answer to it. */
  async bid(id: string, offer: Offer): Promise<Answer> {
    this.send({ type: 'bid', id, ...offer })
    return this.#answerTo(id)
  }

  async #answerTo(id: string): Promise<Answer> {
    let answer: Answer | undefined
    const find = (frame: Frame): frame is Answer =>
      (frame.type === 'accepted' || frame.type === 'rejected') && frame.id === id
    await this.waitFor(() => {
      answer = this.frames.findLast(find)
      return answer !== undefined
    }, `an answer to ${id}`)
    if (answer === undefined) throw new Error(`No answer to ${id}`)
    return answer
  }

  /** Waits until `holds`, looked at after each frame. @throws Error after `timeoutMs` */
  async waitFor(holds: () => boolean, what: string, timeoutMs = WAIT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (!holds()) {
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) throw new Error(`Waited ${timeoutMs / 1_000} s for ${what}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  get last(): LiveEvent | undefined {
    return this.events.at(-1)
  }

  /** True where the events follow one another without a gap from the first to the last. */
  get isGapless(): boolean {
    return this.events.every((event, index) => event.seq === this.firstSeq + index + 1)
  }

  #count(type: Frame['type']): number {
    return this.frames.reduce((sum, frame) => sum + (frame.type === type ? 1 : 0), 0)
  }

  #receive(data: unknown): void {
    if (data === 'pong' || typeof data !== 'string') return
    const frame = frameSchema.parse(JSON.parse(data))
    this.frames.push(frame)
    if (frame.type === 'welcome') this.#welcome(frame.auction.seq)
    if (frame.type === 'event') this.#learn([frame])
    if (frame.type === 'events') this.#learn(frame.events)
    this.#wake()
  }

  /** The first welcome begins the story, as does one that answers a `sync`; after a reconnect the rest is asked for. */
  #welcome(seq: number): void {
    if (this.seq === 0 || this.#syncing) {
      this.firstSeq = seq
      this.seq = seq
      this.events.length = 0
      this.#syncing = false
    } else if (seq > this.seq) {
      this.#sync()
    }
  }

  #learn(events: readonly LiveEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.seq) continue
      if (event.seq > this.seq + 1) {
        this.gaps += 1
        this.#sync()
        return
      }
      this.#syncing = false
      this.seq = event.seq
      this.events.push(event)
    }
  }

  #sync(): void {
    this.#syncing = true
    this.send({ type: 'sync', since: this.seq })
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}
