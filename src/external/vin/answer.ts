import * as z from 'zod'
import { vinFields } from '../../lib/vin-fields.ts'

/** An answer as it lies in the cache; `warnings` are the vendor's own remarks about the number. */
export const answerSchema = z.object({ fields: z.object(vinFields), warnings: z.array(z.string()) })
export type VendorAnswer = z.output<typeof answerSchema>
export type VinFields = VendorAnswer['fields']

export type VendorName = 'clearvin' | 'vpic'

/** What one question to a vendor may take. */
export type VendorCall = {
  signal: AbortSignal
  /** Takes the writing to a cache, which nobody waits for. */
  keepLater(work: Promise<unknown>): void
}

/** One vendor that can be asked about a VIN. Rejects when it fails; null when it does not know the vehicle. */
export type VinVendor = {
  name: VendorName
  title: string
  ask(vin: string, call: VendorCall): Promise<VendorAnswer | null>
}

const MAX_TEXT = 200

/** Vendors send numbers, numbers as text, empty text and nothing at all for the same field. */
export const looseText = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => {
    const text = String(value ?? '').trim()
    // The cut may go through a character, and a vendor may send half of one.
    return text === '' || /^(n\/?a|null|not applicable)$/i.test(text)
      ? null
      : text.slice(0, MAX_TEXT).toWellFormed()
  })

/** Whether a vendor says that it speaks of another vehicle than `vin`. */
export const isOther = (answered: string | null | undefined, vin: string): boolean =>
  answered ? answered.toUpperCase() !== vin : false

/** A whole number within bounds, or null. */
export function readWholeNumber(text: string | null, min: number, max: number): number | null {
  const value = text === null ? Number.NaN : Number(text)
  return Number.isInteger(value) && value >= min && value <= max ? value : null
}

/** Whole kilowatts of a power in kilowatts, else in horsepower; null where neither is one. */
export function kilowatts(power: string | null, horsepower: string | null): number | null {
  const value =
    power === null ? Number.parseFloat(horsepower ?? '') * KILOWATTS_PER_HORSEPOWER : Number.parseFloat(power)
  return value > 0 && value < MAX_KILOWATTS ? Math.round(value) : null
}

export const MIN_YEAR = 1900
export const MAX_YEAR = 2100
export const MAX_CYLINDERS = 32
export const MAX_DOORS = 20
const MAX_KILOWATTS = 5_000
const KILOWATTS_PER_HORSEPOWER = 0.745699872
