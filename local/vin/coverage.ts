import { FIELD_OF_MARK, type Shard, type WmiEntry } from '../../src/vehicles/vin/shard.ts'
import type { KeyLine } from './encode-schemas.ts'

/** How much of the world's identifiers the shards know. */
export interface Coverage {
  wmis: number
  /** Those whose vehicles' models the patterns name. */
  wmis_with_models: number
  /** Those of which the maker alone is known. */
  wmis_without_patterns: number
  schemas: number
  keys: number
  by_country: Share[]
  by_vehicle_type: Share[]
  /** In how many schemas, of all, a field is told. */
  fields: Record<string, number>
}

export interface Share {
  name: string
  wmis: number
  wmis_with_models: number
}

const tellsModel = (shard: Shard, entry: WmiEntry): boolean =>
  entry.schemas.some(([schema]) => /[:,]m/.test(shard.schemas[schema] ?? ''))

function sharesOf(rows: readonly { name: string; isModelled: boolean }[]): Share[] {
  return [...Map.groupBy(rows, ({ name }) => name)]
    .map(([name, found]) => ({
      name,
      wmis: found.length,
      wmis_with_models: found.filter(({ isModelled }) => isModelled).length,
    }))
    .sort((a, b) => b.wmis - a.wmis || (a.name < b.name ? -1 : 1))
}

/** @param schemas the lines of each schema */
export function coverageOf(shards: readonly Shard[], schemas: readonly (readonly KeyLine[])[]): Coverage {
  const rows = shards.flatMap((shard) =>
    Object.values(shard.wmis).map((entry) => ({ entry, isModelled: tellsModel(shard, entry) })),
  )
  return {
    wmis: rows.length,
    wmis_with_models: rows.filter(({ isModelled }) => isModelled).length,
    wmis_without_patterns: rows.filter(({ entry }) => entry.schemas.length === 0).length,
    schemas: schemas.length,
    keys: schemas.reduce((sum, lines) => sum + lines.length, 0),
    by_country: sharesOf(
      rows.map(({ entry, isModelled }) => ({ name: entry.country ?? 'not known', isModelled })),
    ),
    by_vehicle_type: sharesOf(
      rows.map(({ entry, isModelled }) => ({ name: entry.vehicle_type, isModelled })),
    ),
    fields: Object.fromEntries(
      Object.entries(FIELD_OF_MARK).map(([mark, field]) => [
        field,
        schemas.filter((lines) => lines.some(({ told }) => told.some(([letter]) => letter === mark))).length,
      ]),
    ),
  }
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`
const COUNTRIES_SHOWN = 15

/** The coverage as lines for a person. */
export function describeCoverage(coverage: Coverage): string[] {
  const { wmis, wmis_with_models } = coverage
  const table = (shares: readonly Share[]): string[] =>
    shares.map(
      ({ name, wmis: all, wmis_with_models: named }) =>
        `  ${name.padEnd(40)} ${String(all).padStart(6)} (${percent(all, wmis)}), models of ${percent(named, all)}`,
    )
  const shown = coverage.by_country.slice(0, COUNTRIES_SHOWN)
  const rest = coverage.by_country.slice(COUNTRIES_SHOWN)
  const restWmis = rest.reduce((sum, share) => sum + share.wmis, 0)
  return [
    `${wmis} identifiers, models named for ${wmis_with_models} (${percent(wmis_with_models, wmis)}); ` +
      `${coverage.wmis_without_patterns} without any pattern`,
    `${coverage.schemas} schemas with ${coverage.keys} keys, which tell:`,
    ...Object.entries(coverage.fields).map(
      ([field, schemas]) => `  ${field.padEnd(40)} in ${percent(schemas, coverage.schemas)} of the schemas`,
    ),
    'by country:',
    ...table(shown),
    `  ${`${rest.length} more`.padEnd(40)} ${String(restWmis).padStart(6)} (${percent(restWmis, wmis)})`,
    'by type:',
    ...table(coverage.by_vehicle_type),
  ]
}
