import * as z from 'zod'
import { type Cents, cents, dollarsToCents } from './money.ts'

/** A filter that is left empty is none: forms send every field. */
export const filter = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal('').transform(() => undefined), schema]).optional()

export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'Must be a whole number of at most 9 digits')
  .transform(Number)

export const idText = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'Must be an id')
  .transform(Number)

/** Dollars in a query, as cents. */
export const price = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,2})?$/, 'Must be an amount in dollars')
  .transform((value): Cents => dollarsToCents(Number(value)) ?? cents(0))

export const word = z.string().trim().max(64)
