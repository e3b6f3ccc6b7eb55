// The text form of the WMI table, read here and written by local/vin/wmi-table.ts.

/** How surely the weight class is known that 49 CFR 565.15 ties the meaning of position 7 to. */
export const WEIGHT = { light: 'light', unknown: 'unknown', other: 'other' } as const
export type Weight = (typeof WEIGHT)[keyof typeof WEIGHT]

export type Maker = {
  manufacturer: string
  /** null where several makes share the identifier. */
  make: string | null
  country: string | null
  weight: Weight
}

const WEIGHT_MARKS: Record<string, Weight> = { '+': WEIGHT.light, '?': WEIGHT.unknown }

/** `FORD` → `Ford`; the table's builder and reader must agree on it letter by letter. */
export function titleCase(text: string): string {
  return text
    .toLowerCase()
    .replace(/(^|[^a-z0-9'])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
}

function readMake(code: string, manufacturer: string): string | null {
  if (code === '') return null
  if (code.startsWith('=')) return code.slice(1)
  if (code.startsWith('^')) return manufacturer.slice(0, Number(code.slice(1)))
  return titleCase(manufacturer.slice(0, Number(code)))
}

/**
 * Reads the table's text. A line of `makers` is `manufacturer|make|country|identifiers`: the make is empty
 * (several), `4` (the first 4 letters of the manufacturer in title case), `^3` (those letters as they stand)
 * or `=Text`; the country is empty where it is that of the identifier's first two characters, `-` where it is
 * not known; an identifier ends in `+` for light vehicles and in `?` where the weight is open. A line of
 * `countries` is `country|prefixes`.
 */
export function readWmiTable(makers: string, countries: string): Map<string, Maker> {
  const countryOf = new Map<string, string>()
  for (const line of countries.split('\n')) {
    const [country = '', prefixes = ''] = line.split('|')
    for (const prefix of prefixes.split(' ')) countryOf.set(prefix, country)
  }
  const table = new Map<string, Maker>()
  for (const line of makers.split('\n')) {
    const [manufacturer = '', makeCode = '', country = '', identifiers = ''] = line.split('|')
    const make = readMake(makeCode, manufacturer)
    for (const identifier of identifiers.split(' ')) {
      const weight = WEIGHT_MARKS[identifier.slice(-1)]
      const wmi = weight === undefined ? identifier : identifier.slice(0, -1)
      table.set(wmi, {
        manufacturer,
        make,
        country: country === '' ? (countryOf.get(wmi.slice(0, 2)) ?? null) : country === '-' ? null : country,
        weight: weight ?? WEIGHT.other,
      })
    }
  }
  return table
}
