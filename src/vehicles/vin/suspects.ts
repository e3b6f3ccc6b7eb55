// Which position of a VIN may be the mistyped one, where its check digit is wrong.
import { checkDigit, hasRightCheckDigit, needsCheckDigit, UNKNOWN } from '../vin.ts'
import { keyText, positionOf, readKey } from './keys.ts'
import { readYear, schemasOf } from './match.ts'
import { readModelYears } from './model-year.ts'
import { readKeys, type Shard } from './shard.ts'
import { shardNameOf, wmiOf } from './wmi.ts'

const CHARACTERS = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ'
const DIGITS = '0123456789'
const CHECK_POSITION = 9
/** Positions whose characters patterns speak of, beside those of the maker. */
const DESCRIBED = [4, 5, 6, 7, 8]
/** Positions of the year choose which patterns are looked at, as the maker's do: a slip there makes others look strange. */
const OF_YEAR = [7, 10]

/** What may stand in a position: the last digits of the number are digits in every VIN of 49 CFR 565. */
function charactersAt(position: number): string {
  return position >= 15 ? DIGITS : CHARACTERS
}

/** The VINs with the right check digit that differ in this position alone. */
function repairsAt(vin: string, position: number): string[] {
  const [before, after] = [vin.slice(0, position - 1), vin.slice(position)]
  if (position === CHECK_POSITION) return [before + checkDigit(vin) + after]
  return [...charactersAt(position)]
    .map((character) => before + character + after)
    .filter((repaired) => repaired !== vin && hasRightCheckDigit(repaired))
}

/** Whether the position is part of the maker's identifier. */
const isOfMaker = (vin: string, position: number): boolean =>
  position <= 3 || (vin.charAt(2) === '9' && position >= 12 && position <= 14)

/** Whether the patterns that the shard has for the VIN's maker name a model of it. */
function namesModel(vin: string, shard: Shard | null, now: number): boolean {
  const entry = shard?.wmis[wmiOf(vin)]
  if (!shard || !entry) return false
  const { years } = readModelYears(vin, entry.light, now)
  return years.some((year) => readYear(shard, entry, vin, year).has('model'))
}

/** The positions that hold what no pattern of the maker and year has there. */
function strangePositions(vin: string, shard: Shard | null, now: number): number[] {
  const entry = shard?.wmis[wmiOf(vin)]
  if (!shard || !entry) return []
  const { years } = readModelYears(vin, entry.light, now)
  const text = keyText(vin)
  const states = new Map<number, boolean>()
  for (const [schema] of years.flatMap((year) => schemasOf(entry, year))) {
    for (const [key] of readKeys(shard.schemas[schema] ?? '')) {
      for (const [place, allowed] of readKey(key).entries()) {
        const position = positionOf(place)
        if (allowed === null || !DESCRIBED.includes(position)) continue
        states.set(position, states.get(position) === true || allowed.includes(text.charAt(place)))
      }
    }
  }
  return [...states].filter(([, isKnown]) => !isKnown).map(([position]) => position)
}

/**
 * Positions, in order, of which one alone may be mistyped: another character there makes the check digit right and
 * the rest still a vehicle. Where the maker is not known, it is one of the maker's; where patterns know nothing of what
 * stands in a position, it is that one, or one that chose the patterns. Empty where the check digit is right, not known, or not required.
 * @param shard the one that has the VIN's maker, if any has
 */
export function findSuspects(vin: string, shard: Shard | null, now: number): number[] {
  if (vin.includes(UNKNOWN) || hasRightCheckDigit(vin) || !needsCheckDigit(vin)) return []
  const mayBe = (position: number): boolean => {
    const repairs = repairsAt(vin, position)
    if (position <= 3) return repairs.some((repaired) => shardNameOf(repaired) !== null)
    if (position === 10 || DESCRIBED.includes(position))
      return repairs.some((repaired) => namesModel(repaired, shard, now))
    return repairs.length > 0
  }
  const positions = Array.from(vin, (_, index) => index + 1).filter(mayBe)
  if (!shard?.wmis[wmiOf(vin)]) {
    const ofMaker = positions.filter((position) => isOfMaker(vin, position))
    return ofMaker.length > 0 ? ofMaker : positions
  }
  const strange = strangePositions(vin, shard, now)
  if (strange.length === 0) return positions
  const narrowed = positions.filter(
    (position) => strange.includes(position) || isOfMaker(vin, position) || OF_YEAR.includes(position),
  )
  return narrowed.length > 0 ? narrowed : positions
}
