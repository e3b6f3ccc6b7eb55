import type { Cents } from '../../lib/money.ts'
import type { Standing } from '../../users/live/person-tables.ts'
import type { VehicleCondition, VehicleTitleType } from '../../vehicles/vehicle.ts'
import type {
  AuctionPolicy,
  AuctionTerms,
  DisclosureChange,
  LedgerEntry,
  RejectionCode,
  TermsProblem,
  Verdict,
} from '../engine/auction.ts'
import type { AuctionView, BidView } from '../engine/view.ts'

/**
 * What passes between a room and the rest. Old and new code run side by side during a deploy: fields are only
 * added, never renamed or removed, and a method that changes gets a new name.
 */

/** The vehicle as a list shows it, handed over at arming so that a room answers with MySQL away. */
export interface VehicleSummary {
  readonly id: number
  readonly sellerId: number
  readonly vin: string
  readonly year: number | null
  readonly make: string | null
  readonly model: string | null
  readonly trim: string | null
  readonly mileage: number | null
  readonly condition: VehicleCondition | null
  readonly titleType: VehicleTitleType | null
  readonly startingPrice: Cents | null
  readonly buyNowPrice: Cents | null
  readonly locationCity: string | null
  readonly locationState: string | null
  /** Signed when shown; null without an image. */
  readonly primaryImageKey: string | null
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** The vehicle with its image's address, as of this answer. */
export interface ShownVehicle extends VehicleSummary {
  readonly primaryImageUrl: string | null
}

/** Who looks. `isSeller` is for the room to find out: the seller and their profile are in the terms. */
export interface RoomViewer {
  readonly userId: number
  readonly sellerProfileId: number | null
  readonly isAdmin: boolean
}

/** Who bids, as the access token or the ticket tells it. */
export interface RoomBidder {
  readonly userId: number
  readonly sellerProfileId: number | null
  /** Passed the checks that `BID_REQUIRES` names; suspension is asked of the person's object. */
  readonly canBid: boolean
}

export type Offer =
  | { readonly kind: 'bid'; readonly offer: 'max' | 'exact'; readonly amount: Cents }
  | { readonly kind: 'buy_now' }

export interface RoomAuction {
  readonly view: AuctionView
  readonly vehicle: ShownVehicle
}

/** Every refusal of a room; `unavailable`: whether the person may bid could not be asked. */
export type RefusalCode =
  | RejectionCode
  | 'not_found'
  | 'buying_power'
  | 'id_reused'
  | 'rate_limited'
  | 'unavailable'

export interface Refusal {
  readonly ok: false
  readonly code: RefusalCode
  /** With `too_low` only. */
  readonly minimumBid: Cents | null
  /** With `validation_failed` only. */
  readonly problems: readonly TermsProblem[]
  /** With `rate_limited` and `unavailable` only. */
  readonly retryAfterSeconds: number | null
  /** Epoch milliseconds. */
  readonly serverTime: number
}

export interface BidAccepted {
  readonly ok: true
  readonly verdict: Verdict
  /** The same id was judged before, and this is that verdict again (R21). */
  readonly replayed: boolean
  readonly serverTime: number
}

export interface CommandAccepted {
  readonly ok: true
  /** As the viewer of the command may see it. */
  readonly auction: RoomAuction
}

export interface ArmRequest {
  readonly terms: AuctionTerms
  readonly vehicle: VehicleSummary
  /**
   * When the auction was made, epoch milliseconds, by the clock that said whether it is open: the room's may be behind
   * (R2). Not told by old code.
   */
  readonly madeAt?: number
}

/** A bid of the history; `voided` may come to any of them later. */
export interface HistoryBid extends BidView {
  readonly voided: boolean
  readonly voidReason: string | null
}

export interface HistoryPage {
  readonly currentBid: Cents
  /** Bids that are not voided. */
  readonly bidCount: number
  /** Rows of the whole history, voided ones included. */
  readonly total: number
  /** Newest first, up to `limit`. */
  readonly bids: readonly HistoryBid[]
}

export interface HistoryQuery {
  /** Only bids with a smaller `id` than this; null from the newest on. */
  readonly beforeId: number | null
  /** Rows skipped, for pages by number; at most 10 000. */
  readonly offset: number
  readonly limit: number
}

/** The RPC methods of a room. `null` and `not_found` mean that it was never armed. `requestId` is for the log. */
export interface RoomApi {
  /** Idempotent: an armed room answers `ok` and keeps the terms that it has. @returns `validation_failed` else */
  arm(request: ArmRequest, requestId: string): Promise<{ readonly ok: true } | Refusal>
  view(viewer: RoomViewer | null): Promise<RoomAuction | null>
  history(query: HistoryQuery): Promise<HistoryPage | null>
  /** `clientId` is the bidder's own id (R21); null remembers nothing. */
  bid(
    bidder: RoomBidder,
    clientId: string | null,
    offer: Offer,
    requestId: string,
  ): Promise<BidAccepted | Refusal>
  /** The seller's PATCH (R11, R17's relatives); whether the caller may is judged before. */
  edit(edit: EditRequest, requestId: string): Promise<CommandAccepted | Refusal>
  cancel(viewer: RoomViewer, reason: string, requestId: string): Promise<CommandAccepted | Refusal>
  /** R20, by an admin. */
  voidBids(
    viewer: RoomViewer,
    bidIds: readonly number[],
    reason: string,
    requestId: string,
  ): Promise<CommandAccepted | Refusal>
  /** The vehicle changed: M12's fields, which become an event, or where `changes` is empty its primary image. */
  changeVehicle(change: VehicleChange, requestId: string): Promise<CommandAccepted | Refusal>
  /** Told by the person's object (R18), until this resolves; suspending voids their standing bids while active. */
  setStanding(userId: number, standing: Standing, requestId: string): Promise<void>
}

export interface EditRequest {
  readonly viewer: RoomViewer
  readonly changes: Partial<AuctionPolicy>
  readonly minDurationMs: number
}

export interface VehicleChange {
  readonly viewer: RoomViewer
  readonly vehicle: VehicleSummary
  readonly changes: readonly DisclosureChange[]
}

/** A person who has an alias in this auction. */
export interface RoomBidderRow {
  readonly bidderId: number
  readonly alias: string
  /** The highest of their standing offers; null when all are voided. */
  readonly maximum: Cents | null
}

/** The ledger as the projector sees it. All of it is synchronous: it reads the object's own storage. */
export interface LedgerReader {
  readonly auctionId: number
  /** Entries with a larger number, in order, at most `limit`. The first one of all is the arming. */
  entriesAfter(number: number, limit: number): LedgerEntry[]
  /** Number of the last entry. */
  lastNumber(): number
  /** Number of the last entry that MySQL has; 0 at first. */
  cursor(): number
  saveCursor(number: number): void
  vehicle(): VehicleSummary
  /** Everyone with an alias, as they stand after the last entry. */
  bidders(): RoomBidderRow[]
}

/**
 * Sends the ledger's tail to MySQL until nothing is left or something fails. Never throws. The room runs one at a
 * time, in `waitUntil`, and again after `retryInMs` (null: the tail is drained); new entries do not shorten it.
 */
export type Project = (ledger: LedgerReader) => Promise<{ readonly retryInMs: number | null }>
