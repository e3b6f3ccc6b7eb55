// Which patterns of a shard fit a VIN, and what they tell together.
import { UNKNOWN } from '../vin.ts'
import { digitsAt, fitKey, keyText, PLACE } from './keys.ts'
import { completePlant, weighPlant } from './plant.ts'
import {
  DIGITS,
  type PatternField,
  readKeys,
  readReferences,
  type SchemaUse,
  type Shard,
  type Told,
  type WmiEntry,
} from './shard.ts'

/** The weights of vPIC's elements: the reading of a VIN that tells more of these is the right one. */
const WEIGHTS: Partial<Record<PatternField, number>> = {
  model: 99,
  body_type: 99,
  litres: 98,
  fuel: 91,
  cylinders: 88,
  gvwr_class: 70,
  series: 61,
  trim: 61,
  engine_model: 55,
}

/** Of a field: every value that the strongest patterns give. One, unless they disagree. */
export type Reading = ReadonlyMap<PatternField, readonly string[]>

/** What a key of a schema tells of one field, and how strongly. */
interface Claim extends Told {
  /** The first year of the schema. */
  from: number
  /** What the key says about the VIN: see `fitKey`. */
  said: number
  /** How much its schema tells of the VIN in all. */
  weight: number
}

const isInYear = ([, from, to]: SchemaUse, year: number): boolean => year >= from && (to === 0 || year <= to)

/** The schemas of a maker that are for a model year. */
export const schemasOf = (entry: WmiEntry, year: number): SchemaUse[] =>
  entry.schemas.filter((use) => isInYear(use, year))

/** What these values weigh together; each field counts once, a plant by the fullest address. */
function weigh(told: Iterable<Told>): number {
  const weights = new Map<PatternField, number>()
  for (const { field, value } of told) {
    const weight = field === 'plant' ? weighPlant(value) : (WEIGHTS[field] ?? 0)
    weights.set(field, Math.max(weight, weights.get(field) ?? 0))
  }
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0)
}

/** All that one schema claims of a VIN. */
function claimsOf(shard: Shard, [schema, from]: SchemaUse, text: string): Claim[] {
  const told: Omit<Claim, 'weight'>[] = []
  for (const [key, references] of readKeys(shard.schemas[schema] ?? '')) {
    const said = fitKey(key, text)
    if (said < 0) continue
    for (const { field, value } of readReferences(shard, references)) {
      told.push({ field, value: value === DIGITS ? digitsAt(key, text) : value, from, said })
    }
  }
  const weight = weigh(told)
  return told.map((claim) => ({ ...claim, weight }))
}

/**
 * Positive where `a` is stronger: the key that says something about more places; the later schema; the schema that
 * tells more of this VIN; the key that rules out more.
 */
function compareClaims(a: Claim, b: Claim): number {
  const places = Math.floor(a.said / PLACE) - Math.floor(b.said / PLACE)
  return places || a.from - b.from || a.weight - b.weight || a.said - b.said
}

/** Of each field the values of its strongest claims; a plant's address is completed by the weaker ones. */
function strongest(claims: readonly Claim[]): Map<PatternField, readonly string[]> {
  const best = new Map<PatternField, { claim: Claim; values: string[] }>()
  for (const claim of claims) {
    const known = best.get(claim.field)
    const order = known ? compareClaims(claim, known.claim) : 1
    if (order > 0) best.set(claim.field, { claim, values: [claim.value] })
    else if (order === 0 && known && !known.values.includes(claim.value)) known.values.push(claim.value)
  }
  const reading = new Map<PatternField, readonly string[]>(
    [...best].map(([field, { values }]) => [field, values]),
  )
  const plants = reading.get('plant')
  if (plants) {
    const others = claims
      .filter(({ field }) => field === 'plant')
      .sort((a, b) => compareClaims(b, a))
      .map(({ value }) => value)
    reading.set('plant', [...new Set(plants.map((plant) => completePlant(plant, others)))])
  }
  return reading
}

/** What is known of an engine by its name stands in for what no pattern tells. */
function addEngine(shard: Shard, reading: Map<PatternField, readonly string[]>): void {
  const [engine, ...others] = reading.get('engine_model') ?? []
  if (engine === undefined || others.length > 0) return
  const known = shard.engines[engine.toLowerCase()]
  if (known === undefined) return
  for (const { field, value } of readReferences(shard, known)) {
    if (!reading.has(field)) reading.set(field, [value])
  }
}

/** What the patterns of a model year tell of a VIN. */
export function readYear(shard: Shard, entry: WmiEntry, vin: string, year: number): Reading {
  const text = keyText(vin)
  const reading = strongest(schemasOf(entry, year).flatMap((use) => claimsOf(shard, use, text)))
  addEngine(shard, reading)
  return reading
}

/** What is told where one of several readings is right: of each field that none of them leaves out, the values of all. */
export function mergeReadings(readings: readonly Reading[]): Reading {
  const [first = new Map(), ...others] = readings.filter((reading) => reading.size > 0)
  const merged = new Map<PatternField, readonly string[]>()
  for (const [field, values] of first) {
    const further = others.flatMap((reading) => (reading.has(field) ? [reading.get(field) ?? []] : []))
    if (further.length === others.length) merged.set(field, [...new Set([values, ...further].flat())])
  }
  return merged
}

/** A year of each span of years in which a maker's schemas are the same. */
const spansOf = (entry: WmiEntry): number[] => [
  ...new Set(entry.schemas.flatMap(([, from, to]) => (to === 0 ? [from] : [from, to + 1]))),
]

/**
 * What patterns tell of a VIN that does not tell its year: those of the years that know its model. Where none does, those
 * of all years if that may be for want of characters, else nothing: engines and plants of other models are not its own.
 */
export function readAnyYear(shard: Shard, entry: WmiEntry, vin: string): Reading {
  const text = keyText(vin)
  const claims = entry.schemas.map((use) => ({ use, claims: claimsOf(shard, use, text) }))
  const readings = spansOf(entry).map((year): Reading => {
    const reading = strongest(claims.filter(({ use }) => isInYear(use, year)).flatMap((of) => of.claims))
    addEngine(shard, reading)
    return reading
  })
  const naming = readings.filter((reading) => reading.has('model'))
  if (naming.length > 0) return mergeReadings(naming)
  return mergeReadings(vin.includes(UNKNOWN) ? readings : [])
}

const weighReading = (reading: Reading): number =>
  weigh([...reading].flatMap(([field, values]) => values.map((value) => ({ field, value }))))

/** Positive where `a` tells more: it names a model, whose lack vPIC counts as an error; it weighs more. */
export const compareReadings = (a: Reading, b: Reading): number =>
  Number(a.has('model')) - Number(b.has('model')) || weighReading(a) - weighReading(b)

/** How much the key that names the model in a year says about the VIN (see `fitKey`); −1 where none does. */
export function modelSpecificity(shard: Shard, entry: WmiEntry, vin: string, year: number): number {
  const claims = schemasOf(entry, year).flatMap((use) => claimsOf(shard, use, keyText(vin)))
  return Math.max(-1, ...claims.filter(({ field }) => field === 'model').map(({ said }) => said))
}
