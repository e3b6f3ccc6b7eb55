/** What falls with a person who is suspended (M17) or deleted: what they negotiate, and what the deleted one offers. */
import { describe, expect, test } from 'vitest'
import { applyDuePayments } from '../../src/orders/apply-due.ts'
import { sweepUsers } from '../../src/users/standing.ts'
import { decide, type EndedAuction, endPending, standOfAuction, toldTypes } from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction, createDraftVehicle, makeVin } from '../support/market.ts'
import { answer, listOffers, offered, offerOn, statusesOf, vehicleStatus } from '../support/offers.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { move, sellVehicle } from '../support/sales.ts'
import { growthOf } from '../support/scrape.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'
import { deletedAtClerk, deliverClerk } from '../support/signed-messages.ts'
import { waitFor } from '../support/wait-for.ts'

const [admin, seller, other] = await Promise.all([signInAdmin(), signIn(), signIn()])

const suspend = async ({ user }: Person) =>
  (
    await api('POST', `/api/admin/users/${user.id}/suspend`, { as: admin, body: { reason: 'unpaid' } })
  ).expect(200)
const remove = async ({ user }: Person) =>
  (await deliverClerk(deletedAtClerk(user.clerk_user_id))).expect(200)
const sweep = () => sweepUsers(contextAt(Date.now() + 3_600_000))

/** What a person was told of an offer's end, and why. */
const toldOf = async ({ user }: Person, offerId: number) =>
  (
    await query('SELECT type, title, message FROM notifications WHERE user_id = ? AND cause_key = ?', [
      user.id,
      `offer:${offerId}:voided`,
    ])
  ).map(({ type, message }) => [type, String(message).includes('The other side trades here no longer.')])
const TOLD = [['general', true]]

const stageOf = async ({ id }: EndedAuction) =>
  (await query('SELECT stage FROM auction_decisions WHERE auction_id = ?', [id]))[0]?.stage

