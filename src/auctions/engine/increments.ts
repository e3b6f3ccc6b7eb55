import { addCents, type Cents, cents } from '../../lib/money.ts'
import type { AuctionPolicy, IncrementRow } from './auction.ts'

const row = (fromDollars: number, stepDollars: number): IncrementRow => ({
  from: cents(fromDollars * 100),
  step: cents(stepDollars * 100),
})

/** R8's default table. */
export const DEFAULT_INCREMENTS: readonly IncrementRow[] = [
  row(0, 10),
  row(100, 25),
  row(1_000, 50),
  row(5_000, 100),
  row(25_000, 250),
]

/** `step(amount)` in cents: a step holds from its `from` inclusive (R8). @throws Error on an empty table */
export function stepAt(increments: readonly IncrementRow[], amount: Cents): Cents {
  let step: Cents | undefined
  for (const row of increments) {
    if (row.from > amount) break
    step = row.step
  }
  if (step === undefined) throw new Error('An increment table begins at 0')
  return step
}

/** The amount one step above `amount`. */
export function oneStepAbove(increments: readonly IncrementRow[], amount: Cents): Cents {
  return addCents(amount, stepAt(increments, amount))
}

/** R5's least acceptable bid: the starting price while there is no bid, else a step above the price. */
export function minimumBid(
  policy: Pick<AuctionPolicy, 'startingPrice' | 'increments'>,
  price: Cents,
  hasBid: boolean,
): Cents {
  return hasBid ? oneStepAbove(policy.increments, price) : policy.startingPrice
}
