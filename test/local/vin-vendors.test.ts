import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  CALL_TIMEOUT_MS,
  TOTAL_TIMEOUT_MS,
  type VinCall,
  type VinLookupOptions,
  VinLookupService,
} from '../../src/external/vin.ts'

const VIN = '1HGCM82633A004352'
const SHORT_MS = 40

type Answer = (request: IncomingMessage, response: ServerResponse) => void
let server: Server
let url: string
let answer: Answer
let requests: IncomingMessage[]
let calls: VinCall[]
let kept: Map<string, { value: unknown; ttlSeconds: number }>

const json = (body: unknown, status = 200): Answer => {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}
const never: Answer = () => undefined

beforeEach(async () => {
  requests = []
  calls = []
  kept = new Map()
  server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  url = `http://127.0.0.1:${address.port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

/** Keeps in the background what the tests then find kept. */
const waitUntil = (work: Promise<unknown>): void => void work

const service = (options: Partial<VinLookupOptions> = {}) =>
  new VinLookupService({
    vpic: true,
    vpicUrl: url,
    clearvinUrl: url,
    cache: {
      async get(key, schema) {
        const found = schema.safeParse(kept.get(key)?.value)
        return { away: false, value: found.success ? found.data : null }
      },
      async set(key, value, ttlSeconds) {
        kept.set(key, { value: JSON.parse(JSON.stringify(value)), ttlSeconds })
        return { away: false, value: null }
      },
    },
    onCall: (call) => calls.push(call),
    ...options,
  })

const VPIC_ACCORD = {
  Count: 1,
  Message: 'Results returned successfully',
  SearchCriteria: `VIN:${VIN}`,
  Results: [
    {
      Make: 'HONDA',
      Model: 'Accord',
      ModelYear: '2003',
      Trim: 'EX-V6',
      BodyClass: 'Coupe',
      DriveType: '',
      TransmissionStyle: 'Automatic',
      TransmissionSpeeds: '5',
      EngineConfiguration: 'V-Shaped',
      EngineCylinders: '6',
      EngineModel: 'J30A4',
      DisplacementL: '2.998832712',
      FuelTypePrimary: 'Gasoline',
      ErrorCode: '0',
      ErrorText: '0 - VIN decoded clean. Check Digit (9th position) is correct',
    },
  ],
}

test('vPIC: its flat answer becomes our fields, empty text null', async () => {
  answer = json(VPIC_ACCORD)
  const { source, answer: found, warnings } = await service().lookup(VIN, waitUntil)
  expect(requests[0]?.url).toBe(`/api/vehicles/DecodeVinValues/${VIN}?format=json`)
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
  answer = json({ Results: [{ ...result, ErrorCode: '1', ErrorText: '1 - Check digit does not calculate' }] })
  const { answer: found } = await service().lookup(VIN, waitUntil)
  expect(found?.warnings).toEqual(['NHTSA vPIC: 1 - Check digit does not calculate'])
})

test('ClearVIN: bearer token, JSON report, specification under vinSpec', async () => {
  answer = json({
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
  const { source, answer: found } = await service({ clearvinApiKey: 'key-1' }).lookup(VIN, waitUntil)
  expect(requests[0]?.url).toBe(`/rest/vendor/report?vin=${VIN}&format=json`)
  expect(requests[0]?.headers.authorization).toBe('Bearer key-1')
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
  answer = json({
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
  const { answer: found } = await service({ clearvinApiKey: 'key-1' }).lookup(VIN, waitUntil)
  expect(found?.fields).toMatchObject({
    drivetrain: 'FWD',
    fuel_type: 'Gas',
    cylinders: 6,
    displacement: '3.0L',
  })
})

test('an answer about another VIN is none', async () => {
  const report = { make: 'Honda', model: 'Accord' }
  answer = json({ status: 'ok', result: { vin: '5YJ3E1EA2KF317000', report } })
  const found = await service({ clearvinApiKey: 'key-1', vpic: false }).lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: ['ClearVIN could not be asked'] })
})

test('a vendor that answered is not asked again: the answer is kept for thirty days', async () => {
  answer = json(VPIC_ACCORD)
  const first = await service().lookup(VIN, waitUntil)
  const second = await service().lookup(VIN, waitUntil)
  expect(second).toEqual(first)
  expect(requests).toHaveLength(1)
  expect([...kept.values()].map((entry) => entry.ttlSeconds)).toEqual([30 * 24 * 3600])
})

test('a kept answer of another shape is not believed', async () => {
  answer = json(VPIC_ACCORD)
  kept.set(`vin:1:vpic:${VIN}`, { value: { fields: { make: 7 } }, ttlSeconds: 1 })
  expect((await service().lookup(VIN, waitUntil)).answer?.fields.make).toBe('HONDA')
  expect(requests).toHaveLength(1)
})

test('a cache that is away costs nothing but the keeping', async () => {
  answer = json(VPIC_ACCORD)
  const cache = {
    get: async () => ({ away: true, reason: 'timeout' }) as const,
    set: async () => ({ away: true, reason: 'timeout' }) as const,
  }
  expect((await service({ cache }).lookup(VIN, waitUntil)).source).toBe('vpic')
})

test('nobody waits for the answer to be kept', async () => {
  answer = json(VPIC_ACCORD)
  const forever = new Promise<never>(() => undefined)
  const cache = { get: async () => ({ away: false, value: null }) as const, set: () => forever }
  expect((await service({ cache }).lookup(VIN, () => undefined)).source).toBe('vpic')
})

const FAILURES: [string, Answer][] = [
  ['refuses the key', json({ status: 'error', message: 'Unauthorized' }, 401)],
  ['reports an error with status 200', json({ status: 'error', message: 'VIN not found' })],
  ['sends no JSON', (_request, response) => void response.end('<html>')],
  ['sends JSON of another shape', json({ status: 'ok', result: 'yes' })],
  ['closes the connection', (request) => void request.socket.destroy()],
]

test.each(FAILURES)('where ClearVIN %s, vPIC is asked and the failure said', async (_, clearvin) => {
  answer = (request, response) =>
    request.url?.startsWith('/rest/') ? clearvin(request, response) : json(VPIC_ACCORD)(request, response)
  const { source, warnings } = await service({ clearvinApiKey: 'key-1' }).lookup(VIN, waitUntil)
  expect(source).toBe('vpic')
  expect(warnings).toEqual(['ClearVIN could not be asked'])
  expect(calls.map(({ provider, status }) => ({ provider, status }))).toEqual([
    { provider: 'clearvin', status: 'error' },
    { provider: 'vpic', status: 'success' },
  ])
})

test('a vendor that does not know the vehicle is no source', async () => {
  answer = json({
    Results: [{ Make: '', Model: '', ModelYear: '', ErrorCode: '7', ErrorText: '7 - Manufacturer' }],
  })
  const found = await service().lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: ['NHTSA vPIC does not know this VIN'] })
  expect(kept.size).toBe(0)
})

test('a vendor that does not answer is given up after the bound of a call', async () => {
  answer = never
  const found = await service({ callTimeoutMs: SHORT_MS }).lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: ['NHTSA vPIC did not answer in time'] })
  expect(calls.map((call) => call.status)).toEqual(['timeout'])
})

test('a body that never ends is given up as well', async () => {
  answer = (_request, response) => void response.writeHead(200).write('{"Results": [')
  const found = await service({ callTimeoutMs: SHORT_MS }).lookup(VIN, waitUntil)
  expect(found.warnings).toEqual(['NHTSA vPIC did not answer in time'])
})

test('the whole bound holds over all vendors', async () => {
  answer = never
  const startedAt = Date.now()
  const options = { clearvinApiKey: 'key-1', callTimeoutMs: 4 * SHORT_MS, totalTimeoutMs: 5 * SHORT_MS }
  const { warnings } = await service(options).lookup(VIN, waitUntil)
  expect(warnings).toEqual(['ClearVIN did not answer in time', 'NHTSA vPIC did not answer in time'])
  expect(Date.now() - startedAt).toBeLessThan(8 * SHORT_MS)
})

test('unless told otherwise a call takes at most 2 s and all of them 2.5 s', () => {
  expect([CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS]).toEqual([2_000, 2_500])
})

test('without a vendor nobody is asked', async () => {
  const found = await service({ vpic: false }).lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: [] })
  expect(requests).toHaveLength(0)
})

test('texts of a vendor are cut, numbers out of bounds dropped', async () => {
  const [result] = VPIC_ACCORD.Results
  answer = json({
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
  const { answer: found } = await service().lookup(VIN, waitUntil)
  expect(found?.fields.model).toHaveLength(200)
  expect(found?.fields).toMatchObject({ year: null, cylinders: null, displacement: null })
})
