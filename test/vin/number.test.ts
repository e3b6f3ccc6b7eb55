import { describe, expect, test } from 'vitest'
import {
  checkDigit,
  hasRightCheckDigit,
  needsCheckDigit,
  partialVinProblem,
  vinFormProblem,
} from '../../src/vehicles/vin.ts'
import { decode } from './shards.ts'

describe('form', () => {
  test.each(['', '1HGCM82633A00435', '1HGCM82633A0043521'])('%o has a wrong length', (vin) => {
    expect(vinFormProblem(vin)).toMatch(/17 characters/)
    expect(partialVinProblem(vin)).toMatch(/17 characters/)
  })
  test.each(['I', 'O', 'Q', ' ', '-', 'é', '１'])('%o is in no VIN', (character) => {
    expect(vinFormProblem(`1HGCM82633A00435${character}`)).toMatch(/letters/)
    expect(partialVinProblem(`1HGCM82633A00435${character}`)).toMatch(/letters/)
  })
  test('a well-formed VIN has no problem', () => expect(vinFormProblem('1HGCM82633A004352')).toBeNull())
  test('a star stands for what is not known, where a VIN may be given in part', () => {
    expect(vinFormProblem('1HGCM8263*A004352')).toMatch(/letters/)
    expect(partialVinProblem('1HGCM8263*A004352')).toBeNull()
  })
})

describe('check digit, 565.15(c)', () => {
  test.each([
    ['1M8GDM9AXKP042788', 'X'],
    ['1HGCM82633A004352', '3'],
    ['11111111111111111', '1'],
    ['5GZCZ43D13S812715', '1'],
    ['JH4TB2H26CC000000', '6'],
  ])('of %s it is %s', (vin, digit) => expect(checkDigit(vin)).toBe(digit))

  test('any single wrong character of another value is noticed', () => {
    const vin = '1HGCM82633A004352'
    for (let i = 0; i < vin.length; i++) {
      const wrong = vin.slice(0, i) + (vin.charAt(i) === '6' ? '7' : '6') + vin.slice(i + 1)
      if (/[FWO]/.test(vin.charAt(i))) continue
      expect(hasRightCheckDigit(wrong), `position ${i + 1}`).toBe(false)
    }
  })

  test('the market has one where the first character is 1 to 5', () => {
    expect([...'12345'].every((first) => needsCheckDigit(`${first}HGCM82633A004352`))).toBe(true)
    expect([...'6789AJKLSVWZ'].some((first) => needsCheckDigit(`${first}HGCM82633A004352`))).toBe(false)
  })

  test('a wrong one is named with the right one', async () => {
    expect(await decode('1HGCM82643A004352')).toMatchObject({
      check_digit_valid: false,
      warnings: ['The check digit in position 9 is 4, it should be 3'],
    })
  })

  test('where characters are not given it is not known, and what is missing is said', async () => {
    expect(await decode('1HGCM826*3A******')).toMatchObject({
      check_digit_valid: null,
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      warnings: ['Not given: positions 9, 12, 13, 14, 15, 16, 17'],
    })
  })
})
