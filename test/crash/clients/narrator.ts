import type { z } from 'zod'
import { AUCTION_STATUS } from '../../../src/auctions/engine/auction.ts'
import type { EventBody } from '../../../src/auctions/live/protocol.ts'
import type { auctionSchema } from '../../../src/auctions/schemas.ts'
import type { Cents } from '../../../src/lib/money.ts'
import { type ClientRecord, describePosition, newRecord, type Story, type Welcome } from './story.ts'

type AuctionBody = z.output<typeof auctionSchema>

/** What a bidder goes by. */
export interface Seen {
  readonly minimumBid: Cents | null
  readonly isActive: boolean
}

/**
 * One client's account of one auction, kept as `api.md` wants it: a `seq` that it has seen is ignored, a gap is asked
 * for by `sync`, and a room that is behind what it has told before is a fault.
 */
export class Narrator {
  readonly record: ClientRecord
  seen: Seen | null = null
  /** Gaps that had to be asked for, after a connection or within one. */
  gaps = 0
  readonly #story: Story
  #seq = 0
  /** A `sync` is out whose answer has not come. */
  #isAsking = false

  constructor(client: string, userId: number | null, story: Story) {
    this.record = newRecord(client, userId)
    this.#story = story
  }

  get seq(): number {
    return this.#seq
  }

  /** A new connection: what was asked on the old one is not answered any more. */
  connected(): void {
    this.#isAsking = false
  }

  /** @returns the `seq` after which to `sync`, or null */
  welcome(auction: AuctionBody): number | null {
    const { record } = this
    const welcome: Welcome = {
      seq: auction.seq,
      position: describePosition(auction),
      you: auction.you && { alias: auction.you.alias, leading: auction.you.leading },
    }
    record.welcomes.push(welcome)
    if (auction.seq < this.#seq) {
      record.faults.push(`welcome at seq ${auction.seq} after ${this.#seq} had been told`)
      return null
    }
    const isFirst = record.segments.length === 0
    if (auction.seq > this.#seq && !isFirst && !this.#isAsking) return this.#ask()
    if (isFirst || auction.seq > this.#seq) {
      record.segments.push({ from: welcome, events: [] })
      this.#seq = auction.seq
    }
    this.#isAsking = false
    this.#see(auction)
    return null
  }

  /** @returns the `seq` after which to `sync`, or null */
  events(events: readonly EventBody[]): number | null {
    for (const [index, event] of events.entries()) {
      const before = events[index - 1]
      if (before !== undefined && event.seq !== before.seq + 1) {
        this.record.faults.push(`one frame tells seq ${before.seq} and then ${event.seq}`)
      }
    }
    const [first] = events
    if (first !== undefined && first.seq > this.#seq + 1) return this.#isAsking ? null : this.#ask()
    for (const event of events) this.#learn(event)
    this.#isAsking = false
    return null
  }

  #ask(): number {
    this.gaps += 1
    this.#isAsking = true
    return this.#seq
  }

  #learn(event: EventBody): void {
    const { told, isSame } = this.#story.tell(event)
    if (!isSame) this.record.faults.push(`seq ${event.seq} is told differently: ${told.text}`)
    if (event.seq !== this.#seq + 1) return
    this.#seq = event.seq
    this.record.segments.at(-1)?.events.push(told)
    this.#see(event)
  }

  #see({ status, minimum_bid }: Pick<AuctionBody, 'status' | 'minimum_bid'>): void {
    this.seen = { minimumBid: minimum_bid, isActive: status === AUCTION_STATUS.active }
    this.record.isFinished = status === AUCTION_STATUS.ended || status === AUCTION_STATUS.cancelled
  }
}
