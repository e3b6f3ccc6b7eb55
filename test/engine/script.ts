import fc from 'fast-check'
import type { Auction, AuctionTerms, Decision } from '../../src/auctions/engine/auction.ts'
import { SOFT_CLOSE_MODES } from '../../src/auctions/engine/auction.ts'
import { DEFAULT_INCREMENTS } from '../../src/auctions/engine/increments.ts'
import { type Cents, cents, MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import { OPENS_AT, Sale, termsWith } from './sale.ts'

/** An amount relative to what matters at the moment, so that most bids are close calls. */
export interface Aim {
  readonly from: 'minimum' | 'maximum' | 'price' | 'reserve' | 'buy_now' | 'zero'
  readonly plus: number
}

export type Step = { readonly waitMs: number } & (
  | { readonly kind: 'bid'; readonly who: number; readonly offer: 'max' | 'exact'; readonly aim: Aim }
  | { readonly kind: 'buy'; readonly who: number }
  | { readonly kind: 'reserve'; readonly aim: Aim | null }
  | { readonly kind: 'void'; readonly back: number; readonly more: number }
  | { readonly kind: 'suspend' | 'restore'; readonly who: number }
  | { readonly kind: 'disclose' | 'cancel'; readonly by: 'seller' | 'admin' }
  | { readonly kind: 'edit'; readonly startingPrice: number; readonly laterMs: number }
  | { readonly kind: 'wake' }
)

const dollarsBelow = (max: number) => fc.integer({ min: 1, max: max * 100 })
const increments = fc.oneof(
  fc.constant(DEFAULT_INCREMENTS),
  fc
    .uniqueArray(fc.record({ from: dollarsBelow(3_000), step: dollarsBelow(200) }), {
      maxLength: 5,
      selector: ({ from }) => from,
    })
    .chain((rows) =>
      dollarsBelow(200).map((first) =>
        [{ from: 0, step: first }, ...rows.toSorted((a, b) => a.from - b.from)].map(({ from, step }) => ({
          from: cents(from),
          step: cents(step),
        })),
      ),
    ),
)

/** Terms that the rules allow, of every kind. */
export const anyTerms: fc.Arbitrary<AuctionTerms> = fc
  .record({
    saleType: fc.constantFrom('reserve', 'reserve', 'reserve', 'absolute', 'on_approval'),
    startingPrice: dollarsBelow(300),
    reserveAbove: fc.option(fc.integer({ min: 0, max: 200_000 }), { freq: 3 }),
    buyNowAbove: fc.option(fc.integer({ min: 1, max: 200_000 }), { freq: 2 }),
    belowReserve: fc.constantFrom('proxy', 'proxy', 'post_max'),
    increments,
    softClose: fc.record({
      mode: fc.constantFrom(...SOFT_CLOSE_MODES),
      windowSeconds: fc.integer({ min: 1, max: 3_600 }),
      extensionSeconds: fc.integer({ min: 1, max: 3_600 }),
      maxExtensions: fc.option(fc.integer({ min: 0, max: 5 })),
    }),
  })
  .map(({ startingPrice, reserveAbove, buyNowAbove, ...rest }) => {
    const free = rest.saleType !== 'absolute'
    const reservePrice = free && reserveAbove !== null ? cents(startingPrice + reserveAbove) : null
    const buyNowPrice =
      free && buyNowAbove !== null ? cents((reservePrice ?? startingPrice) + buyNowAbove) : null
    return termsWith({ ...rest, startingPrice: cents(startingPrice), reservePrice, buyNowPrice })
  })

const aim: fc.Arbitrary<Aim> = fc.record({
  from: fc.constantFrom('minimum', 'minimum', 'minimum', 'maximum', 'price', 'reserve', 'buy_now', 'zero'),
  plus: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, 0, 0, 1, -1, 2_500) },
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: -20_000, max: 0 }) },
    { weight: 1, arbitrary: fc.constantFrom(MAX_AMOUNT_CENTS, -MAX_AMOUNT_CENTS) },
  ),
})
const lowering = fc.record({
  from: fc.constant('reserve' as const),
  plus: fc.integer({ min: -60_000, max: 10 }),
})
const who = fc.integer({ min: 1, max: 5 })
const by = fc.constantFrom('seller', 'admin')
const waitMs = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -5_000, max: 900_000 }) },
)
const offer = fc.constantFrom('max', 'max', 'exact')
const kind = <K extends string>(name: K) => fc.constant(name)

