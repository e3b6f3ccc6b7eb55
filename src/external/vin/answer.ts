import * as z from 'zod'

/** What a vendor says about a vehicle; null is what it did not say. */
export type VinFields = {
  year: number | null
  make: string | null
  model: string | null
  trim: string | null
  body_type: string | null
  engine: string | null
  transmission: string | null
  drivetrain: string | null
  exterior_color: string | null
  interior_color: string | null
  fuel_type: string | null
  cylinders: number | null
  displacement: string | null
  series: string | null
  doors: number | null
  engine_configuration: string | null
  engine_power_kw: number | null
  vehicle_type: string | null
  gvwr_class: string | null
  plant: string | null
}

export type VendorName = 'clearvin' | 'vpic'

/** `warnings` are the vendor's own remarks about the number. */
export type VendorAnswer = { fields: VinFields; warnings: string[] }

/** One vendor that can be asked about a VIN. Rejects when it fails; null when it does not know the vehicle. */
export type VinVendor = {
  name: VendorName
  title: string
  ask(vin: string, signal: AbortSignal): Promise<VendorAnswer | null>
}

const MAX_TEXT = 200

/** Vendors send numbers, numbers as text, empty text and nothing at all for the same field. */
export const looseText = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => {
    const text = String(value ?? '').trim()
    return text === '' || /^(n\/?a|null|not applicable)$/i.test(text) ? null : text.slice(0, MAX_TEXT)
  })

/** A whole number within bounds, or null. */
export function wholeNumber(text: string | null, min: number, max: number): number | null {
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

const text = z.string().nullable()

/** An answer as it lies in the cache. */
export const answerSchema = z.object({
  fields: z.object({
    year: z.int().nullable(),
    make: text,
    model: text,
    trim: text,
    body_type: text,
    engine: text,
    transmission: text,
    drivetrain: text,
    exterior_color: text,
    interior_color: text,
    fuel_type: text,
    cylinders: z.int().nullable(),
    displacement: text,
    series: text,
    doors: z.int().nullable(),
    engine_configuration: text,
    engine_power_kw: z.int().nullable(),
    vehicle_type: text,
    gvwr_class: text,
    plant: text,
  }),
  warnings: z.array(z.string()),
})
