import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { adminListingPageSchema, vehicleMadeSchema } from '../../src/vehicles/schemas.ts'
import { checkDigit } from '../../src/vehicles/vin.ts'
import { api, signIn, signInAdmin } from '../support/index.ts'
import { setVariables } from '../support/variables.ts'

const seller = await signIn()
const admin = await signInAdmin()
let serial = 4_000

/** A 2003 Accord coupe each time. */
const nextVin = () => {
  const vin = `1HGCM8260 3A00${serial++}`.replace(' ', '')
  return vin.slice(0, 8) + checkDigit(vin) + vin.slice(9)
}
const create = async (fields: Record<string, unknown>, idempotencyKey?: string) =>
  (
    await api('POST', '/api/vehicles', {
      as: seller,
      body: { vin: nextVin(), ...fields },
      ...(idempotencyKey ? { headers: { 'Idempotency-Key': idempotencyKey } } : {}),
    })
  )
    .expect(201)
    .as(vehicleMadeSchema)

describe('what the seller left out', () => {
  test('is filled in from the VIN', async () => {
    const { vehicle, warnings } = await create({})
    expect(vehicle).toMatchObject({
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      trim: 'EX-V6',
      body_type: 'Coupe',
      engine: 'V6',
      fuel_type: 'Gasoline',
    })
    expect(warnings).toEqual([])
  })
  test('is filled in where a form sent it blank', async () => {
    const { vehicle } = await create({ year: '', make: ' ', model: null, trim: '' })
    expect(vehicle).toMatchObject({ year: 2003, make: 'Honda', model: 'Accord', trim: 'EX-V6' })
  })
  test('stays out where the VIN does not tell it', async () => {
    const { vehicle } = await create({})
    expect(vehicle).toMatchObject({
      transmission: null,
      drivetrain: null,
      exterior_color: null,
      mileage: null,
    })
    const elsewhere = await create({ vin: 'WVWZZZ1KZAW000001' })
    expect(elsewhere.vehicle).toMatchObject({ year: null, make: 'Volkswagen', model: null })
  })
  test('is filled in as of the year that the seller gives, where the VIN may be of two', async () => {
    const { vehicle, warnings } = await create({ vin: '4P1BAAGF0RA026408', year: 2024 })
    expect(vehicle).toMatchObject({ year: 2024, make: 'Pierce Manufacturing', model: 'Pumper' })
    expect(warnings).toEqual([])
    const earlier = await api('PUT', `/api/vehicles/${vehicle.id}`, { as: seller, body: { year: 1994 } })
    expect(earlier.expect(200).at('vehicle.vin_warnings')).toEqual([
      'By its VIN the model is Pierce Mfg, not Pumper',
    ])
  })
  test('makes a listing that can be submitted', async () => {
    const { vehicle } = await create({ starting_price: 500 })
    expect((await api('POST', `/api/vehicles/${vehicle.id}/submit`, { as: seller })).status).toBe(200)
  })
})

