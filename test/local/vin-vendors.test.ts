import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

test('an answer about another VIN is none', async () => {
  const report = { make: 'Honda', model: 'Accord' }
  vendor.answer = json({ status: 'ok', result: { vin: '5YJ3E1EA2KF317000', report } })
  const found = await vendor.lookUp({ clearvinApiKey: 'key-1', vpic: false })
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
  const { answer: found } = await vendor.lookUp()
  expect(found?.fields.model).toHaveLength(200)
  expect(found?.fields).toMatchObject({ year: null, cylinders: null, displacement: null })
})

describe('ClearVIN by an account', () => {
  const account = { email: 'desk@example.com', password: 'secret-word' }
  const options = { clearvinAccount: account, vpic: false }
  const report = { status: 'ok', result: { vin: VIN, report: { make: 'Honda', model: 'Accord' } } }
  const bodies: string[] = []
  /** Takes the newest token that it gave out. */
  let given = 0
  const speak = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === '/rest/vendor/login') {
      given++
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        bodies.push(body)
        json({ status: 'ok', token: `token-${given}` })(request, response)
      })
    } else if (request.headers.authorization === `Bearer token-${given}`) json(report)(request, response)
    else json({ status: 'error', message: 'Unauthorized' }, 401)(request, response)
  }
  const paths = () => vendor.requests.map(({ url }) => url?.split('?')[0])
  beforeEach(() => {
    given = 0
    bodies.length = 0
    vendor.answer = speak
  })

  test('e-mail and password are exchanged for a token, which is kept while it is good', async () => {
    const first = await vendor.lookUp(options)
    expect(first).toMatchObject({ source: 'clearvin', warnings: [] })
    expect(JSON.parse(bodies[0] ?? '')).toEqual(account)
    vendor.kept.delete(`vin:2:clearvin:${VIN}`)
    await vendor.lookUp(options)
    expect(paths()).toEqual(['/rest/vendor/login', '/rest/vendor/report', '/rest/vendor/report'])
    const kept = vendor.kept.get('clearvin-token:desk@example.com')
    expect(kept).toEqual({ value: 'token-1', ttlSeconds: 115 * 60 })
  })

  test('a kept token that is not taken any more is exchanged once', async () => {
    vendor.kept.set('clearvin-token:desk@example.com', { value: 'token-0', ttlSeconds: 60 })
    given = 7
    const found = await vendor.lookUp(options)
    expect(found.source).toBe('clearvin')
    expect(paths()).toEqual(['/rest/vendor/report', '/rest/vendor/login', '/rest/vendor/report'])
  })

  const OTHERS = ['5YJ3E1EA2KF317000', 'JTDKN3DU4A0100001']

  test('several questions at once log in once', async () => {
    const found = await vendor.lookUpMany([VIN, ...OTHERS], options)
    expect(found.get(VIN)?.source).toBe('clearvin')
    expect(paths().filter((path) => path === '/rest/vendor/login')).toHaveLength(1)
    expect(vendor.requests).toHaveLength(4)
  })

  test('where a kept token is refused, several questions at once exchange it once', async () => {
    vendor.kept.set('clearvin-token:desk@example.com', { value: 'token-0', ttlSeconds: 60 })
    given = 7
    const found = await vendor.lookUpMany([VIN, ...OTHERS], options)
    expect(found.get(VIN)?.source).toBe('clearvin')
    expect(paths().filter((path) => path === '/rest/vendor/login')).toHaveLength(1)
  })

  test('where no token is taken, it is not asked for again and again', async () => {
    vendor.answer = (request, response) =>
      json({ status: 'ok', token: 'no' }, request.url === '/rest/vendor/login' ? 200 : 401)(request, response)
    const found = await vendor.lookUp(options)
    expect(found).toEqual({ source: null, answer: null, warnings: ['ClearVIN could not be asked'] })
    expect(vendor.requests).toHaveLength(4)
  })

  test.each([
    ['refuses', json({ status: 'error', message: 'Wrong password' }, 401)],
    ['says so with status 200', json({ status: 'error', message: 'Wrong password' })],
    ['sends no JSON', (_request: IncomingMessage, response: ServerResponse) => void response.end('<html>')],
  ])('a login that %s is a failure of the vendor', async (_, answer) => {
    vendor.answer = answer
    const found = await vendor.lookUp(options)
    expect(found).toEqual({ source: null, answer: null, warnings: ['ClearVIN could not be asked'] })
    expect(vendor.kept.size).toBe(0)
  })

  test('a login that hangs is given up after the bound of a call', async () => {
    vendor.answer = () => undefined
    const found = await vendor.lookUp({ ...options, callTimeoutMs: 40 })
    expect(found.warnings).toEqual(['ClearVIN did not answer in time'])
  })

  test('a key goes before an account', async () => {
    vendor.answer = json(report)
    await vendor.lookUp({ ...options, clearvinApiKey: 'key-1' })
    expect(vendor.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key-1'])
  })
})
