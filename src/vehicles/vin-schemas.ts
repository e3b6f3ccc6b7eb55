import * as z from 'zod'
import { filter, wholeNumber } from '../lib/query-filters.ts'
import { vinFields } from '../lib/vin-fields.ts'

const text = z.string().nullable()
/** What a VIN tells of a vehicle, whoever was asked. */
const toldFields = { vin: z.string(), ...vinFields }
const vinSource = z.enum(['clearvin', 'vpic', 'offline'])

export const decodedVinSchema = z.object({
  success: z.literal(true),
  data: z.object(toldFields),
  source: vinSource,
  warnings: z.array(z.string()),
})

export const vinSchema = z.object({
  ...toldFields,
  /** Whether it can be a vehicle's number: given whole, and with the check digit where the market has one. */
  valid: z.boolean(),
  /** Null where a character is not given. */
  check_digit_valid: z.boolean().nullable(),
  country: text,
  manufacturer: text,
  /** Of each field that the number leaves open: what it may be; one alone where it may be something else too. */
  candidates: z.record(z.string(), z.array(z.union([z.string(), z.int()]))),
  /** Positions, from 1, of which one may be mistyped where the check digit is wrong; the likeliest first. */
  suspect_positions: z.array(z.int()),
  source: vinSource,
  warnings: z.array(z.string()),
})
export type DecodedVin = z.output<typeof vinSchema>

export const vinQuery = z.object({ year: filter(wholeNumber) })

export const MAX_BATCH = 50

/** What is no VIN is answered in its own place: one of fifty must not cost the others. */
const refusedVinSchema = z.object({
  vin: z.string(),
  valid: z.literal(false),
  error: z.string(),
  code: z.literal('validation_failed'),
})
export const vinBatchSchema = z.object({ results: z.array(z.union([vinSchema, refusedVinSchema])) })
export type VinBatch = z.output<typeof vinBatchSchema>

/** Text of any form. */
export const vinBatchBody = z.object({ vins: z.array(z.string()).min(1).max(MAX_BATCH) })
