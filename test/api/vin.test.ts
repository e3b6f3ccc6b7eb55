import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodedVinSchema, vinBatchSchema, vinSchema } from '../../src/vehicles/vin-schemas.ts'
import { api, signIn } from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'

const person = await signIn()
const VIN = '1HGCM82633A004352'
const decode = (vin: unknown) => api('POST', '/api/decode-vin', { as: person, body: { vin } })
/** What the number tells of it. */
const ACCORD = {
  vin: VIN,
  year: 2003,
  make: 'Honda',
  model: 'Accord',
  trim: 'EX-V6',
  body_type: 'Coupe',
  engine: 'V6',
  transmission: null,
  drivetrain: null,
  exterior_color: null,
  interior_color: null,
  fuel_type: 'Gasoline',
  cylinders: 6,
  displacement: null,
  series: null,
  doors: 2,
  engine_configuration: 'V-Shaped',
  engine_power_kw: null,
  vehicle_type: 'Passenger Car',
  gvwr_class: 'Class 1C: 4,001 - 5,000 lb (1,814 - 2,268 kg)',
  plant: 'MARYSVILLE, OHIO, UNITED STATES (USA)',
}

describe('POST /api/decode-vin', () => {
  test('offline it tells what the number tells, and says so', async () => {
    const answer = await decode(VIN.toLowerCase())
    expect(answer.expect(200).as(decodedVinSchema)).toEqual({
      success: true,
      data: ACCORD,
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
      ...ACCORD,
      valid: true,
      check_digit_valid: true,
      candidates: {},
      suspect_positions: [],
      country: 'UNITED STATES (USA)',
      manufacturer: 'AMERICAN HONDA MOTOR CO., INC.',
      source: 'offline',
      warnings: [],
    })
  })

  test('a wrong check digit is 200 and named', async () => {
    const { valid, check_digit_valid, suspect_positions, warnings } = (
      await api('GET', '/api/vin/1HGCM82643A004352')
    )
      .expect(200)
      .as(vinSchema)
    expect([valid, check_digit_valid]).toEqual([false, false])
    expect(suspect_positions).toContain(9)
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
    '*'.repeat(16),
    '..%2f..%2fx',
    "'%20OR%201=1",
    // Upper-cased as text is, these would be SS and S.
    '1HGCM82633A0043ß',
    'ſHGCM82633A004352',
  ])('%s is 400', async (vin) => {
    expect(refusalOf(await api('GET', `/api/vin/${vin}`))).toEqual([400, 'validation_failed'])
  })
})

describe('a VIN of which characters are not given', () => {
  test('is decoded as far as it goes, and is no valid number', async () => {
    const answer = (await api('GET', '/api/vin/1hgcm826*3a******')).expect(200).as(vinSchema)
    expect(answer).toMatchObject({
      vin: '1HGCM826*3A******',
      valid: false,
      check_digit_valid: null,
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      source: 'offline',
    })
    expect(answer.warnings).toEqual(['Not given: positions 9, 12, 13, 14, 15, 16, 17'])
  })
  test('of which the year is not given, leaves open what years tell apart', async () => {
    const answer = (await api('GET', '/api/vin/1HGCM826**A******')).expect(200).as(vinSchema)
    expect(answer).toMatchObject({ year: null, make: 'Honda', model: 'Accord' })
  })
  test('of which nothing is given, tells nothing', async () => {
    const answer = (await api('GET', `/api/vin/${'*'.repeat(17)}`)).expect(200).as(vinSchema)
    expect([answer.make, answer.year, answer.manufacturer]).toEqual([null, null, null])
  })
})

/** A fire engine of 2024, by the pull request 17 of github.com/cardog-ai/corgi; its number may be of 1994 as well. */
describe('4P1BAAGF0RA026408, of which two model years are possible', () => {
  const get = (query: string) => api('GET', `/api/vin/4P1BAAGF0RA026408${query}`)

  test('is of neither by itself', async () => {
    const answer = (await get('')).expect(200).as(vinSchema)
    expect(answer).toMatchObject({ year: null, model: null, candidates: { year: [2024, 1994] } })
  })
  test.each([
    [2024, 'Pumper'],
    [1994, 'Pierce Mfg'],
  ])('is of %i where that is given, a %s', async (year, model) => {
    const answer = (await get(`?year=${year}`)).expect(200).as(vinSchema)
    expect(answer).toMatchObject({ year, model, warnings: [] })
  })
  test('is of neither still where another year is given, or none', async () => {
    for (const query of ['?year=2010', '?year='])
      expect((await get(query)).expect(200).as(vinSchema).candidates).toMatchObject({ year: [2024, 1994] })
  })
  test.each(['?year=new', '?year=-1', '?year=1e3'])('%s is 400', async (query) => {
    expect(refusalOf(await get(query))).toEqual([400, 'validation_failed'])
  })
})

