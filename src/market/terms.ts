import type { Cents } from '../lib/money.ts'
import type { Calendar } from './calendar.ts'

/** A fee that is a share of the hammer price, within bounds. */
export interface RateFee {
  /** Hundredths of a percent: 450 is 4.5 %. */
  readonly basisPoints: number
  readonly min: Cents
  readonly max: Cents
}

/** What a sale is made under: fees and deadlines, as data with the date from which they apply. */
export interface FeeTerms {
  readonly buyerFee: RateFee
  readonly titleFee: Cents
  readonly lateFee: Cents
  /** By the two letters of the state in which the buyer lives, in basis points of the hammer price; none elsewhere. */
  readonly taxBasisPointsByState: Readonly<Record<string, number>>
  /** Business days: payment is due at the end of this one, the sale day being the first (M5). */
  readonly paymentDueDay: number
  /** How long before it is due a buyer is reminded, in hours (M8). */
  readonly paymentReminderHours: number
  /** Business days from overdue to defaulted (M8). */
  readonly defaultAfterDays: number
  /** Business days from payment to the title (M10). */
  readonly titleDueDays: number
  readonly titleAbsentDueDays: number
}

/** The schedule that an order pins. */
export interface MarketTerms {
  readonly feeScheduleId: number
  readonly fees: FeeTerms
  readonly calendar: Calendar
}
