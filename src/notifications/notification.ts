import { MINUTE_MS } from '../lib/time.ts'

/** How long before a start or an end people are told of it (M13). */
export const TOLD_BEFORE_MS = 15 * MINUTE_MS

/** What a person can be told of (M13). */
export const NOTIFICATION_TYPE = {
  bidPlaced: 'bid_placed',
  outbid: 'outbid',
  auctionWon: 'auction_won',
  auctionLost: 'auction_lost',
  sellerDecisionDue: 'seller_decision_due',
  disclosureChanged: 'disclosure_changed',
  auctionStarting: 'auction_starting',
  auctionEnding: 'auction_ending',
  paymentReceived: 'payment_received',
  paymentDue: 'payment_due',
  paymentOverdue: 'payment_overdue',
  titleUpdate: 'title_update',
  transportUpdate: 'transport_update',
  offerReceived: 'offer_received',
  offerAccepted: 'offer_accepted',
  offerRejected: 'offer_rejected',
  offerCountered: 'offer_countered',
  offerExpired: 'offer_expired',
  vehicleApproved: 'vehicle_approved',
  vehicleRejected: 'vehicle_rejected',
  savedSearchMatch: 'saved_search_match',
  general: 'general',
} as const
export const NOTIFICATION_TYPES = Object.values(NOTIFICATION_TYPE)
export type NotificationType = (typeof NOTIFICATION_TYPE)[keyof typeof NOTIFICATION_TYPE]

/** What everyone concerned is told alike. One cause tells a person once, however often it is projected. */
export interface CommonNotice {
  readonly type: NotificationType
  readonly title: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
  /** ASCII, at most 128 characters. */
  readonly causeKey: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** A notification about to be stored. */
export interface Notice extends CommonNotice {
  readonly userId: number
}
