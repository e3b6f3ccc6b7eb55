import { describe, expect, test } from 'vitest'
import { decodeOffline } from '../../src/vehicles/vin/decode.ts'
import { NOW, shardOf, withCheckDigit } from './shards.ts'

/** 2015 by a letter in position 7. */
const VIN = withCheckDigit('1ZZCM8E60FA004352')
const decode = (...input: Parameters<typeof shardOf>) => decodeOffline(VIN, shardOf(...input), NOW)

describe('which pattern wins', () => {
  test('one of a schema for the model year, whose last year may be open', () => {
    const schemas = [
      { keys: { CM8: 'mZed\tBefore' }, from: 2010, to: 2014 },
      { keys: { C: 'mZed\tNow' }, from: 2015, to: 2015 },
      { keys: { CM8: 'mZed\tAfter' }, from: 2016 },
    ]
    expect(decode(schemas)).toMatchObject({ year: 2015, model: 'Now' })
    expect(decode([{ keys: { C: 'mZed\tStill' }, from: 2000 }]).model).toBe('Still')
  })
  test('of two keys that speak of as many places, that of the schema which began later', () => {
    const general = { keys: { CM8E: 'mZed\tGeneral' }, from: 2010, to: 2020 }
    const own = { keys: { '[A-Z]M8E': 'mZed\tOwn' }, from: 2015, to: 2015 }
    expect(decode([general, own]).model).toBe('Own')
    expect(decode([own, general]).model).toBe('Own')
  })
  test('the key that speaks of more places', () => {
    expect(decode([{ keys: { CM8: 'tSport', '[A-Z]M8E': 'tTouring' }, from: 2015 }]).trim).toBe('Touring')
    const later = { keys: { CM8: 'tSport' }, from: 2015 }
    expect(decode([{ keys: { '[A-Z]M8E': 'tTouring' }, from: 2010 }, later]).trim).toBe('Touring')
  })
  test('of as many, that of the schema which tells more of the vehicle', () => {
    const schemas = [
      { keys: { CM8: 'mZed\tVan' }, from: 2015 },
      { keys: { '[A-D]M8': 'mZed\tCar', '**8': 'bSedan,d4' }, from: 2015 },
    ]
    expect(decode(schemas).model).toBe('Car')
  })
  test('in one schema that which rules out more', () => {
    expect(decode([{ keys: { 'CM[78]': 'tBase', CM8: 'tSport' }, from: 2015 }]).trim).toBe('Sport')
  })
  test('what different keys tell of different fields comes together', () => {
    const keys = { CM: 'mZed\tCar', '****6': 'c6,gV-Shaped,l3,fGasoline', '*****|*A': 'pDETROIT\t\t' }
    expect(decode([{ keys, from: 2015 }])).toMatchObject({
      make: 'Zed',
      model: 'Car',
      engine: '3.0L V6',
      cylinders: 6,
      displacement: '3.0L',
      engine_configuration: 'V-Shaped',
      fuel_type: 'Gasoline',
      plant: 'DETROIT',
    })
  })
})

describe('what stays open', () => {
  test('is where two patterns are as strong and differ: candidates, not a fact', () => {
    const schemas = [
      { keys: { CM8: 'mZed\tVan' }, from: 2015 },
      { keys: { CM8: 'mZed\tBus' }, from: 2015 },
    ]
    const found = decode(schemas)
    expect(found).toMatchObject({ make: 'Zed', model: null, candidates: { model: ['Van', 'Bus'] } })
    expect(found.warnings).toEqual(['The model is open: Van, Bus'])
  })
  test('is no warning where it matters little', () => {
    const found = decode([
      { keys: { C: 'mZed\tCar,d2' }, from: 2015 },
      { keys: { C: 'mZed\tCar,d4' }, from: 2015 },
    ])
    expect(found).toMatchObject({ model: 'Car', doors: null, candidates: { doors: [2, 4] }, warnings: [] })
  })
  test('is the make, where several share an identifier and no pattern names a model', () => {
    const found = decode([], { makes: ['Zed', 'Zee'] })
    expect(found).toMatchObject({ year: 2015, make: null, candidates: { make: ['Zed', 'Zee'] } })
    expect(found.warnings).toEqual(['The make is open: Zed, Zee', 'No pattern of this manufacturer fits'])
  })
  test('is not the make, where a pattern names the model', () => {
    const found = decode([{ keys: { C: 'mZee\tCar' }, from: 2015 }], { makes: ['Zed', 'Zee'] })
    expect(found).toMatchObject({ make: 'Zee', model: 'Car', candidates: {} })
  })
})

