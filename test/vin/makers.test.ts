import { describe, expect, test } from 'vitest'
import { readShardNames, wmiOf, writeShardNames } from '../../src/vehicles/vin/wmi.ts'
import { decode, withCheckDigit } from './shards.ts'

describe('world manufacturer identifiers', () => {
  test('have three characters, and six for those who build few: a 9 in third place, then positions 12 to 14', () => {
    expect(wmiOf('1HGCM82633A004352')).toBe('1HG')
    expect(wmiOf('1A9XXXXXXXX841001')).toBe('1A9841')
  })

  /** Terrafugia: NHTSA's schema for 1T9979, the Transition, whose cylinders stand in position 8. */
  test('of a maker of few: its model, and cylinders that stand in the number', async () => {
    expect(await decode(withCheckDigit('1T9AA1B40BM979001'))).toMatchObject({
      manufacturer: expect.stringMatching(/terrafugia/i),
      cylinders: 4,
      year: 2011,
    })
  })

  test.each([
    ['1A9', '841', 'AC PROPULSION, INC.'],
    ['1B9', '789', 'BARNYARD CUSTOMS'],
    ['1V9', '045', 'VINTAGE AUTO WORKS, INC.'],
  ])('%s with %s is %s', async (start, end, manufacturer) => {
    const found = await decode(withCheckDigit(`${start}AA1140BM${end}001`))
    expect(found.manufacturer?.toUpperCase().replaceAll(/[^A-Z ]/g, '')).toContain(
      manufacturer.replaceAll(/[^A-Z ]/g, '').replace(' INC', ''),
    )
  })

  test('one that nobody has is said to be unknown', async () => {
    expect(await decode('11111111111111111')).toMatchObject({
      make: null,
      manufacturer: null,
      country: null,
      warnings: ['The manufacturer identifier is not in the table'],
    })
    expect(await decode(withCheckDigit('1A9AA1140BMZZZ001'))).toMatchObject({ manufacturer: null })
  })

  test('one that is not given whole names nobody', async () => {
    const nobody = { make: null, manufacturer: null, country: null }
    expect(await decode('1*GCM82633A004352')).toMatchObject({
      ...nobody,
      warnings: ['Not given: position 2'],
    })
    expect(await decode('1A9AA1140BM***001')).toMatchObject({
      ...nobody,
      warnings: ['Not given: positions 12, 13, 14'],
    })
    const positions = Array.from({ length: 17 }, (_, i) => i + 1).join(', ')
    expect(await decode('*****************')).toMatchObject({
      ...nobody,
      year: null,
      candidates: {},
      warnings: [`Not given: positions ${positions}`],
    })
  })
})

test('which shard has which identifiers is read as it was written', () => {
  const shards = [['1AA', '1AB', '1B1'], ['1B2'], ['1B3', '1C1', '2AA']]
  const names = readShardNames(writeShardNames(shards))
  expect([...names]).toEqual(shards.flatMap((prefixes) => prefixes.map((prefix) => [prefix, prefixes[0]])))
})
