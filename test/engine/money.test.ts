import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  addCents,
  cents,
  centsToDollars,
  dollars,
  dollarsOrZero,
  dollarsToCents,
  MAX_AMOUNT_CENTS,
} from '../../src/lib/money.ts'

describe('amounts of money', () => {
  test.each([
    [0.01, 1],
    [0.07, 7],
    [0.29, 29],
    [1.15, 115],
    [4.35, 435],
    [35.41, 3541],
    [1_005.01, 100_501],
    [99_999_999.99, 9_999_999_999],
  ])('R8: %d dollars are exactly %d cents and back', (amount, expected) => {
    expect(dollars.decode(amount)).toBe(expected)
    expect(dollars.encode(cents(expected))).toBe(amount)
  })

  test.each([
    0,
    -0,
    -1,
    -0.01,
    0.001,
    0.009,
    1.155,
    0.1 + 0.2,
    100_000_000,
    99_999_999.995,
    1e308,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MIN_VALUE,
    '1.15',
    '',
    null,
    undefined,
    true,
    [1],
    { valueOf: () => 1 },
    10n,
  ])('R8: %s is no amount', (value) => {
    expect(dollars.safeParse(value).success).toBe(false)
  })

  test('a price may be zero or pass the largest amount', () => {
    expect(dollarsOrZero.decode(0)).toBe(0)
    expect(Object.is(dollarsOrZero.decode(-0), 0)).toBe(true)
    expect(dollarsOrZero.encode(cents(10_000_024_999))).toBe(100_000_249.99)
    expect(dollarsOrZero.safeParse(-0.01).success).toBe(false)
    expect(dollarsOrZero.safeParse(0.005).success).toBe(false)
    expect(dollarsToCents(20_000_000_000_000)).toBeNull()
  })

  test('a response with an amount out of bounds is a defect, not a number', () => {
    expect(() => dollars.encode(cents(0))).toThrow(z.ZodError)
  })

  test('the wire side is described as a number of dollars', () => {
    expect(z.toJSONSchema(dollars, { io: 'input' })).toMatchObject({
      type: 'number',
      minimum: 0.01,
      maximum: 99_999_999.99,
      multipleOf: 0.01,
    })
  })

  test('every cent converts to dollars and back, through JSON too', () => {
    const amount = fc.integer({ min: 1, max: MAX_AMOUNT_CENTS })
    fc.assert(
      fc.property(amount, (value) => {
        const wire = JSON.stringify(dollars.encode(cents(value)))
        expect(wire).toMatch(/^\d+(\.\d{1,2})?$/)
        expect(dollars.decode(JSON.parse(wire))).toBe(value)
      }),
      { numRuns: 5_000 },
    )
  })

  test('a fraction of a cent is never taken for a cent', () => {
    const amount = fc.tuple(fc.integer({ min: 1, max: MAX_AMOUNT_CENTS - 1 }), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(amount, ([value, tenths]) => {
        const finer = Number(`${centsToDollars(cents(value)).toFixed(2)}${tenths}`)
        expect(dollarsToCents(finer)).toBeNull()
      }),
      { numRuns: 5_000 },
    )
  })

  test('cents that are no whole, safe, non-negative number are a defect', () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => cents(value)).toThrow(RangeError)
    expect(() => addCents(cents(Number.MAX_SAFE_INTEGER), cents(1))).toThrow(RangeError)
  })
})