describe('characters that are not given', () => {
  const decodePartial = (vin: string, ...input: Parameters<typeof shardOf>) =>
    decodeOffline(vin, shardOf(...input), NOW)
  const only2015 = { from: 2015, to: 2015 }

  test('make a candidate of what a key tells that may fit', () => {
    const found = decodePartial('1ZZC*8E60FA004352', [
      { keys: { CM8: 'mZed\tCar,tSport', '**8': 'd4' }, ...only2015 },
    ])
    expect(found).toMatchObject({ make: 'Zed', model: null, trim: null, doors: 4 })
    expect(found.candidates).toEqual({ model: ['Car'], trim: ['Sport'] })
  })
  test('open what a stronger key may tell otherwise', () => {
    const keys = { C: 'mZed\tBus', CM8: 'mZed\tCar', CX8: 'mZee\tVan', CM9: 'mZed\tNone' }
    const found = decodePartial('1ZZC*8E60FA004352', [{ keys, ...only2015 }])
    expect(found).toMatchObject({ make: null, model: null })
    expect(found.candidates).toEqual({ make: ['Zed', 'Zee'], model: ['Bus', 'Car', 'Van'] })
  })
  test('change nothing that only a weaker key may tell otherwise', () => {
    const keys = { CM8E: 'tSport', '****6': 'tBase', '****#': 'tPlain' }
    expect(decodePartial('1ZZCM8E*0FA004352', [{ keys, ...only2015 }])).toMatchObject({
      trim: 'Sport',
      candidates: {},
    })
  })
  test('leave both years open, where it is what patterns speak of', () => {
    const schemas = [
      { keys: { CM8: 'mZed\tOld' }, from: 1985, to: 1995 },
      { keys: { CM8: 'mZed\tNew', '**8': 'bTruck' }, from: 2015, to: 2025 },
    ]
    const partial = decodePartial('1ZZC*8263KA004352', schemas, { light: false })
    expect(partial).toMatchObject({ year: null, candidates: { year: [2019, 1989], model: ['New', 'Old'] } })
    const whole = decodePartial('1ZZCM8263KA******', schemas, { light: false })
    expect(whole).toMatchObject({ year: 2019, model: 'New' })
    const [, late] = schemas
    expect(decodePartial('1ZZC*8263KA004352', late ? [late] : [], { light: false }).year).toBe(2019)
  })
  test('do not hide that what is given fits no pattern', () => {
    const found = decodePartial('1ZZX*8E60FA004352', [{ keys: { CM8: 'mZed\tCar' }, ...only2015 }])
    expect(found).toMatchObject({ make: 'Zed', model: null, candidates: {} })
    expect(found.warnings).toEqual([
      'Not given: position 5',
      'No pattern of this manufacturer fits what is given',
    ])
  })
  test('are not guessed at where nothing of positions 4 to 8 is given', () => {
    const keys = { CM8: 'mZed\tCar', '*****|*A': 'pFLINT\tMICHIGAN\tUSA' }
    const found = decodePartial('1ZZ*****0FA004352', [{ keys, ...only2015 }], { light: false })
    expect(found).toMatchObject({ year: 2015, model: null, plant: 'FLINT, MICHIGAN, USA', candidates: {} })
  })
  test('tell no candidates where there are too many to help', () => {
    const keys = (n: number) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`C${i % 10}${'ABCDEFGH'[Math.floor(i / 10)]}`, `tTrim ${i}`]),
      )
    const trims = (n: number) =>
      decodePartial('1ZZC**E60FA004352', [{ keys: keys(n), ...only2015 }]).candidates.trim
    expect(trims(40)).toHaveLength(40)
    expect(trims(41)).toBeUndefined()
  })
})

