import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { LIMITS } from '../../src/platform/rate-limit.ts'
import { decodedVinSchema, vinBatchSchema, vinSchema } from '../../src/vehicles/vin-schemas.ts'
import { api, makeVin, signIn } from '../support/index.ts'
import { isVendor, listenOutside, vpicAnswer } from '../support/outside.ts'
import { setVariables } from '../support/variables.ts'

const person = await signIn()
const VIN = '1HGCM82633A004352'
const decode = (vin: unknown) => api('POST', '/api/decode-vin', { as: person, body: { vin } })

beforeEach(() => setVariables({ VPIC: 'on' }))

test('with VPIC=on its answer is told as its own, and kept in Redis', async () => {
  const asked = listenOutside(vpicAnswer)
  const first = (await decode(VIN)).expect(200).as(decodedVinSchema)
  expect(first).toMatchObject({ source: 'vpic', data: { make: 'HONDA', model: 'Accord', cylinders: 6 } })
  expect(asked.filter(isVendor).map(({ href }) => href)).toEqual([
    `https://vpic.nhtsa.dot.gov/api/vehicles/DecodeVinValues/${VIN}?format=json`,
  ])
  await vi.waitFor(async () => {
    asked.length = 0
    expect((await decode(VIN)).body).toEqual(first)
    expect(asked.filter(isVendor)).toEqual([])
  })
})

test('with a key ClearVIN is asked first, vPIC where it fails, and the answer says which', async () => {
  setVariables({ CLEARVIN_API_KEY: 'secret-key' })
  const vin = 'JTDKN3DU4A0100001'
  const asked = listenOutside(({ hostname }) =>
    hostname === 'www.clearvin.com' ? new Response('no', { status: 500 }) : vpicAnswer(),
  )
  const answer = (await api('GET', `/api/vin/${vin}`)).expect(200)
  expect(answer.as(vinSchema)).toMatchObject({
    source: 'vpic',
    make: 'HONDA',
    country: 'JAPAN',
    manufacturer: 'TOYOTA MOTOR CORPORATION',
    warnings: ['ClearVIN could not be asked'],
  })
  expect(asked.filter(isVendor).map(({ hostname }) => hostname)).toEqual([
    'www.clearvin.com',
    'vpic.nhtsa.dot.gov',
  ])
  expect(answer.text).not.toContain('secret-key')
})

test('where every vendor fails, the number speaks for itself and the failure is said', async () => {
  listenOutside(() => new Response('{', { status: 200 }))
  const answer = (await api('GET', '/api/vin/5YJ3E1EA2KF317000')).expect(200).as(vinSchema)
  expect(answer).toMatchObject({ source: 'offline', year: 2019, make: 'Tesla', model: 'Model 3' })
  expect(answer.warnings).toEqual(['NHTSA vPIC could not be asked'])
})

test('a slow vendor and slow tables are waited for at once', async () => {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
  listenOutside(() => {
    isAsked()
    return Response.json({ Results: [{ Make: '', Model: '' }] })
  })
  const tables = env.ASSETS
  setVariables({
    ASSETS: {
      async fetch(url: string) {
        await asked
        return await tables.fetch(url)
      },
    },
  })
  const answer = (await api('GET', '/api/vin/WVWZZZ1KZAW000001')).expect(200).as(vinSchema)
  expect(answer).toMatchObject({ source: 'offline', make: 'Volkswagen' })
  expect(answer.warnings).toContain('NHTSA vPIC does not know this VIN')
})

test.each(['1HGCM82643A004352', '1HGCM826*3A004352'])(
  'nobody is paid to hear that %s is wrong or not whole',
  async (vin) => {
    const asked = listenOutside(vpicAnswer)
    expect((await api('GET', `/api/vin/${vin}`)).at('source')).toBe('offline')
    expect(asked.filter(isVendor)).toEqual([])
  },
)

test('with e-mail and password a token of ClearVIN is fetched once and kept', async () => {
  setVariables({ VPIC: 'off', CLEARVIN_EMAIL: 'desk@example.com', CLEARVIN_PASSWORD: 'secret-word' })
  const asked = listenOutside(({ pathname, searchParams }) =>
    pathname === '/rest/vendor/login'
      ? Response.json({ status: 'ok', token: 'token-1' })
      : Response.json({
          status: 'ok',
          result: { vin: searchParams.get('vin'), report: { year: 2010, make: 'Toyota', model: 'Prius' } },
        }),
  )
  const first = (await api('GET', '/api/vin/JTDKN3DU4A0100002')).expect(200)
  expect(first.as(vinSchema)).toMatchObject({ source: 'clearvin', make: 'Toyota', model: 'Prius' })
  expect(first.text).not.toContain('token-1')
  await api('GET', '/api/vin/JTDKN3DU4A0100003')
  expect(asked.filter(isVendor).map(({ pathname }) => pathname)).toEqual([
    '/rest/vendor/login',
    '/rest/vendor/report',
    '/rest/vendor/report',
  ])
})

