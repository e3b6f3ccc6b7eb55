import type { Cents } from '../../lib/money.ts'

/** Milliseconds since 1970, UTC. */
export type EpochMs = number

export const AUCTION_STATUS = {
  scheduled: 'scheduled',
  active: 'active',
  ended: 'ended',
  cancelled: 'cancelled',
} as const
type Status = typeof AUCTION_STATUS
export type AuctionStatus = Status[keyof Status]

export const OUTCOME = { sold: 'sold', pendingSeller: 'pending_seller', unsold: 'unsold' } as const
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME]

export const SALE_TYPES = ['reserve', 'absolute', 'on_approval'] as const
export const BELOW_RESERVE_RULES = ['proxy', 'post_max'] as const
export const SOFT_CLOSE_MODES = ['reset', 'extend', 'off'] as const

export interface IncrementRow {
  readonly from: Cents
  readonly step: Cents
}

export interface SoftClose {
  readonly mode: (typeof SOFT_CLOSE_MODES)[number]
  readonly windowSeconds: number
  readonly extensionSeconds: number
  /** null: no cap */
  readonly maxExtensions: number | null
}

/** What the seller decides: editable while scheduled, fixed once open (R11 changes `Position.reservePrice`). */
export interface AuctionPolicy {
  readonly saleType: (typeof SALE_TYPES)[number]
  readonly startingPrice: Cents
  /** As scheduled; the one in force is `Position.reservePrice`. */
  readonly reservePrice: Cents | null
  readonly buyNowPrice: Cents | null
  readonly increments: readonly IncrementRow[]
  readonly softClose: SoftClose
  readonly belowReserve: (typeof BELOW_RESERVE_RULES)[number]
  readonly startsAt: EpochMs
  /** As scheduled, which is `original_ends_at`; the one in force is `Position.endsAt`. */
  readonly endsAt: EpochMs
}

export interface AuctionTerms extends AuctionPolicy {
  readonly auctionId: number
  readonly sellerId: number
  readonly sellerProfileId: number | null
}

export interface Leader {
  readonly bidderId: number
  readonly alias: string
  /** `M` of the rules. Secret from everyone but this bidder. */
  readonly maximum: Cents
}

interface PositionFields {
  /** 0 while there is no bid */
  readonly price: Cents
  /** null while there is no bid that is not voided */
  readonly leader: Leader | null
  /** R5's least acceptable bid; null once ended or cancelled */
  readonly minimumBid: Cents | null
  /** Accepted bids that have a `seq` and are not voided. */
  readonly bidCount: number
  /** Aliases given so far: the next new bidder is `Bidder <bidderCount + 1>`. */
  readonly bidderCount: number
  /** In force now; secret from all but the seller and admins. */
  readonly reservePrice: Cents | null
  /** null without a reserve */
  readonly reserveMet: boolean | null
  /** R11 allows one lowering. */
  readonly reserveLowered: boolean
  readonly endsAt: EpochMs
  readonly extendedCount: number
}

/** Everything that a ledger entry leaves behind, so that folding is assignment. */
export type Position = PositionFields &
  (
    | { readonly status: Status['scheduled' | 'active']; readonly outcome: null; readonly cancelReason: null }
    | { readonly status: Status['ended']; readonly outcome: Outcome; readonly cancelReason: null }
    | { readonly status: Status['cancelled']; readonly outcome: null; readonly cancelReason: string }
  )

/** An armed auction: of constant size, whatever its history. */
export interface Auction {
  readonly terms: AuctionTerms
  /** Number of the last ledger entry. */
  readonly number: number
  /** The last `seq` given; 0 before the first. */
  readonly seq: number
  /** The latest `at` of any entry; `received` is never before it (R2). */
  readonly lastAt: EpochMs
  readonly position: Position
}

/** A bid as the ledger keeps it. `offered` is secret where it is a maximum. */
export interface Bid {
  readonly bidderId: number
  readonly alias: string
  readonly kind: 'max' | 'exact' | 'buy_now'
  /** What the bidder offered: the maximum, the exact amount, or the buy-now price. */
  readonly offered: Cents
  /** What the history shows as `amount`, fixed when the bid is accepted. */
  readonly amount: Cents
  /** Whether the bidder led when they made it: R20 replays a leader's exact bid differently. */
  readonly whileLeading: boolean
}

export interface DisclosureChange {
  readonly field: string
  readonly before: string | number | null
  readonly after: string | number | null
}

/** What everyone may see has a `seq`; what nobody else may learn of, or is only arming, has null (R3). */
export type AuctionEvent =
  | { readonly kind: 'armed' | 'edited'; readonly seq: null; readonly terms: AuctionTerms }
  | { readonly kind: 'raised'; readonly seq: null; readonly bid: Bid }
  | { readonly kind: 'bid' | 'bought'; readonly seq: number; readonly bid: Bid }
  | {
      readonly kind: 'bid_voided'
      readonly seq: number | null
      /** Ledger number of the bid. */
      readonly bidId: number
      readonly bidderId: number
      readonly alias: string
      readonly amount: Cents
      readonly reason: string
    }
  | {
      readonly kind: 'disclosure_changed'
      readonly seq: number
      readonly changes: readonly DisclosureChange[]
    }
  | { readonly kind: 'cancelled'; readonly seq: number; readonly reason: string }
  | {
      readonly kind: 'opened' | 'reserve_met' | 'extended' | 'reserve_lowered' | 'ended'
      readonly seq: number
    }

