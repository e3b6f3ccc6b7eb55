// The model year by 49 CFR 565.15(d), as far as the number alone tells it.
import { UNKNOWN } from '../vin.ts'

const YEAR_CODES = 'ABCDEFGHJKLMNPRSTVWXY123456789'
const FIRST_CYCLE_YEAR = 1980
const CYCLE_YEARS = 30

export interface ModelYears {
  /** What position 10 may mean, later first; empty where it codes no year. */
  years: number[]
  /** Whether position 10 is known to code the model year at all. */
  isCoded: boolean
  /** The same code in the other cycle, where position 7 rules it out: small makers number as they like. */
  other: number | null
  warning: string | null
}

/**
 * The model years that position 10 may mean in a VIN that follows the standard. Its thirty codes repeat: for light vehicles a digit in position 7 means
 * 1980–2009 and a letter 2010–2039; for all others only a year that has not come yet rules a cycle out.
 * @param now epoch milliseconds; next year's models are on sale already
 */
export function readModelYears(vin: string, isLight: boolean, now: number): ModelYears {
  const code = vin.charAt(9)
  const index = YEAR_CODES.indexOf(code)
  if (code === UNKNOWN) return { years: [], isCoded: false, other: null, warning: null }
  if (index < 0)
    return { years: [], isCoded: false, other: null, warning: `Position 10 (${code}) is no model year code` }
  const latest = new Date(now).getUTCFullYear() + 1
  const early = FIRST_CYCLE_YEAR + index
  const late = early + CYCLE_YEARS
  const both = late > latest ? [early] : [late, early]
  const seventh = vin.charAt(6)
  if (!isLight || seventh === UNKNOWN) return { years: both, isCoded: true, other: null, warning: null }
  if (/\d/.test(seventh))
    return { years: [early], isCoded: true, other: late > latest ? null : late, warning: null }
  if (late <= latest) return { years: [late], isCoded: true, other: early, warning: null }
  const warning = `Positions 7 and 10 say ${late}, which has not come yet`
  return { years: [], isCoded: true, other: early, warning }
}
