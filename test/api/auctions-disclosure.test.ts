import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { auctionSchema } from '../../src/auctions/schemas.ts'
import { notificationPageSchema } from '../../src/notifications/schemas.ts'
import { restoreClock, travel } from '../room/stand.ts'
import { api } from '../support/api.ts'
import { query } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'
import { openSocket } from '../support/socket.ts'
import { openStream } from '../support/stream-socket.ts'
import { setVariables } from '../support/variables.ts'
import { waitFor } from '../support/wait-for.ts'

const [seller, bidder, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])

afterEach(restoreClock)

const edit = (vehicleId: number, body: object, as: Person) =>
  api('PATCH', `/api/vehicles/${vehicleId}`, { as, body })
const bid = (id: number, amount: number) =>
  api('POST', `/api/auctions/${id}/bids`, { as: bidder, body: { amount } })
const get = async (id: number) => (await api('GET', `/api/auctions/${id}`)).expect(200).as(auctionSchema)

/** What a person was told of changed disclosures, the first one first. */
const disclosuresTo = async (person: Person): Promise<unknown[]> => {
  const page = await api('GET', '/api/notifications', { as: person })
  return page
    .expect(200)
    .as(notificationPageSchema)
    .notifications.filter(({ type }) => type === 'disclosure_changed')
    .map(({ data }) => data.changes)
    .reverse()
}

describe('M12: a vehicle changed while in auction', () => {
  test('before the first bid the owner may; everyone watching is told', async () => {
    const { id, vehicle_id } = await createAuction(seller)
    const watcher = await openSocket(id)
    await watcher.next('welcome')
    ;(await edit(vehicle_id, { mileage: 123_456, condition_grade: 3.5 }, seller)).expect(200)
    const event = await watcher.event('disclosure_changed')
    expect(event.changes).toEqual([
      { field: 'condition_grade', before: null, after: 3.5 },
      { field: 'mileage', before: 90_000, after: 123_456 },
    ])
    expect((await get(id)).vehicle.mileage).toBe(123_456)
    expect((await api('GET', `/api/vehicles/${vehicle_id}`)).at('mileage')).toBe(123_456)
  })

  test('bidders and who watches the vehicle are told once what changed, each as far as they want to be', async () => {
    const [watcher, bare, off, stranger] = [await signIn(), await signIn(), await signIn(), await signIn()]
    const { id, vehicle_id } = await createAuction(seller)
    for (const as of [watcher, bidder, off]) {
      ;(await api('POST', '/api/watchlist', { as, body: { vehicle_id } })).expect(201)
    }
    const preferences = { disclosure_changed: false }
    ;(await api('PUT', '/api/me/notification-preferences', { as: off, body: { preferences } })).expect(200)
    const stream = await openStream({ as: watcher })
    await stream.next('unread')
    ;(await edit(vehicle_id, { mileage: 95_000 }, seller)).expect(200)
    expect(await stream.next('notification')).toMatchObject({
      notification: {
        type: 'disclosure_changed',
        message: 'What is said of the vehicle was changed. mileage: 90000 → 95000',
      },
    })
    ;(await bid(id, 1000)).expect(201)
    ;(await api('POST', `/api/auctions/${id}/bids`, { as: bare, body: { amount: 2000 } })).expect(201)
    ;(await edit(vehicle_id, { title_type: 'salvage' }, admin)).expect(200)
    await waitFor(
      async () => (await disclosuresTo(bare)).length > 0 && (await disclosuresTo(watcher)).length > 1,
    )
    const changes = [
      [{ field: 'mileage', before: 90_000, after: 95_000 }],
      [{ field: 'title_type', before: 'clean', after: 'salvage' }],
    ]
    expect(await disclosuresTo(watcher)).toEqual(changes)
    expect(await disclosuresTo(bidder)).toEqual(changes)
    expect(await disclosuresTo(bare)).toEqual([changes[1]])
    expect([await disclosuresTo(off), await disclosuresTo(stranger)]).toEqual([[], []])
  })

  test('with a bid the owner is refused, and nothing changes', async () => {
    const { id, vehicle_id } = await createAuction(seller)
    ;(await bid(id, 1000)).expect(201)
    expect(refusalOf(await edit(vehicle_id, { mileage: 5 }, seller))).toEqual([409, 'has_bids'])
    expect((await api('GET', `/api/vehicles/${vehicle_id}`)).at('mileage')).toBe(90_000)
    expect((await get(id)).bid_count).toBe(1)
  })

  test('an admin’s change voids every bid and leaves at least 24 hours', async () => {
    const { id, vehicle_id } = await createAuction(seller)
    ;(await bid(id, 1000)).expect(201)
    ;(await edit(vehicle_id, { title_type: 'salvage' }, admin)).expect(200)
    const auction = await get(id)
    expect(auction).toMatchObject({
      bid_count: 0,
      current_bid: 0,
      high_bidder: null,
      vehicle: { title_type: 'salvage' },
    })
    expect(Date.parse(auction.ends_at)).toBeGreaterThan(Date.now() + 23.9 * 3_600_000)
    ;(await bid(id, 1000)).expect(201)
  })

  test('after the end, while the seller decides on the high bid, only an admin may', async () => {
    const soon = new Date(Date.now() + 30_000).toISOString()
    const { id, vehicle_id } = await createAuction(seller, { reserve_price: 3000, ends_at: soon })
    ;(await bid(id, 1000)).expect(201)
    travel(300_000)
    await waitFor(async () => {
      await get(id)
      const [row] = await query('SELECT outcome, settled_at FROM auctions WHERE id = ?', [id])
      return row?.settled_at !== null && row?.outcome === 'pending_seller'
    })
    expect(refusalOf(await edit(vehicle_id, { title_type: 'salvage' }, seller))).toEqual([409, 'has_bids'])
    expect((await api('GET', `/api/vehicles/${vehicle_id}`)).at('title_type')).toBe('clean')
    ;(await edit(vehicle_id, { description: 'With a tow bar' }, seller)).expect(200)
    ;(await edit(vehicle_id, { title_type: 'salvage' }, admin)).expect(200)
    expect((await get(id)).bid_count).toBe(1)
  })

  test('a room that was not armed yet is armed and told, so that no bid comes before it knows', async () => {
    const { AUCTION_ROOM } = env
    const vehicle_id = await createActiveVehicle(seller)
    const away = async () => {
      throw new Error('Network connection lost.')
    }
    setVariables({ AUCTION_ROOM: { getByName: () => ({ arm: away }) } })
    const { id } = await createAuction(seller, { vehicle_id })
    Object.assign(env, { AUCTION_ROOM })
    ;(await edit(vehicle_id, { mileage: 123_456 }, seller)).expect(200)
    const watcher = await openSocket(id)
    const { auction } = await watcher.next('welcome')
    expect([auction.seq, auction.vehicle.mileage]).toEqual([2, 123_456])
  })
})
