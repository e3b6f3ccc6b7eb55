import { describe, expect, test } from 'vitest'
import { DEFAULT_INCREMENTS, stepAt } from '../../src/auctions/engine/increments.ts'
import { DEFAULT_SOFT_CLOSE, findTermsProblems } from '../../src/auctions/engine/terms.ts'
import { cents, ZERO_CENTS } from '../../src/lib/money.ts'
import { CLOSES_AT, MIN_DURATION_MS, OPENS_AT, openSale, Sale, standOf, termsWith, usd } from './sale.ts'

type Changes = Parameters<typeof termsWith>[0]
const pathsOf = (changes: Changes) =>
  findTermsProblems(termsWith(changes), MIN_DURATION_MS).map(({ path }) => path)
const rows = (...pairs: [number, number][]) =>
  pairs.map(([from, step]) => ({ from: cents(from), step: cents(step) }))

describe('R8: the increment table', () => {
  test.each([
    [0, 10],
    [99.99, 10],
    [100, 25],
    [999.99, 25],
    [1_000, 50],
    [4_999.99, 50],
    [5_000, 100],
    [24_999.99, 100],
    [25_000, 250],
    [99_999_999.99, 250],
  ])('R8: by default the step at %d is %d', (amount, step) => {
    expect(stepAt(DEFAULT_INCREMENTS, usd(amount))).toBe(usd(step))
  })

  test("R8: an auction's own table governs the least bid (R5) and the answer (R6)", () => {
    const sale = openSale({ startingPrice: usd(1), increments: rows([0, 5], [1_000, 700]) })
    sale.max(1, 9.99)
    expect(sale.position.minimumBid).toBe(usd(1.05))
    sale.max(2, 50)
    expect(standOf(sale).price).toBe(10.04)
    expect(sale.position.minimumBid).toBe(usd(17.04))
  })

  test('R8: a table of one row and one of 50 are allowed', () => {
    expect(pathsOf({ increments: rows([0, 1]) })).toEqual([])
    const fifty = Array.from({ length: 50 }, (_, index) => ({ from: cents(index * 100), step: cents(1) }))
    expect(pathsOf({ increments: fifty })).toEqual([])
    expect(pathsOf({ increments: [...fifty, { from: cents(9_999), step: cents(1) }] })).toEqual([
      'increments',
    ])
  })

  test('R8: a table without rows is refused', () => {
    expect(pathsOf({ increments: [] })).toEqual(['increments'])
  })

  test('R8: the first row must begin at 0', () => {
    expect(pathsOf({ increments: rows([1, 10]) })).toEqual(['increments.0.from'])
  })

  test('R8: the rows must rise strictly', () => {
    expect(pathsOf({ increments: rows([0, 10], [500, 10], [500, 20]) })).toEqual(['increments.2.from'])
    expect(pathsOf({ increments: rows([0, 10], [500, 10], [400, 20]) })).toEqual(['increments.2.from'])
  })

  test('R8: a step must be at least a cent', () => {
    expect(pathsOf({ increments: rows([0, 1], [100, 0]) })).toEqual(['increments.1.step'])
  })

  test('R8: rows beyond the largest amount are refused', () => {
    expect(pathsOf({ increments: rows([0, 10_000_000_000]) })).toEqual(['increments.0.step'])
    expect(pathsOf({ increments: rows([0, 1], [10_000_000_000, 1]) })).toEqual(['increments.1.from'])
  })

  test('R8: a table that does not begin at 0 is a defect when it is used', () => {
    expect(() => stepAt(rows([100, 10]), cents(99))).toThrow('begins at 0')
  })
})

describe('R8: amounts', () => {
  test('R8: the largest amount can be bid, and then nothing more', () => {
    const sale = openSale()
    sale.max(1, 99_999_999.99)
    sale.max(2, 99_999_999.99)
    expect(standOf(sale)).toEqual({ price: 99_999_999.99, leader: 1, maximum: 99_999_999.99 })
    expect(sale.position.minimumBid).toBe(usd(100_000_249.99))
    expect(sale.max(2, 99_999_999.99)).toMatchObject({ rejected: 'too_low' })
  })

  test.each([0, 100_000_000])('R8: a bid of %d is amount_invalid', (amount) => {
    const sale = openSale()
    expect(sale.max(1, amount)).toMatchObject({ rejected: 'amount_invalid', minimumBid: null })
    expect(sale.exact(1, amount)).toMatchObject({ rejected: 'amount_invalid' })
  })

  test('R8: a starting price, reserve or buy-now price out of bounds is refused', () => {
    expect(pathsOf({ startingPrice: ZERO_CENTS })).toEqual(['starting_price'])
    expect(pathsOf({ reservePrice: cents(10_000_000_000) })).toEqual(['reserve_price'])
    expect(pathsOf({ buyNowPrice: cents(10_000_000_000) })).toEqual(['buy_now_price'])
  })
})

