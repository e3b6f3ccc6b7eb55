import { afterEach, beforeEach, expect, test } from 'vitest'
import { json, VendorServer, VIN, VPIC_ACCORD, waitUntil } from './vin-vendor.ts'

let vendor: VendorServer
beforeEach(async () => {
  vendor = await new VendorServer().start()
})
afterEach(() => vendor.stop())

test('vPIC: its flat answer becomes our fields, empty text null', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const { source, answer: found, warnings } = await vendor.lookup().lookup(VIN, waitUntil)
  expect(vendor.requests[0]?.url).toBe(`/api/vehicles/DecodeVinValues/${VIN}?format=json`)
  expect(source).toBe('vpic')
  expect(warnings).toEqual([])
  expect(found?.fields).toEqual({
    year: 2003,
    make: 'HONDA',
    model: 'Accord',
    trim: 'EX-V6',
    body_type: 'Coupe',
    engine: '3.0L V6',
    transmission: '5-speed Automatic',
    drivetrain: null,
    exterior_color: null,
    interior_color: null,
    fuel_type: 'Gasoline',
    cylinders: 6,
    displacement: '3.0L',
  })
})

test('vPIC: what it finds wrong with the number is a warning', async () => {
  const [result] = VPIC_ACCORD.Results
  vendor.answer = json({
    Results: [{ ...result, ErrorCode: '1', ErrorText: '1 - Check digit does not calculate' }],
  })
  const { answer: found } = await vendor.lookup().lookup(VIN, waitUntil)
  expect(found?.warnings).toEqual(['NHTSA vPIC: 1 - Check digit does not calculate'])
})

test('ClearVIN: bearer token, JSON report, specification under vinSpec', async () => {
  vendor.answer = json({
    status: 'ok',
    result: {
      id: '3646F9E2',
      vin: VIN,
      report: {
        vinSpec: {
          year: '2003',
          make: 'Honda',
          model: 'Accord',
          trim: 'EX',
          engine: '3.0L V6 SOHC',
          style: 'COUPE 2-DR',
        },
      },
    },
  })
  const { source, answer: found } = await vendor.lookup({ clearvinApiKey: 'key-1' }).lookup(VIN, waitUntil)
  expect(vendor.requests[0]?.url).toBe(`/rest/vendor/report?vin=${VIN}&format=json`)
  expect(vendor.requests[0]?.headers.authorization).toBe('Bearer key-1')
  expect(source).toBe('clearvin')
  expect(found?.fields).toMatchObject({
    year: 2003,
    make: 'Honda',
    model: 'Accord',
    trim: 'EX',
    body_type: 'COUPE 2-DR',
    engine: '3.0L V6 SOHC',
    drivetrain: null,
  })
})

test('ClearVIN: names in camel case and numbers are read as well', async () => {
  vendor.answer = json({
    status: 'ok',
    result: {
      vin: VIN,
      report: {
        make: 'Honda',
        model: 'Accord',
        year: 2003,
        driveType: 'FWD',
        'Fuel Type': 'Gas',
        cylinders: 6,
        displacement: 3,
      },
    },
  })
  const { answer: found } = await vendor.lookup({ clearvinApiKey: 'key-1' }).lookup(VIN, waitUntil)
  expect(found?.fields).toMatchObject({
    drivetrain: 'FWD',
    fuel_type: 'Gas',
    cylinders: 6,
    displacement: '3.0L',
  })
})

test('an answer about another VIN is none', async () => {
  const report = { make: 'Honda', model: 'Accord' }
  vendor.answer = json({ status: 'ok', result: { vin: '5YJ3E1EA2KF317000', report } })
  const found = await vendor.lookup({ clearvinApiKey: 'key-1', vpic: false }).lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: ['ClearVIN could not be asked'] })
})

test('texts of a vendor are cut, numbers out of bounds dropped', async () => {
  const [result] = VPIC_ACCORD.Results
  vendor.answer = json({
    Results: [
      {
        ...result,
        Model: 'x'.repeat(5_000),
        ModelYear: '99999',
        EngineCylinders: '-4',
        DisplacementL: 'NaN',
      },
    ],
  })
  const { answer: found } = await vendor.lookup().lookup(VIN, waitUntil)
  expect(found?.fields.model).toHaveLength(200)
  expect(found?.fields).toMatchObject({ year: null, cylinders: null, displacement: null })
})
