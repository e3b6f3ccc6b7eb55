// The vehicle identification number by 49 CFR 565: form and check digit (565.15(c)).

export const VIN_LENGTH = 17
/** Stands for a character that is not known, where a VIN may be given in part. */
export const UNKNOWN = '*'

const CHARACTERS = /^[A-HJ-NPR-Z0-9]*$/

/** Table III of 565.15: what a letter counts; digits count themselves. */
// biome-ignore format: laid out as in the standard
const LETTER_VALUES: Record<string, number> = {
  A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8,
  J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9,
  S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9,
}
/** Table IV of 565.15: the weight of each position; the check digit's own is 0. */
const POSITION_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

/** Only of `a` to `z`: as text is upper-cased, `ß` would be two letters of a VIN. */
export function normalizeVin(text: string): string {
  return text.trim().replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}

/** What is wrong with the form of a normalized VIN, as a sentence for a person; null when nothing is. */
export function vinFormProblem(vin: string): string | null {
  if (vin.length !== VIN_LENGTH) return `A VIN has exactly ${VIN_LENGTH} characters`
  if (!CHARACTERS.test(vin)) return 'A VIN has only digits and the letters A to Z without I, O and Q'
  return null
}

/** The same of a VIN that may have `*` where a character is not known. */
export function partialVinProblem(vin: string): string | null {
  return vinFormProblem(vin.replaceAll(UNKNOWN, '0'))
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