/**
 * One row of the ledger: the events of one command, in order, and the position they all leave.
 * `number` counts rows from 1 without a gap and is the `bid_id` of a bid; `seq` runs through the events.
 */
export interface LedgerEntry {
  readonly number: number
  readonly at: EpochMs
  readonly events: readonly AuctionEvent[]
  readonly after: Position
}

/** Who bids: a row of the room's, never part of the state. */
export interface Bidder {
  readonly bidderId: number
  readonly sellerProfileId: number | null
  /** false: suspended, or a check that `BID_REQUIRES` names is missing (R18) */
  readonly eligible: boolean
  /** null before their first accepted bid in this auction */
  readonly alias: string | null
}

/** An accepted bid that is not voided. */
export interface StandingBid extends Bid {
  readonly type: 'bid'
  /** Its ledger number, `bid_id`. */
  readonly number: number
  readonly seq: number | null
}

/** A reserve lowered, or dropped (null), by R11. */
export interface ReserveChange {
  readonly type: 'reserve'
  readonly reservePrice: Cents | null
}

/** What R20 replays: standing bids and reserve changes, in ledger order. */
export type Standing = StandingBid | ReserveChange

export type BidderCommand =
  | { readonly kind: 'bid'; readonly offer: 'max' | 'exact'; readonly amount: Cents }
  | { readonly kind: 'buy_now' }

export type HouseCommand =
  | { readonly kind: 'arm'; readonly terms: AuctionTerms }
  /**
   * The seller's PATCH: anything while scheduled, R11's reserve change while active.
   * `minDurationMs` is the shortest auction that the configuration allows.
   */
  | { readonly kind: 'edit'; readonly changes: Partial<AuctionPolicy>; readonly minDurationMs: number }
  /** R20 by ledger number, one or several; `standing` is the whole list of the room. */
  | {
      readonly kind: 'void_bids'
      readonly bidIds: readonly number[]
      readonly reason: string
      readonly standing: readonly Standing[]
    }
  /** M12. */
  | {
      readonly kind: 'change_disclosure'
      readonly by: 'seller' | 'admin'
      readonly changes: readonly DisclosureChange[]
      readonly standing: readonly Standing[]
    }
  | { readonly kind: 'cancel'; readonly by: 'seller' | 'admin'; readonly reason: string }

/** The refusals that the engine itself can give. */
export type RejectionCode =
  | 'amount_invalid'
  | 'cancelled'
  | 'ended'
  | 'not_active'
  | 'own_auction'
  | 'not_eligible'
  | 'already_leading'
  | 'too_low'
  | 'buy_now_gone'
  | 'has_bids'
  | 'reserve_locked'
  | 'not_voidable'
  | 'wrong_status'
  | 'validation_failed'

/** What the bidder is told of an accepted bid or purchase, and again when they repeat its id (R21). */
export interface Verdict {
  readonly bidId: number
  /** null for a raise that nobody else learns of */
  readonly seq: number | null
  readonly leading: boolean
  readonly yourMax: Cents
  readonly currentBid: Cents
  readonly minimumBid: Cents | null
  readonly bidCount: number
  readonly endsAt: EpochMs
}

/** `path` is the field's name in the API, as in `increments.2.from`. */
export interface TermsProblem {
  readonly path: string
  readonly message: string
}

export interface Rejection {
  readonly rejected: RejectionCode
  /** With `too_low` only. */
  readonly minimumBid: Cents | null
  /** With `validation_failed` only. */
  readonly problems: readonly TermsProblem[]
}

export interface Acceptance {
  readonly rejected: null
  readonly entry: LedgerEntry
  /** null for anything but a bid or purchase */
  readonly verdict: Verdict | null
}

export type Decision = Acceptance | Rejection

/**
 * The auction after one more ledger entry; `null` is an auction that was never armed. State is the fold of
 * this over the ledger, nothing else (R3).
 * @throws Error where the ledger is corrupt: a gap in `number` or `seq`, or an entry before arming
 */
export function evolve(auction: Auction | null, entry: LedgerEntry): Auction {
  let terms = auction?.terms
  let seq = auction?.seq ?? 0
  for (const event of entry.events) {
    if (event.kind === 'armed' || event.kind === 'edited') terms = event.terms
    if (event.seq === null) continue
    seq += 1
    if (event.seq !== seq) throw new Error(`Ledger entry ${entry.number} has seq ${event.seq}, not ${seq}`)
  }
  if (terms === undefined) throw new Error(`Ledger entry ${entry.number} comes before arming`)
  const number = (auction?.number ?? 0) + 1
  if (entry.number !== number) throw new Error(`Ledger entry ${entry.number} follows ${number - 1}`)
  const lastAt = auction === null ? entry.at : Math.max(auction.lastAt, entry.at)
  return { terms, number, seq, lastAt, position: entry.after }
}
