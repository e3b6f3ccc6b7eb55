import { describe, expect, test } from 'vitest'
import { findOutbid } from '../../src/auctions/engine/view.ts'
import { CLOSES_AT, idOf, kindsOf, openSale, scheduledSale, second, standOf, usd, verdictOf } from './sale.ts'

const withBuyNow = { buyNowPrice: usd(2_000) }
const withBoth = { buyNowPrice: usd(2_000), reservePrice: usd(1_000) }

describe('R14: buy now', () => {
  test('R14: it can be taken while there is no bid', () => {
    const sale = openSale(withBuyNow).at(60)
    expect(kindsOf(sale.buy(1))).toEqual(['bought', 'ended'])
    expect(standOf(sale)).toEqual({ price: 2_000, leader: 1, maximum: 2_000 })
    expect(sale.position).toMatchObject({ status: 'ended', outcome: 'sold', bidCount: 1, minimumBid: null })
  })

  test('R14: the auction ends at the purchase', () => {
    const sale = openSale(withBuyNow).at(60)
    sale.buy(1)
    expect(sale.ledger.at(-1)).toMatchObject({ at: second(60), events: [{ seq: 2 }, { seq: 3 }] })
    expect(sale.max(2, 5_000)).toMatchObject({ rejected: 'ended' })
  })

  test('R14: the verdict of a purchase is that of a bid', () => {
    const sale = openSale(withBuyNow)
    expect(verdictOf(sale.buy(1))).toEqual({
      bidId: 3,
      seq: 2,
      leading: true,
      yourMax: usd(2_000),
      currentBid: usd(2_000),
      minimumBid: null,
      bidCount: 1,
      endsAt: CLOSES_AT,
    })
  })

  test('R14: it can be taken while a reserve is set and not met', () => {
    const sale = openSale(withBoth)
    sale.max(1, 500)
    expect(kindsOf(sale.buy(2))).toEqual(['bought', 'ended'])
    expect(standOf(sale)).toEqual({ price: 2_000, leader: 2, maximum: 2_000 })
  })

  test('R14: the leader may take it too', () => {
    const sale = openSale(withBoth)
    sale.max(1, 500)
    expect(sale.buy(1).rejected).toBeNull()
    expect(standOf(sale)).toEqual({ price: 2_000, leader: 1, maximum: 2_000 })
  })

  test('R14: the reserve counts as met', () => {
    const sale = openSale(withBoth)
    sale.buy(1)
    expect(sale.position.reserveMet).toBe(true)
  })

  test('R14: it is sold whatever the sale type', () => {
    const sale = openSale({ ...withBuyNow, saleType: 'on_approval' })
    sale.buy(1)
    expect(sale.position.outcome).toBe('sold')
  })

  test('R14: it is gone with the first bid where there is no reserve', () => {
    const sale = openSale(withBuyNow)
    sale.max(1, 100)
    expect(sale.buy(2)).toMatchObject({ rejected: 'buy_now_gone' })
  })

  test('R14: it is gone once the reserve is met', () => {
    const sale = openSale(withBoth)
    sale.max(1, 1_000)
    expect(sale.buy(2)).toMatchObject({ rejected: 'buy_now_gone' })
  })

  test('R14: it is gone where the reserve is dropped after a bid', () => {
    const sale = openSale(withBoth)
    sale.max(1, 500)
    sale.reserve(null)
    expect(sale.buy(2)).toMatchObject({ rejected: 'buy_now_gone' })
  })

  test('R14: it comes back when the only bid is voided', () => {
    const sale = openSale(withBuyNow)
    sale.void(idOf(sale.max(1, 500)))
    expect(sale.buy(2).rejected).toBeNull()
  })

  test('R14: an auction without a buy-now price answers buy_now_gone', () => {
    expect(openSale().buy(1)).toMatchObject({ rejected: 'buy_now_gone' })
  })

  test('R14: before the opening it is not_active, after the end ended', () => {
    const sale = scheduledSale(withBuyNow).at(-1)
    expect(sale.buy(1)).toMatchObject({ rejected: 'not_active' })
    expect(sale.at(3_600).buy(1)).toMatchObject({ rejected: 'ended' })
  })

  test.each([2_000, 99_999])('R14: an exact bid of %d takes it, at the buy-now price', (amount) => {
    const sale = openSale(withBuyNow)
    const decision = sale.exact(1, amount)
    expect(kindsOf(decision)).toEqual(['bought', 'ended'])
    expect(verdictOf(decision)).toMatchObject({ yourMax: usd(2_000), currentBid: usd(2_000) })
  })

  test('R14: an exact bid a cent below it does not take it', () => {
    const sale = openSale(withBuyNow)
    expect(kindsOf(sale.exact(1, 1_999.99))).toEqual(['bid'])
  })

  test('R14: a maximum above it does not take it', () => {
    const sale = openSale(withBuyNow)
    expect(kindsOf(sale.max(1, 5_000))).toEqual(['bid'])
    expect(standOf(sale).price).toBe(100)
  })

  test('R14: an exact bid above it, once it is gone, is an exact bid', () => {
    const sale = openSale(withBuyNow)
    sale.max(1, 500)
    expect(kindsOf(sale.exact(2, 3_000))).toEqual(['bid'])
    expect(standOf(sale)).toEqual({ price: 3_000, leader: 2, maximum: 3_000 })
  })

  test('R14: an exact bid takes it even where it is less than a step above the price', () => {
    const sale = openSale({ buyNowPrice: usd(1_000), reservePrice: usd(1_000) })
    sale.exact(1, 990)
    expect(sale.position.minimumBid).toBe(usd(1_015))
    expect(kindsOf(sale.exact(2, 1_000))).toEqual(['bought', 'ended'])
  })

  test('R14: the others get ended, not outbid', () => {
    const sale = openSale(withBoth)
    sale.max(1, 500)
    const before = sale.current
    const decision = sale.buy(2)
    if (decision.rejected !== null) throw new Error('refused')
    expect(findOutbid(before, decision.entry)).toBeNull()
  })

  test('R14: a purchase in the last seconds extends nothing', () => {
    const sale = openSale(withBuyNow).at(3_599)
    sale.buy(1)
    expect(sale.position).toMatchObject({ endsAt: CLOSES_AT, extendedCount: 0 })
  })

  test('R18: the seller cannot buy', () => {
    const sale = openSale(withBuyNow)
    expect(sale.buy(900)).toMatchObject({ rejected: 'own_auction' })
  })
})

