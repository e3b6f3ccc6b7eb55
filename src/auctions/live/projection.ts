import type { Cents } from '../../lib/money.ts'
import { MINUTE_MS } from '../../lib/time.ts'
import type { CommonNotice, Notice } from '../../notifications/notification.ts'
import type {
  AuctionTerms,
  Bid,
  DisclosureChange,
  EpochMs,
  LedgerEntry,
  Outcome,
  Position,
} from '../engine/auction.ts'
import type { LedgerReader, RoomBidderRow } from './contract.ts'
import {
  isClosing,
  type NoticeSubject,
  noticeOfDisclosure,
  noticesOfClosing,
  noticesWhileOpen,
} from './notices.ts'

/** How long after its end the sweeper looks whether an auction was settled. */
export const SETTLEMENT_GRACE_MS = MINUTE_MS

export interface BidRow extends Bid {
  readonly bidId: number
  readonly seq: number | null
  readonly at: EpochMs
  /** The price after this bid, and who led then. */
  readonly price: Cents
  readonly leaderAlias: string
}

/** A reserve lowered, or dropped (null), by R11. */
export interface ReserveRow {
  readonly number: number
  readonly reservePrice: Cents | null
  readonly at: EpochMs
}

export interface Voiding {
  readonly bidIds: readonly number[]
  readonly reason: string
  readonly at: EpochMs
}

export interface Disclosure {
  readonly changes: readonly DisclosureChange[]
  /** To whoever watches the vehicle. */
  readonly notice: CommonNotice
}

/** What the auction's row becomes; applied only where the row shows an earlier entry. */
export interface AuctionChange {
  readonly auctionId: number
  /** Number of the last entry that is in it. */
  readonly projected: number
  readonly at: EpochMs
  /** The last `seq` of the batch; null where the batch has none. */
  readonly seq: number | null
  /** Where the batch arms or edits; else the row keeps what it has. */
  readonly terms: AuctionTerms | null
  readonly armedAt: EpochMs | null
  /** null where the batch is the arming alone: the row was made as the opening will leave it, and stays so. */
  readonly position: Position | null
  /** When the sweeper looks again; null once settled. */
  readonly nextAttemptAt: EpochMs | null
  readonly vehicleId: number
  /** What everyone was told of the vehicle (M12), in order. */
  readonly disclosed: readonly Disclosure[]
}

/** An auction that is over, as what follows from it (M1) needs it. */
export interface EndedAuction {
  readonly auctionId: number
  readonly vehicleId: number
  readonly sellerId: number
  /** null where it was cancelled */
  readonly outcome: Outcome | null
  /** Whoever leads at the end, whatever the outcome; null without a bid. */
  readonly highBidderId: number | null
  readonly price: Cents
  readonly endedAt: EpochMs
}

/** What has to be in one transaction once the last entry is there. */
export interface Settlement {
  readonly change: AuctionChange
  readonly ended: EndedAuction
  readonly notices: readonly Notice[]
}

/** Rows for a stretch of the ledger, in the order in which they are written. */
export interface Batch {
  readonly auctionId: number
  readonly bids: readonly BidRow[]
  readonly voidings: readonly Voiding[]
  readonly reserveChanges: readonly ReserveRow[]
  /** Those whose bids are among these, as they stand after the ledger's last entry, which `biddersAsOf` numbers. */
  readonly bidders: readonly RoomBidderRow[]
  readonly biddersAsOf: number
  readonly notices: readonly Notice[]
  readonly change: AuctionChange
  readonly settlement: Settlement | null
}