describe('parts of a value', () => {
  test('what is known of an engine by its name stands in for what no pattern tells', () => {
    const shard = shardOf([{ keys: { C: 'eB20,c4,mZed\tCar' }, from: 2015 }])
    shard.engines.b20 = `c${(shard.values.push('6') - 1).toString(36)},k${(shard.values.push('110') - 1).toString(36)}`
    expect(decodeOffline(VIN, shard, NOW)).toMatchObject({ cylinders: 4, engine_power_kw: 110 })
  })
  test('two fuels are both named', () => {
    expect(decode([{ keys: { C: 'fGasoline,hElectric' }, from: 2015 }]).fuel_type).toBe('Gasoline/Electric')
    expect(decode([{ keys: { C: 'fElectric,hElectric' }, from: 2015 }]).fuel_type).toBe('Electric')
  })
  test('a second fuel that is open leaves the fuel open', () => {
    const keys = (second: string) => ({ keys: { C: `fGasoline,h${second}` }, from: 2015 })
    expect(decode([keys('Electric'), keys('Ethanol')])).toMatchObject({
      fuel_type: null,
      candidates: { fuel_type: ['Gasoline/Electric', 'Gasoline/Ethanol'] },
    })
  })
  test('a plant is told whole, where one key names its city and a weaker one its country', () => {
    const keys = { '*****|*A': 'pYORII\tSAITAMA\t', '*****|*[AC]': 'p\t\tJAPAN' }
    expect(decode([{ keys, from: 2015 }])).toMatchObject({ plant: 'YORII, SAITAMA, JAPAN', candidates: {} })
  })
  test("a plant's parts come together only from what agrees", () => {
    const keys = { '*****|*A': 'pTOLUCA\t\tMEXICO', '*****|*[AC]': 'pJOLIET\tILLINOIS\tUNITED STATES' }
    expect(decode([{ keys, from: 2015 }]).plant).toBe('TOLUCA, MEXICO')
  })
  test('of two plants as strong the number leaves open which it is', () => {
    const schemas = [
      { keys: { '*****|*A': 'pFLINT\tMICHIGAN\t' }, from: 2015 },
      { keys: { '*****|*A': 'pFLINT\tMICHIGAN\tUSA' }, from: 2015 },
    ]
    expect(decode(schemas).plant).toBe('FLINT, MICHIGAN, USA')
    const other = { keys: { '*****|*A': 'pPONTIAC\tMICHIGAN\tUSA' }, from: 2015 }
    expect(decode([...schemas, other])).toMatchObject({
      plant: null,
      candidates: { plant: ['FLINT, MICHIGAN, USA', 'PONTIAC, MICHIGAN, USA'] },
    })
  })
  test('a number that stands in the VIN itself is read there', () => {
    expect(decode([{ keys: { '**#': 'cTBD' }, from: 2015 }]).cylinders).toBe(8)
  })
  test('small engines are given in thousandths of a litre', () => {
    expect(decode([{ keys: { C: 'l0.649' }, from: 2015 }]).displacement).toBe('0.649L')
  })
  test('an engine of which nothing but the name is known has its name', () => {
    expect(decode([{ keys: { C: 'eBT5.9' }, from: 2015 }]).engine).toBe('BT5.9')
  })
})

test('a shard whose text is of no known form tells nothing', () => {
  const shard = {
    ...shardOf([{ keys: { C: 'mZed\tCar' }, from: 2015 }]),
    schemas: ['C:m zz: :: C:q0 C:mzzz,,m'],
  }
  expect(decodeOffline(VIN, shard, NOW)).toMatchObject({ year: 2015, make: 'Zed', model: null })
})

describe('the country', () => {
  const of = (plants: Record<string, string>) =>
    decode([{ keys: { CM8: 'mZed\tOne', ...plants }, from: 2010 }]).country

  test('is that of the plant, whatever the maker is registered in', () => {
    expect(of({ '*****|*A': 'pOSHAWA\tONTARIO\tCANADA' })).toBe('CANADA')
  })
  test('is the maker’s, where no plant is told or its country is open', () => {
    expect(of({})).toBe('UNITED STATES (USA)')
    expect(of({ '*****|*A': 'pOSHAWA\t\t' })).toBe('UNITED STATES (USA)')
    expect(of({ '*****|*A': 'pA\t\tCANADA,pB\t\tMEXICO' })).toBe('UNITED STATES (USA)')
  })
})
