import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS } from '../../src/external/vin.ts'
import { type Answer, json, VendorServer, VIN, VPIC_ACCORD } from './vin-vendor.ts'

const SHORT_MS = 40
const never: Answer = () => undefined

let vendor: VendorServer
beforeEach(async () => {
  vendor = await new VendorServer().start()
})
afterEach(() => vendor.stop())

test('a vendor that answered is not asked again: the answer is kept for thirty days', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const first = await vendor.lookUp()
  const second = await vendor.lookUp()
  expect(second).toEqual(first)
  expect(vendor.requests).toHaveLength(1)
  expect([...vendor.kept.values()].map((entry) => entry.ttlSeconds)).toEqual([30 * 24 * 3600])
})

test('a kept answer of another shape is not believed', async () => {
  vendor.answer = json(VPIC_ACCORD)
  vendor.kept.set(`vin:2:vpic:${VIN}`, { value: { fields: { make: 7 } }, ttlSeconds: 1 })
  expect((await vendor.lookUp()).answer?.fields.make).toBe('HONDA')
  expect(vendor.requests).toHaveLength(1)
})

test('a cache that is away costs nothing but the keeping', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const cache = {
    get: async () => ({ away: true, reason: 'timeout' }) as const,
    getMany: async () => ({ away: true, reason: 'timeout' }) as const,
    set: async () => ({ away: true, reason: 'timeout' }) as const,
  }
  expect((await vendor.lookUp({ cache })).source).toBe('vpic')
})

test('nobody waits for the answer to be kept', async () => {
  vendor.answer = json(VPIC_ACCORD)
  const forever = new Promise<never>(() => undefined)
  const cache = {
    get: async () => ({ away: false, value: null }) as const,
    getMany: async () => ({ away: false as const, value: [null] }),
    set: () => forever,
  }
  expect((await vendor.lookUp({ cache })).source).toBe('vpic')
})

const FAILURES: [string, Answer][] = [
  ['refuses the key', json({ status: 'error', message: 'Unauthorized' }, 401)],
  ['reports an error with status 200', json({ status: 'error', message: 'Api limit is reached' })],
  ['sends no JSON', (_request, response) => void response.end('<html>')],
  ['sends JSON of another shape', json({ status: 'ok', result: 'yes' })],
  ['closes the connection', (request) => void request.socket.destroy()],
]

test.each(FAILURES)('where ClearVIN %s, vPIC is asked and the failure said', async (_, clearvin) => {
  vendor.answer = (request, response) =>
    request.url?.startsWith('/rest/') ? clearvin(request, response) : json(VPIC_ACCORD)(request, response)
  const { source, warnings } = await vendor.lookUp({ clearvinApiKey: 'key-1' })
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
  const found = await vendor.lookUp()
  expect(found).toEqual({ source: null, answer: null, warnings: ['NHTSA vPIC does not know this VIN'] })
  expect(vendor.kept.size).toBe(0)
})

test('a vendor that does not answer is given up after the bound of a call', async () => {
  vendor.answer = never
  const found = await vendor.lookUp({ callTimeoutMs: SHORT_MS })
  expect(found).toEqual({ source: null, answer: null, warnings: ['NHTSA vPIC did not answer in time'] })
  expect(vendor.calls.map((call) => call.status)).toEqual(['timeout'])
})

test('a body that never ends is given up as well', async () => {
  vendor.answer = (_request, response) => void response.writeHead(200).write('{"Results": [')
  const found = await vendor.lookUp({ callTimeoutMs: SHORT_MS })
  expect(found.warnings).toEqual(['NHTSA vPIC did not answer in time'])
})

test('the whole bound holds over all vendors', async () => {
  vendor.answer = never
  const startedAt = Date.now()
  const options = { clearvinApiKey: 'key-1', callTimeoutMs: 4 * SHORT_MS, totalTimeoutMs: 5 * SHORT_MS }
  const { warnings } = await vendor.lookUp(options)
  expect(warnings).toEqual(['ClearVIN did not answer in time', 'NHTSA vPIC did not answer in time'])
  expect(Date.now() - startedAt).toBeLessThan(8 * SHORT_MS)
})

test('unless told otherwise a call takes at most 2 s and all of them 2.5 s', () => {
  expect([CALL_TIMEOUT_MS, TOTAL_TIMEOUT_MS]).toEqual([2_000, 2_500])
})

test('without a vendor nobody is asked, the cache included', async () => {
  const mayAsk = vi.fn(async () => true)
  expect(await vendor.lookUpMany([VIN], { vpic: false }, mayAsk)).toEqual(new Map())
  expect([vendor.requests.length, vendor.keptReads, mayAsk.mock.calls.length]).toEqual([0, 0, 0])
})

describe('several at once', () => {
  const OTHER = '5YJ3E1EA2KF317000'

  test('are looked for in the cache together, and each is asked about once', async () => {
    vendor.answer = json(VPIC_ACCORD)
    const found = await vendor.lookUpMany([VIN, OTHER, VIN])
    expect([...found].map(([vin, { source }]) => [vin, source])).toEqual([
      [VIN, 'vpic'],
      [OTHER, 'vpic'],
    ])
    expect(vendor.keptReads).toBe(1)
    expect(vendor.requests.map(({ url }) => url?.includes(VIN)).sort()).toEqual([false, true])
  })

  test('are asked about where as many may be as are not kept; none where that is too many', async () => {
    vendor.answer = json(VPIC_ACCORD)
    await vendor.lookUp()
    vendor.requests.length = 0
    const mayAsk = vi.fn(async () => false)
    const found = await vendor.lookUpMany([VIN, OTHER], {}, mayAsk)
    expect(mayAsk.mock.calls).toEqual([[1]])
    expect(found.get(VIN)).toMatchObject({ source: 'vpic', warnings: [] })
    expect(found.get(OTHER)).toEqual({
      source: null,
      answer: null,
      warnings: ['NHTSA vPIC was not asked: too many numbers within a minute'],
    })
    expect(vendor.requests).toEqual([])
  })

  test('where all are kept it is not even asked whether more may be', async () => {
    vendor.answer = json(VPIC_ACCORD)
    await vendor.lookUp()
    const mayAsk = vi.fn(async () => false)
    expect((await vendor.lookUpMany([VIN], {}, mayAsk)).get(VIN)?.source).toBe('vpic')
    expect(mayAsk).not.toHaveBeenCalled()
  })
})