/** The rows of up to `limit` entries after the ledger's cursor. @throws Error where there are none */
export function readBatch(ledger: LedgerReader, limit: number): Batch {
  const cursor = ledger.cursor()
  // The entry in front tells who led before.
  const read = ledger.entriesAfter(Math.max(0, cursor - 1), cursor === 0 ? limit : limit + 1)
  const entries = read.filter(({ number }) => number > cursor)
  const last = entries.at(-1)
  if (last === undefined) throw new Error(`The ledger has nothing after ${cursor}`)
  const before = read.find(({ number }) => number === cursor) ?? null
  const subject = { auctionId: ledger.auctionId, vehicle: ledger.vehicle() }
  const bidders = ledger.bidders()
  const touched = new Set(entries.flatMap(touchedBy))
  const change = describeChange(subject, entries, last)
  return {
    auctionId: ledger.auctionId,
    bids: entries.flatMap(bidRowsOf),
    voidings: entries.flatMap(voidingsOf),
    reserveChanges: entries.flatMap(reserveRowsOf),
    bidders: bidders.filter(({ bidderId }) => touched.has(bidderId)),
    biddersAsOf: ledger.lastNumber(),
    notices: noticesWhileOpen(subject, before, entries),
    change,
    settlement: isClosing(last)
      ? {
          change: { ...change, nextAttemptAt: null },
          ended: describeEnd(ledger, last),
          notices: noticesOfClosing(subject, last, bidders),
        }
      : null,
  }
}

function bidRowsOf(entry: LedgerEntry): BidRow[] {
  const { number, at, events, after } = entry
  const [first] = events
  if (first?.kind !== 'bid' && first?.kind !== 'bought' && first?.kind !== 'raised') return []
  // A bid leaves a leader, so the alias is there; the bidder's own is what it would be.
  const leaderAlias = after.leader?.alias ?? first.bid.alias
  return [{ ...first.bid, bidId: number, seq: first.seq, at, price: after.price, leaderAlias }]
}

function reserveRowsOf({ number, at, events: [first], after }: LedgerEntry): ReserveRow[] {
  return first?.kind === 'reserve_lowered' ? [{ number, reservePrice: after.reservePrice, at }] : []
}

function voidingsOf({ at, events }: LedgerEntry): Voiding[] {
  const idsByReason = new Map<string, number[]>()
  for (const event of events) {
    if (event.kind !== 'bid_voided') continue
    const ids = idsByReason.get(event.reason)
    if (ids === undefined) idsByReason.set(event.reason, [event.bidId])
    else ids.push(event.bidId)
  }
  return [...idsByReason].map(([reason, bidIds]) => ({ bidIds, reason, at }))
}

function touchedBy({ events }: LedgerEntry): number[] {
  return events.flatMap((event) => {
    if (event.kind === 'bid_voided') return [event.bidderId]
    return event.kind === 'bid' || event.kind === 'bought' || event.kind === 'raised'
      ? [event.bid.bidderId]
      : []
  })
}

function describeChange(
  subject: NoticeSubject,
  entries: readonly LedgerEntry[],
  last: LedgerEntry,
): AuctionChange {
  const { auctionId, vehicle } = subject
  let seq: number | null = null
  let terms: AuctionTerms | null = null
  let armedAt: EpochMs | null = null
  const disclosed: Disclosure[] = []
  for (const entry of entries) {
    const { at, events } = entry
    for (const event of events) {
      if (event.seq !== null) seq = event.seq
      if (event.kind === 'armed' || event.kind === 'edited') terms = event.terms
      if (event.kind === 'armed') armedAt = at
      if (event.kind === 'disclosure_changed') {
        const { changes } = event
        disclosed.push({ changes, notice: noticeOfDisclosure(subject, entry, changes) })
      }
    }
  }
  return {
    auctionId,
    projected: last.number,
    at: last.at,
    seq,
    terms,
    armedAt,
    position: last.number === 1 ? null : last.after,
    nextAttemptAt: last.after.endsAt + SETTLEMENT_GRACE_MS,
    vehicleId: vehicle.id,
    disclosed,
  }
}

function describeEnd(ledger: LedgerReader, { after, at }: LedgerEntry): EndedAuction {
  const vehicle = ledger.vehicle()
  return {
    auctionId: ledger.auctionId,
    vehicleId: vehicle.id,
    sellerId: vehicle.sellerId,
    outcome: after.outcome,
    highBidderId: after.leader?.bidderId ?? null,
    price: after.price,
    endedAt: at,
  }
}
