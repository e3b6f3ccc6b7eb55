import type { Cents } from '../lib/money.ts'
import { HOUR_MS } from '../lib/time.ts'
import { OFFER_SIDE, type OfferSide } from './offer.ts'

/** Whose turn it is (M2), and how it ended. */
export const DECISION_STAGE = {
  /** The seller accepts, counters or declines the high bid; the bidder is bound. */
  seller: 'seller',
  /** The bidder answers the seller's counter; the seller is bound. */
  bidder: 'bidder',
  /** The seller answers the bidder's counter; the bidder is bound. */
  sellerFinal: 'seller_final',
  sold: 'sold',
  declinedBySeller: 'declined_by_seller',
  declinedByBidder: 'declined_by_bidder',
  expired: 'expired',
} as const
type Stage = typeof DECISION_STAGE
export type DecisionStage = Stage[keyof Stage]
type OpenStage = Stage['seller' | 'bidder' | 'sellerFinal']

export const DECISION_ACTION = { accept: 'accept', counter: 'counter', decline: 'decline' } as const
export type DecisionAction = (typeof DECISION_ACTION)[keyof typeof DECISION_ACTION]

/** What each stage is given (M2). */
export const DECISION_MS = 24 * HOUR_MS

const S = DECISION_STAGE

/** Those in which the bidder is bound, by the high bid or their own counter (M2, M18). */
export const BOUND_STAGES: readonly DecisionStage[] = [S.seller, S.sellerFinal]

interface Turn {
  readonly turn: OfferSide
  readonly counter: DecisionStage | null
  readonly decline: DecisionStage
}

/** Whose turn each open stage is, and where an answer leads (M2). To accept is to sell, silence is no. */
const TURNS: Record<OpenStage, Turn> = {
  seller: { turn: OFFER_SIDE.seller, counter: S.bidder, decline: S.declinedBySeller },
  bidder: { turn: OFFER_SIDE.buyer, counter: S.sellerFinal, decline: S.declinedByBidder },
  seller_final: { turn: OFFER_SIDE.seller, counter: null, decline: S.declinedBySeller },
}

/** What the two have said so far. */
export interface Decision {
  readonly stage: DecisionStage
  readonly highBid: Cents
  readonly sellerCounter: Cents | null
  readonly bidderCounter: Cents | null
  /** Epoch milliseconds: the first instant at which the stage is over; null once decided. */
  readonly deadlineAt: number | null
  /** What it came to; null while open, and where it came to nothing. */
  readonly agreed: Cents | null
}

const isOpenStage = (stage: DecisionStage): stage is OpenStage => stage in TURNS

/** Whether somebody's answer is awaited still. A deadline that has passed and was not applied yet is not looked at. */
export const isOpen = ({ stage }: Pick<Decision, 'stage'>): boolean => isOpenStage(stage)

/** Whose answer is awaited; null once it is decided. */
export const turnOf = ({ stage }: Pick<Decision, 'stage'>): OfferSide | null =>
  isOpenStage(stage) ? TURNS[stage].turn : null

/** The first decision over a high bid: the seller's, from the end of the auction on. `endedAt` in epoch milliseconds. */
export const openOver = (highBid: Cents, endedAt: number): Decision => ({
  stage: S.seller,
  highBid,
  sellerCounter: null,
  bidderCounter: null,
  deadlineAt: endedAt + DECISION_MS,
  agreed: null,
})

/** The decision as it stands at `now`: silence until the deadline is no. Epoch milliseconds. */
export function decisionAt(decision: Decision, now: number): Decision {
  const { deadlineAt } = decision
  const isDue = isOpen(decision) && deadlineAt !== null && deadlineAt <= now
  return isDue ? { ...decision, stage: S.expired, deadlineAt: null } : decision
}

/** The amount that is answered: the high bid, or the last counter. */
export const askedAmount = ({ highBid, sellerCounter, bidderCounter }: Decision): Cents =>
  bidderCounter ?? sellerCounter ?? highBid

/** Between which amounts a counter lies, both excluded; null where there is no more counter, or no upper bound. */
export function counterBounds(decision: Decision): { above: Cents; below: Cents | null } | null {
  const { stage, highBid, sellerCounter } = decision
  if (!isOpenStage(stage) || TURNS[stage].counter === null) return null
  return { above: highBid, below: sellerCounter }
}

export type DecisionAnswer =
  | { readonly action: 'accept' }
  | { readonly action: 'decline' }
  | { readonly action: 'counter'; readonly amount: Cents }

export type DecisionRefusal = 'decided' | 'not_your_turn' | 'no_more_counters' | 'amount_out_of_bounds'

/**
 * What an answer of one side makes of the decision, or why it cannot be given (M2). `now`: epoch milliseconds, from
 * which the next deadline runs.
 */
export function answerDecision(
  decision: Decision,
  side: OfferSide,
  answer: DecisionAnswer,
  now: number,
): Decision | { readonly refused: DecisionRefusal } {
  const { stage } = decisionAt(decision, now)
  if (!isOpenStage(stage)) return { refused: 'decided' }
  const { turn, counter, decline } = TURNS[stage]
  if (turn !== side) return { refused: 'not_your_turn' }
  if (answer.action === DECISION_ACTION.decline) return { ...decision, stage: decline, deadlineAt: null }
  if (answer.action === DECISION_ACTION.accept) {
    return { ...decision, stage: S.sold, deadlineAt: null, agreed: askedAmount(decision) }
  }
  const bounds = counterBounds(decision)
  if (counter === null || bounds === null) return { refused: 'no_more_counters' }
  const { amount } = answer
  if (!isBetween(amount, bounds)) return { refused: 'amount_out_of_bounds' }
  const said = side === OFFER_SIDE.seller ? { sellerCounter: amount } : { bidderCounter: amount }
  return { ...decision, ...said, stage: counter, deadlineAt: now + DECISION_MS }
}

const isBetween = (amount: Cents, { above, below }: { above: Cents; below: Cents | null }): boolean =>
  amount > above && (below === null || amount < below)

/**
 * Whether the bidder said no to the seller's counter, in words or by silence: what opens the second chance (M3). A
 * bidder who countered in turn did not refuse.
 */
export const isRefusedByBidder = ({
  stage,
  sellerCounter,
  bidderCounter,
}: Pick<Decision, 'stage' | 'sellerCounter' | 'bidderCounter'>): boolean =>
  stage === S.declinedByBidder || (stage === S.expired && sellerCounter !== null && bidderCounter === null)
