import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { decodedVinSchema, vinSchema } from '../../src/vehicles/schemas.ts'
import { api, signIn } from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'
import { setVariables } from '../support/variables.ts'

const person = await signIn()
const VIN = '1HGCM82633A004352'
const decode = (vin: unknown) => api('POST', '/api/decode-vin', { as: person, body: { vin } })
const UNKNOWN = {
  model: null,
  trim: null,
  body_type: null,
  engine: null,
  transmission: null,
  drivetrain: null,
  exterior_color: null,
  interior_color: null,
  fuel_type: null,
  cylinders: null,
  displacement: null,
}

/** Vendors are out of reach of a test: what the Worker sends them is answered here, all else goes its way. */
function answerVendors(answer: (url: URL) => Response): URL[] {
  const asked: URL[] = []
  const real = globalThis.fetch
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!/clearvin|nhtsa/.test(url.hostname)) return real(input, init)
    asked.push(url)
    return answer(url)
  })
  onTestFinished(() => spy.mockRestore())
  return asked
}

const vpicAnswer = () =>
  Response.json({
    Results: [{ Make: 'HONDA', Model: 'Accord', ModelYear: '2003', EngineCylinders: '6', ErrorCode: '0' }],
  })

describe('POST /api/decode-vin', () => {
  test('offline it tells what the number tells, and says so', async () => {
    const answer = await decode(VIN.toLowerCase())
    expect(answer.expect(200).as(decodedVinSchema)).toEqual({
      success: true,
      data: { vin: VIN, year: 2003, make: 'Honda', ...UNKNOWN },
      source: 'offline',
      warnings: [],
    })
  })

  test.each([
    ['a wrong length', '1HGCM82633A00435'],
    ['a character that no VIN has', '1HGCM82633A00435O'],
    ['a star', '1HGCM8263*A004352'],
    ['nothing', undefined],
    ['a number', 42],
    ['null', null],
    ['very long', 'A'.repeat(1_000)],
  ])('%s is 400 and no success', async (_, vin) => {
    const answer = await decode(vin)
    expect([...refusalOf(answer), answer.at('success')]).toEqual([400, 'validation_failed', false])
    expect(answer.at('error')).toEqual(expect.any(String))
  })

  test('broken JSON is 400 and no success', async () => {
    const answer = await api('POST', '/api/decode-vin', { as: person, body: '{"vin":' })
    expect([...refusalOf(answer), answer.at('success')]).toEqual([400, 'validation_failed', false])
  })

  test('without a token is 401', async () => {
    expect(refusalOf(await api('POST', '/api/decode-vin', { body: { vin: VIN } }))).toEqual([
      401,
      'unauthenticated',
    ])
  })
})

describe('GET /api/vin/:vin', () => {
  test('tells everyone what the number tells', async () => {
    const answer = await api('GET', `/api/vin/${VIN.toLowerCase()}`)
    expect(answer.expect(200).as(vinSchema)).toEqual({
      vin: VIN,
      valid: true,
      check_digit_valid: true,
      year: 2003,
      make: 'Honda',
      ...UNKNOWN,
      country: 'UNITED STATES (USA)',
      manufacturer: 'AMERICAN HONDA MOTOR CO., INC.',
      source: 'offline',
      warnings: [],
    })
  })

  test('a wrong check digit is 200 and named', async () => {
    const { valid, check_digit_valid, warnings } = (await api('GET', '/api/vin/1HGCM82643A004352'))
      .expect(200)
      .as(vinSchema)
    expect([valid, check_digit_valid]).toEqual([false, false])
    expect(warnings).toEqual(['The check digit in position 9 is 4, it should be 3'])
  })

  test('where the market has no check digit, a wrong one makes no VIN invalid', async () => {
    const answer = (await api('GET', '/api/vin/WVWZZZ1KZAW000001')).expect(200).as(vinSchema)
    expect([answer.valid, answer.check_digit_valid, answer.year, answer.make]).toEqual([
      true,
      false,
      null,
      'Volkswagen',
    ])
  })

  test.each([
    '1HGCM82633A00435',
    '1HGCM82633A0043520',
    '1HGCM82633A00435Q',
    '1HGCM8263*A004352',
    '..%2f..%2fx',
    "'%20OR%201=1",
  ])('%s is 400', async (vin) => {
    expect(refusalOf(await api('GET', `/api/vin/${vin}`))).toEqual([400, 'validation_failed'])
  })
})

describe('vendors', () => {
  beforeEach(() => setVariables({ VPIC: 'on' }))

  test('with VPIC=on its answer is told as its own, and kept in Redis', async () => {
    const asked = answerVendors(vpicAnswer)
    const first = (await decode(VIN)).expect(200).as(decodedVinSchema)
    expect(first).toMatchObject({ source: 'vpic', data: { make: 'HONDA', model: 'Accord', cylinders: 6 } })
    expect(asked.map(({ href }) => href)).toEqual([
      `https://vpic.nhtsa.dot.gov/api/vehicles/DecodeVinValues/${VIN}?format=json`,
    ])
    await vi.waitFor(async () => {
      asked.length = 0
      expect((await decode(VIN)).body).toEqual(first)
      expect(asked).toEqual([])
    })
  })

  test('with a key ClearVIN is asked first, vPIC where it fails, and the answer says which', async () => {
    setVariables({ CLEARVIN_API_KEY: 'secret-key' })
    const vin = 'JTDKN3DU4A0100001'
    const asked = answerVendors(({ hostname }) =>
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
    expect(asked.map(({ hostname }) => hostname)).toEqual(['www.clearvin.com', 'vpic.nhtsa.dot.gov'])
    expect(answer.text).not.toContain('secret-key')
  })

  test('where every vendor fails, the number speaks for itself and the failure is said', async () => {
    answerVendors(() => new Response('{', { status: 200 }))
    const answer = (await api('GET', '/api/vin/5YJ3E1EA2KF317000')).expect(200).as(vinSchema)
    expect(answer).toMatchObject({ source: 'offline', year: 2019, make: 'Tesla' })
    expect(answer.warnings).toEqual(['NHTSA vPIC could not be asked'])
  })

  test('nobody is paid to hear that a number is wrong', async () => {
    const asked = answerVendors(vpicAnswer)
    expect((await api('GET', '/api/vin/1HGCM82643A004352')).at('source')).toBe('offline')
    expect(asked).toEqual([])
  })
})
