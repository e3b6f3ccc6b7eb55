// Which model year a VIN is of, and what its patterns tell then.
import { UNKNOWN } from '../vin.ts'
import {
  compareReadings,
  mergeReadings,
  modelSpecificity,
  type Reading,
  readAnyYear,
  readYear,
  schemasOf,
} from './match.ts'
import { readModelYears } from './model-year.ts'
import type { Shard, WmiEntry } from './shard.ts'
import { describeForeign } from './standard.ts'

/** What the patterns tell, and of which year. */
export interface YearReading {
  /** Null where the year is open. */
  year: number | null
  /** What it may be; empty where the number codes none. */
  years: number[]
  reading: Reading
}

/** The characters that patterns describe a vehicle by: positions 4 to 8. */
const DESCRIBED = [3, 8] as const

/** Positive where `a` tells more. Of a number whose description is not given whole, only whether anything may fit counts. */
const compareForVin = (vin: string, a: Reading, b: Reading): number =>
  vin.slice(...DESCRIBED).includes(UNKNOWN) ? Number(a.size > 0) - Number(b.size > 0) : compareReadings(a, b)

/**
 * Of the years that position 10 may mean the one whose patterns tell more; the earlier only where the key of its model is
 * no vaguer than the later's: what is sold is seldom thirty years old, and old schemas often tell much of anything. Else
 * the year is open.
 * @param years later first
 */
function chooseYear(shard: Shard, entry: WmiEntry, vin: string, years: readonly number[]): YearReading {
  const readings = years.map((year) => ({ year, reading: readYear(shard, entry, vin, year) }))
  const [later, earlier] = readings
  if (!later) return { year: null, years: [], reading: new Map() }
  if (!earlier) return { ...later, years: [later.year] }
  const order = compareForVin(vin, later.reading, earlier.reading)
  const specificity = ({ year }: { year: number }) => modelSpecificity(shard, entry, vin, year)
  const isEarlier = order < 0 && specificity(earlier) >= specificity(later)
  const chosen = order > 0 ? later : isEarlier ? earlier : null
  if (chosen) return { ...chosen, years: [chosen.year] }
  return { year: null, years: [...years], reading: mergeReadings(readings.map(({ reading }) => reading)) }
}

/** What is known of a VIN beside its characters. */
export interface VinContext {
  /** Epoch milliseconds. */
  now: number
  /** Whether it does not follow the standard: see `followsStandard`. */
  isForeign: boolean
  /** Settles which of two years it is. */
  listedYear: number | null
}

/** What the patterns of the VIN's model year tell, of all years where it codes none. */
export function readPatterns(
  shard: Shard,
  entry: WmiEntry,
  vin: string,
  { now, isForeign, listedYear }: VinContext,
): YearReading & { warning: string | null } {
  const { years, isCoded, other, warning } = readModelYears(vin, entry.light, now)
  if (isForeign || !isCoded) {
    const reading = readAnyYear(shard, entry, vin)
    const foreign = isForeign ? describeForeign(vin, now, reading.has('model')) : null
    return { year: null, years: [], reading, warning: foreign ?? warning }
  }
  const isOther = other !== null && years.every((year) => schemasOf(entry, year).length === 0)
  const hasOther = isOther && schemasOf(entry, other).length > 0
  const possible = hasOther ? [other] : years
  const listed = possible.filter((year) => year === listedYear)
  return {
    ...chooseYear(shard, entry, vin, listed.length > 0 ? listed : possible),
    warning: hasOther ? null : warning,
  }
}
