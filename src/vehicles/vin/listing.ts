// What a VIN adds to a listing, and where the two disagree.
import { TEXT_MAX } from '../vehicle.ts'
import type { OfflineVin } from './decode.ts'

type Fillable = 'year' | 'make' | 'model' | 'trim' | 'body_type' | 'engine' | 'drivetrain' | 'fuel_type'
type FromVin = { [Field in Fillable]: (Field extends 'year' ? number : string) | null }
/** Of a listing what a VIN tells as well; null and undefined are what the seller left out. */
export type Described = { [Field in Fillable]?: FromVin[Field] | undefined }

/** A text that a listing has no room for is left out: half a name is none. */
function fitting(field: keyof typeof TEXT_MAX, text: string | null): string | null {
  return text !== null && text.length <= TEXT_MAX[field] ? text : null
}

function described(vin: OfflineVin): FromVin {
  return {
    year: vin.year,
    make: fitting('make', vin.make),
    model: fitting('model', vin.model),
    trim: fitting('trim', vin.trim ?? vin.series),
    body_type: fitting('body_type', vin.body_type),
    engine: fitting('engine', vin.engine),
    drivetrain: fitting('drivetrain', vin.drivetrain),
    fuel_type: fitting('fuel_type', vin.fuel_type),
  }
}

/** The listing with what the VIN tells of all that its seller left out. */
export function fillListing<Listing extends Described>(
  listing: Listing,
  vin: OfflineVin,
): Listing & Described {
  const told = described(vin)
  return {
    ...listing,
    year: listing.year ?? told.year,
    make: listing.make ?? told.make,
    model: listing.model ?? told.model,
    trim: listing.trim ?? told.trim,
    body_type: listing.body_type ?? told.body_type,
    engine: listing.engine ?? told.engine,
    drivetrain: listing.drivetrain ?? told.drivetrain,
    fuel_type: listing.fuel_type ?? told.fuel_type,
  }
}

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** `F150` and `F-150`, `Silverado` and `Silverado 1500`, `BMW` and `B.M.W.` are one. */
function isAlike(a: string, b: string): boolean {
  const [first, second] = [plain(a), plain(b)]
  return first !== '' && second !== '' && (first.includes(second) || second.includes(first))
}

const meant = (vin: OfflineVin, field: 'make' | 'model' | 'year'): (string | number)[] => {
  const value = vin[field]
  return value === null ? (vin.candidates[field] ?? []) : [value]
}

/**
 * Where make, model or year of a listing are not those of its VIN, as sentences. A model may be called by its series or
 * trim; what the VIN leaves open disagrees with nothing that it may be.
 */
export function compareListing(
  listing: Pick<Described, 'year' | 'make' | 'model'>,
  vin: OfflineVin,
): string[] {
  const warnings: string[] = []
  const warn = (field: string, values: readonly (string | number)[], listed: string | number) =>
    warnings.push(`By its VIN the ${field} is ${values.join(' or ')}, not ${listed}`)
  const years = meant(vin, 'year')
  if (listing.year && years.length > 0 && !years.includes(listing.year)) warn('year', years, listing.year)
  const { make, model } = listing
  const makes = meant(vin, 'make')
  if (make && makes.length > 0 && !makes.some((value) => isAlike(make, String(value)))) {
    warn('make', makes, make)
  }
  const models = meant(vin, 'model')
  const names = [...models, vin.series, vin.trim].flatMap((name) => (name === null ? [] : [String(name)]))
  if (model && models.length > 0 && !names.some((name) => isAlike(model, name))) warn('model', models, model)
  return warnings
}
