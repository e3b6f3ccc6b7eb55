import { expect, test } from 'vitest'
import { encodeWmiTable, isListed, renderWmiModule, type WmiRow } from '../../local/vin/wmi-table.ts'
import { readWmiTable } from '../../src/vehicles/wmi-table.ts'

const car = (wmi: string, over: Partial<WmiRow> = {}): WmiRow => ({
  wmi,
  manufacturer: 'FORD MOTOR COMPANY',
  country: 'UNITED STATES (USA)',
  vehicleTypeId: 2,
  truckTypeId: null,
  makes: ['Ford'],
  ...over,
})

/** What means something inside a template literal. */
const TRICKY = ['`C`', '$', '{d} \\e'].join('')

const ROWS: WmiRow[] = [
  car('1FA'),
  car('1FT', { vehicleTypeId: 3 }),
  car('1FH', { vehicleTypeId: 3, truckTypeId: 2 }),
  car('1FL', { vehicleTypeId: 3, truckTypeId: 1 }),
  car('1FC', { vehicleTypeId: 10 }),
  car('WBA', { manufacturer: 'BMW  AG ', country: 'GERMANY', makes: ['BMW'] }),
  car('WBX', { manufacturer: 'BMW AG', country: 'SPAIN', makes: ['BMW', 'MINI'] }),
  car('ZZ1', { manufacturer: `A | B ${TRICKY}`, country: null, makes: ["Billy's"] }),
  car('1F9123', { manufacturer: 'SMALL CARS', country: null, makes: ['Tiny'] }),
]

const read = (rows: WmiRow[]) => {
  const { makers, countries } = encodeWmiTable(rows)
  return readWmiTable(makers, countries)
}

test('what the builder writes, the reader reads', () => {
  const table = read(ROWS)
  expect([...table.keys()].sort()).toEqual(ROWS.map((row) => row.wmi).sort())
  expect(table.get('1FA')).toEqual({
    manufacturer: 'FORD MOTOR COMPANY',
    make: 'Ford',
    country: 'UNITED STATES (USA)',
    weight: 'light',
  })
  expect(table.get('WBA')).toMatchObject({ manufacturer: 'BMW AG', make: 'BMW', country: 'GERMANY' })
  expect(table.get('ZZ1')).toMatchObject({ manufacturer: `A B ${TRICKY}`, make: "Billy's" })
})

test('a make is named only where the identifier has exactly one', () => {
  expect(read(ROWS).get('WBX')?.make).toBeNull()
})

test('cars and light trucks are light, trucks of no class and incomplete vehicles open, the rest not', () => {
  const table = read(ROWS)
  expect(['1FA', '1FL', '1FT', '1FC', '1FH'].map((wmi) => table.get(wmi)?.weight)).toEqual([
    'light',
    'light',
    'unknown',
    'unknown',
    'other',
  ])
})

test('an identifier without a country takes that of its neighbours, and none where they are too few', () => {
  const table = read(ROWS)
  expect(table.get('1F9123')?.country).toBe('UNITED STATES (USA)')
  expect(table.get('ZZ1')?.country).toBeNull()
})

test('the order of the rows changes no byte', () => {
  expect(renderWmiModule(encodeWmiTable([...ROWS].reverse()), 'x')).toBe(
    renderWmiModule(encodeWmiTable(ROWS), 'x'),
  )
})

test('the module holds the text as it is, whatever characters the names have', async () => {
  const table = encodeWmiTable(ROWS)
  const source = renderWmiModule(table, 'x')
  const module = await import(`data:text/javascript,${encodeURIComponent(source)}`)
  expect(module).toMatchObject({ MAKERS: table.makers, COUNTRIES: table.countries })
})

test('small makers of trailers, motorcycles and golf carts are left out, small makers of cars are not', () => {
  expect([1, 2, 3, 5, 6, 7, 9, 10, 13].map((id) => isListed(car('1F9001', { vehicleTypeId: id })))).toEqual([
    false,
    true,
    true,
    true,
    false,
    true,
    false,
    true,
    false,
  ])
  expect(isListed(car('1FZ', { vehicleTypeId: 6 }))).toBe(true)
})
