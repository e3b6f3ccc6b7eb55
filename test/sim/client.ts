import { z } from 'zod'
import type { RoomBidder } from '../../src/auctions/live/contract.ts'
import { type ServerFrame, serverFrameSchema } from '../../src/auctions/live/protocol.ts'
import type { ConnectionClaims } from '../../src/auctions/live/sockets.ts'
import { centsToDollars } from '../../src/lib/money.ts'
import type { Intention } from './checks/offers.ts'
import { type FarEnd, Line, type ServerSocket } from './line.ts'
import type { Lot } from './lot.ts'
import { Story } from './story.ts'
import { Violation, type World } from './world.ts'

const TICKET_MS = 30_000
const RUBBISH_ID = 'rubbish'
const SESSION_MS = 8 * 3_600_000

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
  /** Of the connection that is there. */
  #story: Story
  /** The `seq` before the connection broke, for a `sync` over the gap. */
  #cameTo: number | null = null
  readonly #bids = new Map<string, Intention>()
  /** By which the client was last let in. */
  #used: ConnectionClaims | null = null

  constructor(world: World, lot: Lot, name: string, bidder: RoomBidder | null) {
    this.#world = world
    this.#lot = lot
    this.name = name
    this.bidder = bidder
    this.#story = this.#beginStory()
  }

  #beginStory(): Story {
    return new Story(this.#world, this.#lot, this.name, this.bidder !== null)
  }

  get isHere(): boolean {
    return this.#socket !== null && this.#line?.isWhole === true && this.#story.at !== null
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
      this.#story = this.#beginStory()
      const claims = this.#claims(number)
      this.#lot.host.connect(claims, line).then(
        (socket) => {
          if (typeof socket !== 'string') this.#used = claims
          this.#accepted(line, socket)
        },
        () => this.#accepted(line, 'unreachable'),
      )
    })
  }

  /** A ticket opens one socket, whoever else has come by it. */
  connectAgain(): void {
    if (this.#used?.ticket == null) return
    const line = new Line(this.#world, { onFrame: () => undefined, onClosed: () => undefined })
    this.#lot.host.connect(this.#used, line).then(
      (answer) => {
        const isRefused = answer === 'ticket_not_good'
        if (!isRefused) this.#world.fail(new Violation('A ticket opens one socket'))
      },
      () => undefined,
    )
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
  sync(since = this.#cameTo ?? this.#story.at ?? 0): void {
    if (!this.isHere) return
    this.#story.ask(since)
    this.send({ type: 'sync', since })
  }

  /** Asks once more for the last events, when nothing else happens. */
  resume(): void {
    if (!this.isHere || !this.isReading) return
    const since = Math.max(0, (this.#story.at ?? 0) - this.#world.random.between(0, 70))
    this.#story.askAlone(since)
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
    this.#cameTo = this.#story.at ?? this.#cameTo
    this.#line = null
    this.#socket = null
  }

  onFrame(text: string): void {
    this.#world.note(this.name, () => `← ${text}`)
    const frame = decode(text)
    switch (frame.type) {
      case 'welcome': {
        const isOfHouse = this.bidder?.sellerProfileId === this.#lot.terms.sellerProfileId
        this.#world.hold(isOfHouse || !('reserve_price' in frame.auction), 'R9: the reserve is secret')
        this.#story.welcome(frame)
        return
      }
      case 'event':
      case 'events':
        this.#story.tell(frame)
        return
      case 'accepted':
      case 'rejected':
        this.#answer(frame)
        return
      case 'outbid':
        this.#outbid(frame)
        return
      case 'watchers':
      case 'error':
        this.#story.other()
    }
  }

  /** Once everything has come to rest. */
  checkEnd(): void {
    if (!this.isHere || !this.isReading) return
    this.#story.checkEnd()
  }

  checkResumed(): void {
    if (this.isHere && this.isReading) this.#story.checkResumed()
  }

  #outbid({ current_bid, minimum_bid }: Extract<ServerFrame, { type: 'outbid' }>): void {
    const isTrue = this.#lot.book.states.some(({ position }, index, states) => {
      const hasLed = states[index - 1]?.position.leader?.bidderId === this.bidder?.userId
      const isOut = position.leader !== null && position.leader.bidderId !== this.bidder?.userId
      return hasLed && isOut && position.price === current_bid && position.minimumBid === minimum_bid
    })
    this.#world.hold(this.bidder !== null && isTrue, 'Who led until now is outbid')
  }

  #answer(frame: Extract<ServerFrame, { type: 'accepted' | 'rejected' }>): void {
    if (frame.id === RUBBISH_ID) return
    const intention = this.#bids.get(frame.id)
    if (intention === undefined) {
      this.#world.violate('An answer is to what was asked', frame)
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
}