describe('POST /api/vin/batch', () => {
  const batch = (vins: unknown) => api('POST', '/api/vin/batch', { body: { vins } })

  test('tells of each what GET tells, in order; what is no VIN is refused in its place', async () => {
    const vins = [VIN, '5YJ3E1EA2KF317000', 'nonsense', VIN.toLowerCase(), '1HGCM82643A004352']
    const { results } = (await batch(vins)).expect(200).as(vinBatchSchema)
    const alone = await Promise.all(
      [VIN, '5YJ3E1EA2KF317000', '1HGCM82643A004352'].map(
        async (vin) => (await api('GET', `/api/vin/${vin}`)).body,
      ),
    )
    expect(results).toEqual([
      alone[0],
      alone[1],
      {
        vin: 'NONSENSE',
        valid: false,
        error: 'A VIN has exactly 17 characters',
        code: 'validation_failed',
      },
      alone[0],
      alone[2],
    ])
  })
  test('tells of any text what GET tells of it, whatever stands beside it', async () => {
    const maker = fc.constantFrom('1HG', '1FT', 'WVW', 'JTD', '5YJ', '1A9', 'ZZZ')
    const rest = fc.string({
      unit: fc.constantFrom(...'ABCDEFGHJKLMNPRSTUVWXYZ0123456789*abc'),
      minLength: 14,
      maxLength: 14,
    })
    const vin = fc.tuple(maker, rest).map(([first, others]) => first + others)
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((some) => !/^\.+$/.test(some))
    const some = fc.array(fc.oneof({ weight: 4, arbitrary: vin }, text), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(some, async (vins) => {
        const { results } = (await batch(vins)).expect(200).as(vinBatchSchema)
        const alone = await Promise.all(vins.map((one) => api('GET', `/api/vin/${encodeURIComponent(one)}`)))
        for (const [index, one] of alone.entries()) {
          if (one.status === 200) expect(results[index]).toEqual(one.body)
          else expect(results[index]).toMatchObject({ error: one.at('error'), code: one.at('code') })
        }
      }),
      { numRuns: 30 },
    )
  })
  test.each([['A'.repeat(1_000)], [''], ['__proto__'], ['1HGCM82633A0043ß']])(
    '%s in it costs the others nothing',
    async (text) => {
      const { results } = (await batch([text, VIN])).expect(200).as(vinBatchSchema)
      expect(results.map(({ valid }) => valid)).toEqual([false, true])
      const refused = await api('GET', `/api/vin/${encodeURIComponent(text || ' ')}`)
      expect(results[0]).toMatchObject({ error: refused.at('error'), code: refused.at('code') })
    },
  )
  test('takes fifty', async () => {
    const vins = Array.from({ length: 50 }, (_, i) => `JTDKN3DU0A01000${String(i).padStart(2, '0')}`)
    const { results } = (await batch(vins)).expect(200).as(vinBatchSchema)
    expect(results.map(({ vin }) => vin)).toEqual(vins)
  })
  test.each([
    ['fifty-one', Array.from({ length: 51 }, () => VIN)],
    ['none', []],
    ['one by itself', VIN],
    ['numbers', [1, 2]],
    ['null', null],
    ['half a character', [VIN, '\ud800']],
    ['nothing', undefined],
  ])('%s is 400', async (_, vins) => {
    expect(refusalOf(await batch(vins))).toEqual([400, 'validation_failed'])
  })
})

describe('the shards', () => {
  test.each(['/vin/1HG.json', '/vin/manifest.json', '/assets/vin/manifest.json', '/vin/'])(
    '%s is not shown: assets are for the Worker alone',
    async (path) => {
      expect((await api('GET', path)).status).toBe(404)
    },
  )
})
