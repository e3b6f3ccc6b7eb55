import { describeError } from '../../lib/error-text.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { People } from '../../users/live/people.ts'
import type { Auction, EpochMs, LedgerEntry } from '../engine/auction.ts'
import { receivedAt } from '../engine/deadline.ts'
import { Deadlines } from './alarm.ts'
import { frameOf } from './answer-frames.ts'
import { Backlog } from './backlog.ts'
import { Bids, type PlacedBid } from './bids.ts'
import { Book } from './book.ts'
import type { HistoryPage, HistoryQuery, Project, RoomAuction, RoomViewer } from './contract.ts'
import { Display, type ImageUrl } from './display.ts'
import { EventStream } from './event-stream.ts'
import { Floor } from './floor.ts'
import { Holds } from './holds.ts'
import { House } from './house.ts'
import { Ledger } from './ledger.ts'
import { Verdicts } from './ledger-verdicts.ts'
import type { AlarmClock, RoomSocket, RoomStorage, RunLater, SocketHost } from './ports.ts'
import { parseFrame } from './protocol.ts'
import { type ConnectionClaims, Sockets } from './sockets.ts'

/** What a room needs of the system around it. */
export interface RoomDeps {
  clock: () => EpochMs
  log: Logger
  people: Pick<People, 'enterRoom' | 'hold' | 'reportHold'>
  project: Project
  imageUrl: ImageUrl
  metrics: Pick<Metrics, 'auctions' | 'bids' | 'bidAmounts' | 'reportSockets' | 'flushIfDue'>
  settings: { RATE_LIMITS: 'on' | 'off'; BUYING_POWER: 'on' | 'off' }
}

/** What it needs of the platform. */
export interface RoomPorts<Socket extends RoomSocket> {
  storage: RoomStorage
  alarm: AlarmClock
  /** Where the platform's alarm stands already. */
  armedAt: EpochMs | null
  sockets: SocketHost<Socket>
  runLater: RunLater
  waitUntil: (work: Promise<unknown>) => void
  /** The auction's id; an object may be woken without knowing its name, and then has it in its ledger. */
  auctionId: number | null
}

/** Again after an alarm that failed: the platform gives up after six times. */
const ALARM_AGAIN_MS = 5_000
const TICKETS_FORGOTTEN_EVERY_MS = 30_000

/** A room over small interfaces: the same code in a Durable Object and in a simulation. */
export class RoomCore<Socket extends RoomSocket> {
  readonly house: House
  readonly bids: Bids
  readonly #deps: RoomDeps
  readonly #ledger: Ledger
  readonly #verdicts: Verdicts
  readonly #deadlines: Deadlines
  readonly #book: Book
  readonly #display: Display
  readonly #sockets: Sockets<Socket>
  readonly #stream: EventStream
  readonly #floor: Floor<Socket>
  readonly #backlog: Backlog
  readonly #holds: Holds
  #ticketsForgottenAt: EpochMs = 0

  constructor(deps: RoomDeps, ports: RoomPorts<Socket>) {
    const { clock } = deps
    const { storage } = ports
    this.#ledger = new Ledger(storage)
    this.#verdicts = new Verdicts(storage.sql)
    this.#deadlines = new Deadlines(ports.alarm, ports.armedAt, clock)
    this.#book = new Book(
      storage,
      this.#ledger,
      this.#verdicts,
      this.#deadlines,
      clock(),
      (before, entry, after) => this.#holds.note(before, entry, after),
      (before, entry, after) => {
        const { status } = entry.after
        if (before?.position.status !== status) deps.metrics.auctions.inc({ status })
        this.#announce(before, entry, after)
        this.#backlog.drain(true)
        this.#holds.tell()
      },
    )
    const auction = this.#book.auction
    const auctionId = auction?.terms.auctionId ?? ports.auctionId
    this.#deps = { ...deps, log: deps.log.with({ auction_id: auctionId }) }