describe('R15: the end, the first that fits', () => {
  test.each(['reserve', 'absolute', 'on_approval'] as const)(
    'R15: no bid on a %s sale is unsold',
    (saleType) => {
      expect(openSale({ saleType }).at(3_600).wake().position.outcome).toBe('unsold')
    },
  )

  test('R15: an auction whose every bid was voided is unsold', () => {
    const sale = openSale()
    sale.void(idOf(sale.max(1, 500)))
    expect(sale.at(3_600).wake().position).toMatchObject({ outcome: 'unsold', price: 0, leader: null })
  })

  test('R15: on_approval waits for the seller, whatever the reserve', () => {
    const sale = openSale({ saleType: 'on_approval', reservePrice: usd(1_000) })
    sale.max(1, 1_500)
    expect(sale.position.reserveMet).toBe(true)
    expect(sale.at(3_600).wake().position.outcome).toBe('pending_seller')
    const free = openSale({ saleType: 'on_approval' })
    free.max(1, 500)
    expect(free.at(3_600).wake().position.outcome).toBe('pending_seller')
  })

  test('R15: a reserve that is not met waits for the seller', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 999.99)
    expect(sale.at(3_600).wake().position.outcome).toBe('pending_seller')
  })

  test('R15: otherwise it is sold at the price', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 1_000)
    expect(sale.at(3_600).wake().position).toMatchObject({ outcome: 'sold', price: usd(1_000) })
    const absolute = openSale({ saleType: 'absolute' })
    absolute.max(1, 100)
    expect(absolute.at(3_600).wake().position).toMatchObject({ outcome: 'sold', price: usd(100) })
  })

  test('R15: a dropped reserve no longer stands in the way', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.reserve(null)
    expect(sale.at(3_600).wake().position.outcome).toBe('sold')
  })
})
