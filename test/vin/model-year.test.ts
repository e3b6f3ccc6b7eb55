import { describe, expect, test } from 'vitest'
import { decodeOffline } from '../../src/vehicles/vin/decode.ts'
import { readModelYears } from '../../src/vehicles/vin/model-year.ts'
import { NOW, shardOf, withCheckDigit } from './shards.ts'

const CODES = 'ABCDEFGHJKLMNPRSTVWXY123456789'
const vinOf = (seventh: string, tenth: string) => withCheckDigit(`1ZZCM8${seventh}63${tenth}A004352`)
const yearsOf = (seventh: string, tenth: string, isLight: boolean) =>
  readModelYears(vinOf(seventh, tenth), isLight, NOW).years

describe('model year, 565.15(d)', () => {
  test('a digit in position 7 of a light vehicle means 1980 to 2009', () => {
    const years = [...CODES].flatMap((code) => yearsOf('2', code, true))
    expect(years).toEqual(Array.from({ length: 30 }, (_, i) => 1980 + i))
  })
  test('a letter in position 7 of a light vehicle means 2010 and later', () => {
    const years = [...'ABCDEFGHJKLMNPRST'].flatMap((code) => yearsOf('E', code, true))
    expect(years).toEqual(Array.from({ length: 17 }, (_, i) => 2010 + i))
  })
  test("next year's models exist already, later ones do not", () => {
    expect(yearsOf('E', 'V', true)).toEqual([2027])
    expect(readModelYears(vinOf('E', 'W'), true, NOW)).toMatchObject({
      years: [],
      warning: 'Positions 7 and 10 say 2028, which has not come yet',
    })
  })
  test.each(['U', 'Z', '0'])('%s codes no year', (code) => {
    expect(readModelYears(vinOf('2', code), true, NOW)).toMatchObject({
      years: [],
      isCoded: false,
      warning: `Position 10 (${code}) is no model year code`,
    })
  })
  test('position 7 tells nothing of a heavy vehicle: only a cycle that has not come is ruled out', () => {
    expect(yearsOf('2', '7', false)).toEqual([2007])
    expect(yearsOf('2', 'K', false)).toEqual([2019, 1989])
  })
})

