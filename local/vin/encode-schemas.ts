import { DIGITS, type FieldMark, PART_END } from '../../src/vehicles/vin/shard.ts'
import { ELEMENT, type EngineRow, type PatternRow } from './read-database.ts'

/** A key of a schema and what it tells: values by the letters of their fields. */
export interface KeyLine {
  key: string
  told: [mark: FieldMark, value: string][]
}

const MARK_OF_ELEMENT: Record<number, FieldMark> = {
  [ELEMENT.model]: 'm',
  [ELEMENT.series]: 's',
  [ELEMENT.trim]: 't',
  [ELEMENT.bodyClass]: 'b',
  [ELEMENT.doors]: 'd',
  [ELEMENT.cylinders]: 'c',
  [ELEMENT.engineModel]: 'e',
  [ELEMENT.configuration]: 'g',
  [ELEMENT.fuel]: 'f',
  [ELEMENT.secondFuel]: 'h',
  [ELEMENT.driveType]: 'r',
  [ELEMENT.gvwr]: 'w',
}
/** How many of it are a litre; the first that is there counts. */
const SIZES: readonly (readonly [element: number, perLitre: number])[] = [
  [ELEMENT.litres, 1],
  [ELEMENT.cubicCentimetres, 1000],
  [ELEMENT.cubicInches, 1 / 0.016387064],
]
const POWERS: readonly number[] = [ELEMENT.kilowatts, ELEMENT.horsepower]
/** In the order in which an address names them. */
const PLANTS: readonly number[] = [ELEMENT.plantCity, ELEMENT.plantState, ELEMENT.plantCountry]

export const WANTED_ELEMENTS: ReadonlySet<number> = new Set([
  ...Object.keys(MARK_OF_ELEMENT).map(Number),
  ...SIZES.map(([element]) => element),
  ...POWERS,
  ...PLANTS,
])

const KILOWATTS_PER_HORSEPOWER = 0.745699872

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const plain = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Litres of a displacement: one decimal, three below a litre. */
function litresText(litres: number): string | null {
  if (!(litres > 0 && litres < 100)) return null
  return String(litres < 1 ? Math.round(litres * 1000) / 1000 : Math.round(litres * 10) / 10)
}

function readLitres(values: ReadonlyMap<number, string>, key: string): string | null {
  for (const [element, perLitre] of SIZES) {
    const value = values.get(element)
    if (value === DIGITS && key.includes('#')) return DIGITS
    const litres = litresText(Number(value) / perLitre)
    if (litres !== null) return litres
  }
  return null
}

function readPower(values: ReadonlyMap<number, string>): string | null {
  const [kilowatts, horsepower] = POWERS.map((element) => values.get(element))
  const power =
    kilowatts === undefined ? Number(horsepower ?? Number.NaN) * KILOWATTS_PER_HORSEPOWER : Number(kilowatts)
  return power > 0 ? String(Math.round(power)) : null
}

/** What the values of one key tell, units made ours and a plant's parts one text: none may come from another key. */
export function tellKey(
  values: ReadonlyMap<number, string>,
  key: string,
  nameModel: (modelId: string) => string | null,
): KeyLine['told'] {
  const told: KeyLine['told'] = []
  for (const [element, mark] of Object.entries(MARK_OF_ELEMENT)) {
    const value = values.get(Number(element))
    if (value === undefined || (value === DIGITS && !key.includes('#'))) continue
    const text = mark === 'm' ? nameModel(value) : plain(value)
    if (text) told.push([mark, text])
  }
  const litres = readLitres(values, key)
  if (litres !== null) told.push(['l', litres])
  const power = readPower(values)
  if (power !== null) told.push(['k', power])
  const plant = PLANTS.map((element) => plain(values.get(element) ?? ''))
  if (plant.some((part) => part !== '')) told.push(['p', plant.join(PART_END)])
  return told
}

/** A model as the shards hold it, its make before it. */
export const modelNamer =
  (models: ReadonlyMap<string, string>, makes: ReadonlyMap<string, string>) =>
  (modelId: string): string | null => {
    const [make, model] = [makes.get(modelId), models.get(modelId)]
    return make === undefined || model === undefined ? null : plain(make) + PART_END + plain(model)
  }

/** The lines of every schema, keys in order. */
export function readSchemas(
  patterns: Iterable<PatternRow>,
  nameModel: (modelId: string) => string | null,
): Map<number, KeyLine[]> {
  const values = new Map<number, Map<string, Map<number, string>>>()
  for (const { schemaId, key, elementId, value } of patterns) {
    const keys = values.get(schemaId) ?? new Map<string, Map<number, string>>()
    values.set(schemaId, keys)
    keys.set(key, (keys.get(key) ?? new Map<number, string>()).set(elementId, value))
  }
  return new Map(
    [...values].map(([schemaId, keys]) => [
      schemaId,
      [...keys]
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([key, ofKey]) => ({ key, told: tellKey(ofKey, key, nameModel) }))
        .filter(({ told }) => told.length > 0),
    ]),
  )
}

/** What is known of the engines that have a name, by that name. */
export function readEngines(rows: readonly EngineRow[]): Map<string, KeyLine['told']> {
  const values = new Map<string, Map<number, string>>()
  for (const { engine, elementId, value } of rows) {
    values.set(engine, (values.get(engine) ?? new Map<number, string>()).set(elementId, value))
  }
  return new Map([...values].map(([engine, ofEngine]) => [engine, tellKey(ofEngine, '', () => null)]))
}
