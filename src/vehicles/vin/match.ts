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

/** Where nothing of positions 4 to 8 is given, all that a maker builds may fit: that is not worth its time. */
const NOTHING_GIVEN = UNKNOWN.repeat(5)

/** Of a field every value that the strongest patterns give: one, unless they disagree. */
export interface FieldReading {
  values: readonly string[]
  /** False where no pattern is sure to fit, because characters are not given: it may be none of the values. */
  isSure: boolean
}
export type Reading = ReadonlyMap<PatternField, FieldReading>
type OpenReading = Map<PatternField, FieldReading>

/** What a key of a schema tells of one field, and how strongly. */
interface Claim extends Told {
  /** The first year of the schema. */
  from: number
  /** What the key says about the VIN: see `fitKey`. */
  said: number
  /** How much its schema tells of the VIN in all. */
  weight: number
  /** Whether the key fits whatever the characters are that are not given. */
  isSure: boolean
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
  const isPartial = text.includes(UNKNOWN) && !text.startsWith(NOTHING_GIVEN)
  for (const [key, references] of readKeys(shard.schemas[schema] ?? '')) {
    const sure = fitKey(key, text)
    const said = sure < 0 && isPartial ? fitKey(key, text, true) : sure
    if (said < 0) continue
    for (const { field, value } of readReferences(shard, references)) {
      told.push({
        field,
        value: value === DIGITS ? digitsAt(key, text) : value,
        from,
        said,
        isSure: sure >= 0,
      })
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

/** The strongest of the claims of one field, and what may be stronger. */
function settleField(claims: readonly Claim[]): FieldReading {
  let best: Claim | undefined
  for (const claim of claims) if (claim.isSure && (!best || compareClaims(claim, best) > 0)) best = claim
  const values = new Set<string>()
  for (const claim of claims) {
    const order = best ? compareClaims(claim, best) : 1
    if (order > 0 || (order === 0 && claim.isSure)) values.add(claim.value)
  }
  return { values: [...values], isSure: best !== undefined }
}

/** Of each field the values of its strongest claims; a plant's address is completed by the weaker ones. */
function strongest(claims: readonly Claim[]): OpenReading {
  const byField = Map.groupBy(claims, ({ field }) => field)
  const reading: OpenReading = new Map([...byField].map(([field, ofField]) => [field, settleField(ofField)]))
  const plant = reading.get('plant')
  if (plant) {
    const others = (byField.get('plant') ?? [])
      .filter(({ isSure }) => isSure)
      .sort((a, b) => compareClaims(b, a))
      .map(({ value }) => value)
    const values = new Set(plant.values.map((value) => completePlant(value, others)))
    reading.set('plant', { ...plant, values: [...values] })
  }
  return reading
}

/** What is known of an engine by its name stands in for what no pattern tells. */
function addEngine(shard: Shard, reading: OpenReading): void {
  const engine = reading.get('engine_model')
  if (!engine?.isSure || engine.values.length !== 1) return
  const known = shard.engines[engine.values[0]?.toLowerCase() ?? '']
  if (known === undefined) return
  for (const { field, value } of readReferences(shard, known)) {
    if (!reading.has(field)) reading.set(field, { values: [value], isSure: true })
  }
}

/** Two fuels are one value, so that none is paired with that of another year. */
function pairFuels(reading: OpenReading): void {
  const [fuel, second] = [reading.get('fuel'), reading.get('second_fuel')]
  reading.delete('second_fuel')
  if (!fuel || !second) return
  const values = fuel.values.flatMap((first) => [
    ...(second.isSure ? [] : [first]),
    ...second.values.map((other) => (other === first ? first : `${first}/${other}`)),
  ])
  reading.set('fuel', { values: [...new Set(values)], isSure: fuel.isSure })
}

/** What claims tell together. */
function settle(shard: Shard, claims: readonly Claim[]): Reading {
  const reading = strongest(claims)
  addEngine(shard, reading)
  pairFuels(reading)
  return reading
}

/**
 * What is told where one of several readings is right: the values of all, in the order in which they come. What one of
 * them leaves out is not sure.
 */
export function mergeReadings(readings: readonly Reading[]): Reading {
  const telling = readings.filter((reading) => reading.size > 0)
  const fields = new Set(telling.flatMap((reading) => [...reading.keys()]))
  return new Map(
    [...fields].map((field) => {
      const told = telling.flatMap((reading) => reading.get(field) ?? [])
      const values = [...new Set(told.flatMap((of) => of.values))]
      return [field, { values, isSure: told.length === telling.length && told.every(({ isSure }) => isSure) }]
    }),
  )
}

/** What the patterns of a model year tell of a VIN. */
export function readYear(shard: Shard, entry: WmiEntry, vin: string, year: number): Reading {
  const text = keyText(vin)
  return settle(
    shard,
    schemasOf(entry, year).flatMap((use) => claimsOf(shard, use, text)),
  )
}

/** A year of each span in which the same of these schemas are in use. */
const spansOf = (uses: readonly SchemaUse[]): number[] => [
  ...new Set(uses.flatMap(([, from, to]) => (to === 0 ? [from] : [from, to + 1]))),
]

/**
 * What patterns tell of a VIN that does not tell its year: those of the years that know its model. Where none does, those
 * of all years if that may be for want of characters, else nothing: engines and plants of other models are not its own.
 */
export function readAnyYear(shard: Shard, entry: WmiEntry, vin: string): Reading {
  const text = keyText(vin)
  const telling = entry.schemas
    .map((use) => ({ use, claims: claimsOf(shard, use, text) }))
    .filter(({ claims }) => claims.length > 0)
  const readings = spansOf(telling.map(({ use }) => use)).map((year) =>
    settle(
      shard,
      telling.filter(({ use }) => isInYear(use, year)).flatMap(({ claims }) => claims),
    ),
  )
  const naming = readings.filter((reading) => reading.has('model'))
  if (naming.length > 0) return mergeReadings(naming)
  return mergeReadings(vin.includes(UNKNOWN) ? readings : [])
}

const weighReading = (reading: Reading): number =>
  weigh([...reading].flatMap(([field, { values }]) => values.map((value) => ({ field, value }))))

/** Positive where `a` tells more: it names a model, whose lack vPIC counts as an error; it weighs more. */
export const compareReadings = (a: Reading, b: Reading): number =>
  Number(a.has('model')) - Number(b.has('model')) || weighReading(a) - weighReading(b)

/** How much the key that names the model in a year says about the VIN (see `fitKey`); −1 where none does. */
export function modelSpecificity(shard: Shard, entry: WmiEntry, vin: string, year: number): number {
  const claims = schemasOf(entry, year).flatMap((use) => claimsOf(shard, use, keyText(vin)))
  return Math.max(-1, ...claims.filter(({ field }) => field === 'model').map(({ said }) => said))
}
