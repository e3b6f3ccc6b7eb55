import { describe, expect, test } from 'vitest'
import { digitsAt, fitKey, keyText, positionOf, readKey, readSet } from '../../src/vehicles/vin/keys.ts'

const TEXT = 'CM826|3A004352'
const fits = (key: string): boolean => fitKey(key, TEXT) >= 0

test('keys stand over positions 4 to 8 and 10 to 17, a bar between them', () => {
  expect(keyText('1HGCM82633A004352')).toBe(TEXT)
  expect([...TEXT].map((_, place) => positionOf(place))).toEqual([
    4, 5, 6, 7, 8, 0, 10, 11, 12, 13, 14, 15, 16, 17,
  ])
})

describe('every character of a key', () => {
  test('a letter or digit is itself', () => {
    expect(fits('CM826')).toBe(true)
    expect(fits('CM827')).toBe(false)
  })
  test('* is any character', () => {
    expect(fits('**826')).toBe(true)
    expect(fits('*****|**0')).toBe(true)
    expect(fits('*****|**1')).toBe(false)
  })
  test('# is a digit', () => {
    expect(fits('CM###')).toBe(true)
    expect(fits('C#')).toBe(false)
  })
  test('[A-HJ] is one of a set, ranges in it', () => {
    expect(fits('[A-HJ]M')).toBe(true)
    expect(fits('[DEF]M')).toBe(false)
    expect(fits('**[1-37-9]')).toBe(true)
    expect(fits('**[1-7]')).toBe(false)
    expect(fits('*****|[0-9][A-Z]')).toBe(true)
  })
  test('| is between the two parts', () => {
    expect(fits('*****|3A')).toBe(true)
    expect(fits('****|3A')).toBe(false)
  })
  test('what a key does not reach is free, what a VIN does not reach fits nothing', () => {
    expect(fits('C')).toBe(true)
    expect(fits('')).toBe(true)
    expect(fits(`${TEXT}1`)).toBe(false)
  })
  test('a set without an end, and characters that no VIN has, fit nothing', () => {
    expect(fits('[CM')).toBe(false)
    expect(fits('[I_]')).toBe(false)
    expect(fits('O')).toBe(false)
  })
})

test('a set is its characters, in order and each once, odd ones left out', () => {
  expect(readSet('A-C')).toBe('ABC')
  expect(readSet('H-K')).toBe('HJK')
  expect(readSet('1-47RA')).toBe('12347AR')
  expect(readSet('8-')).toBe('8')
  expect(readSet('CFJM_______')).toBe('CFJM')
  expect(readSet('Z-A')).toBe('')
  expect(readSet('1-A-JT'), 'no range goes from a digit to a letter').toBe('1ABCDEFGHJT')
})

test('a key is read as what it allows at each place', () => {
  expect(readKey('C*[A-C]#|5')).toEqual(['C', null, 'ABC', '0123456789', '|', '5'])
  expect(readKey('[AB')).toEqual([''])
})

test('the more places a key speaks of, and the more it rules out there, the stronger it is', () => {
  expect(fitKey('[CD]M', TEXT)).toBeLessThan(fitKey('CM', TEXT))
  expect(fitKey('CM', TEXT)).toBeLessThan(fitKey('[A-Z]M[0-9]', TEXT))
  expect(fitKey('CM#', TEXT)).toBe(fitKey('CM[0-9]', TEXT))
  expect(fitKey('*****|', TEXT)).toBe(fitKey('', TEXT))
})

test('a character that is not given fits only where any does', () => {
  const partial = 'CM*26|3A******'
  expect(fitKey('CM', partial)).toBeGreaterThan(0)
  expect(fitKey('CM*2', partial)).toBeGreaterThan(0)
  for (const key of ['CM8', 'CM#', 'CM[0-9A-Z]', '*****|**0']) expect(fitKey(key, partial), key).toBe(-1)
})

test('a character that is not given may fit whatever a key has there, but never the bar', () => {
  const partial = 'CM*26|3A******'
  for (const key of ['CM8', 'CM#', 'CM[0-9A-Z]', '*****|**0'])
    expect(fitKey(key, partial, true), key).toBe(fitKey(key, TEXT.replace('3A004352', '3A000000'), true))
  expect(fitKey('CX8', partial, true)).toBe(-1)
  expect(fitKey('CM[_]', partial, true)).toBe(-1)
  expect(fitKey('CM|', partial, true)).toBe(-1)
})

test('where a key has #, the digits themselves are told', () => {
  expect(digitsAt('**#', TEXT)).toBe('8')
  expect(digitsAt('C*##', TEXT)).toBe('82')
  expect(digitsAt('[A-C]*#', TEXT)).toBe('8')
})
