import { describe, expect, test } from 'vitest'
import { vehicleChangedSchema } from '../../src/vehicles/schemas.ts'
import { checkDigit } from '../../src/vehicles/vin.ts'
import { api, createActiveVehicle, createDraftVehicle, makeVin, signIn } from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'

const seller = await signIn()
const create = (body: unknown) => api('POST', '/api/vehicles', { as: seller, body })
const detailsOf = (answer: { at(path: string): unknown }) => answer.at('details.0.path')

describe('PUT and PATCH /api/vehicles/:id', () => {
  test.each(['PUT', 'PATCH'])('%s changes what is there and leaves the rest', async (method) => {
    const id = await createDraftVehicle(seller)
    const body = { mileage: 91_000, trim: '', starting_price: null, condition_grade: 2 }
    const answer = await api(method, `/api/vehicles/${id}`, { as: seller, body })
    const { vehicle, ...rest } = answer.expect(200).as(vehicleChangedSchema)
    expect(rest).toEqual({ message: 'Vehicle updated', vehicle_id: id })
    expect([vehicle.mileage, vehicle.trim, vehicle.starting_price]).toEqual([91_000, null, null])
    expect([vehicle.make, vehicle.model, vehicle.year, vehicle.condition_grade]).toEqual([
      'Honda',
      'Accord',
      2003,
      2,
    ])
  })

  test('the VIN may change, to one that no other live listing has', async () => {
    const taken = makeVin()
    await createActiveVehicle(seller, { vin: taken })
    const [draft, live] = [await createDraftVehicle(seller), await createActiveVehicle(seller)]
    const patch = (id: number, vin: string) =>
      api('PATCH', `/api/vehicles/${id}`, { as: seller, body: { vin } })
    expect((await patch(draft, taken)).status).toBe(200)
    expect(refusalOf(await patch(live, taken))).toEqual([409, 'duplicate_vin'])
    const vin = makeVin()
    ;(await patch(live, vin)).expect(200)
    expect(refusalOf(await create({ vin }))).toEqual([409, 'duplicate_vin'])
  })

  test('a live listing keeps what it was submitted with', async () => {
    const id = await createActiveVehicle(seller)
    const answer = await api('PATCH', `/api/vehicles/${id}`, { as: seller, body: { make: '' } })
    expect([...refusalOf(answer), detailsOf(answer)]).toEqual([400, 'validation_failed', 'make'])
  })

  test('an empty change changes nothing', async () => {
    const id = await createActiveVehicle(seller)
    const before = await api('GET', `/api/vehicles/${id}`, { as: seller })
    const answer = await api('PATCH', `/api/vehicles/${id}`, { as: seller, body: { unknown: 1 } })
    expect(answer.expect(200).at('vehicle')).toEqual(before.body)
  })

  test.each([{ year: 'x' }, { starting_price: -1 }, { vin: '1HGCM82643A004352' }, { vin: null }, '{', '[]'])(
    '%j is 400',
    async (body) => {
      const id = await createDraftVehicle(seller)
      expect(refusalOf(await api('PATCH', `/api/vehicles/${id}`, { as: seller, body }))[0]).toBe(400)
    },
  )

  test('a VIN with a wrong check digit stays out here too', async () => {
    const vin = makeVin()
    const wrong = vin.slice(0, 8) + (checkDigit(vin) === '0' ? '1' : '0') + vin.slice(9)
    const id = await createDraftVehicle(seller)
    const answer = await api('PUT', `/api/vehicles/${id}`, { as: seller, body: { vin: wrong } })
    expect([...refusalOf(answer), detailsOf(answer)]).toEqual([400, 'validation_failed', 'vin'])
  })
})
