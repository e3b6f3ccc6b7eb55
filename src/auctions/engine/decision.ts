import type { Cents } from '../../lib/money.ts'
import {
  type Acceptance,
  AUCTION_STATUS,
  type Auction,
  type AuctionEvent,
  type EpochMs,
  type Position,
  type Rejection,
  type RejectionCode,
  type TermsProblem,
} from './auction.ts'
import { minimumBid } from './increments.ts'
import { type Contest, isReserveMet } from './proxy.ts'

type Changes = Partial<
  Pick<Position, 'bidCount' | 'bidderCount' | 'reservePrice' | 'reserveLowered' | 'endsAt' | 'extendedCount'>
>

/** The refusal that belongs to an auction that is over, or null (R16). */
export function closedCode({ status }: Position): 'ended' | 'cancelled' | null {
  return status === AUCTION_STATUS.ended || status === AUCTION_STATUS.cancelled ? status : null
}

export function reject(
  rejected: RejectionCode,
  minimum: Cents | null = null,
  problems: readonly TermsProblem[] = [],
): Rejection {
  return { rejected, minimumBid: minimum, problems }
}

/** An accepted command that is no bid: one ledger entry. */
export function accept(
  auction: Auction | null,
  at: EpochMs,
  events: readonly AuctionEvent[],
  after: Position,
): Acceptance {
  return { rejected: null, entry: { number: (auction?.number ?? 0) + 1, at, events, after }, verdict: null }
}

/** The position once `contest` stands, with what else has changed. */
export function settle({ terms, position }: Auction, contest: Contest, changes: Changes): Position {
  const { price, leader } = contest
  const moved = { ...position, ...changes }
  return {
    ...moved,
    price,
    leader,
    minimumBid: minimumBid(terms, price, leader !== null),
    reserveMet: isReserveMet(moved.reservePrice, leader),
  }
}

/** R3: the `reserve_met` and `extended` events that follow the one numbered `seq`, in that order. */
export function followUps(before: Position, after: Position, seq: number): AuctionEvent[] {
  const events: AuctionEvent[] = []
  if (before.reserveMet === false && after.reserveMet === true) {
    events.push({ kind: 'reserve_met', seq: seq + events.length + 1 })
  }
  if (after.extendedCount > before.extendedCount) {
    events.push({ kind: 'extended', seq: seq + events.length + 1 })
  }
  return events
}
