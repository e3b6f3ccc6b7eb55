// What a VIN tells by vPIC's patterns, without asking anyone.
import { engineText, litresText } from '../../lib/engine-text.ts'
import { checkDigit, hasRightCheckDigit, needsCheckDigit, UNKNOWN } from '../vin.ts'
import { readPatterns } from './choose-year.ts'
import { Facts } from './facts.ts'
import { readModelYears } from './model-year.ts'
import { countryOf, plantText } from './plant.ts'
import { PART_END, type Shard, type WmiEntry } from './shard.ts'
import { describeForeign, followsStandard } from './standard.ts'
import { findSuspects } from './suspects.ts'
import { wmiOf } from './wmi.ts'

/** What the number alone tells; null is what it does not. */
export interface DecodedFields {
  year: number | null
  make: string | null
  model: string | null
  series: string | null
  trim: string | null
  body_type: string | null
  doors: number | null
  engine: string | null
  engine_configuration: string | null
  engine_power_kw: number | null
  cylinders: number | null
  displacement: string | null
  fuel_type: string | null
  drivetrain: string | null
  vehicle_type: string | null
  gvwr_class: string | null
  plant: string | null
}

export interface OfflineVin extends DecodedFields {
  manufacturer: string | null
  country: string | null
  /** Null where a position that counts is not given. */
  check_digit_valid: boolean | null
  /** Of each field that the number leaves open: what it may be; one alone where it may be something else too. */
  candidates: Record<string, (string | number)[]>
  /** Where the check digit is wrong: the positions of which one may be mistyped. */
  suspect_positions: number[]
  warnings: string[]
}

const NOTHING: DecodedFields = {
  year: null,
  make: null,
  model: null,
  series: null,
  trim: null,
  body_type: null,
  doors: null,
  engine: null,
  engine_configuration: null,
  engine_power_kw: null,
  cylinders: null,
  displacement: null,
  fuel_type: null,
  drivetrain: null,
  vehicle_type: null,
  gvwr_class: null,
  plant: null,
}
export const UNKNOWN_MAKER = 'The manufacturer identifier is not in the table'
/** The fields that a person is told about where they stay open. */
const TOLD_WHEN_OPEN: Record<string, string> = { year: 'model year', make: 'make', model: 'model' }

function nameFields(facts: Facts, entry: WmiEntry): Omit<DecodedFields, 'year'> {
  const models = facts.values('model').map((value) => value.split(PART_END))
  const makes = models.map(([make = '']) => make)
  const isNamed = models.length > 0 && facts.isSure('model')
  const cylinders = facts.number('cylinders', 'cylinders')
  const displacement = facts.settle(
    'displacement',
    facts.values('litres').flatMap((value) => litresText(value) ?? []),
    facts.isSure('litres'),
  )
  const configuration = facts.text('engine_configuration', 'engine_configuration')
  return {
    make: facts.settle('make', isNamed ? makes : [...makes, ...entry.makes]),
    model: facts.settle(
      'model',
      models.map(([, model = '']) => model),
      facts.isSure('model'),
    ),
    series: facts.text('series', 'series'),
    trim: facts.text('trim', 'trim'),
    body_type: facts.text('body_type', 'body_type'),
    doors: facts.number('doors', 'doors'),
    engine: engineText({ displacement, configuration, cylinders }) ?? facts.text('engine', 'engine_model'),
    engine_configuration: configuration,
    engine_power_kw: facts.number('engine_power_kw', 'engine_power_kw'),
    cylinders,
    displacement,
    fuel_type: facts.text('fuel_type', 'fuel'),
    drivetrain: facts.text('drivetrain', 'drivetrain'),
    vehicle_type: entry.vehicle_type,
    gvwr_class: facts.text('gvwr_class', 'gvwr_class'),
    plant: facts.settle('plant', facts.values('plant').map(plantText), facts.isSure('plant')),
  }
}

/** What is wrong with the check digit, in words; null where it is right, or the number has none. */
function checkDigitWarning(vin: string, isForeign: boolean): string | null {
  if (vin.includes(UNKNOWN)) {
    const missing = [...vin].flatMap((character, i) => (character === UNKNOWN ? [i + 1] : []))
    return `Not given: position${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`
  }
  if (hasRightCheckDigit(vin) || isForeign) return null
  const wrong = `The check digit in position 9 is ${vin.charAt(8)}, it should be ${checkDigit(vin)}`
  return needsCheckDigit(vin)
    ? wrong
    : `${wrong} unless the vehicle was built for another market than North America`
}

/** The model year of a VIN whose maker nobody knows. */
function readYearAlone(vin: string, now: number, isForeign: boolean) {
  if (isForeign) return { year: null, candidates: {}, warning: describeForeign(vin, now, false) }
  const { years, warning } = readModelYears(vin, false, now)
  const facts = new Facts(new Map())
  return { year: facts.settle('year', years), candidates: facts.candidates, warning }
}

/**
 * Everything that the number itself tells, by vPIC's rules.
 * @param vin normalized and well-formed, `*` for what is not known
 * @param shard the one that may have the maker; null where no shard has
 * @param now epoch milliseconds
 * @param listedYear what else is known of its model year: settles which of two it is, and nothing more
 */
export function decodeOffline(
  vin: string,
  shard: Shard | null,
  now: number,
  listedYear: number | null = null,
): OfflineVin {
  const isWhole = !vin.includes(UNKNOWN)
  const check_digit_valid = isWhole ? hasRightCheckDigit(vin) : null
  const isForeign = !followsStandard(vin, shard, now)
  const warnings = [checkDigitWarning(vin, isForeign)].filter((warning) => warning !== null)
  const entry = shard?.wmis[wmiOf(vin)]
  const own = { check_digit_valid, suspect_positions: findSuspects(vin, shard, now, isForeign) }
  if (!shard || !entry) {
    const { year, candidates, warning } = readYearAlone(vin, now, isForeign)
    if (!wmiOf(vin).includes(UNKNOWN)) warnings.push(UNKNOWN_MAKER)
    if (warning !== null) warnings.push(warning)
    return { ...NOTHING, ...own, year, manufacturer: null, country: null, candidates, warnings }
  }
  const { year, years, reading, warning } = readPatterns(shard, entry, vin, { now, isForeign, listedYear })
  const facts = new Facts(reading)
  if (year === null && years.length > 0) facts.candidates.year = years
  const named = nameFields(facts, entry)
  if (warning !== null) warnings.push(warning)
  for (const [field, name] of Object.entries(TOLD_WHEN_OPEN)) {
    const open = facts.candidates[field]
    if (open && open.length > 1) warnings.push(`The ${name} is open: ${open.join(', ')}`)
  }
  if (reading.size === 0)
    warnings.push(`No pattern of this manufacturer fits${isWhole ? '' : ' what is given'}`)
  return {
    ...named,
    ...own,
    year,
    manufacturer: entry.manufacturer,
    country: countryOf(facts.values('plant')) ?? entry.country,
    candidates: facts.candidates,
    warnings,
  }
}
