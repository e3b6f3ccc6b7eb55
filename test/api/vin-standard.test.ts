import { describe, expect, test } from 'vitest'
import {
  checkDigit,
  decodeOffline,
  hasRightCheckDigit,
  modelYear,
  needsCheckDigit,
  vinFormProblem,
} from '../../src/vehicles/vin.ts'
import { findMaker, wmiOf } from '../../src/vehicles/wmi.ts'
import type { Maker } from '../../src/vehicles/wmi-table.ts'

const NOW = Date.UTC(2026, 10, 22)
const decode = (vin: string) => decodeOffline(vin, findMaker(vin), NOW)
/** The VIN with the check digit that it should have. */
const withCheckDigit = (vin: string): string => vin.slice(0, 8) + checkDigit(vin) + vin.slice(9)

describe('form', () => {
  test.each(['', '1HGCM82633A00435', '1HGCM82633A0043521'])('%o has a wrong length', (vin) => {
    expect(vinFormProblem(vin)).toMatch(/17 characters/)
  })
  test.each(['I', 'O', 'Q', '*', ' ', '-', 'é', '１'])('%o is in no VIN', (character) => {
    expect(vinFormProblem(`1HGCM82633A00435${character}`)).toMatch(/letters/)
  })
  test('a well-formed VIN has no problem', () => expect(vinFormProblem('1HGCM82633A004352')).toBeNull())
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
})

describe('model year, 565.15(d)', () => {
  const light: Maker = { manufacturer: 'X', make: null, country: null, weight: 'light' }
  const vinOf = (seventh: string, tenth: string) => withCheckDigit(`1HGCM8${seventh}63${tenth}A004352`)

  test('a digit in position 7 of a light vehicle means 1980 to 2009', () => {
    const years = [...'ABCDEFGHJKLMNPRSTVWXY123456789'].map(
      (code) => modelYear(vinOf('2', code), light, NOW).year,
    )
    expect(years).toEqual(Array.from({ length: 30 }, (_, i) => 1980 + i))
  })
  test('a letter in position 7 of a light vehicle means 2010 and later', () => {
    const years = [...'ABCDEFGHJKLMNPRST'].map((code) => modelYear(vinOf('E', code), light, NOW).year)
    expect(years).toEqual(Array.from({ length: 17 }, (_, i) => 2010 + i))
  })
  test("next year's models exist already, later ones do not", () => {
    expect(modelYear(vinOf('E', 'V'), light, NOW).year).toBe(2027)
    const later = modelYear(vinOf('E', 'W'), light, NOW)
    expect(later).toEqual({ year: null, warning: 'Positions 7 and 10 say 2028, which has not come yet' })
  })
  test.each(['U', 'Z', '0'])('%s codes no year', (code) => {
    expect(modelYear(vinOf('2', code), light, NOW).year).toBeNull()
  })
  test('position 7 tells nothing of a heavy vehicle: only a cycle that has not come is ruled out', () => {
    const heavy: Maker = { ...light, weight: 'other' }
    expect(modelYear(vinOf('2', '7'), heavy, NOW).year).toBe(2007)
    expect(modelYear(vinOf('2', 'K'), heavy, NOW)).toEqual({
      year: null,
      warning: 'Position 10 says 1989 or 2019',
    })
  })
  test('a truck of unknown weight is taken for a light one, with a warning', () => {
    const truck: Maker = { ...light, weight: 'unknown' }
    const { year, warning } = modelYear(vinOf('E', 'D'), truck, NOW)
    expect(year).toBe(2013)
    expect(warning).toMatch(/4536 kg/)
  })
  test('a VIN from elsewhere that does not follow the standard tells no year', () => {
    expect(decode('WVWZZZ1KZAW000001')).toMatchObject({
      year: null,
      make: 'Volkswagen',
      check_digit_valid: false,
    })
  })
})

describe('maker and country', () => {
  test.each([
    ['1HGCM82633A004352', 2003, 'Honda', 'UNITED STATES (USA)'],
    ['5YJ3E1EA2KF317000', 2019, 'Tesla', 'UNITED STATES (USA)'],
    [withCheckDigit('JTDKN3DU0A0100001'), 2010, 'Toyota', 'JAPAN'],
    [withCheckDigit('WBA3A5C50DF000001'), 2013, 'BMW', 'GERMANY'],
    [withCheckDigit('3FA6P0HD0FR000001'), 2015, 'Ford', 'MEXICO'],
    [withCheckDigit('2T1BURHE0GC000001'), 2016, 'Toyota', 'CANADA'],
  ])('%s is a %i %s of %s', (vin, year, make, country) => {
    expect(decode(vin)).toMatchObject({ year, make, country, check_digit_valid: true, warnings: [] })
  })

  test('where several makes share an identifier, none is named', () => {
    expect(decode(withCheckDigit('1C4RJFBG0FC000001'))).toMatchObject({
      make: null,
      manufacturer: 'FCA US LLC',
    })
  })
  test('a 9 in third place makes positions 12 to 14 part of the identifier', () => {
    expect(wmiOf('1A9XXXXXXXX841001')).toBe('1A9841')
    expect(findMaker('1A9XXXXXXXX841001')?.manufacturer).toBe('AC PROPULSION, INC.')
  })
  test('an unknown identifier is said to be unknown', () => {
    expect(decode('11111111111111111')).toMatchObject({
      make: null,
      manufacturer: null,
      country: null,
      warnings: ['The manufacturer identifier is not in the table'],
    })
  })
  test('a wrong check digit is named with the right one', () => {
    expect(decode('1HGCM82643A004352')).toMatchObject({
      check_digit_valid: false,
      warnings: ['The check digit in position 9 is 4, it should be 3'],
    })
  })
})