    this.#display = new Display(this.#ledger, deps.imageUrl)
    this.#sockets = new Sockets(ports.sockets, auction?.lastAt ?? 0)
    this.#stream = new EventStream({
      clock,
      runLater: ports.runLater,
      broadcast: (frame, now) => this.#sockets.broadcast(frame, now),
    })
    this.#floor = new Floor({
      clock,
      sockets: this.#sockets,
      stream: this.#stream,
      display: this.#display,
      ledger: this.#ledger,
      deadlines: this.#deadlines,
      onCount: (count) => deps.metrics.reportSockets(this.#ledger.auctionId, count),
    })
    this.#backlog = new Backlog({
      clock,
      project: deps.project,
      ledger: this.#ledger,
      deadlines: this.#deadlines,
      waitUntil: ports.waitUntil,
    })
    this.house = new House({
      clock,
      log: this.#deps.log,
      book: this.#book,
      ledger: this.#ledger,
      display: this.#display,
    })
    this.#holds = new Holds({
      isOn: deps.settings.BUYING_POWER === 'on',
      clock,
      log: this.#deps.log,
      people: deps.people,
      ledger: this.#ledger,
      deadlines: this.#deadlines,
      waitUntil: ports.waitUntil,
      settle: (now) => this.#book.settle(now),
      voidBid: (bidId) => this.house.voidUnheld(bidId),
    })
    this.bids = new Bids(this.#book, this.#ledger, this.#verdicts, this.#holds, this.#deps)
    if (auction === null) return
    this.#deadlines.set('readers', this.#sockets.nextSuspectAt())
    deps.metrics.reportSockets(auction.terms.auctionId, this.#sockets.count)
    this.#backlog.drain()
    this.#holds.resume(auction)
  }

  /** What is written stands, whatever becomes of telling it: clients resume by `sync`. */
  #announce(before: Auction | null, entry: LedgerEntry, after: Auction): void {
    try {
      this.#floor.announce(before, entry, after)
    } catch (error) {
      this.#deps.log.error('entry_not_announced', { number: entry.number, ...describeError(error) })
    }
  }

  /** As of the last entry, for whoever compares it with the ledger; null where the room was never armed. */
  get auction(): Auction | null {
    return this.#book.auction
  }

  async view(viewer: RoomViewer | null): Promise<RoomAuction | null> {
    const { clock } = this.#deps
    if (this.#book.auction === null) return null
    await this.#display.prepare(clock())
    const now = clock()
    const auction = this.#book.settle(now)
    return auction && this.#display.show(auction, viewer, now)
  }

  history(query: HistoryQuery): HistoryPage | null {
    const auction = this.#book.settle(this.#deps.clock())
    if (auction === null) return null
    const { bidCount, price } = auction.position
    const total = bidCount + this.#ledger.countVoided()
    return { currentBid: price, bidCount, total, bids: this.#ledger.history(query) }
  }

  /**
   * Whether a connection is let in. A ticket opens one socket, and none for who is suspended.
   * @returns null, or why not
   */
  async admit({ person, ticket }: ConnectionClaims): Promise<'not_found' | 'ticket_not_good' | null> {
    const { clock } = this.#deps
    if (this.#book.auction === null) return 'not_found'
    await this.#display.prepare(clock())
    // One who cannot be asked for may watch; whether they may bid is asked again with their bid.
    if (person !== null) await this.bids.askFor(person.userId)
    const now = clock()
    this.#book.settle(now)
    if (person === null) return null
    if (this.#ledger.people.find(person.userId)?.suspended === true) return 'ticket_not_good'
    if (ticket === null || ticket.expiresAtMs <= now) return 'ticket_not_good'
    this.#forgetTickets(now)
    return this.#verdicts.useTicket(ticket.jti, ticket.expiresAtMs) ? null : 'ticket_not_good'
  }

  #forgetTickets(now: EpochMs): void {
    if (now - this.#ticketsForgottenAt < TICKETS_FORGOTTEN_EVERY_MS) return
    this.#ticketsForgottenAt = now
    this.#verdicts.forgetTickets(now)
  }

  /** Takes in the socket of a connection that was let in: `accept` makes it one of the room's. */
  connect({ person, requestId }: ConnectionClaims, accept: () => Socket): void {
    // What waits is told to those who were here: the newcomer's stream begins at their `welcome`.
    this.#stream.flush()
    const socket = accept()
    this.#sockets.attach(socket, { person, requestId, connectedAt: this.#deps.clock() })
    if (this.#book.auction !== null) this.#floor.welcome(socket, this.#book.auction)
    this.#floor.countChanged()
    this.#floor.watchReaders(this.#deps.clock())
  }

  disconnected(socket: Socket): void {
    this.#sockets.ended(socket)
    if (this.#book.auction !== null) this.#floor.countChanged()
  }

  /** A frame came. Resolves once it is answered; it is judged before anything that comes later from a known person. */
  async receive(socket: Socket, message: string | ArrayBuffer): Promise<void> {
    const { clock, settings } = this.#deps
    const now = clock()
    this.#book.settle(now)
    if (!this.#sockets.mayReceive(socket, now, settings.RATE_LIMITS === 'on')) return
    const frame = parseFrame(message)
    switch (frame.type) {
      case 'bad': {
        const { code, message: text } = frame
        this.#sockets.send(socket, { type: 'error', code, message: text }, now)
        this.#sockets.noteBadFrame(socket)
        return
      }
      case 'sync': {
        if (!this.#display.isPrepared(now)) await this.#display.prepare(now)
        const auction = this.#book.settle(clock())
        if (auction !== null) this.#floor.sync(socket, frame.since, auction)
        return
      }
      case 'offer': {
        const attachment = this.#sockets.attachmentOf(socket)
        if (attachment === null) return
        const { person, requestId } = attachment
        if (person === null) {
          this.#reject(socket, frame.id, 'unauthenticated')
          return
        }
        const { userId, sellerProfileId, canBid } = person
        const bidder = { userId, sellerProfileId, canBid }
        const bid: PlacedBid = { bidder, clientId: frame.id, offer: frame.offer, door: 'socket', requestId }
        const answer = this.bids.place(bid)
        const answered = answer instanceof Promise ? await answer : answer
        this.#sockets.send(socket, frameOf(frame.id, answered), clock())
      }
    }
  }

  #reject(socket: Socket, id: string, code: 'unauthenticated'): void {
    const now = this.#deps.clock()
    const serverTime = this.#book.auction === null ? now : receivedAt(this.#book.auction, now)
    this.#sockets.send(
      socket,
      { type: 'rejected', id, code, minimum_bid: null, server_time: new Date(serverTime) },
      now,
    )
  }

  /** Closes the sockets of a person who is suspended. */
  expel(userId: number): void {
    this.#sockets.expel(userId)
  }

  /** The platform's alarm, late or early. Awaits nothing, so that it holds no later one back. */
  ring(): void {
    const { clock, log } = this.#deps
    const now = clock()
    const due = this.#deadlines.ring(now)
    try {
      this.#book.settle(now)
      if (due.has('watchers')) this.#floor.tellCount(now)
      if (due.has('readers')) this.#floor.closeSlowReaders(now)
      if (due.has('forget')) this.#book.forget()
      if (this.#book.auction !== null) {
        this.#backlog.drain()
        this.#holds.tell()
      }
      this.bids.logAccepted()
    } catch (error) {
      log.error('alarm_failed', describeError(error))
      this.#deadlines.set('again', now + ALARM_AGAIN_MS)
    }
    this.#deadlines.rearm()
  }
}
