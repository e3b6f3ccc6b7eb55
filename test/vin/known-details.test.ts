import { describe, expect, test } from 'vitest'
import { EPA } from './known/libvin.ts'
import { decode, withCheckDigit } from './shards.ts'

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

describe('engines as the EPA lists them', () => {
  const lines = EPA.split('\n').filter((line) => line.split('|').length > 4)

  test.each(lines)('%s: what is told of them is so', async (line) => {
    const [vin = '', , , , cylinders, litres = ''] = line.split('|')
    const decoded = await decode(vin)
    if (cylinders) expect([null, Number(cylinders)]).toContain(decoded.cylinders)
    if (litres) expect([null, `${litres}L`]).toContain(decoded.displacement)
  })

  test('of three in four both are told', async () => {
    const decoded = await Promise.all(lines.map((line) => decode(line.slice(0, 17))))
    const told = decoded.filter(({ cylinders, displacement }) => cylinders !== null && displacement !== null)
    expect(told.length).toBeGreaterThanOrEqual(0.75 * lines.length)
  })
})

/** What the sources that `known/` names say besides of engine, body and class; the plants are those of the makers. */
describe('and of other kinds', () => {
  test('a sports car of the eighties: engine and plant', async () => {
    expect(await decode('1G1YY0787G5124859')).toMatchObject({
      body_type: expect.stringContaining('Coupe'),
      cylinders: 8,
      displacement: '5.7L',
      fuel_type: 'Gasoline',
      plant: expect.stringContaining('BOWLING GREEN'),
    })
  })
  test('a diesel of the eighties: its badge is the trim', async () => {
    expect(await decode('WDBAB23A1DB393871')).toMatchObject({
      model: '240',
      trim: '240D',
      country: 'GERMANY',
    })
  })
  test('a car of a small maker, which six characters name', async () => {
    expect(await decode('VF9SP3V3XJM795072')).toMatchObject({
      engine: '8.0L W16',
      cylinders: 16,
      plant: 'MOLSHEIM, FRANCE',
    })
  })
  test('a school bus with its Cummins B5.9', async () => {
    expect(await decode('1BAAJCSHXWF076346')).toMatchObject({
      vehicle_type: 'Bus',
      body_type: 'Bus - School Bus',
      displacement: '5.9L',
      cylinders: 6,
      fuel_type: 'Diesel',
    })
  })
  test('a coach with its Cummins ISX12', async () => {
    expect(await decode('1M8PDMBA7FP013880')).toMatchObject({
      vehicle_type: 'Bus',
      displacement: '12.0L',
      plant: expect.stringContaining('NORTH DAKOTA'),
    })
  })
  test('a tractor: its class and body', async () => {
    expect(await decode('1XKYDP9XXFJ440749')).toMatchObject({
      gvwr_class: expect.stringContaining('Class 8'),
      body_type: 'Truck-Tractor',
    })
  })
  test('a car trailer, from its maker in Mexico', async () => {
    expect(await decode('3CVC51824K2584825')).toMatchObject({
      vehicle_type: 'Trailer',
      model: 'Channel Carhauler',
      country: 'MEXICO',
    })
  })
  test('a motorcycle from Japan: displacement and plant', async () => {
    expect(await decode('JH2RC3605MM101581')).toMatchObject({
      vehicle_type: 'Motorcycle',
      displacement: '0.748L',
      plant: expect.stringContaining('HAMAMATSU'),
    })
  })
})

/**
 * What a forum shows of a VIN: a Gold Wing that Honda built in Ohio (goldwingfacts.com, thread 330581) and an FJR1300ES
 * (fjrforum.com, thread 165978).
 */
describe('a VIN without its serial number', () => {
  test.each([
    ['1HFSC0216BA10****', 1981, 'Honda', /GL1100/, /OHIO/],
    ['JYARP30E3GA******', 2016, 'Yamaha', /FJR1300/, /JAPAN/],
  ])('%s is of %i, a %s', async (vin, year, make, model, plant) => {
    const decoded = await decode(vin)
    expect(decoded).toMatchObject({ year, make, check_digit_valid: null, vehicle_type: 'Motorcycle' })
    expect(decoded.model).toMatch(model)
    expect(decoded.plant).toMatch(plant)
  })
})

/**
 * How Ford, Chevrolet and Toyota coded cars of the eighties, by what owners keep of it (fiveohinfo.com/fox/vin.html,
 * jerickweb.50webs.com/autobin/VIN_Codes.html, mr2sc.com/websites/Reference/vin.htm): shapes, no vehicles.
 */
describe('codes of the eighties', () => {
  test('a Mustang GLX convertible of 1984 with five litres, from Dearborn', async () => {
    expect(await decode(withCheckDigit('1FABP27M0EF100001'))).toMatchObject({
      year: 1984,
      make: 'Ford',
      model: 'Mustang',
      body_type: 'Convertible/Cabriolet',
      displacement: '5.0L',
      plant: expect.stringContaining('DEARBORN'),
    })
  })
  test('a Camaro sport coupe of 1983, from Van Nuys', async () => {
    expect(await decode(withCheckDigit('1G1AP87H0DL100001'))).toMatchObject({
      year: 1983,
      make: 'Chevrolet',
      model: expect.stringContaining('Camaro'),
      body_type: expect.stringContaining('Coupe'),
      plant: expect.stringContaining('VAN NUYS'),
    })
  })
  test('an MR2 with its supercharger', async () => {
    expect(await decode(withCheckDigit('JT2AW16J0J0012345'))).toMatchObject({
      year: 1988,
      make: 'Toyota',
      model: 'MR2',
      series: expect.stringContaining('SUPER CHARGED'),
    })
  })
})

/**
 * Vehicles for other markets: github.com/davidpeckham/vin, `tests/cars/test_europe.py`; two 911 Turbos of 1988 and 1985
 * (ferdinandmagazine.com/tag/auctions) and an FF of 2013 (RM Sotheby's, pa26 r0046).
 */
describe('vehicles that were never sold in North America', () => {
  test.each([
    ['JTMW53FV60D023016', 'Toyota', 'RAV4'],
    ['JTHBYLFF305000302', 'Lexus', 'LS'],
    ['KMTG341ABLU064324', 'Genesis', 'G70'],
    ['WP0ZZZ93ZJS000080', 'Porsche', '911'],
    ['WP0ZZZ93ZFS000649', 'Porsche', '911'],
    ['ZFF73SKB000197643', 'Ferrari', 'FF'],
  ])('%s is a %s %s, its year is open', async (vin, make, model) => {
    const decoded = await decode(vin)
    expect(decoded).toMatchObject({ year: null, make, model, suspect_positions: [] })
    expect(decoded.warnings.join()).toMatch(/does not follow 49 CFR 565|is no model year code/)
  })
})
