import { expect, test } from 'vitest'
import { auctionSchema } from '../../src/auctions/schemas.ts'
import { vehicleChangedSchema, vehiclePageSchema, vehicleSchema } from '../../src/vehicles/schemas.ts'
import {
  api,
  createAuction,
  openSocket,
  type Person,
  query,
  signIn,
  signInAdmin,
  withFault,
} from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'
import { uploadsOf } from '../support/uploads.ts'

const [seller, bidder, admin] = [await signIn(), await signIn(), await signInAdmin()]
const { addImage } = uploadsOf(seller)

const patch = (id: number, body: object, as: Person = seller) =>
  api('PATCH', `/api/vehicles/${id}`, { as, body })
const bid = async (auctionId: number, amount: number) =>
  (await api('POST', `/api/auctions/${auctionId}/bids`, { as: bidder, body: { amount } })).expect(201)
const auctionOf = async (id: number) =>
  (await api('GET', `/api/auctions/${id}`)).expect(200).as(auctionSchema)

test('a vehicle in auction is shown with its auction, in lists too', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  await bid(id, 1_000)
  const read = async () => (await api('GET', `/api/vehicles/${vehicle_id}`)).expect(200).as(vehicleSchema)
  await expect.poll(async () => (await read()).auction?.bid_count).toBe(1)
  const { status, auction } = await read()
  expect([status, auction]).toEqual([
    'in_auction',
    {
      id,
      status: 'active',
      current_bid: 1_000,
      bid_count: 1,
      ends_at: expect.any(String),
      time_remaining: expect.any(Number),
    },
  ])
  expect(auction?.time_remaining).toBeGreaterThan(3_500)
  const list = (await api('GET', '/api/vehicles?status=in_auction')).expect(200).as(vehiclePageSchema)
  expect(list.vehicles.find((vehicle) => vehicle.id === vehicle_id)?.auction).toMatchObject({
    id,
    bid_count: 1,
  })
})

test('M12: until the first bid the owner changes what is disclosed, and everyone who watches is told', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  const socket = await openSocket(id)
  const answer = (
    await patch(vehicle_id, { mileage: 95_000, condition_grade: 2.5, description: 'Scratched' })
  )
    .expect(200)
    .as(vehicleChangedSchema)
  expect(answer.vehicle).toMatchObject({ mileage: 95_000, condition_grade: 2.5, description: 'Scratched' })
  const event = await socket.event('disclosure_changed')
  expect(event.changes).toEqual([
    { field: 'condition_grade', before: null, after: 2.5 },
    { field: 'mileage', before: 90_000, after: 95_000 },
  ])
  expect((await auctionOf(id)).vehicle.mileage).toBe(95_000)
  await socket.close()
})

test('M12: once there is a bid only an admin changes it, and every bid falls', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  await bid(id, 1_000)
  expect(refusalOf(await patch(vehicle_id, { title_type: 'flood' }))).toEqual([409, 'has_bids'])
  expect((await api('GET', `/api/vehicles/${vehicle_id}`)).at('title_type')).toBe('clean')
  ;(await patch(vehicle_id, { description: 'Still the same car' })).expect(200)
  expect(await auctionOf(id)).toMatchObject({ bid_count: 1, current_bid: 1_000 })

  ;(await patch(vehicle_id, { title_type: 'flood' }, admin)).expect(200)
  expect(await auctionOf(id)).toMatchObject({
    bid_count: 0,
    current_bid: 0,
    vehicle: { title_type: 'flood' },
  })
})

test('M12: what the auction was told of reaches the vehicle though its write failed; said again it voids nothing', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  await bid(id, 1_000)
  const failed = await withFault({ mode: 'refuse', matching: '^update .?vehicles' }, () =>
    patch(vehicle_id, { title_type: 'flood', condition_grade: 2.5 }, admin),
  )
  expect(failed.status).toBe(503)
  expect(await auctionOf(id)).toMatchObject({ bid_count: 0, vehicle: { title_type: 'flood' } })
  const read = async () => (await api('GET', `/api/vehicles/${vehicle_id}`)).expect(200).as(vehicleSchema)
  await expect
    .poll(read, { timeout: 20_000 })
    .toMatchObject({ title_type: 'flood', condition_grade: 2.5, status: 'in_auction' })
  await bid(id, 1_000)
  ;(await patch(vehicle_id, { title_type: 'flood', condition_grade: 2.5 }, admin)).expect(200)
  expect(await auctionOf(id)).toMatchObject({ bid_count: 1 })
})

test('M12: a value that stays the same is no change', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  await bid(id, 1_000)
  ;(await patch(vehicle_id, { mileage: 90_000, condition: 'runs_drives' })).expect(200)
  expect((await auctionOf(id)).bid_count).toBe(1)
})

test('a form that sends every field changes those that differ: what is settled may come along as it is', async () => {
  const { vehicle_id } = await createAuction(seller)
  const read = async () =>
    (await api('GET', `/api/vehicles/${vehicle_id}`, { as: seller })).expect(200).as(vehicleSchema)
  const { vin, year, make, model, trim, starting_price, buy_now_price, location_city } = await read()
  const form = {
    vin,
    year,
    make,
    model,
    trim,
    starting_price,
    buy_now_price: buy_now_price ?? '',
    location_city,
  }
  ;(await patch(vehicle_id, { ...form, description: 'One owner' })).expect(200)
  expect(await read()).toMatchObject({ make, starting_price, description: 'One owner' })
  const answer = await patch(vehicle_id, { ...form, make: 'Acura', starting_price: 5, description: 'Two' })
  expect(refusalOf(answer)).toEqual([409, 'wrong_status'])
  expect(answer.at('error')).toBe('Cannot be changed while in_auction: make, starting_price')
  expect((await read()).description).toBe('One owner')
})

test('a new primary image is the auction’s too, and moves no bid', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  await bid(id, 1_000)
  const { image } = await addImage(vehicle_id)
  expect(await auctionOf(id)).toMatchObject({ bid_count: 1, vehicle: { primary_image_url: image.url } })
})

test('what the auction refuses is not written', async () => {
  const { id, vehicle_id } = await createAuction(seller)
  ;(
    await api('POST', `/api/auctions/${id}/cancel`, { as: seller, body: { reason: 'Sold elsewhere' } })
  ).expect(200)
  // As it was before the room's end had come to MySQL.
  await query(`UPDATE vehicles SET status = 'in_auction' WHERE id = ?`, [vehicle_id])
  await query('UPDATE auctions SET settled_at = NULL WHERE id = ?', [id])
  expect((await patch(vehicle_id, { mileage: 1 })).status).toBe(409)
  expect((await api('GET', `/api/vehicles/${vehicle_id}`, { as: seller })).at('mileage')).toBe(90_000)
})