describe('M4, M17: suspending a person', () => {
  test('voids what they have offered, in whichever round; the other side is told once', async () => {
    const buyer = await signIn()
    const [first, second] = [await createActiveVehicle(seller), await createActiveVehicle(seller)]
    const offer = await offered(first, buyer, 4_000)
    const countered = await offered(second, buyer, 4_000)
    ;(await answer(countered.id, seller, 'counter', { amount: 6_000 })).expect(200)
    await suspend(buyer)
    expect(await statusesOf(first)).toEqual(['voided'])
    expect(await statusesOf(second)).toEqual(['countered', 'voided'])
    expect(await toldOf(seller, offer.id)).toEqual(TOLD)
    expect(await toldOf(buyer, offer.id)).toEqual([])
    await suspend(buyer)
    await sweep()
    expect(await toldOf(seller, offer.id)).toEqual(TOLD)
    expect(refusalOf(await answer(offer.id, seller, 'accept'))).toEqual([409, 'wrong_status'])
  })

  test('leaves what others have offered on the same vehicle', async () => {
    const buyer = await signIn()
    const vehicleId = await createActiveVehicle(seller)
    await offered(vehicleId, buyer, 4_000)
    const standing = await offered(vehicleId, other, 4_500)
    await suspend(buyer)
    expect(await statusesOf(vehicleId)).toEqual(['voided', 'pending'])
    ;(await answer(standing.id, seller, 'accept')).expect(200)
  })

  test('voids what others have offered them, who are told', async () => {
    const owner = await signIn()
    const offer = await offered(await createActiveVehicle(owner), other, 4_000)
    await suspend(owner)
    expect(await toldOf(other, offer.id)).toEqual(TOLD)
    expect((await listOffers(other, `?vehicle_id=${offer.vehicle_id}`)).offers[0]?.status).toBe('voided')
    expect(await vehicleStatus(offer.vehicle_id)).toBe('active')
  })

  test('M1: frees the vehicle that waited for their second chance: an auction can be scheduled', async () => {
    const [winner, next] = await Promise.all([signIn(), signIn()])
    const auction = await endPending(seller, winner, [[next, 3_000]])
    ;(await decide(auction.id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    ;(await decide(auction.id, winner, { action: 'decline' })).expect(200)
    const chance = await api('POST', `/api/auctions/${auction.id}/second-chance`, { as: seller })
    const offerId = chance.expect(201).int('offer.id')
    await suspend(next)
    expect(await toldOf(seller, offerId)).toEqual(TOLD)
    await createAuction(seller, { vehicle_id: auction.vehicleId })
  })

  test('M2: is no where the next word was theirs: the bidder’s to a counter, which opens the second chance', async () => {
    const [winner, next] = await Promise.all([signIn(), signIn()])
    const auction = await endPending(seller, winner, [[next, 3_000]])
    ;(await decide(auction.id, seller, { action: 'counter', amount: 8_000 })).expect(200)
    await suspend(winner)
    expect(await stageOf(auction)).toBe('declined_by_bidder')
    expect(await standOfAuction(auction)).toEqual({ outcome: 'unsold', vehicle: 'active', orders: 0 })
    expect((await toldTypes(seller, `decision:${auction.id}:`)).at(-1)).toBe('offer_rejected')
    const chance = await api('POST', `/api/auctions/${auction.id}/second-chance`, { as: seller })
    expect(chance.expect(201).at('offer.amount')).toBeGreaterThan(0)
    await suspend(winner)
    expect(await stageOf(auction)).toBe('declined_by_bidder')
  })

  test('M2: or the seller’s to the high bid, whose bidder is bound no longer', async () => {
    const [owner, winner] = await Promise.all([signIn(), signIn()])
    const auction = await endPending(owner, winner)
    await suspend(owner)
    expect(await stageOf(auction)).toBe('declined_by_seller')
    expect((await standOfAuction(auction)).vehicle).toBe('active')
    expect(await toldTypes(winner, `decision:${auction.id}:`)).toContain('auction_lost')
  })

  test('M2: where it is the other side’s turn, that one decides', async () => {
    const winner = await signIn()
    const auction = await endPending(seller, winner)
    await suspend(winner)
    expect(await stageOf(auction)).toBe('seller')
  })

  test('an offer at the same moment does not stay', async () => {
    const buyer = await signIn()
    const vehicleIds = await Promise.all(Array.from({ length: 8 }, () => createActiveVehicle(seller)))
    await Promise.all([...vehicleIds.map((id) => offerOn(id, buyer, 4_000)), suspend(buyer)])
    const statuses = await Promise.all(vehicleIds.map(statusesOf))
    expect(statuses.flat()).not.toContain('pending')
  })

  test('what could not be done at once the sweeper does', async () => {
    const buyer = await signIn()
    const vehicleId = await createActiveVehicle(seller)
    const offer = await offered(vehicleId, buyer, 4_000)
    await withFault({ mode: 'refuse-statement', matching: '^update .?offers' }, () => suspend(buyer))
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
    await sweep()
    expect(await statusesOf(vehicleId)).toEqual(['voided'])
    expect(await toldOf(seller, offer.id)).toEqual(TOLD)
  })

  test('M8: so does a default', async () => {
    const buyer = await signIn()
    const vehicleId = await createActiveVehicle(seller)
    await offered(vehicleId, buyer, 4_000)
    const { orderId } = await sellVehicle(seller, buyer)
    await applyDuePayments(contextAt(Date.now() + 30 * 24 * 3_600_000), orderId)
    expect(await statusesOf(vehicleId)).toEqual(['voided'])
  })
})

describe('a person who is deleted', () => {
  test('has no listings any more: they are archived, and offers on them fall', async () => {
    const owner = await signIn()
    const vin = makeVin()
    const active = await createActiveVehicle(owner, { vin })
    const draft = await createDraftVehicle(owner)
    const offer = await offered(active, other, 4_000)
    expect(await growthOf('vehicles_total{status="archived"}', () => remove(owner))).toBe(2)
    expect([await vehicleStatus(active), await vehicleStatus(draft)]).toEqual(['archived', 'archived'])
    expect(await statusesOf(active)).toEqual(['voided'])
    expect(await toldOf(other, offer.id)).toEqual(TOLD)
    expect((await api('GET', `/api/vehicles/${active}`)).status).toBe(404)
    // The VIN is free for whoever has the car now.
    await createActiveVehicle(other, { vin })
  })

  test('leaves an auction to those who bid in it; the vehicle is archived should it not be sold', async () => {
    const owner = await signIn()
    const vehicle_id = await createActiveVehicle(owner)
    const { id } = await createAuction(owner, { vehicle_id })
    await remove(owner)
    expect(await vehicleStatus(vehicle_id)).toBe('in_auction')
    ;(await api('POST', `/api/auctions/${id}/cancel`, { as: admin, body: { reason: 'Gone' } })).expect(200)
    await waitFor(async () => (await vehicleStatus(vehicle_id)) === 'archived')
    const [row] = await query('SELECT live_vin FROM vehicles WHERE id = ?', [vehicle_id])
    expect(row?.live_vin).toBeNull()
  })

  test('M1: a sale of theirs that comes to nothing leaves the vehicle archived', async () => {
    const owner = await signIn()
    const { orderId, vehicleId } = await sellVehicle(owner, other)
    await remove(owner)
    expect(await vehicleStatus(vehicleId)).toBe('sold')
    await move(orderId, 'cancelled')
    expect(await vehicleStatus(vehicleId)).toBe('archived')
  })

  test('what could not be archived at once the sweeper archives', async () => {
    const owner = await signIn()
    const vehicleId = await createActiveVehicle(owner)
    await withFault({ mode: 'refuse-statement', matching: '^update .?vehicles' }, () => remove(owner))
    expect(await vehicleStatus(vehicleId)).toBe('active')
    await sweep()
    expect(await vehicleStatus(vehicleId)).toBe('archived')
  })
})
