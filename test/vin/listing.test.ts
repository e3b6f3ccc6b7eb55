import { expect, test } from 'vitest'
import { compareListing, fillListing } from '../../src/vehicles/vin/listing.ts'
import { decode, withCheckDigit } from './shards.ts'

const accord = await decode('1HGCM82633A004352')
const series = await decode('WBA3R5C57EK186393')

test('only what is left out is filled in, nothing of the rest is touched', () => {
  expect(fillListing({ make: 'HONDA', year: null, mileage: 3 }, accord)).toMatchObject({
    make: 'HONDA',
    year: 2003,
    model: 'Accord',
    mileage: 3,
  })
})

test('a series stands in for a trim that is not told', () => {
  expect(fillListing({}, { ...accord, trim: null, series: 'VH2' }).trim).toBe('VH2')
})

test('a text that the listing has no room for is left out', () => {
  const fuel = 'Compressed Natural Gas (CNG)/Gasoline'
  expect(fillListing({}, { ...accord, fuel_type: fuel }).fuel_type).toBeNull()
  expect(fillListing({}, { ...accord, model: 'x'.repeat(65) }).model).toBeNull()
  expect(fillListing({}, { ...accord, model: 'x'.repeat(64) }).model).toHaveLength(64)
})

test.each([
  ['BMW', '4 Series'],
  ['B.M.W.', '435i'],
  ['bmw', '4-series'],
])('%s %s is what the VIN of a BMW 435i says', (make, model) => {
  expect(series).toMatchObject({ make: 'BMW', year: 2014 })
  expect(compareListing({ make, model }, series)).toEqual([])
})

const named = (make: string, model: string) => ({ ...accord, make, model, series: null, trim: null })

test.each([
  ['Chrysler', 'Town & Country', 'Town and Country'],
  ['Ford', 'F150 SuperCrew', 'F-150'],
  ['Ford', '150', 'F-150'],
  ['Chevrolet', 'Silverado', 'Silverado 1500'],
  ['Chevrolet', '1500', 'Silverado 1500'],
  ['Saturn', 'Saturn SL1', 'SL1'],
  ['Mazda', '6', 'Mazda6'],
  ['Mercedes-Benz', 'Mercedes-Benz C 300', 'C-Class C300'],
  ['Chevrolet', 'C1500', 'GMT-400'],
  ['Chevrolet', 'Silverado', 'GMT-400'],
])('%s %s is what a VIN calls %s %s', (make, listed, model) => {
  expect(compareListing({ make, model: listed }, named(make, model))).toEqual([])
})

test.each([
  ['Volvo', 'LS600HL', 'S60'],
  ['Ford', 'Ranger', 'F-150'],
  ['Ford', 'Ford', 'F-150'],
  ['Saturn', 'Saturn', 'SL1'],
])('%s %s is not what a VIN calls %s', (make, listed, model) => {
  expect(compareListing({ make, model: listed }, named(make, model))).toEqual([
    `By its VIN the model is ${model}, not ${listed}`,
  ])
})

test('a make that NHTSA counts among another’s models, or names in full, is no other', () => {
  expect(compareListing({ make: 'Scion', model: 'xD' }, named('Toyota', 'Scion xD'))).toEqual([])
  expect(
    compareListing({ make: 'PJ Trailers' }, named('PJ TRAILERS COMPANY, S.A. DE C.V.', 'Flatbed')),
  ).toEqual([])
  expect(compareListing({ make: 'Vespa' }, named('Piaggio and Vespa', 'GTS'))).toEqual([])
  expect(compareListing({ make: 'VW' }, named('Volkswagen', 'Golf'))).toEqual([])
  expect(compareListing({ make: 'Chevy' }, named('Chevrolet', 'Tahoe'))).toEqual([])
  expect(compareListing({ make: 'Land' }, named('Iceland Trailers', 'One'))).toHaveLength(1)
})

test('what the VIN does not tell disagrees with nothing', async () => {
  const unknown = await decode('11111111111111111')
  expect(compareListing({ year: 2001, make: 'Any', model: 'Any' }, unknown)).toEqual([])
})

test.each([
  ['WDB12603712032484', 1983],
  ['VF7AZKA00KA013148', 1984],
])('%s codes no model year, so %i is not warned of', async (vin, year) => {
  expect(compareListing({ year }, await decode(vin))).toEqual([])
})

test('what the VIN leaves open agrees with all that it may be, and with nothing else', () => {
  const open = {
    ...accord,
    year: null,
    model: null,
    candidates: { year: [2003, 2033], model: ['Accord', 'Civic'] },
  }
  expect(compareListing({ year: 2033, model: 'Civic' }, open)).toEqual([])
  expect(compareListing({ year: 2004, model: 'Prelude' }, open)).toEqual([
    'By its VIN the year is 2003 or 2033, not 2004',
    'By its VIN the model is Accord or Civic, not Prelude',
  ])
})

test('marks alone are no name', async () => {
  const found = await decode(withCheckDigit('1HGCM82603A004352'))
  expect(compareListing({ make: '–', model: '?' }, found)).toHaveLength(2)
})
