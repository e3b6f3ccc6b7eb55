// The vehicle identification number by 49 CFR 565: form, check digit (565.15(c)), model year (565.15(d)).
import { type Maker, WEIGHT } from './wmi-table.ts'

export const VIN_LENGTH = 17

const CHARACTERS = /^[A-HJ-NPR-Z0-9]*$/
const YEAR_CODES = 'ABCDEFGHJKLMNPRSTVWXY123456789'
const FIRST_CYCLE_YEAR = 1980
const SECOND_CYCLE_YEAR = 2010

/** Table III of 565.15: what a letter counts; digits count themselves. */
// biome-ignore format: laid out as in the standard
const LETTER_VALUES: Record<string, number> = {
  A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8,
  J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9,
  S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9,
}
/** Table IV of 565.15: the weight of each position; the check digit's own is 0. */
const POSITION_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

export function normalizeVin(text: string): string {
  return text.trim().toUpperCase()
}

/** What is wrong with the form of a normalized VIN, as a sentence for a person; null when nothing is. */
export function vinFormProblem(vin: string): string | null {
  if (vin.length !== VIN_LENGTH) return `A VIN has exactly ${VIN_LENGTH} characters`
  if (!CHARACTERS.test(vin)) return 'A VIN has only digits and the letters A to Z without I, O and Q'
  return null
}

/** The check digit that the other sixteen characters call for: `0`–`9` or `X`. */
export function checkDigit(vin: string): string {
  let sum = 0
  for (let i = 0; i < VIN_LENGTH; i++) {
    const character = vin.charAt(i)
    sum += (LETTER_VALUES[character] ?? Number(character)) * (POSITION_WEIGHTS[i] ?? 0)
  }
  const remainder = sum % 11
  return remainder === 10 ? 'X' : String(remainder)
}

export function hasRightCheckDigit(vin: string): boolean {
  return vin.charAt(8) === checkDigit(vin)
}

/** North America (first character 1–5) numbers every vehicle with a check digit; elsewhere the place is free. */
export function needsCheckDigit(vin: string): boolean {
  return /^[1-5]/.test(vin)
}

export type ModelYear = { year: number | null; warning: string | null }

/**
 * The model year that position 10 codes. Its thirty codes repeat: for cars, and for multipurpose vehicles and
 * trucks up to 4536 kg, a digit in position 7 means 1980–2009 and a letter 2010–2039; for everything else only
 * a year that has not come yet rules a cycle out.
 * @param now epoch milliseconds; next year's models are on sale already
 */
export function modelYear(vin: string, maker: Maker | null, now: number): ModelYear {
  const index = YEAR_CODES.indexOf(vin.charAt(9))
  if (index < 0) return { year: null, warning: `Position 10 (${vin.charAt(9)}) is no model year code` }
  if (!needsCheckDigit(vin) && !hasRightCheckDigit(vin))
    return {
      year: null,
      warning: 'This VIN does not follow 49 CFR 565, so position 10 need not be the model year',
    }

  const latest = new Date(now).getUTCFullYear() + 1
  const [early, late] = [FIRST_CYCLE_YEAR + index, SECOND_CYCLE_YEAR + index]
  if (maker && maker.weight !== WEIGHT.other) {
    const year = /\d/.test(vin.charAt(6)) ? early : late
    if (year > latest)
      return { year: null, warning: `Positions 7 and 10 say ${year}, which has not come yet` }
    const warning = `The model year ${year} takes the vehicle to weigh at most 4536 kg; otherwise it is open`
    return { year, warning: maker.weight === WEIGHT.unknown && late <= latest ? warning : null }
  }
  if (late > latest) return { year: early, warning: null }
  return { year: null, warning: `Position 10 says ${early} or ${late}` }
}

export type OfflineVin = {
  year: number | null
  make: string | null
  manufacturer: string | null
  country: string | null
  check_digit_valid: boolean
  warnings: string[]
}

/** Everything that the number itself tells, without asking anyone. `vin` is normalized and well-formed. */
export function decodeOffline(vin: string, maker: Maker | null, now: number): OfflineVin {
  const check_digit_valid = hasRightCheckDigit(vin)
  const { year, warning } = modelYear(vin, maker, now)
  const warnings: string[] = []
  if (!check_digit_valid && needsCheckDigit(vin))
    warnings.push(`The check digit in position 9 is ${vin.charAt(8)}, it should be ${checkDigit(vin)}`)
  if (!maker) warnings.push('The manufacturer identifier is not in the table')
  if (warning) warnings.push(warning)
  return {
    year,
    make: maker?.make ?? null,
    manufacturer: maker?.manufacturer ?? null,
    country: maker?.country ?? null,
    check_digit_valid,
    warnings,
  }
}