describe('which of two cycles', () => {
  const heavy = { light: false }
  const early = { keys: { CM8: 'mZed\tOld' }, from: 1985, to: 1995 }
  const late = { keys: { CM8: 'mZed\tNew', '**8': 'bTruck' }, from: 2015, to: 2025 }

  test('is the one whose patterns tell more', () => {
    const found = decodeOffline(vinOf('2', 'K'), shardOf([early, late], heavy), NOW)
    expect(found).toMatchObject({ year: 2019, model: 'New', body_type: 'Truck', candidates: {} })
  })
  test('is the one whose patterns name the model, whatever else the other tells', () => {
    const unnamed = { keys: { CM8: 'bTruck,c8,l5,fDiesel', '*****|*A': 'pFLINT\tMICHIGAN\tUSA' }, from: 2015 }
    const found = decodeOffline(vinOf('2', 'K'), shardOf([early, unnamed], heavy), NOW)
    expect(found).toMatchObject({ year: 1989, model: 'Old', plant: null, candidates: {} })
  })
  test('is the one that has patterns at all', () => {
    const found = decodeOffline(vinOf('2', 'K'), shardOf([early], heavy), NOW)
    expect(found).toMatchObject({ year: 1989, model: 'Old', candidates: {} })
  })
  test('stays open where both tell as much, and with it what they tell apart', () => {
    const same = { keys: { CM8: 'mZed\tNew' }, from: 2015, to: 2025 }
    const found = decodeOffline(vinOf('2', 'K'), shardOf([early, same], heavy), NOW)
    expect(found).toMatchObject({
      year: null,
      make: 'Zed',
      model: null,
      candidates: { year: [2019, 1989], model: ['New', 'Old'] },
    })
    expect(found.warnings).toContain('The model year is open: 2019, 1989')
  })
  test('is the earlier one, where it tells more and the key of its model is no vaguer', () => {
    const told = { keys: { CM8: 'mZed\tOld,bBus,fDiesel' }, from: 1985, to: 1995 }
    const fewer = { keys: { 'CM*': 'mZed\tNew', '**8': 'bBus' }, from: 2015, to: 2025 }
    expect(decodeOffline(vinOf('2', 'K'), shardOf([told, fewer], heavy), NOW)).toMatchObject({ year: 1989 })
    const vaguer = { ...told, keys: { 'C**': 'mZed\tOld,bBus,fDiesel' } }
    const open = decodeOffline(vinOf('2', 'K'), shardOf([vaguer, fewer], heavy), NOW)
    expect(open).toMatchObject({ year: null, candidates: { year: [2019, 1989], model: ['New', 'Old'] } })
  })
  test('stays open, and what only one of them tells is not told', () => {
    const told = { keys: { 'C**': 'mZed\tOld,bBus,fDiesel,c8' }, from: 1985, to: 1995 }
    const fewer = { keys: { 'CM*': 'mZed\tNew', '**8': 'bBus' }, from: 2015, to: 2025 }
    const found = decodeOffline(vinOf('2', 'K'), shardOf([told, fewer], heavy), NOW)
    expect(found).toMatchObject({ year: null, body_type: 'Bus', fuel_type: null, cylinders: null })
  })
  test('is the one that is listed, where it is one of the two', () => {
    const shard = shardOf([early, late], heavy)
    const listed = (year: number) => decodeOffline(vinOf('2', 'K'), shard, NOW, year)
    expect(listed(1989)).toMatchObject({ year: 1989, model: 'Old', candidates: {} })
    expect(listed(2019)).toMatchObject({ year: 2019, model: 'New' })
    expect(listed(2005)).toMatchObject({ year: 2019, model: 'New' })
    const light = decodeOffline(vinOf('2', 'K'), shardOf([early, late]), NOW, 2019)
    expect(light).toMatchObject({ year: 1989, model: 'Old' })
  })
  test('of a light vehicle is the other one, where its maker has patterns for that alone', () => {
    expect(decodeOffline(vinOf('2', 'K'), shardOf([late]), NOW)).toMatchObject({ year: 2019, model: 'New' })
    expect(decodeOffline(vinOf('E', 'K'), shardOf([early]), NOW)).toMatchObject({ year: 1989, model: 'Old' })
    const both = shardOf([early, late])
    expect(decodeOffline(vinOf('2', 'K'), both, NOW)).toMatchObject({ year: 1989, model: 'Old' })
  })
  test('stays open where no pattern tells anything', () => {
    const found = decodeOffline(vinOf('2', 'K'), shardOf([], heavy), NOW)
    expect(found).toMatchObject({ year: null, make: 'Zed', candidates: { year: [2019, 1989] } })
  })
})

describe('a VIN that codes no year', () => {
  const ofEngine = { keys: { '***2': 'l4.9,c12' }, from: 2000, to: 2009 }
  const ofModel = { keys: { 'CM8*': 'mZed\tOne', '***2': 'l2.8' }, from: 1985, to: 1995 }

  test('is told by the years that know its model, not by the engines of others', () => {
    const found = decodeOffline(vinOf('2', '0'), shardOf([ofEngine, ofModel]), NOW)
    expect(found).toMatchObject({
      year: null,
      model: 'One',
      displacement: '2.8L',
      cylinders: null,
      candidates: {},
    })
  })
  test('of which no year knows the model tells its maker alone', () => {
    const found = decodeOffline(vinOf('2', '0'), shardOf([ofEngine]), NOW)
    expect(found).toMatchObject({ make: 'Zed', model: null, displacement: null, cylinders: null })
    expect(found.warnings).toContain('No pattern of this manufacturer fits')
  })
  test('for want of characters tells what all years agree on', () => {
    const partial = vinOf('2', '*').replace('CM8', 'C*8')
    expect(decodeOffline(partial, shardOf([ofEngine]), NOW)).toMatchObject({
      model: null,
      displacement: '4.9L',
    })
  })
})
