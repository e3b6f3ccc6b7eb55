import * as z from 'zod'

/** A whole number of US cents, below zero where it is taken off. Made only by the functions of this file. */
export type SignedCents = number & { readonly __unit: 'cents' }
/** A whole, non-negative number of US cents. Made only by the functions of this file. */
export type Cents = SignedCents & { readonly __brand: 'Cents' }

/** The least and the largest amount that anyone may offer or ask: 0.01 and 99 999 999.99 (R8). */
export const MIN_AMOUNT_CENTS = 1
export const MAX_AMOUNT_CENTS = 9_999_999_999
/** Sums and minimums may pass the largest amount; up to here dollars and cents convert exactly. */
const MAX_PRICE_CENTS = 1_000_000_000_000_000

/**
 * A whole number of cents as `Cents`.
 * @throws RangeError for anything but a non-negative safe integer: a defect, never bad input.
 */
export function cents(value: number): Cents {
  if (!isCents(value)) throw new RangeError(`Not an amount of cents: ${value}`)
  return value
}

export function isCents(value: number): value is Cents {
  return Number.isSafeInteger(value) && value >= 0
}

const isSignedCents = (value: number): value is SignedCents => Number.isSafeInteger(value)

/** What takes `amount` off a sum. */
export function negate(amount: Cents): SignedCents {
  const taken = 0 - amount
  if (!isSignedCents(taken)) throw new RangeError(`Not an amount of cents: ${taken}`)
  return taken
}

/** Whether `value` lies within the bounds of an amount (R8). */
export function isAmount(value: Cents): boolean {
  return value >= MIN_AMOUNT_CENTS && value <= MAX_AMOUNT_CENTS
}

export const ZERO_CENTS = cents(0)

/** The sum in cents. @throws RangeError past the safe integers */
export function addCents(a: Cents, b: Cents): Cents {
  return cents(a + b)
}

export function lowerOf(a: Cents, b: Cents): Cents {
  return a < b ? a : b
}

export function higherOf(a: Cents, b: Cents): Cents {
  return a > b ? a : b
}

const usDollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** `$1,250.00` or `-$1,250.00`, as people read it. */
export const formatAmount = (amount: SignedCents): string => usDollars.format(amount / 100)

/** Dollars, as JSON carries them, for an amount in cents. */
export function centsToDollars(value: SignedCents): number {
  return value / 100
}

/** The cents of a number of dollars, or null where it is not one with at most two decimals. */
export function dollarsToCents(dollars: number): Cents | null {
  // Adding 0 makes 0 of −0.
  const nearest = Math.round(dollars * 100) + 0
  // A decimal with two places and its cents divided by 100 are the same double; anything finer is not.
  return isCents(nearest) && nearest <= MAX_PRICE_CENTS && nearest / 100 === dollars ? cents(nearest) : null
}

const centsSchema = z.custom<Cents>((value) => typeof value === 'number' && isCents(value))

function dollarCodec(wire: z.ZodNumber) {
  return z.codec(wire.meta({ multipleOf: 0.01 }), centsSchema, {
    decode: (dollars, context) => {
      const value = dollarsToCents(dollars)
      if (value !== null) return value
      context.issues.push({ code: 'custom', input: dollars, message: 'Must have at most two decimals' })
      return z.NEVER
    },
    encode: centsToDollars,
  })
}

/** An amount: JSON number of dollars (0.01 to 99 999 999.99, at most two decimals) ⇄ `Cents`. */
export const dollars = dollarCodec(
  z
    .number()
    .min(MIN_AMOUNT_CENTS / 100)
    .max(MAX_AMOUNT_CENTS / 100),
)

/** A price, fee, sum or minimum, which may be zero or pass the largest amount: dollars ⇄ `Cents`. */
export const dollarsOrZero = dollarCodec(
  z
    .number()
    .min(0)
    .max(MAX_PRICE_CENTS / 100),
)

/** A line of an invoice, below zero where it takes something off: dollars ⇄ `SignedCents`. */
export const signedDollars = z.codec(
  z
    .number()
    .min(-MAX_PRICE_CENTS / 100)
    .max(MAX_PRICE_CENTS / 100)
    .meta({ multipleOf: 0.01 }),
  z.custom<SignedCents>((value) => typeof value === 'number' && isSignedCents(value)),
  {
    decode: (dollars, context) => {
      const value = dollarsToCents(Math.abs(dollars))
      if (value !== null) return dollars < 0 ? negate(value) : value
      context.issues.push({ code: 'custom', input: dollars, message: 'Must have at most two decimals' })
      return z.NEVER
    },
    encode: centsToDollars,
  },
)