test('an account of which only half is set is none, and that is logged', async () => {
  setVariables({ VPIC: 'off', CLEARVIN_EMAIL: 'desk@example.com', LOG_LEVEL: 'warn' })
  const asked = listenOutside()
  const warn = vi.spyOn(console, 'warn')
  onTestFinished(() => warn.mockRestore())
  expect((await api('GET', `/api/vin/${VIN}`)).expect(200).at('warnings')).toEqual([])
  expect(asked).toEqual([])
  const lines = warn.mock.calls.map(String).filter((line) => line.includes('clearvin'))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'service_disabled', variables: ['CLEARVIN_EMAIL', 'CLEARVIN_PASSWORD'] },
  ])
})

describe('vendors are paid by the answer', () => {
  const PER_ADDRESS = LIMITS.vin_vendor.perAddress.requests
  const NOT_ASKED = 'NHTSA vPIC was not asked: too many numbers within a minute'
  beforeEach(() => {
    setVariables({ RATE_LIMITS: 'on' })
    // The windows are those of the clock: it stands at the beginning of one.
    vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 60_000) * 60_000 + 1 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Numbers that nobody has asked about, from one address. */
  const ask = async (address: string, count: number) => {
    const vins = Array.from({ length: count }, makeVin)
    const headers = { 'CF-Connecting-IP': address }
    const { results } = (await api('POST', '/api/vin/batch', { headers, body: { vins } }))
      .expect(200)
      .as(vinBatchSchema)
    return results.map((result) => ('source' in result ? result.source : null))
  }
  const times = (source: string, count: number) => Array.from({ length: count }, () => source)

  test.each([
    ['with Redis', () => ({})],
    ['with Redis away', () => ({ UPSTASH_REDIS_REST_URL: '' })],
  ])(
    'so an address has so many numbers a minute; then the number speaks for itself, %s',
    async (how, variables) => {
      setVariables(variables())
      const asked = listenOutside(vpicAnswer)
      const address = how === 'with Redis' ? '198.19.1.1' : '198.19.1.2'
      for (let left = PER_ADDRESS; left > 0; left -= 10) {
        const count = Math.min(10, left)
        expect(await ask(address, count)).toEqual(times('vpic', count))
      }
      expect(asked.filter(isVendor)).toHaveLength(PER_ADDRESS)
      expect(await ask(address, 1)).toEqual(['offline'])
      const refused = await api('GET', `/api/vin/${makeVin()}`, { headers: { 'CF-Connecting-IP': address } })
      expect(refused.expect(200).as(vinSchema)).toMatchObject({ source: 'offline', warnings: [NOT_ASKED] })
      expect(asked.filter(isVendor)).toHaveLength(PER_ADDRESS)
      const signedIn = await api('GET', `/api/vin/${makeVin()}`, {
        as: person,
        headers: { 'CF-Connecting-IP': address },
      })
      expect(signedIn.at('source')).toBe('vpic')
    },
  )

  test.each([
    ['with Redis', '198.19.1.4', () => ({})],
    ['with Redis away', '198.19.1.5', () => ({ UPSTASH_REDIS_REST_URL: '' })],
  ])('a batch that is too many costs nothing of what is left, %s', async (_, address, variables) => {
    setVariables(variables())
    listenOutside(vpicAnswer)
    await ask(address, 10)
    await ask(address, 3)
    const left = PER_ADDRESS - 13
    expect(await ask(address, left + 1)).toEqual(times('offline', left + 1))
    expect(await ask(address, left)).toEqual(times('vpic', left))
  })

  test('an answer that is kept costs nobody anything', async () => {
    const address = '198.19.1.3'
    const asked = listenOutside(vpicAnswer)
    const vin = makeVin()
    const get = () => api('GET', `/api/vin/${vin}`, { headers: { 'CF-Connecting-IP': address } })
    await vi.waitFor(async () => {
      asked.length = 0
      expect((await get()).at('source')).toBe('vpic')
      expect(asked.filter(isVendor)).toEqual([])
    })
    await ask(address, PER_ADDRESS - 5)
    await vi.waitFor(async () => expect(await ask(address, 1)).toEqual(['offline']))
    expect((await get()).at('source')).toBe('vpic')
  })
})
