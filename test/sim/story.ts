import { isDeepStrictEqual } from 'node:util'
import { viewPosition } from '../../src/auctions/engine/view.ts'
import type { EventBody, ServerFrame } from '../../src/auctions/live/protocol.ts'
import type { Lot } from './lot.ts'
import type { World } from './world.ts'

/** What the client's page shows. */
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

type Welcome = Extract<ServerFrame, { type: 'welcome' }>
type Events = Extract<ServerFrame, { type: 'event' | 'events' }>

/** What one connection is told of the auction: from its `welcome` on without a gap, and nothing that is not so. */
export class Story {
  readonly #world: World
  readonly #lot: Lot
  readonly #name: string
  readonly #mayBeSomebody: boolean
  /** The `seq` to which it has come; null before the `welcome`. */
  #at: number | null = null
  #shown: Shown | null = null
  /** Questions that may not have been answered yet. */
  readonly #asked: number[] = []
  /** The first answer to a question that was asked when nothing else happened. */
  #resumed: { since: number; answer: number[] | 'welcome' | null } | null = null

  constructor(world: World, lot: Lot, name: string, mayBeSomebody: boolean) {
    this.#world = world
    this.#lot = lot
    this.#name = name
    this.#mayBeSomebody = mayBeSomebody
  }

  get at(): number | null {
    return this.#at
  }

  /** A `sync` was sent. */
  ask(since: number): void {
    this.#asked.push(since)
  }

  /** A `sync` was sent, and until it is answered nothing else is told. */
  askAlone(since: number): void {
    this.ask(since)
    this.#resumed = { since, answer: null }
  }

  welcome({ auction }: Welcome): void {
    this.#lot.witness.seeBody(auction)
    this.#hold(this.#mayBeSomebody || auction.you === null, 'A watcher is nobody')
    this.#hold(auction.seq >= (this.#at ?? 0), 'A welcome does not lead back')
    if (this.#resumed !== null) this.#resumed.answer ??= 'welcome'
    this.#at = auction.seq
    this.#show(auction)
  }

  tell(frame: Events): void {
    if (frame.type === 'event') {
      const { type: _, ...event } = frame
      this.#hold(event.seq === (this.#at ?? 0) + 1, 'Everyone is told the next event')
      this.#take([event])
      return
    }
    const { events } = frame
    if (this.#resumed !== null) this.#resumed.answer ??= events.map(({ seq }) => seq)
    this.#judgeAnswer(events[0]?.seq ?? null)
    this.#take(events)
  }

  /** What is neither a welcome nor an event. */
  other(): void {
    this.#hold(this.#at !== null, 'The first frame is a welcome')
  }

  /** Once everything has come to rest: the story ends as the auction did. */
  checkEnd(): void {
    const { auction } = this.#lot.book
    if (auction === null) return
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

  /** `askAlone` was answered with what was missed, or with a welcome in its place. */
  checkResumed(): void {
    if (this.#resumed === null) return
    const { since, answer } = this.#resumed
    const missed = Array.from({ length: (this.#at ?? 0) - since }, (_, index) => since + 1 + index)
    const isAnswered = answer === 'welcome' || isDeepStrictEqual(answer, missed)
    this.#hold(isAnswered, `A sync since ${since} tells what came after it, not ${answer}`)
  }

  /** Only the answer to a `sync` may repeat, and never what its client had. */
  #judgeAnswer(first: number | null): void {
    const at = this.#at ?? 0
    if (first === at + 1) return
    this.#hold(this.#asked.length > 0, 'Nothing is told twice to who has not asked')
    const earliest = Math.min(...this.#asked)
    this.#hold(first === null || first > earliest, 'A sync is answered with what came after it')
  }

  #take(events: readonly EventBody[]): void {
    if (this.#at === null) this.#world.violate('The first frame is a welcome', this.#name)
    let at = this.#at
    const [first] = events
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

  #hold(condition: boolean, rule: string): void {
    this.#world.hold(condition, rule, () => ({ client: this.#name, at: this.#at, shown: this.#shown }))
  }
}
