import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { viewPosition } from '../../src/auctions/engine/view.ts'
import type { RoomBidder } from '../../src/auctions/live/contract.ts'
import { type EventBody, type ServerFrame, serverFrameSchema } from '../../src/auctions/live/protocol.ts'
import type { ConnectionClaims } from '../../src/auctions/live/sockets.ts'
import { centsToDollars } from '../../src/lib/money.ts'
import type { Intention } from './checks/offers.ts'
import { type FarEnd, Line, type ServerSocket } from './line.ts'
import type { Lot } from './lot.ts'
import type { World } from './world.ts'

const TICKET_MS = 30_000
const RUBBISH_ID = 'rubbish'
const SESSION_MS = 8 * 3_600_000

/** The last event or welcome, as the client remembers it. */
interface Shown
  extends Pick<
    EventBody,
    | 'status'
    | 'outcome'
    | 'current_bid'
    | 'minimum_bid'
    | 'high_bidder'
    | 'bid_count'
    | 'reserve_met'
    | 'extended_count'
  > {
  endsAt: number
}

/** A text is decoded once, however many receive it. */
const decoded = new Map<string, ServerFrame>()
const DECODED_MAX = 200

function decode(text: string): ServerFrame {
  const known = decoded.get(text)
  if (known !== undefined) return known
  if (decoded.size >= DECODED_MAX) decoded.clear()
  const frame = z.decode(serverFrameSchema, JSON.parse(text))
  decoded.set(text, frame)
  return frame
}

/** Somebody with a browser: what it is told must be a story without a gap. */
export class Client implements FarEnd {
  readonly name: string
  readonly bidder: RoomBidder | null
  readonly #world: World
  readonly #lot: Lot
  #connections = 0
  #isConnecting = false
  #line: Line | null = null
  #socket: ServerSocket | null = null
  /** The `seq` to which the story has come on this connection; null before the `welcome`. */
  #at: number | null = null
  #shown: Shown | null = null
  /** The `seq` before the connection broke, for a `sync` over the gap. */
  #cameTo: number | null = null
  #asked: { since: number; at: number } | null = null
  readonly #bids = new Map<string, Intention>()

  constructor(world: World, lot: Lot, name: string, bidder: RoomBidder | null) {
    this.#world = world
    this.#lot = lot
    this.name = name
    this.bidder = bidder
  }

  get isHere(): boolean {
    return this.#socket !== null && this.#line?.isWhole === true && this.#at !== null
  }
  get isAway(): boolean {
    return this.#line === null && !this.#isConnecting
  }
  get isReading(): boolean {
    return this.#line?.isReading === true
  }

