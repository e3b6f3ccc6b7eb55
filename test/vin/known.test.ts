import { describe, expect, test } from 'vitest'
import { AUCTIONS } from './known/auctions.ts'
import { DEALERS, UNNAMED } from './known/dealers.ts'
import { ORACLE } from './known/oracle.ts'
import { decode, withCheckDigit } from './shards.ts'

interface Known {
  vin: string
  year: number
  make: string
  model: string
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
const known = linesOf(DEALERS + ORACLE + AUCTIONS).map((line): Known => {
  const [vin = '', year, make = '', model = ''] = line.split('|')
  return { vin, year: Number(year), make, model }
})
const plain = (text: string | null): string => (text ?? '').toLowerCase().replace(/[^a-z0-9]/g, '')

test('two hundred vehicles and more of forty makers and more, each once', () => {
  expect(new Set(known.map(({ vin }) => vin)).size).toBe(known.length)
  expect(known.length).toBeGreaterThanOrEqual(200)
  expect(new Set(known.map(({ make }) => make)).size).toBeGreaterThanOrEqual(40)
  const years = known.map(({ year }) => year)
  expect([Math.min(...years), Math.max(...years)]).toEqual([1981, 2026])
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

  test('all kinds of vehicles are among them', async () => {
    const types = new Set<string | null>()
    for (const { vin } of known) types.add((await decode(vin)).vehicle_type)
    for (const type of [
      'Passenger Car',
      'Multipurpose Passenger Vehicle (MPV)',
      'Truck',
      'Motorcycle',
      'Trailer',
      'Bus',
    ])
      expect(types).toContain(type)
  })
})

/** What NHTSA's decoder says of them: github.com/PeteCarrott/vinDecode, `sampleData.md`. */
describe('what else a number tells', () => {
  test('an electric car: doors, fuel, plant', async () => {
    expect(await decode('5YJSA1H12FFP71790')).toMatchObject({
      body_type: 'Hatchback/Liftback/Notchback',
      doors: 5,
      fuel_type: 'Electric',
      plant: 'FREMONT, CALIFORNIA, UNITED STATES (USA)',
      manufacturer: 'TESLA, INC.',
      vehicle_type: 'Passenger Car',
      country: 'UNITED STATES (USA)',
    })
  })
  test('a motorcycle: cylinders, displacement, series', async () => {
    expect(await decode('1HD1GP4558K319097')).toMatchObject({
      model: 'Dyna Wide Glide',
      series: expect.stringContaining('105th Anniversary'),
      body_type: 'Motorcycle - Custom',
      cylinders: 2,
      displacement: '1.6L',
      plant: 'KANSAS CITY, MISSOURI, UNITED STATES (USA)',
    })
  })
  test('a lorry: weight class, engine and its power', async () => {
    expect(await decode('1FV3GFBC0YHA74039')).toMatchObject({
      gvwr_class: 'Class 6: 19,501 - 26,000 lb (8,845 - 11,794 kg)',
      displacement: '5.9L',
      fuel_type: 'Diesel',
      vehicle_type: 'Incomplete Vehicle',
    })
  })
  test('an engine with a name: its power (Honda gives the K24Z3 190 hp)', async () => {
    expect(await decode(withCheckDigit('1HGCP2F80CA000001'))).toMatchObject({
      model: 'Accord',
      year: 2012,
      cylinders: 4,
      engine_power_kw: 142,
    })
  })
  test('a sports car: engine in short, configuration, trim', async () => {
    expect(await decode('SCFEBBELXDGD17560')).toMatchObject({
      series: 'VH2',
      trim: 'S',
      doors: 2,
      engine: '4.7L V8',
      engine_configuration: 'V-Shaped',
      cylinders: 8,
      displacement: '4.7L',
      country: 'UNITED KINGDOM (UK)',
    })
  })
})

/** Vehicles for other markets: github.com/davidpeckham/vin, `tests/cars/test_europe.py`. */
describe('vehicles that were never sold in North America', () => {
  test.each([
    ['JTMW53FV60D023016', 'Toyota', 'RAV4'],
    ['JTHBYLFF305000302', 'Lexus', 'LS'],
    ['KMTG341ABLU064324', 'Genesis', 'G70'],
  ])('%s is a %s %s, its year is open', async (vin, make, model) => {
    const decoded = await decode(vin)
    expect(decoded).toMatchObject({ year: null, make, model, suspect_positions: [] })
    expect(decoded.warnings.join()).toMatch(/does not follow 49 CFR 565|is no model year code/)
  })
})
