import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuctionTerms, RejectionCode, Standing } from '../../src/auctions/engine/auction.ts'
import { MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import { OPENS_AT, type Sale, SELLER, SELLER_PROFILE } from './sale.ts'
import { amountOf, anySteps, anyTerms, armedSale, type Step, take, watch } from './script.ts'

/** The standing bids, made again as commands in an auction that has just opened; null where one is refused. */
function playAfresh(terms: AuctionTerms, standing: readonly Standing[]): Sale | null {
  const sale = armedSale({ ...terms, buyNowPrice: null })
  sale.now = OPENS_AT
  for (const item of standing) {
    const leads = item.type === 'bid' && sale.position.leader?.bidderId === item.bidderId
    if (item.type === 'bid') sale.aliases.set(item.bidderId, item.alias)
    const decision =
      item.type === 'reserve'
        ? sale.edit({ reservePrice: item.reservePrice })
        : item.kind === 'buy_now'
          ? sale.buy(item.bidderId)
          : sale.command(item.bidderId, { kind: 'bid', offer: item.kind, amount: item.offered })
    if (decision.rejected !== null || (item.type === 'bid' && leads !== item.whileLeading)) return null
  }
  return sale
}

test('R20: voiding gives what the remaining bids give in a fresh auction, at the lower of both prices', () => {
  let compared = 0
  fc.assert(
    fc.property(anyTerms, anySteps, (terms, steps) => {
      watch(terms, steps, ({ sale, step, before, decision }) => {
        if (decision.rejected !== null || (step.kind !== 'void' && step.kind !== 'suspend')) return
        const fresh = playAfresh(sale.current.terms, sale.standing())
        if (fresh === null) return
        const { leader, price, reserveMet } = fresh.position
        expect(sale.position.leader).toEqual(leader)
        expect(sale.position.reserveMet).toBe(reserveMet)
        expect(sale.position.price).toBe(Math.min(price, before.position.price))
        compared += 1
      })
    }),
    { numRuns: 2_000 },
  )
  expect(compared).toBeGreaterThan(500)
})

/** "Which refusal", read from the page: the first that fits, for a bid at the sale's present position. */
function refusalOf(
  sale: Sale,
  who: number,
  offer: 'max' | 'exact' | 'buy_now',
  amount: number,
): RejectionCode | null {
  const { status, leader, price, minimumBid, reserveMet } = sale.position
  const { buyNowPrice } = sale.current.terms
  const takeable = buyNowPrice !== null && (price === 0 || reserveMet === false)
  const purchase = offer === 'buy_now' || (offer === 'exact' && takeable && amount >= buyNowPrice)
  const leads = leader?.bidderId === who
  const free = offer === 'max' && leads && amount > leader.maximum
  const applies: [RejectionCode, boolean][] = [
    ['amount_invalid', offer !== 'buy_now' && (amount < 1 || amount > MAX_AMOUNT_CENTS)],
    ['cancelled', status === 'cancelled'],
    ['ended', status === 'ended'],
    ['not_active', status !== 'active'],
    ['own_auction', who === SELLER || sale.profiles.get(who) === SELLER_PROFILE],
    ['not_eligible', sale.suspended.has(who)],
    ['already_leading', !purchase && leads && (offer === 'max' ? !free : reserveMet !== false)],
    ['too_low', !purchase && !free && amount < (minimumBid ?? 0)],
    ['buy_now_gone', offer === 'buy_now' && !takeable],
  ]
  return applies.find(([, fits]) => fits)?.[0] ?? null
}

test('a bid or purchase is refused exactly where a rule refuses it, with the first code that fits', () => {
  fc.assert(
    fc.property(anyTerms, anySteps, (terms, steps) => {
      const sale = armedSale(terms)
      sale.profiles.set(5, SELLER_PROFILE)
      for (const step of steps) {
        sale.now += step.waitMs
        sale.wake()
        const expected = expectedRefusal(sale, step)
        const decision = take(sale, step)
        if (expected !== undefined) expect(decision?.rejected).toBe(expected)
      }
    }),
    { numRuns: 2_000 },
  )
})

function expectedRefusal(sale: Sale, step: Step): RejectionCode | null | undefined {
  if (step.kind === 'buy') return refusalOf(sale, step.who, 'buy_now', 0)
  if (step.kind === 'bid') return refusalOf(sale, step.who, step.offer, amountOf(sale, step.aim))
  return undefined
}