describe('what the seller said', () => {
  const SAID = { year: 2005, make: 'Toyota', model: 'Camry' }
  const WARNINGS = [
    'By its VIN the year is 2003, not 2005',
    'By its VIN the make is Honda, not Toyota',
    'By its VIN the model is Accord, not Camry',
  ]

  test('stays, and is warned of where it is not what the VIN says', async () => {
    const { vehicle, warnings } = await create(SAID)
    expect(vehicle).toMatchObject(SAID)
    expect(warnings).toEqual(WARNINGS)
  })

  test('the warnings are kept with the listing: owner and admins see them, nobody else', async () => {
    const { vehicle } = await create({ ...SAID, starting_price: 500 })
    await api('POST', `/api/vehicles/${vehicle.id}/submit`, { as: seller })
    const seen = async (as?: typeof seller) =>
      (await api('GET', `/api/vehicles/${vehicle.id}`, as ? { as } : {})).expect(200).at('vin_warnings')
    expect(await seen(seller)).toEqual(WARNINGS)
    expect(await seen(admin)).toEqual(WARNINGS)
    expect(await seen()).toBeNull()
    expect(await seen(await signIn())).toBeNull()
  })

  test('admins see them in the list of listings', async () => {
    const { vehicle_id } = await create(SAID)
    const fine = await create({})
    const { vehicles } = (await api('GET', `/api/admin/listings?seller_id=${seller.user.id}`, { as: admin }))
      .expect(200)
      .as(adminListingPageSchema)
    const shown = new Map(vehicles.map(({ id, vin_warnings }) => [id, vin_warnings]))
    expect([shown.get(vehicle_id), shown.get(fine.vehicle_id)]).toEqual([WARNINGS, []])
    const own = (await api('GET', '/api/vehicles?seller_id=me', { as: seller })).expect(200)
    expect(own.text).not.toContain('By its VIN')
  })

  test.each([
    ['a zero', 'a\u0000b'],
    ['quotes and a backslash', '\'\\"'],
    ['a picture', '😀'],
    ['a new line', 'x\nb'],
  ])('a warning of a make with %s in it is kept like any other', async (_, make) => {
    const { vehicle } = await create({ make })
    expect(vehicle.vin_warnings).toHaveLength(1)
    const changed = await api('PATCH', `/api/vehicles/${vehicle.id}`, {
      as: seller,
      body: { make: `${make}!` },
    })
    expect(changed.expect(200).at('vehicle.vin_warnings')).toHaveLength(1)
  })

  test('a make with half a character in it is refused, as all such text is', async () => {
    const body = { vin: nextVin(), make: '\ud800' }
    const refused = await api('POST', '/api/vehicles', { as: seller, body })
    expect(refused.expect(400).at('details.0.path')).toBe('make')
  })

  test('the same request again is warned of in the same words', async () => {
    const fields = { vin: nextVin(), ...SAID }
    const first = await create(fields, 'vin-warnings-1')
    expect(await create(fields, 'vin-warnings-1')).toEqual(first)
    expect(first.warnings).toEqual(WARNINGS)
  })

  test.each([
    [{ make: 'HONDA', model: 'accord' }],
    [{ make: 'Honda', model: 'Accord EX' }],
    [{ make: 'Honda', model: 'EX-V6' }],
    [{ year: 2003 }],
  ])('%o is what the VIN says', async (fields) => {
    expect((await create(fields)).warnings).toEqual([])
  })

  test('a change of make, model, year or VIN is looked at again', async () => {
    const { vehicle } = await create(SAID)
    const change = async (fields: Record<string, unknown>) =>
      (await api('PATCH', `/api/vehicles/${vehicle.id}`, { as: seller, body: fields }))
        .expect(200)
        .at('vehicle.vin_warnings')
    expect(await change({ mileage: 7 })).toEqual(WARNINGS)
    expect(await change({ make: 'Honda', model: 'Accord' })).toEqual(WARNINGS.slice(0, 1))
    expect(await change({ year: 2003 })).toEqual([])
    expect(await change({ vin: '5YJ3E1EA2KF317000' })).toEqual([
      'By its VIN the year is 2019, not 2003',
      'By its VIN the make is Tesla, not Honda',
      'By its VIN the model is Model 3, not Accord',
    ])
  })
})

test('where the VIN is changed while a change of the make is looked at, the two are compared all the same', async () => {
  const tables = env.ASSETS
  let read: (url: string) => Promise<Response> = async () => new Response('no', { status: 500 })
  setVariables({ ASSETS: { fetch: (url: string) => read(url) } })
  const { vehicle } = await create({ vin: 'SAJWA0000A0100100' })
  const change = (body: Record<string, unknown>) =>
    api('PATCH', `/api/vehicles/${vehicle.id}`, { as: seller, body })
  read = async (url) => {
    read = (other) => tables.fetch(other)
    ;(await change({ vin: 'YV1MS382462100100' })).expect(200)
    return await tables.fetch(url)
  }
  expect((await change({ make: 'Lada' })).expect(200).at('vehicle.vin_warnings')).toEqual([
    'By its VIN the make is Volvo, not Lada',
  ])
})

describe('where the tables cannot be read', () => {
  const NOT_COMPARED = 'Not compared with the VIN: the tables of makers and models could not be read'
  const breakTables = () =>
    setVariables({ ASSETS: { fetch: async () => new Response('no', { status: 500 }) } })

  test('a listing is made as the seller described it, and that it was not compared is said and kept', async () => {
    breakTables()
    const { vehicle, warnings } = await create({ vin: 'JTDKN3DU0A0100100', make: 'Honda' })
    expect(vehicle).toMatchObject({ make: 'Honda', model: null })
    expect([warnings, vehicle.vin_warnings]).toEqual([[NOT_COMPARED], [NOT_COMPARED]])
  })

  test('a change does not make a listing one that agrees with its VIN', async () => {
    const { vehicle } = await create({ vin: 'WVWZZZ1KZAW000002', make: 'Honda' })
    expect(vehicle.vin_warnings).toEqual(['By its VIN the make is Volkswagen, not Honda'])
    breakTables()
    const changed = await api('PATCH', `/api/vehicles/${vehicle.id}`, {
      as: seller,
      body: { vin: 'KMHDU4AD0AU100100' },
    })
    expect(changed.expect(200).at('vehicle.vin_warnings')).toEqual([NOT_COMPARED])
  })
})
