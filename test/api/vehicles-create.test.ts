import { describe, expect, test } from 'vitest'
import { vehicleMadeSchema } from '../../src/vehicles/schemas.ts'
import {
  api,
  createActiveVehicle,
  createDraftVehicle,
  makeVin,
  query,
  signIn,
  withFault,
} from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'

const seller = await signIn()
const create = (body: unknown, headers: Record<string, string> = {}, as = seller) =>
  api('POST', '/api/vehicles', { as, body, headers })
const detailsOf = (answer: { at(path: string): unknown }) => answer.at('details.0.path')

describe('POST /api/vehicles', () => {
  test('makes a draft with every field, and answers it whole', async () => {
    const vin = makeVin()
    const answer = await create({
      vin: vin.toLowerCase(),
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      trim: 'EX-V6',
      body_type: 'Coupe',
      engine: '3.0L V6',
      transmission: '5-speed Automatic',
      drivetrain: 'FWD',
      fuel_type: 'Gasoline',
      exterior_color: 'Silver',
      interior_color: 'Black',
      mileage: 0,
      condition: 'runs_drives',
      title_type: 'clean',
      title_state: 'MN',
      title_absent: true,
      odometer_status: 'actual',
      condition_grade: 4.3,
      has_keys: false,
      description: 'Owner’s manual, ½ tank 🚗',
      starting_price: 1_000.5,
      reserve_price: 2_000,
      buy_now_price: 3_000.01,
      location_address: '1 Main St',
      location_city: 'Duluth',
      location_state: 'MN',
      location_zip: '55802',
    })
    const { vehicle, ...made } = answer.expect(201).as(vehicleMadeSchema)
    expect(made).toEqual({ message: 'Vehicle created', vehicle_id: vehicle.id, vin, warnings: [] })
    expect(vehicle).toEqual({
      id: vehicle.id,
      vin,
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      trim: 'EX-V6',
      mileage: 0,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: 1_000.5,
      buy_now_price: 3_000.01,
      location_city: 'Duluth',
      location_state: 'MN',
      primary_image_url: null,
      status: 'draft',
      seller_id: seller.user.id,
      auction: null,
      created_at: vehicle.created_at,
      body_type: 'Coupe',
      engine: '3.0L V6',
      transmission: '5-speed Automatic',
      drivetrain: 'FWD',
      fuel_type: 'Gasoline',
      exterior_color: 'Silver',
      interior_color: 'Black',
      title_state: 'MN',
      title_absent: true,
      odometer_status: 'actual',
      condition_grade: 4.3,
      has_keys: false,
      description: 'Owner’s manual, ½ tank 🚗',
      reserve_price: 2_000,
      location: { address: '1 Main St', city: 'Duluth', state: 'MN', zip: '55802' },
      images: [],
      documents: [],
      seller: { id: seller.user.id, display_name: 'Test P.', seller_profile_id: null },
      review_reason: null,
      vin_warnings: [],
      updated_at: vehicle.created_at,
    })
    const read = await api('GET', `/api/vehicles/${vehicle.id}`, { as: seller })
    expect(read.expect(200).body).toEqual(answer.at('vehicle'))
  })

  test('only the VIN is required, and "" counts as not set', async () => {
    const blank = Object.fromEntries(
      ['year', 'make', 'trim', 'mileage', 'condition', 'has_keys', 'starting_price', 'reserve_price'].map(
        (field) => [field, ''],
      ),
    )
    const { vehicle } = (await create({ vin: makeVin(), ...blank, model: '  ' }))
      .expect(201)
      .as(vehicleMadeSchema)
    expect([vehicle.mileage, vehicle.condition]).toEqual([null, null])
    expect([vehicle.has_keys, vehicle.starting_price, vehicle.reserve_price]).toEqual([null, null, null])
  })

  test('with the first listing its owner becomes a seller', async () => {
    const person = await signIn()
    await createDraftVehicle(person)
    await createDraftVehicle(person)
    const me = await api('GET', '/api/auth/me', { as: person })
    expect([me.at('role'), me.at('roles')]).toEqual(['seller', ['buyer', 'seller']])
  })

  test.each([
    ['a wrong check digit where the market has one', '1HGCM82643A004352'],
    ['a length that is not 17', '1HGCM82633A00435'],
    ['a letter that no VIN has', '1HGCM82633A00435O'],
    ['a number', 17],
    ['nothing', undefined],
    ['null', null],
    ['blank', ''],
  ])('a VIN of %s is 400', async (_, vin) => {
    const answer = await create({ vin })
    expect([...refusalOf(answer), detailsOf(answer)]).toEqual([400, 'validation_failed', 'vin'])
  })

  test('elsewhere the check digit is free', async () => {
    ;(await create({ vin: 'WVWZZZ1KZAW000001' })).expect(201)
  })

  test.each([
    ['year', 1899],
    ['year', 2003.5],
    ['year', 'abc'],
    ['year', '2003'],
    ['make', 42],
    ['make', 'x'.repeat(65)],
    ['mileage', -1],
    ['mileage', 1e12],
    ['condition', 'perfect'],
    ['title_type', 'Clean'],
    ['odometer_status', 'broken'],
    ['condition_grade', 0.9],
    ['condition_grade', 5.1],
    ['condition_grade', 4.25],
    ['has_keys', 'yes'],
    ['description', 'x'.repeat(10_001)],
    ...['starting_price', 'reserve_price', 'buy_now_price'].flatMap((field) =>
      [0, -1, 0.001, 10.005, 100_000_000, 1e308, 2 ** 53, 'NaN', '100', true, []].map(
        (value): [string, unknown] => [field, value],
      ),
    ),
  ])('%s of %j is 400', async (field, value) => {
    const answer = await create({ vin: makeVin(), [field]: value })
    expect([...refusalOf(answer), detailsOf(answer)]).toEqual([400, 'validation_failed', field])
  })

  test.each(['{"vin":', '[]', '"text"', 'null', ''])('a body of %j is 400', async (body) => {
    expect(refusalOf(await create(body))[0]).toBe(400)
  })

  test('a megabyte of text is 413', async () => {
    const answer = await create({ vin: makeVin(), description: 'x'.repeat(1_048_576) })
    expect(refusalOf(answer)).toEqual([413, 'too_large'])
  })

  test('SQL in a field is text, and fields that are not the caller’s to set are ignored', async () => {
    const evil = `Robert'); DROP TABLE vehicles; -- ? \\' "`
    const answer = await create({
      vin: makeVin(),
      make: evil,
      status: 'active',
      seller_id: 1,
      id: 1,
      live_vin: 'x',
    })
    const { vehicle } = answer.expect(201).as(vehicleMadeSchema)
    expect([vehicle.make, vehicle.status, vehicle.seller_id]).toEqual([evil, 'draft', seller.user.id])
  })

  test('without a token is 401, before the body is looked at', async () => {
    expect(refusalOf(await api('POST', '/api/vehicles', { body: '{' }))).toEqual([401, 'unauthenticated'])
  })

  test('a VIN in another live listing is 409; once that is over, or never was live, it is free', async () => {
    const vin = makeVin()
    await createDraftVehicle(seller, { vin })
    const live = await createActiveVehicle(seller, { vin })
    const other = await signIn()
    expect(refusalOf(await create({ vin }, {}, other))).toEqual([409, 'duplicate_vin'])
    ;(await api('POST', `/api/vehicles/${live}/archive`, { as: seller })).expect(200)
    ;(await create({ vin }, {}, other)).expect(201)
  })

  test('the same Idempotency-Key again gives the same vehicle', async () => {
    const headers = { 'Idempotency-Key': 'list-1' }
    const body = { vin: makeVin() }
    const first = (await create(body, headers)).expect(201)
    const again = (await create(body, headers)).expect(201)
    expect(again.body).toEqual(first.body)
    expect([first.headers.get('Idempotent-Replay'), again.headers.get('Idempotent-Replay')]).toEqual([
      null,
      'true',
    ])
    expect(refusalOf(await create({ vin: makeVin() }, headers))).toEqual([409, 'id_reused'])
    const mine = await create({ vin: makeVin() }, headers, await signIn())
    expect(mine.status).toBe(201)
  })

  test.each([undefined, 'lost-1'])(
    'a COMMIT whose answer is lost makes one vehicle (key %s)',
    async (key) => {
      const vin = makeVin()
      const headers: Record<string, string> = key === undefined ? {} : { 'Idempotency-Key': key }
      const answer = await withFault({ mode: 'lose-answer', matching: '^COMMIT', times: 1 }, () =>
        create({ vin }, headers),
      )
      expect(answer.expect(201).at('vin')).toBe(vin)
      expect(await query('SELECT id FROM vehicles WHERE vin = ?', [vin])).toHaveLength(1)
    },
  )
})
