import { afterEach, beforeEach, expect, test } from 'vitest'
import { CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS } from '../../src/external/vin.ts'
import { type Answer, json, VendorServer, VIN, VPIC_ACCORD, waitUntil } from './vin-vendor.ts'

const SHORT_MS = 40
const never: Answer = () => undefined

let vendor: VendorServer
beforeEach(async () => {
  vendor = await new VendorServer().start()
})
afterEach(() => vendor.stop())

test('a vendor that answered is not asked again: the answer is kept for thirty days', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const first = await vendor.lookup().lookup(VIN, waitUntil)
  const second = await vendor.lookup().lookup(VIN, waitUntil)
  expect(second).toEqual(first)
  expect(vendor.requests).toHaveLength(1)
  expect([...vendor.kept.values()].map((entry) => entry.ttlSeconds)).toEqual([30 * 24 * 3600])
})

test('a kept answer of another shape is not believed', async () => {
  vendor.answer = json(VPIC_ACCORD)
  vendor.kept.set(`vin:2:vpic:${VIN}`, { value: { fields: { make: 7 } }, ttlSeconds: 1 })
  expect((await vendor.lookup().lookup(VIN, waitUntil)).answer?.fields.make).toBe('HONDA')
  expect(vendor.requests).toHaveLength(1)
})

test('a cache that is away costs nothing but the keeping', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const cache = {
    get: async () => ({ away: true, reason: 'timeout' }) as const,
    set: async () => ({ away: true, reason: 'timeout' }) as const,
  }
  expect((await vendor.lookup({ cache }).lookup(VIN, waitUntil)).source).toBe('vpic')
})

test('nobody waits for the answer to be kept', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const forever = new Promise<never>(() => undefined)
  const cache = { get: async () => ({ away: false, value: null }) as const, set: () => forever }
  expect((await vendor.lookup({ cache }).lookup(VIN, () => undefined)).source).toBe('vpic')
})

const FAILURES: [string, Answer][] = [
  ['refuses the key', json({ status: 'error', message: 'Unauthorized' }, 401)],
  ['reports an error with status 200', json({ status: 'error', message: 'VIN not found' })],
  ['sends no JSON', (_request, response) => void response.end('<html>')],
  ['sends JSON of another shape', json({ status: 'ok', result: 'yes' })],
  ['closes the connection', (request) => void request.socket.destroy()],
]

test.each(FAILURES)('where ClearVIN %s, vPIC is asked and the failure said', async (_, clearvin) => {
  vendor.answer = (request, response) =>
    request.url?.startsWith('/rest/') ? clearvin(request, response) : json(VPIC_ACCORD)(request, response)
  const { source, warnings } = await vendor.lookup({ clearvinApiKey: 'key-1' }).lookup(VIN, waitUntil)
  expect(source).toBe('vpic')
  expect(warnings).toEqual(['ClearVIN could not be asked'])
  expect(vendor.calls.map(({ provider, status }) => ({ provider, status }))).toEqual([
    { provider: 'clearvin', status: 'error' },
    { provider: 'vpic', status: 'success' },
  ])
})

test('a vendor that does not know the vehicle is no source', async () => {
  vendor.answer = json({
    Results: [{ Make: '', Model: '', ModelYear: '', ErrorCode: '7', ErrorText: '7 - Manufacturer' }],
  })
  const found = await vendor.lookup().lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: ['NHTSA vPIC does not know this VIN'] })
  expect(vendor.kept.size).toBe(0)
})

test('a vendor that does not answer is given up after the bound of a call', async () => {
  vendor.answer = never
  const found = await vendor.lookup({ callTimeoutMs: SHORT_MS }).lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: ['NHTSA vPIC did not answer in time'] })
  expect(vendor.calls.map((call) => call.status)).toEqual(['timeout'])
})

test('a body that never ends is given up as well', async () => {
  vendor.answer = (_request, response) => void response.writeHead(200).write('{"Results": [')
  const found = await vendor.lookup({ callTimeoutMs: SHORT_MS }).lookup(VIN, waitUntil)
  expect(found.warnings).toEqual(['NHTSA vPIC did not answer in time'])
})

test('the whole bound holds over all vendors', async () => {
  vendor.answer = never
  const startedAt = Date.now()
  const options = { clearvinApiKey: 'key-1', callTimeoutMs: 4 * SHORT_MS, totalTimeoutMs: 5 * SHORT_MS }
  const { warnings } = await vendor.lookup(options).lookup(VIN, waitUntil)
  expect(warnings).toEqual(['ClearVIN did not answer in time', 'NHTSA vPIC did not answer in time'])
  expect(Date.now() - startedAt).toBeLessThan(8 * SHORT_MS)
})

test('unless told otherwise a call takes at most 2 s and all of them 2.5 s', () => {
  expect([CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS]).toEqual([2_000, 2_500])
})

test('without a vendor nobody is asked', async () => {
  const found = await vendor.lookup({ vpic: false }).lookup(VIN, waitUntil)
  expect(found).toEqual({ source: null, answer: null, warnings: [] })
  expect(vendor.requests).toHaveLength(0)
})
