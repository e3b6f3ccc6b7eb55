import { describe, expect, test } from 'vitest'
import { hasRightCheckDigit } from '../../src/vehicles/vin.ts'
import { decode } from './shards.ts'

const wrongDigit = (vin: string): string =>
  vin.slice(0, 8) + (vin.charAt(8) === '0' ? '1' : '0') + vin.slice(9)
const typed = (vin: string, position: number, character: string): string =>
  vin.slice(0, position - 1) + character + vin.slice(position)

/** Imports of `known/`, all with right check digits. */
const IMPORTS = [
  ['JTEZU5JR2E5064567', 2014, '4Runner'],
  ['JN1CV6AP5DM715919', 2013, 'G37'],
  ['WDDHF5GB6BA419589', 2011, 'E-Class'],
  ['KNDJT2A54D7757529', 2013, 'Soul'],
] as const

describe('an import with a wrong check digit', () => {
  test.each(IMPORTS)('%s: is still what its patterns say, and told of', async (vin, year, model) => {
    const wrong = wrongDigit(vin)
    const decoded = await decode(wrong)
    expect(decoded).toMatchObject({ check_digit_valid: false, year, model })
    expect(decoded.warnings).toEqual([
      `The check digit in position 9 is ${wrong.charAt(8)}, it should be ${vin.charAt(8)} unless the vehicle was built for another market than North America`,
    ])
    expect(decoded.suspect_positions).toContain(9)
  })

  test.each(IMPORTS)('%s: the mistyped position is among the suspects', async (vin) => {
    for (const position of [5, 6, 8, 12, 16, 17]) {
      const mistyped = typed(vin, position, vin.charAt(position - 1) === '3' ? '4' : '3')
      if (hasRightCheckDigit(mistyped)) continue
      expect((await decode(mistyped)).suspect_positions, mistyped).toContain(position)
    }
  })
})

describe('a VIN from elsewhere that does not follow the standard', () => {
  test.each([
    ['WVWZZZ1KZAW000001', 'has no check digit: Z in position 9'],
    ['ZFF73SKB000197643', 'has no model year: 0 in position 10'],
    ['WDB12603712032484', 'has patterns in no model year that position 10 could mean'],
  ])('%s %s', async (vin) => {
    const decoded = await decode(vin)
    expect(decoded).toMatchObject({ check_digit_valid: false, year: null, suspect_positions: [] })
    expect(decoded.candidates).not.toHaveProperty('year')
    expect(decoded.warnings.join()).toMatch(/This VIN does not follow 49 CFR 565/)
  })
  test('of an unknown maker tells no year', async () => {
    expect(await decode('ZZZAAA1A0KA000001')).toMatchObject({
      year: null,
      candidates: {},
      suspect_positions: [],
    })
  })
})
