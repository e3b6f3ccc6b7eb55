import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { json, VendorServer, VIN } from './vin-vendor.ts'

let vendor: VendorServer
beforeEach(async () => {
  vendor = await new VendorServer().start()
})
afterEach(() => vendor.stop())

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

test('an account that is refused is not tried again for a minute, and then anew', async () => {
  vendor.answer = json({ status: 'error', message: 'Wrong password' }, 401)
  await vendor.lookUp(options)
  vendor.answer = speak
  const found = await vendor.lookUp(options)
  expect(found.warnings).toEqual(['ClearVIN could not be asked'])
  expect(paths()).toEqual(['/rest/vendor/login'])
  expect(vendor.kept.get('clearvin-token:desk@example.com')?.ttlSeconds).toBe(60)
  vendor.kept.clear()
  expect((await vendor.lookUp(options)).source).toBe('clearvin')
})

test('a vendor that is down is tried again at once', async () => {
  vendor.answer = json({}, 503)
  await vendor.lookUp(options)
  vendor.answer = speak
  expect((await vendor.lookUp(options)).source).toBe('clearvin')
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
  expect([...vendor.kept.values()]).toEqual([{ value: '', ttlSeconds: 60 }])
})

test.each(['secret\ntoken', 'secret tökén', '', ' '])(
  'a token that no header can carry (%j) is none: it is not kept',
  async (token) => {
    vendor.answer = json({ status: 'ok', token })
    const found = await vendor.lookUp(options)
    expect(found.warnings).toEqual(['ClearVIN could not be asked'])
    expect([...vendor.kept.values()]).toEqual([{ value: '', ttlSeconds: 60 }])
    expect(paths()).toEqual(['/rest/vendor/login'])
  },
)

test('space around a token is not part of it', async () => {
  vendor.answer = (request, response) =>
    json(request.url === '/rest/vendor/login' ? { status: 'ok', token: ' token-1 ' } : report)(
      request,
      response,
    )
  await vendor.lookUp(options)
  expect(vendor.requests[1]?.headers.authorization).toBe('Bearer token-1')
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