  connect(): void {
    if (!this.isAway) return
    this.#isConnecting = true
    const number = ++this.#connections
    this.#world.soon(() => {
      const line = new Line(this.#world, {
        onFrame: (text) => this.#line === line && this.onFrame(text),
        onClosed: (code) => this.#line === line && this.onClosed(code),
      })
      this.#line = line
      this.#lot.host.connect(this.#claims(number), line).then(
        (socket) => this.#accepted(line, socket),
        () => this.#accepted(line, 'unreachable'),
      )
    })
  }

  #claims(number: number): ConnectionClaims {
    const { now } = this.#world
    const person = this.bidder && { ...this.bidder, isAdmin: false, sessionUntilMs: now + SESSION_MS }
    const ticket = person && { jti: `${this.name}-${number}`, expiresAtMs: now + TICKET_MS }
    return { person, requestId: this.name, ticket }
  }

  #accepted(line: Line, answer: ServerSocket | string): void {
    this.#isConnecting = false
    if (typeof answer === 'string') {
      this.#world.note(this.name, () => `not let in: ${answer}`)
      if (this.#line === line) this.#line = null
      return
    }
    if (this.#line === line) this.#socket = answer
    else this.#lot.host.lost(answer)
  }

  bid(intention: Intention): void {
    const { clientId, offer } = intention
    if (clientId === null) return
    this.#bids.set(clientId, intention)
    intention.sent += 1
    const amount = offer.kind === 'bid' ? centsToDollars(offer.amount) : null
    const what =
      offer.kind === 'buy_now'
        ? { type: 'buy_now' }
        : { type: 'bid', ...(offer.offer === 'max' ? { max_bid: amount } : { amount }) }
    this.send({ ...what, id: clientId })
  }

  /** Asks for what came after `since`; for what was missed while away where nothing is said. */
  sync(since = this.#cameTo ?? this.#at ?? 0): void {
    this.#asked = { since, at: this.#world.now }
    this.send({ type: 'sync', since })
  }

  /** What no client should send; with an id it is answered by name. */
  sendRubbish(hasId: boolean): void {
    this.send({ type: 'bid', id: hasId ? RUBBISH_ID : '', amount: 'much' })
  }

  send(frame: object): void {
    const [line, socket] = [this.#line, this.#socket]
    if (line === null || socket === null) return
    const text = JSON.stringify(frame)
    this.#world.note(this.name, () => `→ ${text}`)
    line.send(() => this.#lot.host.receive(socket, text))
  }

  /** The network breaks, or the tab is closed. */
  leave(): void {
    this.#line?.cut()
  }

  stopReading(): void {
    this.#line?.stopReading()
  }

  readOn(): void {
    this.#line?.readOn()
  }

  onClosed(code: number): void {
    this.#world.note(this.name, () => `closed with ${code}`)
    if (this.#socket !== null) this.#lot.host.lost(this.#socket)
    this.#cameTo = this.#at ?? this.#cameTo
    this.#line = null
    this.#socket = null
    this.#at = null
    this.#asked = null
  }

  onFrame(text: string): void {
    this.#world.note(this.name, () => `← ${text}`)
    const frame = decode(text)
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame)
        return
      case 'event': {
        const { type: _, ...event } = frame
        this.#tell([event], 'event')
        return
      }
      case 'events':
        this.#tell(frame.events, 'events')
        return
      case 'accepted':
      case 'rejected':
        this.#answer(frame)
        return
      case 'outbid':
        this.#hold(this.bidder !== null, 'Only a bidder is outbid')
        return
      case 'watchers':
      case 'error':
        this.#hold(this.#at !== null, 'The first frame is a welcome')
    }
  }

  /** Once everything has come to rest: the story ends as the auction did. */
  checkEnd(): void {
    const { auction } = this.#lot.book
    if (!this.isHere || !this.isReading || auction === null) return
    this.#hold(this.#at === auction.seq, 'The story goes on to the end')
    const { endsAt, ...position } = viewPosition(auction.position)
    const expected: Shown = {
      status: position.status,
      outcome: position.outcome,
      current_bid: position.currentBid,
      minimum_bid: position.minimumBid,
      high_bidder: position.highBidder,
      bid_count: position.bidCount,
      reserve_met: position.reserveMet,
      extended_count: position.extendedCount,
      endsAt,
    }
    this.#hold(isDeepStrictEqual(this.#shown, expected), 'The story ends in the same state')
  }

  #welcome({ auction }: Extract<ServerFrame, { type: 'welcome' }>): void {
    this.#lot.witness.seeBody(auction)
    this.#hold(this.bidder !== null || auction.you === null, 'A watcher is nobody')
    this.#hold(!('reserve_price' in auction) || this.#isOfHouse, 'R9: the reserve is secret')
    this.#hold(auction.seq >= (this.#at ?? 0), 'A welcome does not lead back')
    this.#at = auction.seq
    this.#asked = null
    this.#show(auction)
  }

  get #isOfHouse(): boolean {
    return this.bidder?.sellerProfileId === this.#lot.terms.sellerProfileId
  }

  #tell(events: readonly EventBody[], type: 'event' | 'events'): void {
    let at = this.#at
    if (at === null) {
      this.#hold(false, 'The first frame is a welcome')
      return
    }
    const [first] = events
    const since = this.#asked?.since
    if (type === 'events' && since !== undefined && (first?.seq ?? since + 1) <= since + 1) this.#asked = null
    this.#hold((first?.seq ?? 0) <= at + 1, 'The story has no gap')
    for (const [index, event] of events.entries()) {
      this.#hold(event.seq === (first?.seq ?? 0) + index, 'A frame has no gap')
      this.#lot.witness.see(event)
      if (event.seq <= at) continue
      at = event.seq
      this.#show(event)
    }
    this.#at = at
  }

  #show(from: Omit<Shown, 'endsAt'> & { ends_at: Date }): void {
    this.#shown = {
      status: from.status,
      outcome: from.outcome,
      current_bid: from.current_bid,
      minimum_bid: from.minimum_bid,
      high_bidder: from.high_bidder,
      bid_count: from.bid_count,
      reserve_met: from.reserve_met,
      extended_count: from.extended_count,
      endsAt: from.ends_at.getTime(),
    }
  }

  #answer(frame: Extract<ServerFrame, { type: 'accepted' | 'rejected' }>): void {
    if (frame.id === RUBBISH_ID) return
    const intention = this.#bids.get(frame.id)
    if (intention === undefined) {
      this.#hold(false, 'An answer is to what was asked')
      return
    }
    if (frame.type === 'rejected') {
      this.#lot.offers.judge(intention, { refused: frame.code, minimumBid: frame.minimum_bid })
      return
    }
    const { bid_id, seq, leading, your_max, current_bid, minimum_bid } = frame
    this.#lot.offers.judge(intention, {
      accepted: {
        bidId: bid_id,
        seq,
        leading,
        yourMax: your_max,
        currentBid: current_bid,
        minimumBid: minimum_bid,
      },
    })
  }

  #hold(condition: boolean, rule: string): void {
    this.#world.hold(condition, rule, () => ({ client: this.name, at: this.#at, shown: this.#shown }))
  }
}
