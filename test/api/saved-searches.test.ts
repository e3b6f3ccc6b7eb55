import { describe, expect, test } from 'vitest'
import { matchVehicle, sweepMatches } from '../../src/watchlist/match-vehicles.ts'
import { savedSearchListSchema } from '../../src/watchlist/schemas.ts'
import { api } from '../support/api.ts'
import { countReads, query } from '../support/database.ts'
import { createActiveVehicle } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const seller = await signIn()

const save = (as: Person | undefined, body: unknown, headers = {}) =>
  api('POST', '/api/saved-searches', { as, body, headers })
const list = async (as: Person) =>
  (await api('GET', '/api/saved-searches', { as })).expect(200).as(savedSearchListSchema)
const toldOf = async (person: Person): Promise<number[]> => {
  const rows = await query(
    `SELECT JSON_EXTRACT(data, '$.vehicle_id') AS vehicle_id FROM notifications
     WHERE user_id = ? AND type = 'saved_search_match' ORDER BY id`,
    [person.user.id],
  )
  return rows.map(({ vehicle_id }) => Number(vehicle_id))
}

describe('saved searches (M15)', () => {
  test('keep the filters of the vehicles’ list, and are read, changed and deleted by their owner', async () => {
    const person = await signIn()
    const filters = { make: 'Toyota', year_min: 2018, max_price: '20000.50' }
    const made = (await save(person, { name: ' Family car ', filters })).expect(201)
    const id = made.int('saved_search.id')
    expect(made.at('saved_search')).toMatchObject({
      name: 'Family car',
      filters: { make: 'Toyota', year_min: '2018', max_price: '20000.50' },
      notify: true,
    })
    const edited = await api('PATCH', `/api/saved-searches/${id}`, {
      as: person,
      body: { notify: false, filters: { make: 'Honda' } },
    })
    expect(edited.expect(200).body).toMatchObject({
      name: 'Family car',
      notify: false,
      filters: { make: 'Honda' },
    })
    expect(await list(person)).toEqual({
      saved_searches: [expect.objectContaining({ id, notify: false })],
      total: 1,
      total_capped: false,
      pages: 1,
      current_page: 1,
      next_cursor: null,
    })
    const remove = () => api('DELETE', `/api/saved-searches/${id}`, { as: person })
    ;(await remove()).expect(200)
    expect(refusalOf(await remove())).toEqual([404, 'not_found'])
  })

  test('are nobody else’s: 404', async () => {
    const [owner, other] = [await signIn(), await signIn()]
    const id = (await save(owner, { name: 'Mine', filters: {} })).int('saved_search.id')
    for (const [method, body] of [['GET'], ['PATCH', { name: 'Yours' }], ['DELETE']] as const) {
      const answer = await api(method, `/api/saved-searches/${id}`, { as: other, body })
      expect(refusalOf(answer)).toEqual([404, 'not_found'])
    }
    expect((await list(owner)).saved_searches).toMatchObject([{ id, name: 'Mine' }])
  })

  test.each([
    { name: 'x' },
    { filters: {} },
    { name: '', filters: {} },
    { name: 'x'.repeat(101), filters: {} },
    { name: 'x', filters: { colour: 'red' } },
    { name: 'x', filters: { year_min: 'soon' } },
    { name: 'x', filters: { title_type: 'spotless' } },
    { name: 'x', filters: { seller_id: 'me' } },
    { name: 'x', filters: { make: ['Toyota'] } },
    { name: 'x', filters: { make: 'x'.repeat(101) } },
    { name: 'x', filters: {}, notify: 'yes' },
  ])('refuse %j', async (body) => {
    expect(refusalOf(await save(await signIn(), body))).toEqual([400, 'validation_failed'])
  })

  test('are at most fifty a person, also when two ask for the last place at once', async () => {
    const person = await signIn()
    for (let from = 0; from < 49; from += 7) {
      const made = await Promise.all(
        Array.from({ length: 7 }, () => save(person, { name: 'Any', filters: { make: 'Nobody’s' } })),
      )
      for (const answer of made) answer.expect(201)
    }
    const last = await Promise.all([1, 2, 3].map(() => save(person, { name: 'Last', filters: {} })))
    expect(last.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    expect(refusalOf(await save(person, { name: 'More', filters: {} }))).toEqual([409, 'too_many_searches'])
    expect((await list(person)).total).toBe(50)
  })

  test('under the same Idempotency-Key are saved once', async () => {
    const person = await signIn()
    const body = { name: 'Once', filters: {} }
    const [first, again] = [
      await save(person, body, { 'Idempotency-Key': 'search-1' }),
      await save(person, body, { 'Idempotency-Key': 'search-1' }),
    ]
    expect(again.text).toBe(first.text)
    expect((await list(person)).total).toBe(1)
  })

  test('are 401 without a sign-in', async () => {
    expect(refusalOf(await save(undefined, { name: 'x', filters: {} }))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await api('GET', '/api/saved-searches'))).toEqual([401, 'unauthenticated'])
  })
})

const CAR = {
  year: 2019,
  make: 'Škoda',
  model: 'Octavia',
  trim: 'Style Estate',
  body_type: 'Wagon',
  mileage: 40_000,
  condition: 'runs_drives',
  title_type: 'clean',
  location_state: 'TX',
  starting_price: 9_000,
}