describe('what an auction may be scheduled with', () => {
  test('the defaults are fine, with every price set too', () => {
    expect(pathsOf({})).toEqual([])
    expect(pathsOf({ reservePrice: usd(100), buyNowPrice: usd(100.01) })).toEqual([])
  })

  test('the reserve is not below the starting price', () => {
    expect(pathsOf({ reservePrice: usd(99.99) })).toEqual(['reserve_price'])
  })

  test('R14: the buy-now price is above the starting price', () => {
    expect(pathsOf({ buyNowPrice: usd(100) })).toEqual(['buy_now_price'])
  })

  test('R14: the buy-now price is not below the reserve', () => {
    expect(pathsOf({ reservePrice: usd(500), buyNowPrice: usd(499.99) })).toEqual(['buy_now_price'])
    expect(pathsOf({ reservePrice: usd(500), buyNowPrice: usd(500) })).toEqual([])
  })

  test('R15: an absolute sale takes neither reserve nor buy-now price', () => {
    const changes = { saleType: 'absolute', reservePrice: usd(500), buyNowPrice: usd(900) } as const
    expect(pathsOf(changes)).toEqual(['reserve_price', 'buy_now_price'])
    expect(pathsOf({ saleType: 'absolute' })).toEqual([])
  })

  test.each([1, 3_600])('R12: a window and an extension of %d s are allowed', (seconds) => {
    const softClose = { ...DEFAULT_SOFT_CLOSE, windowSeconds: seconds, extensionSeconds: seconds }
    expect(pathsOf({ softClose })).toEqual([])
  })

  test.each([0, 3_601, 1.5, Number.NaN])('R12: a window or an extension of %d s is refused', (seconds) => {
    const softClose = { ...DEFAULT_SOFT_CLOSE, windowSeconds: seconds, extensionSeconds: seconds }
    expect(pathsOf({ softClose })).toEqual(['soft_close.window_s', 'soft_close.extension_s'])
  })

  test('R12: the cap is a whole number of extensions, or none', () => {
    const capped = (maxExtensions: number | null) =>
      pathsOf({ softClose: { ...DEFAULT_SOFT_CLOSE, maxExtensions } })
    expect(capped(null)).toEqual([])
    expect(capped(0)).toEqual([])
    expect(capped(-1)).toEqual(['soft_close.max_extensions'])
    expect(capped(0.5)).toEqual(['soft_close.max_extensions'])
    expect(capped(1_000_000)).toEqual([])
    expect(capped(1_000_001)).toEqual(['soft_close.max_extensions'])
  })

  test('R12: by default the end is reset in a window of 120 s, by 120 s, without a cap', () => {
    expect(DEFAULT_SOFT_CLOSE).toEqual({
      mode: 'reset',
      windowSeconds: 120,
      extensionSeconds: 120,
      maxExtensions: null,
    })
  })

  test('an auction lasts from the configured minimum to 90 days', () => {
    const days = 24 * 3_600_000
    expect(pathsOf({ endsAt: OPENS_AT + MIN_DURATION_MS })).toEqual([])
    expect(pathsOf({ endsAt: OPENS_AT + MIN_DURATION_MS - 1 })).toEqual(['ends_at'])
    expect(pathsOf({ endsAt: OPENS_AT + 90 * days })).toEqual([])
    expect(pathsOf({ endsAt: OPENS_AT + 90 * days + 1 })).toEqual(['ends_at'])
    expect(pathsOf({ endsAt: Number.NaN })).toEqual(['ends_at'])
  })

  test('it ends before 2100: the platform sets no alarm past 2189', () => {
    const last = Date.UTC(2100, 0, 1)
    expect(pathsOf({ startsAt: last - 3_600_000, endsAt: last - 1 })).toEqual([])
    expect(pathsOf({ startsAt: last - 3_600_000, endsAt: last })).toEqual(['ends_at'])
  })

  test('several problems are reported together', () => {
    expect(pathsOf({ startingPrice: ZERO_CENTS, increments: [], endsAt: CLOSES_AT - 3_600_000 })).toEqual([
      'starting_price',
      'increments',
      'ends_at',
    ])
  })

  test('arming refuses terms that break the rules, and writes nothing', () => {
    const sale = new Sale()
    const decision = sale.house({ kind: 'arm', terms: termsWith({ reservePrice: usd(1) }) })
    expect(decision).toMatchObject({ rejected: 'validation_failed', problems: [{ path: 'reserve_price' }] })
    expect(sale.auction).toBeNull()
  })
})
