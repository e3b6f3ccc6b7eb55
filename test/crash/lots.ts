import type { Random } from './random.ts'

/** What an auction of the run is made with; the rest of its body are times. Amounts in dollars, as on the wire. */
export interface LotKind {
  readonly name: string
  readonly startingPrice: number
  /** Fields of `POST /api/auctions` beside vehicle, times and starting price. */
  readonly terms: Readonly<Record<string, unknown>>
  readonly buyNowPrice: number | null
  /** Nobody bids on it, and nobody watches. */
  readonly isQuiet: boolean
  /** How long after its making it opens. */
  readonly startsInMs: number
}

const kind = (name: string, fields: Partial<Omit<LotKind, 'name'>> = {}): LotKind => ({
  name,
  startingPrice: 500,
  terms: {},
  buyNowPrice: null,
  isQuiet: false,
  startsInMs: 0,
  ...fields,
})

const SOFT_CLOSE = { mode: 'reset', window_s: 5, extension_s: 4 }
/** Bidding does not stop for these: without a cap they would never end. */
const CAPPED = { ...SOFT_CLOSE, max_extensions: 2 }

/** Never reached by bidding. */
const FAR_RESERVE = 9_000_000

/** These run from the first fault to the last. None of them can be bought away. */
export const LONG_LOTS: readonly LotKind[] = [
  kind('no reserve', { terms: { soft_close: SOFT_CLOSE } }),
  kind('reserve met', { terms: { reserve_price: 2_500, soft_close: SOFT_CLOSE } }),
  kind('reserve far', { terms: { reserve_price: FAR_RESERVE, soft_close: SOFT_CLOSE } }),
  kind('post_max', {
    terms: { reserve_price: 60_000, below_reserve: 'post_max', soft_close: SOFT_CLOSE },
  }),
  kind('absolute', { startingPrice: 1, terms: { sale_type: 'absolute', soft_close: SOFT_CLOSE } }),
  kind('on approval', {
    terms: { sale_type: 'on_approval', reserve_price: 1_000, soft_close: SOFT_CLOSE },
  }),
  kind('extend, capped', {
    terms: { soft_close: { mode: 'extend', window_s: 8, extension_s: 3, max_extensions: 4 } },
  }),
  kind('odd cents', {
    startingPrice: 0.37,
    terms: {
      increments: [
        { from: 0, step: 0.01 },
        { from: 1_000, step: 33.33 },
      ],
      soft_close: { mode: 'off' },
    },
  }),
]

/** Short ones, which are made, run and end while things break. */
const SHORT_LOTS: readonly LotKind[] = [
  kind('buy now', { buyNowPrice: 40_000, terms: { soft_close: CAPPED } }),
  kind('buy now, reserve', {
    buyNowPrice: 30_000,
    terms: { reserve_price: 25_000, soft_close: CAPPED },
  }),
  kind('short', { terms: { soft_close: CAPPED } }),
  kind('short, reserve', { terms: { reserve_price: 5_000, soft_close: CAPPED } }),
  kind('short, far reserve', { terms: { reserve_price: FAR_RESERVE, soft_close: { mode: 'off' } } }),
  kind('scheduled', { startsInMs: 4_000, terms: { soft_close: CAPPED } }),
  kind('quiet', { isQuiet: true }),
]

/**
 * Short ones in which sellers and admins do more than look on. Those with voidings end by a purchase or by the admin:
 * they have at least 15 minutes to go (R20).
 */
export const HOUSE_LOTS = {
  voided: kind('voided', { terms: { reserve_price: FAR_RESERVE, soft_close: CAPPED } }),
  bought: kind('voided, buy now', {
    buyNowPrice: 30_000,
    terms: { reserve_price: 25_000, soft_close: CAPPED },
  }),
  lowered: kind('reserve lowered', { terms: { reserve_price: FAR_RESERVE, soft_close: CAPPED } }),
  edited: kind('edited', { startsInMs: 6_000, terms: { soft_close: CAPPED } }),
  calledOff: kind('called off', { startsInMs: 30_000 }),
} as const

/** Ends below its reserve, so that seller and high bidder decide (M2). */
export const IF_BID_LOT = kind('if bid', {
  terms: { reserve_price: FAR_RESERVE, soft_close: { mode: 'off' } },
})

/** A vehicle that is offered on outside an auction (M4). */
export const LISTING = kind('listing')

/** The kinds of the short ones in the order in which they are made, each as often as the others. */
export function* dealShortLots(random: Random): Generator<LotKind, never> {
  for (;;) yield* random.shuffle(SHORT_LOTS)
}

/** An auction of the run. */
export interface Lot {
  readonly auctionId: number
  readonly vehicleId: number
  readonly sellerId: number
  readonly kind: LotKind
}
