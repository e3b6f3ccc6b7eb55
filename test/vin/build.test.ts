import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { coverageOf, describeCoverage } from '../../local/vin/coverage.ts'
import { modelNamer, readEngines, readSchemas, tellKey } from '../../local/vin/encode-schemas.ts'
import { encodeShards } from '../../local/vin/encode-shards.ts'
import { isIntact, PACKAGE } from '../../local/vin/fetch-package.ts'
import { ELEMENT, type PatternRow, type UseRow, type WmiRow } from '../../local/vin/read-database.ts'
import { decodeOffline } from '../../src/vehicles/vin/decode.ts'
import { SHARDS } from '../../src/vehicles/vin/shards.generated.ts'
import { readShardNames, writeShardNames } from '../../src/vehicles/vin/wmi.ts'
import { ASSETS, NOW, withCheckDigit } from './shards.ts'

const wmi = (id: number, code: string, over: Partial<WmiRow> = {}): WmiRow => ({
  id,
  wmi: code,
  manufacturer: 'ZED  MOTORS ',
  country: 'UNITED STATES (USA)',
  vehicleTypeId: 2,
  vehicleType: 'Passenger Car',
  truckTypeId: null,
  makes: ['Zed'],
  ...over,
})
const row = (schemaId: number, key: string, elementId: number, value: string): PatternRow => ({
  schemaId,
  key,
  elementId,
  value,
})
const PATTERNS = [
  row(7, 'CM8', ELEMENT.model, '70'),
  row(7, 'CM8', ELEMENT.series, 'Sport  Line'),
  row(7, '****6', ELEMENT.cubicCentimetres, '2998.8'),
  row(7, '****6', ELEMENT.engineModel, 'V30'),
  row(7, '*****|*A', ELEMENT.plantCountry, 'JAPAN'),
  row(7, '*****|*A', ELEMENT.plantCity, 'TOKYO'),
  row(8, 'CM8', ELEMENT.model, '71'),
]
const nameModel = modelNamer(
  new Map([
    ['70', 'Zebra'],
    ['71', 'Zoo'],
  ]),
  new Map([
    ['70', 'Zed'],
    ['71', 'Zed'],
  ]),
)
const uses: UseRow[] = [
  { wmiId: 1, schemaId: 7, from: 2015, to: 2016 },
  { wmiId: 2, schemaId: 8, from: 2015, to: null },
  { wmiId: 3, schemaId: 7, from: 2015, to: null },
]
const encode = (wmis: WmiRow[]) =>
  encodeShards({
    wmis,
    uses,
    schemas: readSchemas(PATTERNS, nameModel),
    engines: readEngines([
      { engine: 'v30', elementId: ELEMENT.cylinders, value: '6' },
      { engine: 'v30', elementId: ELEMENT.horsepower, value: '240' },
    ]),
  })
const WMIS = [wmi(1, '1ZZ'), wmi(2, '1ZA'), wmi(3, '1Z9123', { country: null })]

