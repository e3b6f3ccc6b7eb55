// The text form of vPIC's patterns: what a shard says, read here and written by local/vin/encode-shards.ts.

/** What patterns tell, by the letter that marks it in a schema's text. */
export const FIELD_OF_MARK = {
  m: 'model',
  s: 'series',
  t: 'trim',
  b: 'body_type',
  d: 'doors',
  c: 'cylinders',
  l: 'litres',
  e: 'engine_model',
  g: 'engine_configuration',
  k: 'engine_power_kw',
  f: 'fuel',
  h: 'second_fuel',
  r: 'drivetrain',
  w: 'gvwr_class',
  p: 'plant',
} as const
export type FieldMark = keyof typeof FIELD_OF_MARK
export type PatternField = (typeof FIELD_OF_MARK)[FieldMark]

/** In `values`, what stands between a model's make and its name, and between a plant's city, state and country. */
export const PART_END = '\t'
/** The value of a key with `#`: the digits themselves that stand there. */
export const DIGITS = 'TBD'

/** A schema that a WMI uses, in which years: its place in `schemas`, the first and the last year (0: still). */
export type SchemaUse = readonly [schema: number, from: number, to: number]

export interface WmiEntry {
  manufacturer: string
  country: string | null
  vehicle_type: string
  /** A car, a multipurpose vehicle or a light truck: position 7 tells the cycle of the model year. */
  light: boolean
  makes: string[]
  schemas: SchemaUse[]
}

export interface Shard {
  /** What patterns refer to, by place. */
  values: string[]
  /**
   * A schema is its keys, each with what it tells: `CM826:m3,s1f CM8**:b2` — the letter of a field and the place of its
   * value in base 36.
   */
  schemas: string[]
  /** What is known of an engine by its name in lower case, as a key tells it. */
  engines: Record<string, string>
  wmis: Record<string, WmiEntry>
}

export interface Told {
  field: PatternField
  value: string
}

const isMark = (letter: string): letter is FieldMark => Object.hasOwn(FIELD_OF_MARK, letter)

/** What a list of references (`m3,s1f`) tells; what is of no known form tells nothing. */
export function readReferences(shard: Pick<Shard, 'values'>, references: string): Told[] {
  return references.split(',').flatMap((reference) => {
    const mark = reference.charAt(0)
    const value = shard.values[Number.parseInt(reference.slice(1), 36)]
    return isMark(mark) && value !== undefined ? [{ field: FIELD_OF_MARK[mark], value }] : []
  })
}

/** The keys of a schema's text, each with its references. */
export function* readKeys(schema: string): Generator<[key: string, references: string]> {
  for (const line of schema.split(' ')) {
    const end = line.indexOf(':')
    if (end >= 0) yield [line.slice(0, end), line.slice(end + 1)]
  }
}
