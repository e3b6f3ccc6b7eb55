// Writes the shards that src/vehicles/vin reads: the same bytes for the same rows.
import type { FieldMark, SchemaUse, Shard, WmiEntry } from '../../src/vehicles/vin/shard.ts'
import { byCodeUnit, type KeyLine } from './encode-schemas.ts'
import type { UseRow, WmiRow } from './read-database.ts'

// Ids of vPIC's VehicleType and TruckType.
const [CAR, TRUCK, MPV] = [2, 3, 7]
const LIGHT_TRUCK = 1
// A prefix speaks for identifiers without a country where nearly all that have one agree.
const PREFIX_MIN_ROWS = 3
const PREFIX_MIN_SHARE = 0.8
/** A shard is as many neighbours as stay below it; an identifier by itself may be larger. */
const SHARD_CHARACTERS = 64 * 1024

export interface VpicRows {
  wmis: readonly WmiRow[]
  uses: readonly UseRow[]
  schemas: ReadonlyMap<number, KeyLine[]>
  engines: ReadonlyMap<string, KeyLine['told']>
}

/** A file of patterns, and the first three characters of the identifiers that it has. */
export interface ShardFile {
  prefixes: string[]
  shard: Shard
  text: string
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim()

function prefixCountries(rows: readonly WmiRow[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>()
  for (const { wmi, country } of rows) {
    if (country === null) continue
    const ofPrefix = counts.get(wmi.slice(0, 2)) ?? new Map<string, number>()
    ofPrefix.set(country, (ofPrefix.get(country) ?? 0) + 1)
    counts.set(wmi.slice(0, 2), ofPrefix)
  }
  const chosen = new Map<string, string>()
  for (const [prefix, ofPrefix] of counts) {
    const total = [...ofPrefix.values()].reduce((sum, n) => sum + n, 0)
    const [most] = [...ofPrefix].sort((a, b) => b[1] - a[1] || byCodeUnit(a[0], b[0]))
    if (most && total >= PREFIX_MIN_ROWS && most[1] >= total * PREFIX_MIN_SHARE) chosen.set(prefix, most[0])
  }
  return chosen
}

const isLight = ({ vehicleTypeId, truckTypeId }: WmiRow): boolean =>
  vehicleTypeId === CAR || vehicleTypeId === MPV || (vehicleTypeId === TRUCK && truckTypeId === LIGHT_TRUCK)

/** Places in a list that grows as they are asked for. */
class Places<Item> {
  readonly items: Item[] = []
  readonly #places = new Map<Item, number>()

  of(item: Item): number {
    const known = this.#places.get(item)
    if (known !== undefined) return known
    this.#places.set(item, this.items.length)
    return this.items.push(item) - 1
  }
}

function makeShard(rows: readonly WmiRow[], usesOf: (wmiId: number) => UseRow[], vpic: VpicRows): Shard {
  const countries = prefixCountries(vpic.wmis)
  const values = new Places<string>()
  const schemas = new Places<number>()
  const engineNames = new Set<string>()
  const refer = (told: readonly (readonly [FieldMark, string])[]): string =>
    told.map(([mark, value]) => mark + values.of(value).toString(36)).join(',')
  const wmis: Record<string, WmiEntry> = {}
  for (const row of rows) {
    const uses = usesOf(row.id).filter(({ schemaId }) => vpic.schemas.get(schemaId)?.length)
    wmis[row.wmi] = {
      manufacturer: plain(row.manufacturer),
      country: row.country === null ? (countries.get(row.wmi.slice(0, 2)) ?? null) : plain(row.country),
      vehicle_type: row.vehicleType,
      light: isLight(row),
      makes: row.makes.map(plain),
      schemas: uses.map(({ schemaId, from, to }): SchemaUse => [schemas.of(schemaId), from, to ?? 0]),
    }
  }
  const texts = schemas.items.map((schemaId) =>
    (vpic.schemas.get(schemaId) ?? [])
      .map(({ key, told }) => {
        for (const [mark, value] of told) if (mark === 'e') engineNames.add(value.toLowerCase())
        return `${key}:${refer(told)}`
      })
      .join(' '),
  )
  const engines: Record<string, string> = {}
  for (const name of [...engineNames].sort(byCodeUnit)) {
    const told = vpic.engines.get(name)
    if (told?.length) engines[name] = refer(told)
  }
  return { values: values.items, schemas: texts, engines, wmis }
}

/** Cuts the identifiers, in order, into shards of about one size; those with the same first three stay together. */
export function encodeShards(vpic: VpicRows): ShardFile[] {
  const uses = Map.groupBy(vpic.uses, ({ wmiId }) => wmiId)
  const sorted = [...vpic.wmis].sort((a, b) => byCodeUnit(a.wmi, b.wmi))
  const byPrefix = Map.groupBy(sorted, ({ wmi }) => wmi.slice(0, 3))
  const files: ShardFile[] = []
  const encode = (prefixes: string[]): ShardFile => {
    const rows = prefixes.flatMap((prefix) => byPrefix.get(prefix) ?? [])
    const shard = makeShard(rows, (wmiId) => uses.get(wmiId) ?? [], vpic)
    return { prefixes, shard, text: `${JSON.stringify(shard)}\n` }
  }
  let current: ShardFile | null = null
  for (const prefix of byPrefix.keys()) {
    const grown: ShardFile = encode([...(current?.prefixes ?? []), prefix])
    if (current !== null && grown.text.length > SHARD_CHARACTERS) {
      files.push(current)
      current = encode([prefix])
    } else {
      current = grown
    }
  }
  return current === null ? files : [...files, current]
}
