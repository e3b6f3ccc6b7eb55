/** An offer is for the vehicle as it was described: nobody is sold another one. */
import { describe, expect, test } from 'vitest'
import { decide, endPending } from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle, makeVin } from '../support/market.ts'
import { answer, answered, offered, statusesOf } from '../support/offers.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const [seller, buyer, other, admin] = await Promise.all([signIn(), signIn(), signIn(), signInAdmin()])

const edit = (vehicleId: number, body: object, as = seller) =>
  api('PATCH', `/api/vehicles/${vehicleId}`, { as, body })
const messagesTo = async (person: Person, offerId: number) => {
  const rows = await query(
    "SELECT message FROM notifications WHERE user_id = ? AND cause_key = CONCAT('offer:', ?, ':voided')",
    [person.user.id, offerId],
  )
  return rows.map(({ message }) => message)
}

describe('M4: what an active vehicle is said to be changes', () => {
  test.each([
    { title_type: 'salvage' },
    { odometer_status: 'not_actual' },
    { condition_grade: 1.5 },
    { condition: 'parts_only' },
    { mileage: 290_000 },
    { title_absent: true },
    { vin: 'another' },
    { year: 2002 },
    { make: 'Acura' },
    { model: 'Civic' },
  ])('by %j: every offer that stands is voided, and both sides are told why', async (change) => {
    const vehicleId = await createActiveVehicle(seller)
    const first = await offered(vehicleId, buyer, 5_000)
    const second = await offered(vehicleId, other, 4_000)
    const counter = await answered(second.id, seller, 'counter', { amount: 4_500 })
    const body = 'vin' in change ? { vin: makeVin() } : change
    ;(await edit(vehicleId, body)).expect(200)
    expect(await statusesOf(vehicleId)).toEqual(['voided', 'countered', 'voided'])
    const told = [expect.stringContaining('The description of the vehicle was changed.')]
    for (const person of [buyer, seller]) expect(await messagesTo(person, first.id)).toEqual(told)
    expect(await messagesTo(other, counter.offer.id)).toEqual(told)
    expect(refusalOf(await answer(first.id, seller, 'accept'))).toEqual([409, 'wrong_status'])
    expect(refusalOf(await answer(counter.offer.id, other, 'accept'))).toEqual([409, 'wrong_status'])
    await offered(vehicleId, buyer, 3_000)
  })

  test('by an admin it is no other', async () => {
    const vehicleId = await createActiveVehicle(seller)
    await offered(vehicleId, buyer, 5_000)
    ;(await edit(vehicleId, { mileage: 95_000 }, admin)).expect(200)
    expect(await statusesOf(vehicleId)).toEqual(['voided'])
  })

  test('nothing falls by another price or text, nor by a form that says what is so already', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const offer = await offered(vehicleId, buyer, 5_000)
    const same = { title_type: 'clean', mileage: 90_000, make: 'Honda', condition: 'runs_drives' }
    ;(await edit(vehicleId, { ...same, description: 'With a tow bar', starting_price: 900 })).expect(200)
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
    await answered(offer.id, seller, 'accept')
  })

  test('a change that is refused voids nothing', async () => {
    const vehicleId = await createActiveVehicle(seller)
    await offered(vehicleId, buyer, 5_000)
    expect((await edit(vehicleId, { mileage: 95_000, make: null })).status).toBe(400)
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
  })

  test('M1: while a second chance stands it cannot: the next bidder answers for what they bid on', async () => {
    const auction = await endPending(seller, buyer, [[other, 3_000]])
    ;(await decide(auction.id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    ;(await decide(auction.id, buyer, { action: 'decline' })).expect(200)
    const made = (await api('POST', `/api/auctions/${auction.id}/second-chance`, { as: seller })).expect(201)
    expect(refusalOf(await edit(auction.vehicleId, { title_type: 'flood' }))).toEqual([409, 'wrong_status'])
    const vehicle = await api('GET', `/api/vehicles/${auction.vehicleId}`)
    expect(vehicle.at('title_type')).toBe('clean')
    ;(await edit(auction.vehicleId, { description: 'With a tow bar' })).expect(200)
    ;(await answer(made.int('offer.id'), other, 'reject')).expect(200)
    ;(await edit(auction.vehicleId, { title_type: 'flood' })).expect(200)
  })
})