describe('a vehicle that becomes active is matched with the saved searches', () => {
  test.each([
    {},
    { make: 'Škoda' },
    { make: 'skoda', model: 'OCTAVIA' },
    { year_min: 2019, year_max: 2019 },
    { min_price: 9_000, max_price: 9_000 },
    { price_max: 9_000 },
    { mileage_max: 40_000 },
    { body_type: 'wagon', title_type: 'clean', condition: 'runs_drives', state: 'TX' },
    { q: 'octavia estate 2019' },
  ])('%j fits: its owner is told at once', async (filters) => {
    const person = await signIn()
    ;(await save(person, { name: 'Wagon', filters })).expect(201)
    const id = await createActiveVehicle(seller, CAR)
    await waitFor(async () => (await toldOf(person)).includes(id))
  })

  test.each([
    { make: 'Toyota' },
    { make: 'Škoda', model: 'Fabia' },
    { year_max: 2018 },
    { year_min: 2020 },
    { max_price: '8999.99' },
    { min_price: '9000.01' },
    { max_price: 10_000, price_max: 8_000 },
    { mileage_max: 39_999 },
    { body_type: 'sedan' },
    { title_type: 'salvage' },
    { condition: 'starts' },
    { state: 'CA' },
    { q: 'octavia sedan' },
    { q: '%' },
  ])('%j does not fit', async (filters) => {
    const [person, anyone] = [await signIn(), await signIn()]
    ;(await save(person, { name: 'Other', filters })).expect(201)
    ;(await save(anyone, { name: 'Any', filters: {} })).expect(201)
    const id = await createActiveVehicle(seller, CAR)
    await waitFor(async () => (await toldOf(anyone)).includes(id))
    expect(await toldOf(person)).toEqual([])
  })

  test('the list of vehicles finds the same: a vehicle of unknown mileage is in no list with a largest one', async () => {
    const [person, anyone] = [await signIn(), await signIn()]
    await save(person, { name: 'Few miles', filters: { mileage_max: 999_999_999 } })
    await save(anyone, { name: 'Any', filters: {} })
    const id = await createActiveVehicle(seller, { ...CAR, mileage: null })
    await waitFor(async () => (await toldOf(anyone)).includes(id))
    expect(await toldOf(person)).toEqual([])
  })

  test('not with the seller’s own, nor with one that is switched off', async () => {
    const [off, anyone] = [await signIn(), await signIn()]
    await save(seller, { name: 'Mine', filters: {} })
    await save(off, { name: 'Off', filters: {}, notify: false })
    await save(anyone, { name: 'Any', filters: {} })
    const id = await createActiveVehicle(seller, CAR)
    await waitFor(async () => (await toldOf(anyone)).includes(id))
    expect([await toldOf(off), await toldOf(seller)]).toEqual([[], []])
  })

  test('once for each search and vehicle, however often it becomes active', async () => {
    const person = await signIn()
    await save(person, { name: 'Any', filters: { make: 'Matched once' } })
    const id = await createActiveVehicle(seller, { ...CAR, make: 'Matched once' })
    await waitFor(async () => (await toldOf(person)).length === 1)
    const ctx = contextAt(Date.now())
    for (let time = 0; time < 3; time += 1) {
      await query('UPDATE vehicles SET next_attempt_at = created_at WHERE id = ?', [id])
      expect(await matchVehicle(ctx, id)).toBeGreaterThan(0)
    }
    expect(await toldOf(person)).toEqual([id])
  })

  test('all of them are told, however many fit, and the index is looked through once', async () => {
    const make = 'Wanted by many'
    const person = await signIn()
    ;(await save(person, { name: 'First', filters: { make } })).expect(201)
    await query(
      `INSERT INTO saved_searches (user_id, name, filters, notify, make_key, model_key, state_key, year_min, year_max,
         price_min_cents, price_max_cents, mileage_max, creation_key, created_at, updated_at)
       WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 900)
       SELECT user_id, name, filters, notify, make_key, model_key, state_key, year_min, year_max,
         price_min_cents, price_max_cents, mileage_max, CONCAT('many-', a.n, '-', b.n), created_at, updated_at
       FROM saved_searches, numbers a, numbers b WHERE user_id = ? AND b.n <= 3`,
      [person.user.id],
    )
    const id = await createActiveVehicle(seller, { ...CAR, make })
    await waitFor(async () => (await toldOf(person)).length === 2_701)
    await query('UPDATE vehicles SET next_attempt_at = created_at WHERE id = ?', [id])
    let matched = 0
    const { statements } = await countReads(async () => {
      matched = await matchVehicle(contextAt(Date.now()), id)
    })
    // Those of the other tests that name no make fit as well.
    expect(matched).toBeGreaterThanOrEqual(2_701)
    expect((await toldOf(person)).length).toBe(2_701)
    expect(statements.filter(({ sql }) => sql.includes('saved_searches_match'))).toHaveLength(1)
  })

  test('by the sweeper, where that could not be done at once', async () => {
    const person = await signIn()
    await save(person, { name: 'Late', filters: { make: 'Swept' } })
    const id = await createActiveVehicle(seller, { ...CAR, make: 'Swept' })
    await waitFor(async () => (await toldOf(person)).length === 1)
    await query('DELETE FROM notifications WHERE user_id = ?', [person.user.id])
    await query('UPDATE vehicles SET next_attempt_at = created_at WHERE id = ?', [id])
    await sweepMatches(contextAt(Date.now()))
    expect(await toldOf(person)).toEqual([id])
    const [row] = await query('SELECT next_attempt_at FROM vehicles WHERE id = ?', [id])
    expect(row?.next_attempt_at).toBeNull()
  })
})
