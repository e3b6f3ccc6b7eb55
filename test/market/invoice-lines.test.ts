import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cents, cents, MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import type { FeeTerms } from '../../src/market/terms.ts'
import { amountOf, composeLines, rateFeeOf, shareOf, sumOf, taxStateOf } from '../../src/orders/invoice.ts'

const FEES: FeeTerms = {
  buyerFee: { basisPoints: 450, min: cents(22_500), max: cents(450_000) },
  titleFee: cents(7_500),
  lateFee: cents(5_000),
  taxBasisPointsByState: { TX: 625, IL: 0 },
  paymentDueDay: 3,
  paymentReminderHours: 24,
  defaultAfterDays: 2,
  titleDueDays: 5,
  titleAbsentDueDays: 21,
}
const buyerFeeAt = (dollars: number): number =>
  rateFeeOf(cents(Math.round(dollars * 100)), FEES.buyerFee) / 100

describe('M5: the buyer’s fee is 4.5 %, at least 225, at most 4 500', () => {
  test.each([
    [0.01, 225],
    [1_000, 225],
    [5_000, 225],
    [5_000.11, 225],
    [5_000.12, 225.01],
    [10_000, 450],
    [12_345.67, 555.56],
    [99_999.88, 4_499.99],
    [99_999.89, 4_500],
    [100_000, 4_500],
    [99_999_999.99, 4_500],
  ])('of %d it is %d', (price, fee) => expect(buyerFeeAt(price)).toBe(fee))

  test('half a cent is rounded up, less than half is dropped', () => {
    expect(shareOf(cents(100), 450)).toBe(5)
    expect(shareOf(cents(99), 450)).toBe(4)
    expect(shareOf(cents(300), 450)).toBe(14)
    expect(shareOf(cents(1), 5_000)).toBe(1)
    expect(shareOf(cents(1), 4_999)).toBe(0)
  })

  test('a fee is rounded before it is clamped, so that its bounds are met to the cent', () => {
    const bounds = { basisPoints: 5_000, min: cents(1), max: cents(2) }
    expect([0, 1, 2, 3, 4, 5].map((price) => rateFeeOf(cents(price), bounds))).toEqual([1, 1, 1, 2, 2, 2])
  })
})

describe('M5: the lines', () => {
  test('each says its rule; tax is there where the schedule sets one for the buyer’s state', () => {
    expect(composeLines(FEES, cents(1_234_567), ' tx ')).toEqual([
      { kind: 'vehicle', description: 'Vehicle', rule: 'Hammer price', amount: 1_234_567 },
      {
        kind: 'buyer_fee',
        description: 'Buyer’s fee',
        rule: '4.5 % of $12,345.67, at least $225.00, at most $4,500.00',
        amount: 55_556,
      },
      { kind: 'title_fee', description: 'Title fee', rule: 'Fixed', amount: 7_500 },
      { kind: 'tax', description: 'Sales tax (TX)', rule: '6.25 % of $12,345.67', amount: 77_160 },
    ])
  })

  test.each([null, '', '  ', 'CA', 'IL', 'constructor', '__proto__'])(
    'no tax line for the state %j',
    (state) => {
      const lines = composeLines(FEES, cents(1_000_000), state)
      expect(lines.map(({ kind }) => kind)).toEqual(['vehicle', 'buyer_fee', 'title_fee'])
      expect(amountOf(lines, 'tax')).toBe(0)
    },
  )

  test('a state is known however it is written', () => {
    expect(['tx', ' Tx', 'TX'].map(taxStateOf)).toEqual(['TX', 'TX', 'TX'])
    expect([null, '', ' '].map(taxStateOf)).toEqual([null, null, null])
  })
})

describe('properties', () => {
  const prices = fc.integer({ min: 1, max: MAX_AMOUNT_CENTS }).map(cents)
  const rates = fc.integer({ min: 0, max: 10_000 })
  const fees: fc.Arbitrary<FeeTerms> = fc
    .record({
      rate: rates,
      bounds: fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)),
      titleFee: fc.nat(100_000),
      tax: rates,
    })
    .map(({ rate, bounds: [one, other], titleFee, tax }) => ({
      ...FEES,
      buyerFee: { basisPoints: rate, min: cents(Math.min(one, other)), max: cents(Math.max(one, other)) },
      titleFee: cents(titleFee),
      taxBasisPointsByState: { TX: tax },
    }))

  test('a share is the nearest whole cent, and the upper of two that are as near', () => {
    fc.assert(
      fc.property(prices, rates, (price, basisPoints) => {
        const exact = BigInt(price) * BigInt(basisPoints)
        const off = BigInt(shareOf(price, basisPoints)) * 10_000n - exact
        expect(off).toBeGreaterThan(-5_000n)
        expect(off).toBeLessThanOrEqual(5_000n)
      }),
    )
  })

  test('the lines add up, the fee keeps to its bounds, and a higher price never costs less', () => {
    fc.assert(
      fc.property(fees, prices, prices, (terms, one, other) => {
        const [low, high]: [Cents, Cents] = one < other ? [one, other] : [other, one]
        const [lines, dearer] = [composeLines(terms, low, 'TX'), composeLines(terms, high, 'TX')]
        const added = lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
        expect(BigInt(sumOf(lines))).toBe(added)
        expect(sumOf(lines)).toBe(
          low + amountOf(lines, 'buyer_fee') + amountOf(lines, 'title_fee') + amountOf(lines, 'tax'),
        )
        expect(amountOf(lines, 'buyer_fee')).toBeGreaterThanOrEqual(terms.buyerFee.min)
        expect(amountOf(lines, 'buyer_fee')).toBeLessThanOrEqual(terms.buyerFee.max)
        expect(sumOf(dearer)).toBeGreaterThanOrEqual(sumOf(lines) + (high - low))
        for (const { amount, rule } of lines) {
          expect(Number.isSafeInteger(amount) && amount >= 0).toBe(true)
          expect(rule).not.toBe('')
        }
        expect(new Set(lines.map(({ kind }) => kind)).size).toBe(lines.length)
      }),
    )
  })
})
