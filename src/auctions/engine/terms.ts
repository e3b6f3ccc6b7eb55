import { type Cents, isAmount, MAX_AMOUNT_CENTS, ZERO_CENTS } from '../../lib/money.ts'
import {
  AUCTION_STATUS,
  type AuctionPolicy,
  type AuctionTerms,
  type IncrementRow,
  type Position,
  type SoftClose,
  type TermsProblem,
} from './auction.ts'
import { minimumBid } from './increments.ts'

const MAX_INCREMENT_ROWS = 50
const MAX_SOFT_CLOSE_SECONDS = 3_600
const MAX_EXTENSIONS = 1_000_000
const MAX_DURATION_MS = 90 * 24 * 60 * 60 * 1_000
/** The platform sets no alarm past 2189, and extensions may still follow. */
const LATEST_END_MS = Date.UTC(2100, 0, 1)

/** R12's default. */
export const DEFAULT_SOFT_CLOSE: SoftClose = {
  mode: 'reset',
  windowSeconds: 120,
  extensionSeconds: 120,
  maxExtensions: null,
}

/** The position of an auction that has just been scheduled, or edited while scheduled. */
export function scheduledPosition(terms: AuctionTerms): Position {
  return {
    status: AUCTION_STATUS.scheduled,
    outcome: null,
    cancelReason: null,
    price: ZERO_CENTS,
    leader: null,
    minimumBid: minimumBid(terms, ZERO_CENTS, false),
    bidCount: 0,
    bidderCount: 0,
    reservePrice: terms.reservePrice,
    reserveMet: terms.reservePrice === null ? null : false,
    reserveLowered: false,
    endsAt: terms.endsAt,
    extendedCount: 0,
  }
}

/**
 * What is wrong with a policy: prices and increment table (R8), reserve ≥ starting price, R14's bounds,
 * R15 on `absolute`, R12's bounds, and a length from `minDurationMs` to 90 days, before 2100. Empty where all is well.
 */
export function findTermsProblems(policy: AuctionPolicy, minDurationMs: number): TermsProblem[] {
  return [
    ...priceProblems(policy),
    ...incrementProblems(policy.increments),
    ...softCloseProblems(policy.softClose),
    ...timeProblems(policy, minDurationMs),
  ]
}

function priceProblems(policy: AuctionPolicy): TermsProblem[] {
  const { startingPrice, reservePrice, buyNowPrice, saleType } = policy
  const problems: TermsProblem[] = []
  const report = (path: string, message: string) => problems.push({ path, message })
  const bounded = (path: string, price: Cents | null) => {
    if (price !== null && !isAmount(price)) report(path, 'Must be from 0.01 to 99999999.99')
  }
  bounded('starting_price', startingPrice)
  bounded('reserve_price', reservePrice)
  bounded('buy_now_price', buyNowPrice)
  if (saleType === 'absolute') {
    if (reservePrice !== null) report('reserve_price', 'An absolute sale has no reserve')
    if (buyNowPrice !== null) report('buy_now_price', 'An absolute sale has no buy-now price')
  }
  if (reservePrice !== null && reservePrice < startingPrice) {
    report('reserve_price', 'Must not be below the starting price')
  }
  if (buyNowPrice !== null && buyNowPrice <= startingPrice) {
    report('buy_now_price', 'Must be above the starting price')
  }
  if (buyNowPrice !== null && reservePrice !== null && buyNowPrice < reservePrice) {
    report('buy_now_price', 'Must not be below the reserve')
  }
  return problems
}

function incrementProblems(increments: readonly IncrementRow[]): TermsProblem[] {
  if (increments.length < 1 || increments.length > MAX_INCREMENT_ROWS) {
    return [{ path: 'increments', message: `Must have 1 to ${MAX_INCREMENT_ROWS} rows` }]
  }
  const problems: TermsProblem[] = []
  let previous = -1
  for (const [index, { from, step }] of increments.entries()) {
    const report = (field: string, message: string) =>
      problems.push({ path: `increments.${index}.${field}`, message })
    if (index === 0 && from !== 0) report('from', 'The first row begins at 0')
    else if (from <= previous) report('from', 'Must be above the row before')
    if (from > MAX_AMOUNT_CENTS) report('from', 'Must be at most 99999999.99')
    if (!isAmount(step)) report('step', 'Must be from 0.01 to 99999999.99')
    previous = from
  }
  return problems
}

function softCloseProblems(softClose: SoftClose): TermsProblem[] {
  const problems: TermsProblem[] = []
  const bounded = (path: string, seconds: number) => {
    if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SOFT_CLOSE_SECONDS) return
    problems.push({ path, message: `Must be a whole number from 1 to ${MAX_SOFT_CLOSE_SECONDS}` })
  }
  bounded('soft_close.window_s', softClose.windowSeconds)
  bounded('soft_close.extension_s', softClose.extensionSeconds)
  const { maxExtensions } = softClose
  const isCap = (n: number) => Number.isInteger(n) && n >= 0 && n <= MAX_EXTENSIONS
  if (maxExtensions !== null && !isCap(maxExtensions)) {
    problems.push({
      path: 'soft_close.max_extensions',
      message: `Must be a whole number from 0 to ${MAX_EXTENSIONS}, or null for no cap`,
    })
  }
  return problems
}

function timeProblems({ startsAt, endsAt }: AuctionPolicy, minDurationMs: number): TermsProblem[] {
  const durationMs = endsAt - startsAt
  if (endsAt >= LATEST_END_MS) return [{ path: 'ends_at', message: 'Must be before the year 2100' }]
  if (durationMs >= minDurationMs && durationMs <= MAX_DURATION_MS) return []
  const message = `Must be ${minDurationMs / 1_000} seconds to 90 days after the start`
  return [{ path: 'ends_at', message }]
}
