import type { Cents } from '../../lib/money.ts'
import {
  AUCTION_STATUS,
  type Auction,
  type AuctionEvent,
  type AuctionStatus,
  type Bid,
  type Bidder,
  type DisclosureChange,
  type EpochMs,
  type IncrementRow,
  type LedgerEntry,
  type Outcome,
  type Position,
  type SoftClose,
} from './auction.ts'
import { receivedAt } from './deadline.ts'

export interface Viewer {
  /** The seller and admins (R9, R19). */
  readonly seesReserve: boolean
  /** The viewer's row where they have bid here: `maximum` is the highest of their standing offers. */
  readonly bidder: {
    readonly bidderId: number
    readonly alias: string
    readonly maximum: Cents | null
  } | null
}

/** What everyone may see change; every event carries it. */
export interface PublicPosition {
  readonly status: AuctionStatus
  readonly outcome: Outcome | null
  readonly currentBid: Cents
  readonly minimumBid: Cents | null
  /** An alias. */
  readonly highBidder: string | null
  readonly bidCount: number
  readonly reserveMet: boolean | null
  readonly endsAt: EpochMs
  readonly extendedCount: number
}

/** `api.md`'s auction without its vehicle, in cents and epoch milliseconds. */
export interface AuctionView extends PublicPosition {
  readonly id: number
  readonly sellerId: number
  readonly saleType: Auction['terms']['saleType']
  readonly startingPrice: Cents
  readonly hasReserve: boolean
  /** Only for the seller and admins; absent for others. */
  readonly reservePrice?: Cents | null
  readonly buyNowPrice: Cents | null
  readonly startsAt: EpochMs
  readonly originalEndsAt: EpochMs
  /** Whole seconds to the end; 0 once ended or cancelled. */
  readonly timeRemainingSeconds: number
  readonly increments: readonly IncrementRow[]
  readonly softClose: SoftClose
  readonly belowReserve: Auction['terms']['belowReserve']
  readonly seq: number
  readonly serverTime: EpochMs
  readonly cancelReason: string | null
  readonly you: { readonly alias: string; readonly leading: boolean; readonly maxBid: Cents | null } | null
}

/** The body of an `event` frame, `server_time` aside. */
export interface EventView extends PublicPosition {
  readonly seq: number
  readonly kind: Exclude<AuctionEvent['kind'], 'armed' | 'edited' | 'raised'>
  readonly at: EpochMs
  readonly bidId?: number
  /** An alias. */
  readonly bidder?: string
  readonly amount?: Cents
  readonly reason?: string
  readonly changes?: readonly DisclosureChange[]
}

/** A row of the bid history as it was accepted. */
export interface BidView {
  readonly id: number
  readonly seq: number
  readonly at: EpochMs
  readonly bidder: string
  readonly amount: Cents
  readonly kind: Bid['kind']
  readonly isAutoBid: boolean
  readonly currentBid: Cents
  readonly leader: string
}

/** The auction as `viewer` may see it (R9, R19). */
export function viewAuction(auction: Auction, viewer: Viewer, now: EpochMs): AuctionView {
  const { terms, position } = auction
  const serverTime = receivedAt(auction, now)
  const over = position.status === AUCTION_STATUS.ended || position.status === AUCTION_STATUS.cancelled
  const view: AuctionView = {
    ...viewPosition(position),
    id: terms.auctionId,
    sellerId: terms.sellerId,
    saleType: terms.saleType,
    startingPrice: terms.startingPrice,
    hasReserve: position.reservePrice !== null,
    buyNowPrice: terms.buyNowPrice,
    startsAt: terms.startsAt,
    originalEndsAt: terms.endsAt,
    timeRemainingSeconds: over ? 0 : Math.max(0, Math.floor((position.endsAt - serverTime) / 1_000)),
    increments: terms.increments,
    softClose: terms.softClose,
    belowReserve: terms.belowReserve,
    seq: auction.seq,
    serverTime,
    cancelReason: position.cancelReason,
    you: viewOwn(position, viewer.bidder),
  }
  return viewer.seesReserve ? { ...view, reservePrice: position.reservePrice } : view
}

function viewOwn({ leader }: Position, bidder: Viewer['bidder']): AuctionView['you'] {
  if (bidder === null) return null
  const leading = leader?.bidderId === bidder.bidderId
  return { alias: bidder.alias, leading, maxBid: leading ? leader.maximum : bidder.maximum }
}

export function viewPosition(position: Position): PublicPosition {
  return {
    status: position.status,
    outcome: position.outcome,
    currentBid: position.price,
    minimumBid: position.minimumBid,
    highBidder: position.leader?.alias ?? null,
    bidCount: position.bidCount,
    reserveMet: position.reserveMet,
    endsAt: position.endsAt,
    extendedCount: position.extendedCount,
  }
}

/** The entry's events that everyone may see, in order; empty for what nobody else may learn of (R3, R19). */
export function viewEvents(entry: LedgerEntry): EventView[] {
  const views: EventView[] = []
  for (const event of entry.events) {
    const view = viewEvent(entry, event)
    if (view !== null) views.push(view)
  }
  return views
}

function viewEvent({ number, at, after }: LedgerEntry, event: AuctionEvent): EventView | null {
  if (event.seq === null) return null
  const common = { seq: event.seq, kind: event.kind, at, ...viewPosition(after) }
  switch (event.kind) {
    case 'bid':
    case 'bought':
      return { ...common, bidId: number, bidder: event.bid.alias, amount: event.bid.amount }
    case 'bid_voided': {
      const { bidId, alias, amount, reason } = event
      return { ...common, bidId, bidder: alias, amount, reason }
    }
    case 'cancelled':
      return { ...common, reason: event.reason }
    case 'disclosure_changed':
      return { ...common, changes: event.changes }
    default:
      return common
  }
}

/** The history row of an entry, or null where it is no bid that everyone may see. */
export function viewBid(entry: LedgerEntry): BidView | null {
  const [event] = entry.events
  const { leader, price } = entry.after
  if (event === undefined || (event.kind !== 'bid' && event.kind !== 'bought') || leader === null) return null
  const { alias, amount, kind } = event.bid
  return {
    id: entry.number,
    seq: event.seq,
    at: entry.at,
    bidder: alias,
    amount,
    kind,
    isAutoBid: kind === 'max',
    currentBid: price,
    leader: leader.alias,
  }
}

/** The bidder whom an entry's bid has outbid, or null: R14's purchase tells them `ended` instead. */
export function findOutbid(before: Pick<Auction, 'position'>, entry: LedgerEntry): Bidder['bidderId'] | null {
  const beaten = before.position.leader
  if (entry.events[0]?.kind !== 'bid' || beaten === null) return null
  return entry.after.leader?.bidderId === beaten.bidderId ? null : beaten.bidderId
}

/** R20: the bidder who leads again because another's bid was voided, or null. */
export function findRestoredLeader(
  before: Pick<Auction, 'position'>,
  entry: LedgerEntry,
): Bidder['bidderId'] | null {
  const { leader } = entry.after
  if (leader === null || !entry.events.some(({ kind }) => kind === 'bid_voided')) return null
  return leader.bidderId === before.position.leader?.bidderId ? null : leader.bidderId
}
