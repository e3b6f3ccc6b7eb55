// Which position of a VIN may be the mistyped one, where its check digit is wrong.
import { checkDigit, hasRightCheckDigit, UNKNOWN } from '../vin.ts'
import { fitKey, keyText, positionOf, readKey } from './keys.ts'
import { schemasOf } from './match.ts'
import { readModelYears } from './model-year.ts'
import { readKeys, type Shard } from './shard.ts'
import { mayFollowStandard } from './standard.ts'
import { shardNameOf, wmiOf } from './wmi.ts'

const CHARACTERS = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ'
const DIGITS = '0123456789'
const CHECK_POSITION = 9
/** Positions whose characters patterns speak of, beside those of the maker. */
const DESCRIBED = [4, 5, 6, 7, 8]
/** The last position that a key of the data reaches: whatever stands further on, the model is the same. */
const LAST_DESCRIBED = 13

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

/** Tells of a VIN whether the patterns that the shard has for its maker name a model of it. */
function modelNamer(shard: Shard | null, now: number): (vin: string) => boolean {
  const keysOfModels = new Map<number, string[]>()
  const keysOf = (schema: number): string[] => {
    const known = keysOfModels.get(schema)
    if (known) return known
    const keys = [...readKeys(shard?.schemas[schema] ?? '')]
      .filter(([, references]) => references.split(',').some((reference) => reference.startsWith('m')))
      .map(([key]) => key)
    keysOfModels.set(schema, keys)
    return keys
  }
  return (vin) => {
    const entry = shard?.wmis[wmiOf(vin)]
    if (!entry) return false
    const text = keyText(vin)
    const schemas = readModelYears(vin, entry.light, now).years.flatMap((year) => schemasOf(entry, year))
    return schemas.some(([schema]) => keysOf(schema).some((key) => fitKey(key, text) >= 0))
  }
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
 * Positions of which one alone may be mistyped: another character there makes the check digit right and the number that
 * of a model. First those that hold what no pattern knows there, which are the likeliest; else in order. Where no
 * character makes it a model, patterns tell nothing and every position is told. Empty where the check digit is right,
 * not known, or none.
 * @param shard the one that has the VIN's maker, if any has
 * @param isForeign whether it does not follow the standard: see `followsStandard`
 */
export function findSuspects(vin: string, shard: Shard | null, now: number, isForeign: boolean): number[] {
  if (vin.includes(UNKNOWN) || hasRightCheckDigit(vin)) return []
  if (isForeign && !mayFollowStandard(vin)) return []
  const names = modelNamer(shard, now)
  const isNamed = names(vin)
  /** The patterns of a maker in another shard are not at hand: there it is enough that there may be such a maker. */
  const isElsewhere = (repaired: string) => {
    const name = shardNameOf(repaired)
    return name !== null && name !== shardNameOf(vin)
  }
  const isDescribed = (position: number) =>
    isOfMaker(vin, position) || (position <= LAST_DESCRIBED && position !== CHECK_POSITION)
  const repairs = Array.from(vin, (_, index) => ({ position: index + 1, vins: repairsAt(vin, index + 1) }))
  const all = repairs.filter(({ vins }) => vins.length > 0)
  const named = all.filter(({ position, vins }) => (isDescribed(position) ? vins.some(names) : isNamed))
  const elsewhere = all.filter(({ position, vins }) => position <= 3 && vins.some(isElsewhere))
  const isMakerKnown = shard?.wmis[wmiOf(vin)] !== undefined
  const isTold = named.length > 0 || (!isMakerKnown && elsewhere.length > 0)
  // Of what need not have a check digit at all only a vehicle that is known is worth a guess.
  const found = isForeign ? named : isTold ? [...named, ...elsewhere] : all
  const strange = new Set(strangePositions(vin, shard, now))
  return [...new Set(found.map(({ position }) => position))].sort(
    (a, b) => Number(strange.has(b)) - Number(strange.has(a)) || a - b,
  )
}
