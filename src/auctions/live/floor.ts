import { READING_MAX_MS } from '../../lib/live-protocol.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Auction, EpochMs, LedgerEntry } from '../engine/auction.ts'
import { receivedAt } from '../engine/deadline.ts'
import { findOutbid, findRestoredLeader, viewEvents } from '../engine/view.ts'
import { describeRoomAuction } from '../schemas.ts'
import type { Deadlines } from './alarm.ts'
import type { RoomViewer } from './contract.ts'
import type { Display } from './display.ts'
import type { EventStream } from './event-stream.ts'
import { serializeFrame } from './frame-text.ts'
import type { Ledger } from './ledger.ts'
import type { RoomSocket } from './ports.ts'
import { describeEvent, describeEvents, PROTOCOL_VERSION, type ServerFrame } from './protocol.ts'
import type { Sockets } from './sockets.ts'

const WATCHERS_EVERY_MS = SECOND_MS
const READERS_EVERY_MS = SECOND_MS
/** Past so many missed events a new `welcome` is the shorter answer, whatever they say. */
const SYNC_EVENTS_MAX = 64

/** After these nobody should wait for the buffer. */
const URGENT_KINDS: readonly string[] = ['ended', 'cancelled', 'bid_voided', 'disclosure_changed']

interface FloorParts<Socket extends RoomSocket> {
  clock: () => EpochMs
  sockets: Sockets<Socket>
  stream: EventStream
  display: Display
  ledger: Ledger
  deadlines: Deadlines
  onCount: (sockets: number) => void
}

/** What the sockets are told, and when. */
export class Floor<Socket extends RoomSocket> {
  readonly #parts: FloorParts<Socket>
  #toldAt: EpochMs = Number.NEGATIVE_INFINITY
  #toldCount = -1

  constructor(parts: FloorParts<Socket>) {
    this.#parts = parts
  }

  /** Tells everyone of an entry, and apart from them whom it concerns most. */
  announce(before: Auction | null, entry: LedgerEntry, after: Auction): void {
    const { sockets, stream, clock } = this.#parts
    const kinds = entry.events.map(({ kind }) => kind)
    const isUrgent = kinds.some((kind) => URGENT_KINDS.includes(kind))
    stream.publish(viewEvents(entry), isUrgent)
    const now = clock()
    if (kinds.includes('edited')) this.#welcomeAll(after, now)
    if (before !== null) {
      const { price: current_bid, minimumBid: minimum_bid } = entry.after
      const outbid = findOutbid(before, entry)
      for (const socket of outbid === null ? [] : sockets.of(outbid)) {
        sockets.send(socket, { type: 'outbid', current_bid, minimum_bid }, now)
      }
      const restored = findRestoredLeader(before, entry)
      // R20: `welcome` is the frame that says "you lead", and with what maximum.
      for (const socket of restored === null ? [] : sockets.of(restored)) this.welcome(socket, after)
    }
    this.watchReaders(now)
  }

  /** Where the stream begins for this socket. */
  welcome(socket: Socket, auction: Auction): void {
    const { sockets, stream, clock } = this.#parts
    stream.flush()
    sockets.send(socket, this.#welcomeOf(auction, this.#viewerOf(socket), clock()), clock())
  }

  /** A scheduled auction was edited. Watchers without a person all get the same text. */
  #welcomeAll(auction: Auction, now: EpochMs): void {
    const { sockets, stream } = this.#parts
    stream.flush()
    let common: string | null = null
    for (const socket of sockets.all) {
      const viewer = this.#viewerOf(socket)
      if (viewer === null) common ??= serializeFrame(this.#welcomeOf(auction, null, now))
      const text = viewer === null ? common : serializeFrame(this.#welcomeOf(auction, viewer, now))
      if (text !== null) sockets.sendText(socket, text, now)
    }
  }

  #welcomeOf(auction: Auction, viewer: RoomViewer | null, now: EpochMs): ServerFrame {
    const { display, sockets } = this.#parts
    return {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      auction: describeRoomAuction(display.show(auction, viewer, now)),
      watchers: sockets.count,
    }
  }

  #viewerOf(socket: Socket): RoomViewer | null {
    return this.#parts.sockets.attachmentOf(socket)?.person ?? null
  }

  /** What was missed since `since`, or a new `welcome` where that is shorter or the client is ahead of the room. */
  sync(socket: Socket, since: number, auction: Auction): void {
    const { clock, ledger, sockets, stream } = this.#parts
    stream.flush()
    const now = clock()
    const missed = auction.seq - since
    const welcome = () => serializeFrame(this.#welcomeOf(auction, this.#viewerOf(socket), now))
    if (missed < 0 || missed > SYNC_EVENTS_MAX) {
      sockets.sendText(socket, welcome(), now)
      return
    }
    const entries = missed === 0 ? [] : ledger.entriesSince(since)
    const serverTime = receivedAt(auction, now)
    const events = entries
      .flatMap(viewEvents)
      .filter(({ seq }) => seq > since)
      .map((event) => describeEvent(event, serverTime))
    const answer = serializeFrame(describeEvents(events, true))
    const shorter = welcome()
    sockets.sendText(socket, shorter.length < answer.length ? shorter : answer, now)
  }

  /** A socket came or went: everyone is told how many there are, at most once a second. */
  countChanged(): void {
    const { clock, deadlines, onCount, sockets } = this.#parts
    onCount(sockets.count)
    const now = clock()
    if (now - this.#toldAt >= WATCHERS_EVERY_MS || now < this.#toldAt) this.tellCount(now)
    else if (deadlines.get('watchers') === null) deadlines.set('watchers', this.#toldAt + WATCHERS_EVERY_MS)
  }

  tellCount(now: EpochMs): void {
    const { sockets } = this.#parts
    const { count } = sockets
    if (count === this.#toldCount) return
    this.#toldAt = now
    this.#toldCount = count
    sockets.broadcast({ type: 'watchers', count }, now)
    this.watchReaders(now)
  }

  /** A frame went out: in 45 s it is looked at who has read it. */
  watchReaders(now: EpochMs): void {
    const { deadlines, sockets } = this.#parts
    if (deadlines.get('readers') === null && sockets.count > 0) deadlines.set('readers', now + READING_MAX_MS)
  }

  closeSlowReaders(now: EpochMs): void {
    const { deadlines, sockets } = this.#parts
    sockets.closeSlowReaders(now)
    // Who does not read does not answer the Close either, so nothing else tells that they are gone.
    this.countChanged()
    const next = sockets.nextSuspectAt()
    // Those who came one after the other are not looked for one by one: each look is at all of them.
    deadlines.set('readers', next === null ? null : Math.max(next, now + READERS_EVERY_MS))
  }
}
