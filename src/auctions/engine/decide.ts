import type { Cents } from '../../lib/money.ts'
import {
  AUCTION_STATUS,
  type Auction,
  type AuctionPolicy,
  type Bidder,
  type BidderCommand,
  type Decision,
  type EpochMs,
  type HouseCommand,
  type LedgerEntry,
  OUTCOME,
  type Outcome,
  type Position,
} from './auction.ts'
import { decideBid } from './bidding.ts'
import { extendEnd, nextDeadline, receivedAt } from './deadline.ts'
import { accept, closedCode, followUps, reject, settle } from './decision.ts'
import { settleReserve } from './proxy.ts'
import { findTermsProblems, scheduledPosition } from './terms.ts'
import { decideDisclosure, decideVoiding } from './voiding.ts'

type CommandOf<K extends HouseCommand['kind']> = Extract<HouseCommand, { kind: K }>

/**
 * R2: the start or the end that has passed by now, as of that instant, or null. Append and fold it, and ask
 * again, before a command is judged: both may be due.
 */
export function decideDue(auction: Auction, now: EpochMs): LedgerEntry | null {
  const at = nextDeadline(auction)
  if (at === null || at > receivedAt(auction, now)) return null
  const seq = auction.seq + 1
  const { position } = auction
  if (position.status === AUCTION_STATUS.scheduled) {
    const opened: Position = { ...position, status: AUCTION_STATUS.active, outcome: null, cancelReason: null }
    return accept(auction, at, [{ kind: 'opened', seq }], opened).entry
  }
  const ended: Position = {
    ...position,
    status: AUCTION_STATUS.ended,
    outcome: outcomeOf(auction),
    cancelReason: null,
    minimumBid: null,
  }
  return accept(auction, at, [{ kind: 'ended', seq }], ended).entry
}

/** R15. */
function outcomeOf({ terms, position }: Auction): Outcome {
  if (position.leader === null) return OUTCOME.unsold
  if (terms.saleType === 'on_approval' || position.reserveMet === false) return OUTCOME.pendingSeller
  return OUTCOME.sold
}

/**
 * What a command makes of the auction at `now`: one ledger entry, or a refusal, which is a value and changes
 * nothing. `auction` is null until armed. Only bids and purchases have a bidder.
 * @throws Error where the caller breaks the contract: a command before arming, or before `decideDue`
 */
export function decide(
  auction: Auction | null,
  bidder: Bidder,
  command: BidderCommand,
  now: EpochMs,
): Decision
export function decide(auction: Auction | null, bidder: null, command: HouseCommand, now: EpochMs): Decision
export function decide(
  auction: Auction | null,
  bidder: Bidder | null,
  command: BidderCommand | HouseCommand,
  now: EpochMs,
): Decision {
  if (auction === null) {
    if (command.kind === 'arm') return arm(command, now)
    throw new Error(`A command ${command.kind} came before arming`)
  }
  if (command.kind === 'arm') return reject('wrong_status')
  const received = receivedAt(auction, now)
  const deadline = nextDeadline(auction)
  if (deadline !== null && deadline <= received) {
    throw new Error(`A command ${command.kind} came before what is due was applied`)
  }
  if (command.kind === 'bid' || command.kind === 'buy_now') {
    if (bidder === null) throw new Error(`A command ${command.kind} came without its bidder`)
    return decideBid(auction, bidder, command, received)
  }
  const closed = closedCode(auction.position)
  if (closed !== null) return reject(closed)
  switch (command.kind) {
    case 'edit':
      return edit(auction, command, received)
    case 'void_bids':
      return decideVoiding(auction, command.bidIds, command.reason, command.standing, received)
    case 'change_disclosure':
      return decideDisclosure(auction, command.by, command.changes, command.standing, received)
    case 'cancel':
      return cancel(auction, command, received)
  }
}

function arm({ terms }: CommandOf<'arm'>, now: EpochMs): Decision {
  const problems = findTermsProblems(terms, 1)
  if (problems.length > 0) return reject('validation_failed', null, problems)
  return accept(null, now, [{ kind: 'armed', seq: null, terms }], scheduledPosition(terms))
}

function edit(auction: Auction, { changes, minDurationMs }: CommandOf<'edit'>, received: EpochMs): Decision {
  if (auction.position.status === AUCTION_STATUS.scheduled) {
    return editScheduled(auction, changes, minDurationMs, received)
  }
  const { reservePrice } = changes
  if (reservePrice === undefined || Object.keys(changes).length > 1) return reject('wrong_status')
  return changeReserve(auction, reservePrice, received)
}

function editScheduled(
  auction: Auction,
  changes: Partial<AuctionPolicy>,
  minDurationMs: number,
  received: EpochMs,
): Decision {
  const edited = { ...auction.terms, ...changes }
  // A start in the past would open the auction before anyone could know of it.
  const terms = { ...edited, startsAt: Math.max(edited.startsAt, received) }
  const problems = findTermsProblems(terms, minDurationMs)
  if (problems.length > 0) return reject('validation_failed', null, problems)
  return accept(auction, received, [{ kind: 'edited', seq: null, terms }], scheduledPosition(terms))
}

/** R11. */
function changeReserve(auction: Auction, reservePrice: Cents | null, received: EpochMs): Decision {
  const { terms, position } = auction
  const current = position.reservePrice
  if (current === null || position.reserveMet === true) return reject('reserve_locked')
  if (reservePrice !== null) {
    if (position.reserveLowered || reservePrice >= current) return reject('reserve_locked')
    if (reservePrice < terms.startingPrice) {
      const message = 'Must not be below the starting price'
      return reject('validation_failed', null, [{ path: 'reserve_price', message }])
    }
  }
  const contest = settleReserve(terms, reservePrice, position)
  const met = reservePrice !== null && position.leader !== null && position.leader.maximum >= reservePrice
  const endsAt = met ? extendEnd(auction, received) : position.endsAt
  const extendedCount = position.extendedCount + (endsAt > position.endsAt ? 1 : 0)
  const after = settle(auction, contest, { reservePrice, reserveLowered: true, endsAt, extendedCount })
  const seq = auction.seq + 1
  return accept(
    auction,
    received,
    [{ kind: 'reserve_lowered', seq }, ...followUps(position, after, seq)],
    after,
  )
}

/** R17. */
function cancel(auction: Auction, { by, reason }: CommandOf<'cancel'>, received: EpochMs): Decision {
  const { terms, position } = auction
  if (by === 'seller' && position.status === AUCTION_STATUS.active) {
    if (terms.saleType === 'absolute') return reject('wrong_status')
    if (position.leader !== null) return reject('has_bids')
  }
  const cancelled: Position = {
    ...position,
    status: AUCTION_STATUS.cancelled,
    outcome: null,
    cancelReason: reason,
    minimumBid: null,
  }
  return accept(auction, received, [{ kind: 'cancelled', seq: auction.seq + 1, reason }], cancelled)
}
