import type { z } from 'zod'
import type { EventBody } from '../../../src/auctions/live/protocol.ts'
import type { auctionSchema } from '../../../src/auctions/schemas.ts'

/** An event as somebody was told it, but for the time of the telling. */
export interface Told {
  readonly seq: number
  readonly text: string
}

/** Where a stream begins, as a `welcome` says it. */
export interface Welcome {
  readonly seq: number
  readonly position: string
  /** null for who has not bid here */
  readonly you: { readonly alias: string; readonly leading: boolean } | null
}

/** What one client was told of one auction, in its order. */
export interface ClientRecord {
  readonly client: string
  /** null for a watcher */
  readonly userId: number | null
  readonly welcomes: Welcome[]
  /** Each begins at a welcome: the first one, and those that the room gave in place of what was missed. */
  readonly segments: { readonly from: Welcome; readonly events: Told[] }[]
  /** What no client may ever be told. */
  readonly faults: string[]
  /** The room said that the auction is over, and nothing before it is missing. */
  isFinished: boolean
  /** The room lets this person in no more, and they have gone. */
  isShutOut: boolean
}

export const newRecord = (client: string, userId: number | null): ClientRecord => ({
  client,
  userId,
  welcomes: [],
  segments: [],
  faults: [],
  isFinished: false,
  isShutOut: false,
})

type AuctionBody = z.output<typeof auctionSchema>

/** The fields of an auction that events change, in one order. */
export const describePosition = (
  of: Pick<
    AuctionBody,
    | 'current_bid'
    | 'minimum_bid'
    | 'high_bidder'
    | 'bid_count'
    | 'reserve_met'
    | 'ends_at'
    | 'extended_count'
    | 'status'
    | 'outcome'
  >,
): string =>
  JSON.stringify([
    of.status,
    of.outcome,
    of.current_bid,
    of.minimum_bid,
    of.high_bidder,
    of.bid_count,
    of.reserve_met,
    of.ends_at,
    of.extended_count,
  ])

/** An event without the time of its telling, which a repetition does not share. */
export const describeTold = (event: EventBody): string =>
  JSON.stringify([
    event.kind,
    event.at,
    describePosition(event),
    event.bid_id ?? null,
    event.bidder ?? null,
    event.amount ?? null,
    event.reason ?? null,
    event.changes ?? null,
  ])

/** Everything that anybody was told of one auction: what is told twice must be the same, and is kept once. */
export class Story {
  readonly #told = new Map<number, Told>()

  /** The event as it is kept, and whether it is what others were told. */
  tell(event: EventBody): { told: Told; isSame: boolean } {
    const text = describeTold(event)
    const known = this.#told.get(event.seq)
    if (known?.text === text) return { told: known, isSame: true }
    const told = { seq: event.seq, text }
    if (known === undefined) this.#told.set(event.seq, told)
    return { told, isSame: known === undefined }
  }
}
