import { beforeAll, describe, expect, test } from 'vitest'
import { watchlistPageSchema } from '../../src/watchlist/schemas.ts'
import { api } from '../support/api.ts'
import { createActiveVehicle, createDraftVehicle } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

let seller: Person
let vehicleId: number
beforeAll(async () => {
  seller = await signIn()
  vehicleId = await createActiveVehicle(seller)
})

const watch = (as: Person | undefined, body: unknown) => api('POST', '/api/watchlist', { as, body })
const list = async (as: Person, query = '') =>
  (await api('GET', `/api/watchlist${query}`, { as })).expect(200).as(watchlistPageSchema)

describe('watching a vehicle (M15)', () => {
  test('puts it on the list once; again changes the note and nothing else', async () => {
    const person = await signIn()
    const first = (await watch(person, { vehicle_id: vehicleId })).expect(201)
    expect(first.at('item.note')).toBeNull()
    const again = (await watch(person, { vehicle_id: vehicleId, note: ' ask about rust ' })).expect(201)
    expect(again.at('item')).toMatchObject({ id: first.at('item.id'), note: 'ask about rust' })
    await watch(person, { vehicle_id: vehicleId })
    const { watchlist, total } = await list(person)
    expect(total).toBe(1)
    expect(watchlist).toMatchObject([
      { vehicle_id: vehicleId, vehicle: { id: vehicleId, make: 'Honda' }, note: 'ask about rust' },
    ])
  })

  test('ten times at once puts it there once', async () => {
    const person = await signIn()
    await Promise.all(Array.from({ length: 10 }, () => watch(person, { vehicle_id: vehicleId })))
    expect((await list(person)).total).toBe(1)
  })

  test('lists the latest first, by pages and cursors, each person their own', async () => {
    const [person, other] = [await signIn(), await signIn()]
    const ids = [vehicleId, await createActiveVehicle(seller), await createActiveVehicle(seller)]
    for (const id of ids) await watch(person, { vehicle_id: id })
    await watch(other, { vehicle_id: vehicleId })
    const begin = await list(person, '?per_page=2')
    const rest = await list(person, `?per_page=2&cursor=${begin.next_cursor}`)
    const seen = [...begin.watchlist, ...rest.watchlist].map(({ vehicle_id }) => vehicle_id)
    expect(seen).toEqual(ids.toReversed())
    expect((await list(other)).total).toBe(1)
  })

  test('shows no vehicle that can be seen no more', async () => {
    const person = await signIn()
    const gone = await createActiveVehicle(seller)
    await watch(person, { vehicle_id: gone })
    await api('POST', `/api/vehicles/${gone}/archive`, { as: seller })
    expect((await list(person)).watchlist).toMatchObject([{ vehicle_id: gone, vehicle: null }])
  })

  test('ends with DELETE; what is not on the list is 404', async () => {
    const person = await signIn()
    await watch(person, { vehicle_id: vehicleId })
    const remove = () => api('DELETE', `/api/watchlist/${vehicleId}`, { as: person })
    expect((await remove()).expect(200).at('message')).toBe('Vehicle no longer watched')
    expect(refusalOf(await remove())).toEqual([404, 'not_found'])
    expect((await list(person)).watchlist).toEqual([])
  })

  test('is 404 for what the caller may not see, 400 for nonsense, 401 without a sign-in', async () => {
    const person = await signIn()
    const draft = await createDraftVehicle(seller)
    for (const vehicle_id of [draft, 999_999]) {
      expect(refusalOf(await watch(person, { vehicle_id }))).toEqual([404, 'not_found'])
    }
    for (const body of [
      {},
      { vehicle_id: 'x' },
      { vehicle_id: 0 },
      { vehicle_id: 1, note: 'x'.repeat(501) },
    ]) {
      expect(refusalOf(await watch(person, body))).toEqual([400, 'validation_failed'])
    }
    expect(refusalOf(await watch(undefined, { vehicle_id: vehicleId }))).toEqual([401, 'unauthenticated'])
    for (const method of ['GET', 'DELETE']) {
      const path = method === 'GET' ? '/api/watchlist' : `/api/watchlist/${vehicleId}`
      expect(refusalOf(await api(method, path))).toEqual([401, 'unauthenticated'])
    }
  })
})
