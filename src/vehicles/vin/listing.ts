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

/** What vPIC calls a model where it only knows the platform: pickups sold as C/K, 1500, Silverado, Sierra and others. */
const PLATFORMS: readonly string[] = ['gmt400']

/** Makes by what people write for them, where that is no beginning of a word. */
const SHORT_MAKES: Record<string, string> = { vw: 'Volkswagen', chevy: 'Chevrolet' }

const wordsOf = (name: string): string[] =>
  name
    .toLowerCase()
    .replaceAll('&', ' and ')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
const plain = (name: string): string => wordsOf(name).join('')

/** Whether one name is the other or a part of it that begins where a word does. */
function isAlike(a: string, b: string): boolean {
  const [shorter, longer] = plain(a).length <= plain(b).length ? [a, b] : [b, a]
  const wanted = plain(shorter)
  if (wanted === '') return false
  const words = wordsOf(longer)
  return words.some((_, index) => words.slice(index).join('').startsWith(wanted))
}

/** A model that is written with its make before it (`Mazda6`, `Saturn SL1`), as the model alone. */
function withoutMake(model: string, makes: readonly string[]): string {
  const name = plain(model)
  const make = makes.map(plain).find((text) => text !== '' && text !== name && name.startsWith(text))
  return make === undefined ? model : name.slice(make.length)
}

const meant = (vin: OfflineVin, field: 'make' | 'model' | 'year'): (string | number)[] => {
  const value = vin[field]
  return value === null ? (vin.candidates[field] ?? []) : [value]
}
const namesOf = (vin: OfflineVin, field: 'make' | 'model'): string[] => meant(vin, field).map(String)

/** `F150` and `F-150`, `Silverado` and `Silverado 1500`, `BMW` and `B.M.W.` are one; a model may be called by its series or trim. */
function isModelOf(model: string, vin: OfflineVin, listedMake: string | null | undefined): boolean {
  const models = namesOf(vin, 'model')
  if (models.some((name) => PLATFORMS.includes(plain(name)))) return true
  const makes = [...namesOf(vin, 'make'), ...(listedMake ? [listedMake] : [])]
  const called = withoutMake(model, makes)
  const names = [...models, vin.series, vin.trim].filter((name) => name !== null)
  return names.some((name) => isAlike(called, withoutMake(name, makes)) || isAlike(model, name))
}

/** A make may stand in the model's name only, as Scion does in Toyota's. */
const isMakeOf = (make: string, vin: OfflineVin): boolean =>
  [...namesOf(vin, 'make'), ...namesOf(vin, 'model')].some((name) =>
    isAlike(SHORT_MAKES[plain(make)] ?? make, name),
  )

/**
 * Where make, model or year of a listing are not those of its VIN, as sentences. What the VIN leaves open disagrees with
 * nothing that it may be.
 */
export function compareListing(
  listing: Pick<Described, 'year' | 'make' | 'model'>,
  vin: OfflineVin,
): string[] {
  const { year, make, model } = listing
  const [years, makes, models] = [meant(vin, 'year'), meant(vin, 'make'), meant(vin, 'model')]
  const warnings: string[] = []
  const warn = (field: string, values: readonly (string | number)[], listed: string | number) =>
    warnings.push(`By its VIN the ${field} is ${values.join(' or ')}, not ${listed}`)
  if (year && years.length > 0 && !years.includes(year)) warn('year', years, year)
  if (make && makes.length > 0 && !isMakeOf(make, vin)) warn('make', makes, make)
  if (model && models.length > 0 && !isModelOf(model, vin, make)) warn('model', models, model)
  return warnings
}
