import { describe, expect, test } from 'vitest'
import { openSale, type Sale, SELLER, SELLER_PROFILE, scheduledSale, usd } from './sale.ts'

/** Each step removes the reason that came first, so that the next one shows. */
function refusalsWhileHealing(
  sale: Sale,
  bidderId: number,
  dollars: number,
  heal: (() => void)[],
): unknown[] {
  const codes: unknown[] = [sale.max(bidderId, dollars).rejected]
  for (const step of heal) {
    step()
    codes.push(sale.max(bidderId, dollars).rejected)
  }
  return codes
}

describe('which refusal: the first that fits', () => {
  test('amount_invalid comes before everything else', () => {
    const ended = openSale().at(3_600)
    expect(ended.max(SELLER, 0)).toMatchObject({ rejected: 'amount_invalid' })
    expect(ended.max(SELLER, 1)).toMatchObject({ rejected: 'ended' })
    const cancelled = openSale()
    cancelled.cancel('admin')
    expect(cancelled.max(SELLER, 0)).toMatchObject({ rejected: 'amount_invalid' })
    expect(cancelled.max(SELLER, 1)).toMatchObject({ rejected: 'cancelled' })
  })

  test('not_active comes before own_auction', () => {
    const sale = scheduledSale().at(-1)
    expect(refusalsWhileHealing(sale, SELLER, 1, [() => sale.at(0)])).toEqual(['not_active', 'own_auction'])
  })

  test('own_auction, not_eligible, too_low in this order', () => {
    const sale = openSale()
    sale.profiles.set(1, SELLER_PROFILE)
    sale.suspended.add(1)
    const heal = [() => sale.profiles.clear(), () => sale.suspended.clear()]
    expect(refusalsWhileHealing(sale, 1, 1, heal)).toEqual(['own_auction', 'not_eligible', 'too_low'])
  })

  test('not_eligible comes before already_leading, and that before too_low', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.suspended.add(1)
    const heal = [() => sale.suspended.clear()]
    expect(refusalsWhileHealing(sale, 1, 1, heal)).toEqual(['not_eligible', 'already_leading'])
    expect(sale.exact(1, 1)).toMatchObject({ rejected: 'already_leading' })
  })

  test('a purchase is judged in the same order, buy_now_gone last', () => {
    const sale = scheduledSale().at(-1)
    sale.suspended.add(1)
    sale.profiles.set(1, SELLER_PROFILE)
    const codes = [sale.buy(1).rejected]
    for (const heal of [() => sale.at(0), () => sale.profiles.clear(), () => sale.suspended.clear()]) {
      heal()
      codes.push(sale.buy(1).rejected)
    }
    expect(codes).toEqual(['not_active', 'own_auction', 'not_eligible', 'buy_now_gone'])
  })

  test('only too_low says the least acceptable bid', () => {
    const sale = openSale()
    expect(sale.max(1, 1)).toEqual({ rejected: 'too_low', minimumBid: usd(100), problems: [] })
    expect(sale.max(SELLER, 500)).toEqual({ rejected: 'own_auction', minimumBid: null, problems: [] })
  })
})

describe('R18: who may not bid', () => {
  test('R18: nobody bids on an auction of their own', () => {
    expect(openSale().max(SELLER, 500)).toMatchObject({ rejected: 'own_auction' })
  })

  test('R18: nor on one of the seller profile that they belong to', () => {
    const sale = openSale()
    sale.profiles.set(1, SELLER_PROFILE)
    expect(sale.max(1, 500)).toMatchObject({ rejected: 'own_auction' })
    sale.profiles.set(1, SELLER_PROFILE + 1)
    expect(sale.max(1, 500).rejected).toBeNull()
  })

  test('R18: people without a profile are no colleagues of a seller without one', () => {
    const sale = openSale({ sellerProfileId: null })
    expect(sale.max(1, 500).rejected).toBeNull()
  })

  test('R18: who may not bid now is not_eligible', () => {
    const sale = openSale()
    sale.suspended.add(1)
    expect(sale.max(1, 500)).toMatchObject({ rejected: 'not_eligible' })
    expect(sale.exact(1, 500)).toMatchObject({ rejected: 'not_eligible' })
  })
})
