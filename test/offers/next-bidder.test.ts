import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import {
  type EndedBidding,
  priceWithout,
  rankBidders,
  type StoredBid,
  type StoredReserveChange,
} from '../../src/offers/next-bidder.ts'
import { idOf, openSale, type Sale, usd } from '../engine/sale.ts'
import { anyStep, anyTerms } from '../engine/script.ts'
import { play } from './played-sale.ts'

const [ANN, BEN, CAT] = [1, 2, 3]

/** What MySQL has of a sale: the bids, what was voided when, and the reserve changes. */
function storedOf(sale: Sale): EndedBidding {
  const voidedAt = new Map<number, number>()
  const bids: Omit<StoredBid, 'voidedAt'>[] = []
  const reserveChanges: StoredReserveChange[] = []
  for (const { number, at, events, after } of sale.ledger) {
    const [first] = events
    for (const event of events) if (event.kind === 'bid_voided') voidedAt.set(event.bidId, at)
    if (first?.kind === 'reserve_lowered') reserveChanges.push({ number, reservePrice: after.reservePrice })
    if (first?.kind !== 'bid' && first?.kind !== 'raised' && first?.kind !== 'bought') continue
    const { whileLeading: _, ...bid } = first.bid
    bids.push({ ...bid, number, seq: first.seq, at })
  }
  const { terms, position } = sale.current
  return {
    policy: { ...terms, reservePrice: position.reservePrice },
    bids: bids.map((bid) => ({ ...bid, voidedAt: voidedAt.get(bid.number) ?? null })),
    reserveChanges,
    price: position.price,
  }
}

/** What the engine itself makes of it where the bids of these people are voided: a copy of the sale goes on. */
function voidedBy(sale: Sale, people: ReadonlySet<number>) {
  const bidIds = sale
    .standing()
    .flatMap((item) => (item.type === 'bid' && people.has(item.bidderId) ? [item.number] : []))
  const voided = sale.void(...bidIds)
  if (voided.rejected !== null) throw new Error(`refused: ${voided.rejected}`)
  const { leader, price } = sale.position
  return leader === null ? null : { bidderId: leader.bidderId, price }
}

/** The price for the next one in line after `people`, once by what is stored and once by the engine. */
const both = (sale: Sale, ...people: number[]) => {
  const stored = priceWithout(storedOf(sale), new Set(people))
  return { stored, engine: voidedBy(sale, new Set(people)) }
}

describe('M3: the price that R20 gives with those ahead voided', () => {
  test('without the winner the next one leads at what the third drives them to', () => {
    const sale = openSale()
    sale.max(CAT, 500)
    sale.max(BEN, 700)
    sale.max(ANN, 900)
    const { stored, engine } = both(sale, ANN)
    expect(stored).toEqual({ bidderId: BEN, price: usd(525) })
    expect(stored).toEqual(engine)
  })

  test('alone they lead at the starting price, or at the reserve where they reach it', () => {
    const sale = openSale({ reservePrice: usd(600) })
    sale.max(ANN, 900)
    sale.max(BEN, 700)
    expect(both(sale, ANN)).toEqual({
      stored: { bidderId: BEN, price: usd(600) },
      engine: { bidderId: BEN, price: usd(600) },
    })
  })

  test('it is never above the price at the end', () => {
    const increments = [
      { from: usd(0), step: usd(100) },
      { from: usd(100), step: usd(1) },
    ]
    const sale = openSale({ startingPrice: usd(1), increments })
    sale.max(ANN, 99)
    sale.exact(BEN, 101)
    sale.max(CAT, 300)
    expect(sale.position.price).toBe(usd(102))
    expect(both(sale, BEN).stored).toEqual({ bidderId: CAT, price: usd(102) })
  })

  test('bids that were voided before stay so', () => {
    const sale = openSale()
    sale.at(1).max(ANN, 900)
    const typo = idOf(sale.at(2).max(BEN, 800))
    sale.at(3).void(typo)
    sale.at(4).max(CAT, 200)
    sale.at(5).max(BEN, 300)
    expect(both(sale, ANN)).toEqual({
      stored: { bidderId: BEN, price: usd(225) },
      engine: { bidderId: BEN, price: usd(225) },
    })
  })

  test('R11: a reserve that was lowered counts from where it stands in the ledger, and so does a dropped one', () => {
    const lowered = openSale({ reservePrice: usd(1_000), belowReserve: 'post_max' })
    lowered.max(ANN, 300)
    lowered.max(BEN, 450)
    lowered.reserve(400)
    lowered.max(CAT, 700)
    const first = both(lowered, CAT)
    expect(first.stored).toEqual({ bidderId: BEN, price: usd(450) })
    expect(first.stored).toEqual(first.engine)

    const dropped = openSale({ reservePrice: usd(1_000), belowReserve: 'post_max' })
    dropped.max(ANN, 300)
    dropped.reserve(null)
    dropped.max(BEN, 700)
    dropped.max(CAT, 800)
    const second = both(dropped, CAT)
    expect(second.stored).toEqual({ bidderId: BEN, price: usd(325) })
    expect(second.stored).toEqual(second.engine)
  })

  test('an exact bid that its bidder made while leading sets the price as it did', () => {
    const sale = openSale({ reservePrice: usd(10_000) })
    sale.max(ANN, 800)
    sale.exact(ANN, 600)
    sale.max(BEN, 9_000)
    expect(both(sale, BEN)).toEqual({
      stored: { bidderId: ANN, price: usd(600) },
      engine: { bidderId: ANN, price: usd(600) },
    })
  })

  test('with nobody left there is no price', () => {
    const sale = openSale()
    sale.max(ANN, 900)
    expect(both(sale, ANN)).toEqual({ stored: null, engine: null })
  })

  test('for any auction it is what the engine says, for each in line after those ahead', () => {
    fc.assert(
      fc.property(
        anyTerms,
        fc.array(anyStep, { minLength: 5, maxLength: 40 }),
        (terms: AuctionTerms, steps) => {
          const ranks = rankBidders(storedOf(play(terms, steps)).bids)
          for (let ahead = 1; ahead <= ranks.length; ahead++) {
            const sale = play(terms, steps)
            const people = ranks.slice(0, ahead).map(({ bidderId }) => bidderId)
            const { stored, engine } = both(sale, ...people)
            expect(stored).toEqual(engine)
            expect(stored?.bidderId).toBe(ranks[ahead]?.bidderId)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('M3: the line of bidders', () => {
  test('is by the highest standing offer, among equal ones by who made theirs first', () => {
    const sale = openSale()
    sale.max(ANN, 500)
    sale.max(BEN, 900)
    sale.max(CAT, 900)
    expect(rankBidders(storedOf(sale).bids).map(({ bidderId, maximum }) => [bidderId, maximum])).toEqual([
      [BEN, usd(900)],
      [CAT, usd(900)],
      [ANN, usd(500)],
    ])
  })

  test('begins with whoever leads, for any auction', () => {
    fc.assert(
      fc.property(anyTerms, fc.array(anyStep, { maxLength: 40 }), (terms, steps) => {
        const sale = play(terms, steps)
        const { leader } = sale.position
        const [first] = rankBidders(storedOf(sale).bids)
        expect(first?.bidderId).toBe(leader?.bidderId)
        expect(first?.maximum).toBe(leader?.maximum)
      }),
    )
  })
})
