import { describe, expect, test } from 'vitest'
import { compareListing } from '../../src/vehicles/vin/listing.ts'
import { UNNAMED } from './known/dealers.ts'
import { OPEN_YEARS } from './known/heavy.ts'
import { KNOWN as known, linesOf } from './known/vehicles.ts'
import { decode } from './shards.ts'

const plain = (text: string | null): string => (text ?? '').toLowerCase().replace(/[^a-z0-9]/g, '')

test('five hundred vehicles and more of sixty makers and more, each once', () => {
  expect(new Set(known.map(({ vin }) => vin)).size).toBe(known.length)
  expect(known.length).toBeGreaterThanOrEqual(500)
  expect(new Set(known.map(({ make }) => make)).size).toBeGreaterThanOrEqual(60)
})

test.each([
  [1981, 1986, 8],
  [1987, 1989, 13],
  [1990, 1999, 40],
  [2000, 2009, 160],
  [2010, 2019, 190],
  [2020, 2026, 100],
])('of the years %i to %i there are %i and more', (from, to, least) => {
  expect(known.filter(({ year }) => year >= from && year <= to).length).toBeGreaterThanOrEqual(least)
})

test.each([
  ['North America', /^[1-5]/, 350],
  ['Asia', /^[J-R]/, 95],
  ['Europe', /^[S-Z]/, 75],
])('made in %s', (_, start, least) => {
  expect(known.filter(({ vin }) => start.test(vin)).length).toBeGreaterThanOrEqual(least)
})

describe('what they were sold as', () => {
  test.each(known)('$vin is a $year $make $model', async ({ vin, year, make, model }) => {
    const decoded = await decode(vin)
    expect(decoded).toMatchObject({ check_digit_valid: true, year, suspect_positions: [] })
    expect(plain(decoded.make)).toBe(plain(make))
    expect(decoded.model).not.toBeNull()
    expect(plain(`${decoded.model} ${decoded.series}`)).toContain(plain(model))
    for (const field of ['year', 'make', 'model']) expect(decoded.candidates).not.toHaveProperty(field)
    expect(decoded.warnings).toEqual([])
  })

  test.each(linesOf(UNNAMED))('%s: no pattern names its model', async (line) => {
    const [vin = '', year, make = ''] = line.split('|')
    expect(await decode(vin)).toMatchObject({ year: Number(year), make, model: null })
  })

  test.each(known)('a listing of $vin that calls it so is not warned of', async (listing) => {
    expect(compareListing(listing, await decode(listing.vin))).toEqual([])
  })

  test('all kinds of vehicles are among them, of several makers each', async () => {
    const makes = new Map<string, Set<string>>()
    for (const { vin, make } of known) {
      const { vehicle_type, gvwr_class } = await decode(vin)
      const isLorry = /Class [678]/.test(gvwr_class ?? '') && vehicle_type !== 'Bus'
      const kind = isLorry ? 'Lorry' : (vehicle_type ?? '')
      makes.set(kind, (makes.get(kind) ?? new Set()).add(make))
    }
    for (const [kind, least] of [
      ['Passenger Car', 39],
      ['Multipurpose Passenger Vehicle (MPV)', 30],
      ['Truck', 8],
      ['Lorry', 8],
      ['Motorcycle', 6],
      ['Bus', 5],
      ['Trailer', 3],
    ] as const)
      expect([kind, makes.get(kind)?.size]).toEqual([kind, expect.toSatisfy((size) => size >= least)])
  })

  test.each(linesOf(OPEN_YEARS))('%s: its year is among what it may be', async (line) => {
    const [vin = '', year] = line.split('|')
    const { year: told, candidates } = await decode(vin)
    expect(told === null ? candidates.year : [told]).toContain(Number(year))
  })
})