export const anyBid = fc.record({ waitMs, kind: kind('bid'), who, offer, aim })
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: anyBid },
  { weight: 1, arbitrary: fc.record({ waitMs, kind: kind('buy'), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ waitMs, kind: kind('reserve'), aim: fc.option(lowering, { freq: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ waitMs, kind: kind('void'), back: fc.nat({ max: 8 }), more: fc.nat({ max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ waitMs, kind: fc.constantFrom('suspend', 'restore'), who }) },
  { weight: 1, arbitrary: fc.record({ waitMs, kind: fc.constantFrom('disclose'), by }) },
  {
    weight: 1,
    arbitrary: fc.record({
      waitMs,
      kind: kind('edit'),
      startingPrice: dollarsBelow(300),
      laterMs: fc.integer({ min: 0, max: 600_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ waitMs, kind: kind('wake') }) },
)

/** A whole auction: before the opening, bids with all that may happen between them, the end, and after. */
export const anySteps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(anyStep, { maxLength: 3 }),
    fc.array(anyStep, { minLength: 5, maxLength: 50, size: 'max' }),
    fc.oneof(
      fc.record({ waitMs, kind: fc.constantFrom('cancel'), by }),
      fc.constant({ waitMs: 200_000_000, kind: 'wake' as const }),
    ),
    fc.array(anyStep, { maxLength: 3 }),
  )
  .map(([before, during, last, after]) => [
    ...before.map((step) => ({ ...step, waitMs: Math.min(step.waitMs, 1_000) })),
    { kind: 'wake' as const, waitMs: 600_000 },
    ...during,
    last,
    ...after,
  ])

export function amountOf(sale: Sale, { from, plus }: Aim): Cents {
  const { minimumBid, leader, price, reservePrice } = sale.position
  const bases = {
    minimum: minimumBid,
    maximum: leader?.maximum ?? null,
    price,
    reserve: reservePrice,
    buy_now: sale.current.terms.buyNowPrice,
    zero: 0,
  }
  return cents(Math.max(0, (bases[from] ?? minimumBid ?? 0) + plus))
}

/** A sale armed ten minutes before its opening. */
export function armedSale(terms: AuctionTerms): Sale {
  const sale = new Sale()
  sale.now = OPENS_AT - 600_000
  const armed = sale.house({ kind: 'arm', terms })
  if (armed.rejected !== null) throw new Error(`not armed: ${JSON.stringify(armed.problems)}`)
  return sale
}

/** Takes one step at the sale's own time; null where it was no command. */
export function take(sale: Sale, step: Step): Decision | null {
  switch (step.kind) {
    case 'bid':
      return sale.command(step.who, { kind: 'bid', offer: step.offer, amount: amountOf(sale, step.aim) })
    case 'buy':
      return sale.buy(step.who)
    case 'reserve':
      return sale.edit({ reservePrice: step.aim === null ? null : amountOf(sale, step.aim) })
    case 'void': {
      const last = sale.current.number - step.back
      return sale.void(...Array.from({ length: step.more + 1 }, (_, index) => last - index))
    }
    case 'suspend':
      return sale.suspend(step.who)
    case 'restore':
      sale.suspended.delete(step.who)
      return null
    case 'disclose':
      return sale.disclose(step.by)
    case 'cancel':
      return sale.cancel(step.by)
    case 'edit':
      return sale.edit({
        startingPrice: cents(step.startingPrice),
        endsAt: sale.position.endsAt + step.laterMs,
      })
    case 'wake':
      return null
  }
}

export interface Moment {
  readonly sale: Sale
  readonly step: Step
  readonly before: Auction
  readonly decision: Decision
}

/** Plays a whole auction and looks at every command judged, between the state before and after it. */
export function watch(terms: AuctionTerms, steps: readonly Step[], look: (moment: Moment) => void): Sale {
  const sale = armedSale(terms)
  for (const step of steps) {
    sale.now += step.waitMs
    sale.wake()
    const before = sale.current
    const decision = take(sale, step)
    if (decision !== null) look({ sale, step, before, decision })
  }
  return sale
}