describe('what the builder writes', () => {
  test('the reader reads', () => {
    const [file] = encode(WMIS)
    const decoded = decodeOffline(withCheckDigit('1ZZCM8E60FA004352'), file?.shard ?? null, NOW)
    expect(decoded).toMatchObject({
      year: 2015,
      make: 'Zed',
      model: 'Zebra',
      series: 'Sport Line',
      displacement: '3.0L',
      cylinders: 6,
      engine_power_kw: 179,
      plant: 'TOKYO, JAPAN',
      manufacturer: 'ZED MOTORS',
    })
  })
  test('is the same bytes in whatever order the identifiers come', () => {
    const texts = (rows: WmiRow[]) => encode(rows).map(({ text }) => text)
    expect(texts([...WMIS].reverse())).toEqual(texts(WMIS))
  })
  test('names a country for an identifier without one, where its neighbours agree', () => {
    const neighbours = [wmi(4, '1ZB'), wmi(5, '1ZC'), wmi(6, '1ZD')]
    const countryOf = (rows: WmiRow[]) => encode(rows)[0]?.shard.wmis['1Z9123']?.country
    expect(countryOf([...WMIS, ...neighbours])).toBe('UNITED STATES (USA)')
    expect(countryOf(WMIS)).toBeNull()
    const others = neighbours.map((neighbour) => ({ ...neighbour, country: 'CANADA' }))
    expect(countryOf([...WMIS, ...others])).toBeNull()
  })
  test('calls cars, multipurpose vehicles and trucks that are known to be light light, and nothing else', () => {
    const lightOf = (vehicleTypeId: number, truckTypeId: number | null) =>
      encode([wmi(1, '1ZZ', { vehicleTypeId, truckTypeId })])[0]?.shard.wmis['1ZZ']?.light
    expect([lightOf(2, null), lightOf(7, null), lightOf(3, 1)]).toEqual([true, true, true])
    expect([lightOf(3, null), lightOf(3, 2), lightOf(1, null), lightOf(10, null)]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
  test('leaves out what it cannot name and what nobody filled in', () => {
    const told = (element: number, value: string, key = 'C') =>
      tellKey(new Map([[element, value]]), key, () => null)
    expect(told(ELEMENT.model, '99')).toEqual([])
    expect(told(ELEMENT.cylinders, 'TBD')).toEqual([])
    expect(told(ELEMENT.cylinders, 'TBD', '**#')).toEqual([['c', 'TBD']])
    expect(told(ELEMENT.litres, '0')).toEqual([])
    expect(told(ELEMENT.cubicCentimetres, '649')).toEqual([['l', '0.649']])
    expect(told(ELEMENT.cubicInches, '183')).toEqual([['l', '3']])
    expect(told(ELEMENT.kilowatts, '52.9')).toEqual([['k', '53']])
  })
})

test('an archive is believed by its hash alone', () => {
  const archive = Buffer.from('archive')
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  expect(isIntact(archive, integrity)).toBe(true)
  expect(isIntact(Buffer.from('another'), integrity)).toBe(false)
})

test('coverage counts what patterns name, and is told in lines', () => {
  const lines = [...readSchemas(PATTERNS, nameModel).values()]
  const coverage = coverageOf(
    encode([...WMIS, wmi(9, '1ZX', { country: 'CANADA', vehicleType: 'Trailer' })]).map(({ shard }) => shard),
    lines,
  )
  expect(coverage).toMatchObject({
    wmis: 4,
    wmis_with_models: 3,
    wmis_without_patterns: 1,
    schemas: 2,
    keys: 4,
  })
  expect(coverage.fields).toMatchObject({ model: 2, series: 1, trim: 0 })
  expect(coverage.by_vehicle_type).toEqual([
    { name: 'Passenger Car', wmis: 3, wmis_with_models: 3 },
    { name: 'Trailer', wmis: 1, wmis_with_models: 0 },
  ])
  expect(describeCoverage(coverage)[0]).toBe(
    '4 identifiers, models named for 3 (75.0 %); 1 without any pattern',
  )
})

describe('the shards that are in the repository', () => {
  const folder = new URL('vin/', ASSETS)
  const names = [...new Set(readShardNames(SHARDS).values())]
  const texts = names.map((name) => readFileSync(new URL(`${name}.json`, folder), 'utf8'))
  const manifest = z
    .object({
      package: z.string(),
      integrity: z.string(),
      date: z.iso.date(),
      files: z.int(),
      characters: z.int(),
      sha256: z.string(),
      coverage: z.object({ wmis: z.int(), wmis_with_models: z.int() }),
    })
    .parse(JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')))

  test('are those of the manifest and of the list of names, to the byte', () => {
    expect(readdirSync(folder).sort()).toEqual(
      [...names.map((name) => `${name}.json`), 'manifest.json'].sort(),
    )
    expect(manifest.sha256).toBe(createHash('sha256').update(texts.join('')).digest('hex'))
    expect(manifest.characters).toBe(texts.join('').length)
    expect(manifest.files).toBe(names.length)
  })
  test('were made of the package that is pinned', () => {
    expect(manifest.package).toBe(`${PACKAGE.name}@${PACKAGE.version}`)
    expect(manifest.integrity).toBe(PACKAGE.integrity)
  })
  test('are a few hundred, below 4 MB gzipped in all and 240 000 characters each', () => {
    expect(names.length).toBeLessThan(500)
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(240_000)
    const bytes = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
    expect(bytes).toBeLessThan(4_000_000)
  })
  test('have every identifier where the list of names says', () => {
    const prefixes = texts.map((text) => {
      const { wmis } = z.object({ wmis: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text))
      return [...new Set(Object.keys(wmis).map((code) => code.slice(0, 3)))].sort()
    })
    expect(writeShardNames(prefixes)).toBe(SHARDS)
    expect(manifest.coverage.wmis).toBe(12_767)
  })
})
