import { afterEach, beforeEach, expect, test } from 'vitest'
import { json, VendorServer, VIN, VPIC_ACCORD } from './vin-vendor.ts'

let vendor: VendorServer
beforeEach(async () => {
  vendor = await new VendorServer().start()
})
afterEach(() => vendor.stop())

test('vPIC: its flat answer becomes our fields, empty text null', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const { source, answer: found, warnings } = await vendor.lookUp()
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
    series: null,
    doors: 2,
    engine_configuration: 'V-Shaped',
    engine_power_kw: 179,
    vehicle_type: 'PASSENGER CAR',
    gvwr_class: null,
    plant: 'MARYSVILLE, OHIO, UNITED STATES (USA)',
  })
})

test('vPIC: what it finds wrong with the number is a warning', async () => {
  const [result] = VPIC_ACCORD.Results
  vendor.answer = json({
    Results: [{ ...result, ErrorCode: '1', ErrorText: '1 - Check digit does not calculate' }],
  })
  const { answer: found } = await vendor.lookUp()
  expect(found?.warnings).toEqual(['NHTSA vPIC: 1 - Check digit does not calculate'])
})

test('a fuel that vPIC names twice is told once', async () => {
  const [result] = VPIC_ACCORD.Results
  const fuels = { FuelTypePrimary: 'Electric', FuelTypeSecondary: 'Electric' }
  vendor.answer = json({ Results: [{ ...result, ...fuels }] })
  expect((await vendor.lookUp()).answer?.fields.fuel_type).toBe('Electric')
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
  const { source, answer: found } = await vendor.lookUp({ clearvinApiKey: 'key-1' })
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
  const { answer: found } = await vendor.lookUp({ clearvinApiKey: 'key-1' })
  expect(found?.fields).toMatchObject({
    drivetrain: 'FWD',
    fuel_type: 'Gas',
    cylinders: 6,
    displacement: '3.0L',
  })
})

test('ClearVIN: what stands beside vinSpec, in groups and under the names of its printed report', async () => {
  vendor.answer = json({
    status: 'ok',
    result: {
      vin: VIN,
      report: {
        vehicle: { year: 2003, make: 'Honda', model: 'Accord', trim: null },
        specifications: {
          'Wheel Drive': 'FWD',
          'Engine displacement': '3.0 L',
          'Fuel Type': 'Gasoline',
          'Standard GVWR': '4,500 lb',
          'Manufacturing plant': 'Marysville',
          engine: '3.0L',
        },
        vinSpec: { engine: '3.0L V6 SOHC', style: 'COUPE 2-DR', model: null },
      },
    },
  })
  const { answer: found } = await vendor.lookUp({ clearvinApiKey: 'key-1' })
  expect(found?.fields).toMatchObject({
    year: 2003,
    make: 'Honda',
    model: 'Accord',
    trim: null,
    drivetrain: 'FWD',
    displacement: '3.0L',
    fuel_type: 'Gasoline',
    gvwr_class: '4,500 lb',
    plant: 'Marysville',
    engine: '3.0L V6 SOHC',
    body_type: 'COUPE 2-DR',
  })
})

test.each([200, 404])('ClearVIN does not know the vehicle, with status %i', async (status) => {
  vendor.answer = json({ status: 'error', message: 'VIN not found' }, status)
  const found = await vendor.lookUp({ clearvinApiKey: 'key-1', vpic: false })
  expect(found).toEqual({ source: null, answer: null, warnings: ['ClearVIN does not know this VIN'] })
})

test("ClearVIN's own words about a refusal are for the log, not for whoever asked", async () => {
  vendor.answer = json({ status: 'error', message: 'Monthly limit is reached' }, 403)
  const found = await vendor.lookUp({ clearvinApiKey: 'key-1', vpic: false })
  expect(found.warnings).toEqual(['ClearVIN could not be asked'])
  expect(vendor.calls.map(({ error }) => String(error))).toEqual([
    'Error: HTTP 403: Monthly limit is reached',
  ])
})

const OTHER = '5YJ3E1EA2KF317000'
const REPORT = { make: 'Honda', model: 'Accord' }
test.each([
  [
    'ClearVIN',
    { clearvinApiKey: 'key-1', vpic: false },
    { status: 'ok', result: { vin: OTHER, report: REPORT } },
  ],
  ['NHTSA vPIC', {}, { Results: [{ ...VPIC_ACCORD.Results[0], VIN: OTHER }] }],
])('%s: an answer about another VIN is none', async (title, options, answer) => {
  vendor.answer = json(answer)
  const found = await vendor.lookUp(options)
  expect(found).toEqual({ source: null, answer: null, warnings: [`${title} could not be asked`] })
  expect(vendor.kept.size).toBe(0)
})

test('texts of a vendor are cut, numbers out of bounds dropped', async () => {
  const [result] = VPIC_ACCORD.Results
  vendor.answer = json({
    Results: [
      {
        ...result,
        Model: 'x'.repeat(5_000),
        Trim: `x${'😀'.repeat(200)}`,
        ModelYear: '99999',
        EngineCylinders: '-4',
        DisplacementL: 'NaN',
      },
    ],
  })
  const { answer: found } = await vendor.lookUp()
  expect(found?.fields.model).toHaveLength(200)
  expect(found?.fields.trim?.isWellFormed()).toBe(true)
  expect(found?.fields).toMatchObject({ year: null, cylinders: null, displacement: null })
})
