// Whether a VIN is numbered by 49 CFR 565, as it must be for vehicles that are sold in the United States.
import { hasRightCheckDigit, needsCheckDigit, UNKNOWN } from '../vin.ts'
import { readYear } from './match.ts'
import { readModelYears } from './model-year.ts'
import type { Shard } from './shard.ts'
import { wmiOf } from './wmi.ts'

/** Whether positions 9 and 10 hold what may be a check digit and the code of a model year. */
export const mayFollowStandard = (vin: string): boolean => /^[0-9X][1-9A-HJ-NPR-TV-Y]$/.test(vin.slice(8, 10))

/**
 * Whether positions 9 and 10 are check digit and model year. Elsewhere than in North America they need not be; a VIN from
 * there with a wrong check digit still is one of the standard, mistyped, where the patterns of its model year name the
 * model.
 * @param shard the one that may have the maker; null where no shard has
 * @param now epoch milliseconds
 */
export function followsStandard(vin: string, shard: Shard | null, now: number): boolean {
  if (needsCheckDigit(vin) || vin.includes(UNKNOWN) || hasRightCheckDigit(vin)) return true
  const entry = shard?.wmis[wmiOf(vin)]
  if (!shard || !entry || !mayFollowStandard(vin)) return false
  const { years } = readModelYears(vin, entry.light, now)
  return years.some((year) => readYear(shard, entry, vin, year).has('model'))
}

/** What a VIN that does not follow the standard leaves uncertain, as a sentence. */
export function describeForeign(vin: string, now: number, isNamed: boolean): string {
  const { years } = readModelYears(vin, false, now)
  const read = years.length > 0 ? ` (${years.join(' or ')})` : ''
  const named = isNamed ? ', and the model is what the number means in North America' : ''
  return `This VIN does not follow 49 CFR 565: position 10 need not be the model year${read}${named}`
}
