import { type Cents, centsToDollars } from '../lib/money.ts'

/** What a person can be told of by an auction; the other kinds of M13 come with what causes them. */
export const NOTIFICATION_TYPE = {
  bidPlaced: 'bid_placed',
  outbid: 'outbid',
  auctionWon: 'auction_won',
  auctionLost: 'auction_lost',
  sellerDecisionDue: 'seller_decision_due',
  disclosureChanged: 'disclosure_changed',
  general: 'general',
} as const
export type NotificationType = (typeof NOTIFICATION_TYPE)[keyof typeof NOTIFICATION_TYPE]

/** A notification about to be stored. One cause tells a person once, however often it is projected. */
export interface Notice {
  readonly userId: number
  readonly type: NotificationType
  readonly title: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
  /** ASCII, at most 128 characters. */
  readonly causeKey: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

const usDollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** `$1,250.00`, as messages to people say it. */
export const formatCents = (amount: Cents): string => usDollars.format(centsToDollars(amount))
