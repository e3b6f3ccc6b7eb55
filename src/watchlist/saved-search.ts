import { type Cents, cents, MAX_AMOUNT_CENTS } from '../lib/money.ts'

export const MAX_SAVED_SEARCHES = 50

/** What a search asks of a vehicle, as `GET /api/vehicles` understands it. */
export interface SearchFilters {
  readonly make?: string | undefined
  readonly model?: string | undefined
  readonly state?: string | undefined
  readonly year_min?: number | undefined
  readonly year_max?: number | undefined
  readonly min_price?: Cents | undefined
  readonly max_price?: Cents | undefined
  readonly price_max?: Cents | undefined
  readonly mileage_max?: number | undefined
  readonly body_type?: string | undefined
  readonly title_type?: string | undefined
  readonly condition?: string | undefined
  readonly seller_id?: number | undefined
  readonly q?: string | undefined
}

/** A vehicle, as far as searches look at it. */
export interface SearchedVehicle {
  readonly seller_id: number
  readonly year: number | null
  readonly make: string | null
  readonly model: string | null
  readonly trim: string | null
  readonly vin: string
  readonly body_type: string | null
  readonly title_type: string | null
  readonly condition: string | null
}

const YEAR_MAX = 32_767
/** Unknown mileage counts as this much: it is in no list with a largest one. */
export const MILEAGE_UNKNOWN = 2_147_483_647

/** The columns by which the database narrows the searches down that a vehicle may fit. */
export function narrowingColumns(filters: SearchFilters) {
  const highest = [filters.max_price, filters.price_max].flatMap((price) => price ?? [])
  return {
    make_key: filters.make ?? '',
    model_key: filters.model ?? '',
    state_key: filters.state ?? '',
    year_min: Math.min(filters.year_min ?? 0, YEAR_MAX),
    year_max: Math.min(filters.year_max ?? YEAR_MAX, YEAR_MAX),
    price_min_cents: filters.min_price ?? cents(0),
    price_max_cents: cents(Math.min(MAX_AMOUNT_CENTS, ...highest)),
    mileage_max: Math.min(filters.mileage_max ?? MILEAGE_UNKNOWN, MILEAGE_UNKNOWN),
  }
}

/** Compared as MySQL does in `utf8mb4_unicode_ci`: without case and accents. */
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trimEnd()

const isSame = (wanted: string | undefined, actual: string | null): boolean =>
  wanted === undefined || (actual !== null && fold(wanted) === fold(actual))

/** Whether the vehicle has what the narrowing columns do not say. */
export function fitsRest(filters: SearchFilters, vehicle: SearchedVehicle): boolean {
  const searched = fold(
    [vehicle.year, vehicle.make, vehicle.model, vehicle.trim, vehicle.vin]
      .filter((part) => part !== null)
      .join(' '),
  )
  const words = (filters.q ?? '').split(/\s+/).filter(Boolean)
  return (
    isSame(filters.body_type, vehicle.body_type) &&
    isSame(filters.title_type, vehicle.title_type) &&
    isSame(filters.condition, vehicle.condition) &&
    (filters.seller_id === undefined || filters.seller_id === vehicle.seller_id) &&
    words.every((word) => searched.includes(fold(word)))
  )
}
