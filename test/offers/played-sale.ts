import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import { OPENS_AT, type Sale } from '../engine/sale.ts'
import { armedSale, type Step, take } from '../engine/script.ts'

const MONTH_MS = 30 * 24 * 3_600_000

/** An auction that has run for a while, is active still, and cannot be bought: each command at an instant of its own. */
export function play(terms: AuctionTerms, steps: readonly Step[]): Sale {
  const sale = armedSale({ ...terms, buyNowPrice: null, endsAt: OPENS_AT + MONTH_MS })
  sale.at(0).wake()
  for (const step of steps) {
    if (step.kind === 'buy') continue
    sale.now = Math.max(sale.now + step.waitMs, sale.current.lastAt + 1)
    sale.wake()
    take(sale, step)
  }
  return sale
}
