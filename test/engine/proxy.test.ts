import { describe, expect, test } from 'vitest'
import type { StandingBid } from '../../src/auctions/engine/auction.ts'
import { replayWithout } from '../../src/auctions/engine/proxy.ts'
import { cents, ZERO_CENTS } from '../../src/lib/money.ts'
import { termsWith, usd } from './sale.ts'

const NOTHING = { leader: null, price: ZERO_CENTS }
// A step that falls makes an answer to a lower bid dearer than one to a higher.
const falling = [
  { from: cents(0), step: usd(100) },
  { from: usd(100), step: usd(1) },
]

function standing(number: number, bidderId: number, kind: 'max' | 'exact', dollars: number): StandingBid {
  const offered = usd(dollars)
  const whileLeading = kind === 'exact'
  const alias = `Bidder ${bidderId}`
  return { type: 'bid', number, seq: number, bidderId, alias, kind, offered, amount: offered, whileLeading }
}

describe('a replay meets lists that live bidding cannot make', () => {
  test('R6: the price never falls where the answer to a later bid is lower', () => {
    const terms = termsWith({ startingPrice: usd(1), increments: falling })
    const bids = [standing(1, 1, 'max', 99), standing(2, 2, 'max', 300), standing(3, 3, 'max', 150)]
    expect(replayWithout(terms, bids.slice(0, 2), new Set(), NOTHING).price).toBe(usd(199))
    expect(replayWithout(terms, bids, new Set(), NOTHING).price).toBe(usd(199))
  })

  test("R6, R20: the price never falls to a leader's exact bid", () => {
    const terms = termsWith({ reservePrice: usd(10_000) })
    const bids = [standing(1, 1, 'max', 900), standing(2, 1, 'exact', 400), standing(3, 1, 'exact', 300)]
    expect(replayWithout(terms, bids, new Set(), NOTHING).price).toBe(usd(400))
    expect(replayWithout(terms, bids, new Set([2]), NOTHING).price).toBe(usd(300))
  })

  test("R20: a leader's exact bid only raises their maximum where the reserve is met", () => {
    const bids = [standing(1, 1, 'max', 900), standing(2, 1, 'exact', 1_000)]
    const met = replayWithout(termsWith({ reservePrice: usd(500) }), bids, new Set(), NOTHING)
    expect(met).toEqual({ leader: { bidderId: 1, alias: 'Bidder 1', maximum: usd(1_000) }, price: usd(500) })
    const none = replayWithout(termsWith(), bids, new Set(), NOTHING)
    expect(none.price).toBe(usd(100))
  })
})
