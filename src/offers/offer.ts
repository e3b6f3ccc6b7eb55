import type { Cents } from '../lib/money.ts'
import { HOUR_MS } from '../lib/time.ts'

export const OFFER_STATUS = {
  pending: 'pending',
  accepted: 'accepted',
  rejected: 'rejected',
  expired: 'expired',
  countered: 'countered',
  withdrawn: 'withdrawn',
  voided: 'voided',
} as const
export type OfferStatus = (typeof OFFER_STATUS)[keyof typeof OFFER_STATUS]

export const OFFER_KIND = { listing: 'listing', secondChance: 'second_chance' } as const
export type OfferKind = (typeof OFFER_KIND)[keyof typeof OFFER_KIND]

export const OFFER_SIDE = { buyer: 'buyer', seller: 'seller' } as const
export type OfferSide = (typeof OFFER_SIDE)[keyof typeof OFFER_SIDE]

/** How long a round stands (M4, M3). */
export const OFFER_MS: Record<OfferKind, number> = { listing: 48 * HOUR_MS, second_chance: 24 * HOUR_MS }
/** The offer and each counter is one (M4). */
export const MAX_ROUNDS = 5

export const OFFER_ACTION = {
  accept: 'accept',
  reject: 'reject',
  counter: 'counter',
  withdraw: 'withdraw',
} as const
export type OfferAction = (typeof OFFER_ACTION)[keyof typeof OFFER_ACTION]

interface Transition {
  /** Whether it is for whoever made the round, or for the other side. */
  readonly by: 'maker' | 'other'
  readonly kinds: readonly OfferKind[]
  readonly to: OfferStatus
}
const BOTH_KINDS = [OFFER_KIND.listing, OFFER_KIND.secondChance]

/** What each action makes of a round that is `pending` (M4, M3); no other status can be left. */
const TRANSITIONS: Record<OfferAction, Transition> = {
  accept: { by: 'other', kinds: BOTH_KINDS, to: OFFER_STATUS.accepted },
  reject: { by: 'other', kinds: BOTH_KINDS, to: OFFER_STATUS.rejected },
  counter: { by: 'other', kinds: [OFFER_KIND.listing], to: OFFER_STATUS.countered },
  withdraw: { by: 'maker', kinds: [OFFER_KIND.listing], to: OFFER_STATUS.withdrawn },
}

/** A round as the rules see it. */
export interface Round {
  readonly kind: OfferKind
  readonly status: OfferStatus
  readonly madeBy: OfferSide
  readonly amount: Cents
  readonly round: number
  /** Epoch milliseconds: the first instant at which it stands no more. */
  readonly expiresAt: number
}

/** The status at `now`: a round that stands until its deadline and is not answered has expired. Epoch milliseconds. */
export const statusAt = (
  { status, expiresAt }: Pick<Round, 'status' | 'expiresAt'>,
  now: number,
): OfferStatus => (status === OFFER_STATUS.pending && expiresAt <= now ? OFFER_STATUS.expired : status)

export const otherSide = (side: OfferSide): OfferSide =>
  side === OFFER_SIDE.buyer ? OFFER_SIDE.seller : OFFER_SIDE.buyer

/** Who may answer now; null where it stands no more. `now` in epoch milliseconds. */
export const turnOf = (
  round: Pick<Round, 'status' | 'expiresAt' | 'madeBy'>,
  now: number,
): OfferSide | null => (statusAt(round, now) === OFFER_STATUS.pending ? otherSide(round.madeBy) : null)

export type OfferRefusal = 'not_standing' | 'not_your_turn' | 'not_for_this_kind' | 'rounds_used'

/** What an action of one side makes of a round at `now` (epoch milliseconds), or why it cannot be taken. */
export function answerRound(
  round: Round,
  side: OfferSide,
  action: OfferAction,
  now: number,
): { readonly status: OfferStatus } | { readonly refused: OfferRefusal } {
  const { by, kinds, to } = TRANSITIONS[action]
  if (statusAt(round, now) !== OFFER_STATUS.pending) return { refused: 'not_standing' }
  if (!kinds.includes(round.kind)) return { refused: 'not_for_this_kind' }
  if ((by === 'maker') !== (side === round.madeBy)) return { refused: 'not_your_turn' }
  if (action === OFFER_ACTION.counter && round.round >= MAX_ROUNDS) return { refused: 'rounds_used' }
  return { status: to }
}

/** Amounts between which another lies, both excluded. */
export interface Bounds {
  readonly above: Cents | null
  readonly below: Cents | null
}

/** A first offer is below the buy-now price where there is one (M4). */
export const offerBounds = (buyNowPrice: Cents | null): Bounds => ({ above: null, below: buyNowPrice })

/**
 * A counter lies strictly between the two last amounts (M4). The first one has only the offer behind it: it is above
 * that, and below the buy-now price where there is one.
 */
export function counterBounds(last: Cents, previous: Cents | null, buyNowPrice: Cents | null): Bounds {
  if (previous === null) return { above: last, below: buyNowPrice }
  return last < previous ? { above: last, below: previous } : { above: previous, below: last }
}

export const isWithin = (amount: Cents, { above, below }: Bounds): boolean =>
  (above === null || amount > above) && (below === null || amount < below)
