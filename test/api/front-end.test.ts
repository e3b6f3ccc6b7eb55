/**
 * The calls that the React front end of the replaced backend makes, in the order in which it makes them, and every
 * field that it reads (◆ of the contract). One sale from signing in to the order: each step stands on the one before.
 */
import { expect, test } from 'vitest'
import { type ApiResponse, api } from '../support/api.ts'
import { FORM, LISTED, number, text, time, USER, VEHICLE } from '../support/front-end-shapes.ts'
import { makeVin } from '../support/market.ts'
import { signClerkToken } from '../support/people.ts'
import { waitFor } from '../support/wait-for.ts'

const PICTURE = new TextEncoder().encode('a picture of a car')

/** What the front end keeps from one page to the next. */
const seller = { clerkId: 'user_SellerWalk', access_token: '', refresh_token: '' }
const buyer = { clerkId: 'user_BuyerWalk', access_token: '', refresh_token: '' }
type Visitor = typeof seller
const kept = { vin: makeVin(), vehicleId: 0, imageIds: [] as number[], auctionId: 0, orderId: 0 }

const call = (method: string, path: string, as: Visitor | null, body?: unknown): Promise<ApiResponse> =>
  api(method, path, { token: as?.access_token, body })

async function signIn(visitor: Visitor, first_name: string): Promise<ApiResponse> {
  const answer = await api('POST', '/api/auth/clerk-sync', {
    token: await signClerkToken(visitor.clerkId),
    body: {
      clerk_user_id: visitor.clerkId,
      email: `${visitor.clerkId}@example.com`,
      first_name,
      last_name: 'Walker',
    },
  })
  visitor.access_token = String(answer.expect(200).at('access_token'))
  visitor.refresh_token = String(answer.at('refresh_token'))
  return answer
}

test('the server is there', async () => {
  expect((await call('GET', '/health', null)).body).toEqual({ status: 'healthy' })
  const detailed = (await call('GET', '/health/detailed', null)).expect(200)
  const service = { status: 'healthy', latency_ms: number }
  expect(detailed.body).toEqual({
    status: 'healthy',
    services: { mysql: service, redis: service, s3: service },
  })
  expect((await call('GET', '/metrics', null)).text).toMatch(/^auction_bids_total|^# HELP/m)
  expect((await call('GET', '/api', null)).body).toMatchObject({
    name: text,
    version: text,
    endpoints: expect.anything(),
  })
})

test('sign in: clerk-sync gives tokens and the user', async () => {
  for (const [visitor, name] of [
    [seller, 'Sally'],
    [buyer, 'Bert'],
  ] as const) {
    const { body } = await signIn(visitor, name)
    expect(body).toMatchObject({
      access_token: text,
      refresh_token: text,
      user: { ...USER, clerk_user_id: visitor.clerkId, first_name: name, last_name: 'Walker' },
    })
  }
})

test('the profile is shown and changed, and a refresh gives the next tokens', async () => {
  const me = (await call('GET', '/api/auth/me', seller)).expect(200)
  expect(me.body).toMatchObject({ ...USER, clerk_user_id: seller.clerkId })
  const profile = {
    first_name: 'Sally',
    last_name: 'Walker',
    phone: '214-555-0100',
    address_line1: '1 Main St',
    address_line2: '',
    city: 'Dallas',
    state: 'TX',
    zip_code: '75201',
  }
  const changed = (await call('PUT', '/api/auth/me', seller, profile)).expect(200)
  expect(changed.body).toMatchObject({
    message: text,
    user: {
      phone: '214-555-0100',
      address: { line1: '1 Main St', line2: null, city: 'Dallas', state: 'TX', zip_code: '75201' },
    },
  })
  const refreshed = await api('POST', '/api/auth/refresh', { token: seller.refresh_token })
  expect(refreshed.expect(200).body).toMatchObject({ access_token: text, refresh_token: text })
  seller.access_token = String(refreshed.at('access_token'))
})

test('before anything is listed the list is empty, in its envelope', async () => {
  const { body } = (await call('GET', '/api/vehicles', null)).expect(200)
  expect(body).toMatchObject({ vehicles: [], total: 0, pages: 0, current_page: 1 })
})

test('the seller decodes the VIN', async () => {
  const decoded = (await call('POST', '/api/decode-vin', seller, { vin: kept.vin.toLowerCase() })).expect(200)
  expect(decoded.body).toMatchObject({ success: true })
  const fields =
    'vin year make model trim body_type engine transmission drivetrain exterior_color interior_color fuel_type cylinders displacement'
  for (const field of fields.split(' ')) expect(decoded.body).toHaveProperty(['data', field])
  expect(decoded.at('data')).toMatchObject({ vin: kept.vin, year: 2003, make: 'Honda' })
  const wrong = await call('POST', '/api/decode-vin', seller, { vin: 'NOT A VIN' })
  expect(wrong.status).toBe(400)
  expect(wrong.body).toMatchObject({ success: false, error: text })
})

test('the seller creates the vehicle: the form sends every field, "" for those left empty', async () => {
  const form = { vin: kept.vin, ...FORM }
  const made = (await call('POST', '/api/vehicles', seller, form)).expect(201)
  expect(made.body).toMatchObject({ message: text, vehicle_id: number, vin: kept.vin })
  kept.vehicleId = made.int('vehicle_id')
})

test('the seller uploads two photos straight to the storage and confirms each', async () => {
  for (const [index, filename] of ['front.jpg', 'back.jpg'].entries()) {
    const signed = await call('POST', `/api/vehicles/${kept.vehicleId}/upload-url`, seller, {
      filename,
      content_type: 'image/jpeg',
    })
    expect(signed.expect(200).body).toMatchObject({ upload_url: text, s3_key: text, public_url: text })
    const put = await fetch(String(signed.at('upload_url')), {
      method: 'PUT',
      headers: { 'content-type': 'image/jpeg' },
      body: PICTURE,
    })
    expect([put.status, await put.text()]).toEqual([200, ''])
    const confirmed = await call('POST', `/api/vehicles/${kept.vehicleId}/images`, seller, {
      s3_key: signed.at('s3_key'),
      url: signed.at('public_url'),
      is_primary: index === 0,
    })
    expect(confirmed.expect(201).body).toMatchObject({
      message: text,
      image_id: number,
      is_primary: index === 0,
    })
    kept.imageIds.push(confirmed.int('image_id'))
  }
  const deleted = await call('DELETE', `/api/vehicles/${kept.vehicleId}/images/${kept.imageIds[1]}`, seller)
  expect(deleted.expect(200).body).toMatchObject({ message: text })
})

test('the seller changes the listing and submits it', async () => {
  const changed = await call('PUT', `/api/vehicles/${kept.vehicleId}`, seller, {
    description: 'One owner, dry.',
  })
  expect(changed.expect(200).body).toMatchObject({ message: text, vehicle_id: kept.vehicleId })
  const submitted = await call('POST', `/api/vehicles/${kept.vehicleId}/submit`, seller)
  expect(submitted.expect(200).body).toMatchObject({ message: text, status: 'active' })
})

test('a visitor lists and filters vehicles', async () => {
  const list = (await call('GET', '/api/vehicles?page=1&per_page=20', null)).expect(200)
  expect(list.body).toMatchObject({ total: 1, pages: 1, current_page: 1 })
  expect(list.at('vehicles.0')).toMatchObject({ ...LISTED, id: kept.vehicleId, vin: kept.vin, auction: null })
  const filters =
    'make=Honda&model=Accord&year_min=2000&year_max=2005&price_max=5000&body_type=Sedan&title_type=clean&condition=runs_drives&state=TX'
  expect((await call('GET', `/api/vehicles?${filters}`, null)).at('total')).toBe(1)
  expect((await call('GET', '/api/vehicles?make=Toyota', null)).body).toMatchObject({
    vehicles: [],
    total: 0,
  })
  const picture = await fetch(String(list.at('vehicles.0.primary_image_url')))
  expect(new Uint8Array(await picture.arrayBuffer())).toEqual(PICTURE)
})

test('a visitor views the vehicle', async () => {
  const vehicle = (await call('GET', `/api/vehicles/${kept.vehicleId}`, null)).expect(200)
  expect(vehicle.body).toMatchObject({
    ...VEHICLE,
    vin: kept.vin,
    images: [{ id: kept.imageIds[0], url: text, is_primary: true, caption: null, sort_order: number }],
  })
  expect((await call('GET', `/api/vehicles/${kept.vehicleId}`, seller)).at('reserve_price')).toBe(6000)
})

test('the auction is opened, and the vehicle shows it', async () => {
  const opened = await call('POST', '/api/auctions', seller, {
    vehicle_id: kept.vehicleId,
    ends_at: new Date(Date.now() + 3_600_000).toISOString(),
  })
  kept.auctionId = opened.expect(201).int('auction_id')
  expect(opened.at('auction')).toMatchObject({ auction_type: 'timed', status: 'active', current_bid: 0 })
  const vehicle = await call('GET', `/api/vehicles/${kept.vehicleId}`, buyer)
  expect(vehicle.at('auction')).toEqual({
    id: kept.auctionId,
    status: 'active',
    current_bid: 0,
    bid_count: 0,
    ends_at: time,
    time_remaining: number,
  })
})

test('the buyer bids, lets the room bid, and reads the history', async () => {
  const bid = await call('POST', `/api/auctions/${kept.auctionId}/bid`, buyer, { amount: 4500 })
  expect(bid.expect(201).body).toMatchObject({ success: true, bid_id: number, current_bid: 4500 })
  const low = await call('POST', `/api/auctions/${kept.auctionId}/bid`, buyer, { amount: 1 })
  expect(low.body).toMatchObject({ error: text, code: 'too_low', minimum_bid: 4550, request_id: text })
  const auto = await call('POST', `/api/auctions/${kept.auctionId}/auto-bid`, buyer, { max_bid: 7000 })
  expect(auto.expect(201).body).toMatchObject({ success: true, leading: true, current_bid: 6000 })
  const own = await call('POST', `/api/auctions/${kept.auctionId}/bid`, seller, { amount: 9000 })
  expect([own.status, own.at('code')]).toEqual([403, 'own_auction'])
  const history = await call('GET', `/api/auctions/${kept.auctionId}/bids`, buyer)
  expect(history.expect(200).body).toMatchObject({
    auction_id: kept.auctionId,
    current_bid: 6000,
    bid_count: 2,
  })
  expect(history.at('bids')).toMatchObject([
    { id: number, amount: 6000, user_display: 'Bidder 1', is_auto_bid: true, created_at: time },
    { id: number, amount: 4500, user_display: 'Bidder 1', is_auto_bid: false, created_at: time },
  ])
})

test('another auction is bought, and its order is there for buyer and seller', async () => {
  const vin = makeVin()
  const listing = {
    vin,
    year: 2003,
    make: 'Honda',
    model: 'Civic',
    starting_price: 1000,
    buy_now_price: 3000,
  }
  const vehicleId = (await call('POST', '/api/vehicles', seller, listing)).expect(201).int('vehicle_id')
  ;(await call('POST', `/api/vehicles/${vehicleId}/submit`, seller)).expect(200)
  const ends_at = new Date(Date.now() + 3_600_000).toISOString()
  const opened = await call('POST', '/api/auctions', seller, { vehicle_id: vehicleId, ends_at })
  const auctionId = opened.expect(201).int('auction_id')
  ;(await call('POST', `/api/auctions/${auctionId}/buy-now`, buyer)).expect(201)
  const orders = await waitFor(async () => {
    const answer = (await call('GET', '/api/orders', buyer)).expect(200)
    return answer.at('total') === 1 && answer
  })
  expect(orders.body).toMatchObject({ pages: 1, current_page: 1 })
  kept.orderId = orders.int('orders.0.id')
  for (const visitor of [buyer, seller]) {
    const order = (await call('GET', `/api/orders/${kept.orderId}`, visitor)).expect(200)
    expect(order.body).toMatchObject({
      id: kept.orderId,
      order_number: text,
      auction_id: auctionId,
      vehicle: { id: vehicleId, vin, status: 'sold' },
      buyer: { id: number, display_name: 'Bert Walker' },
      seller: { id: number, display_name: 'Sally Walker' },
      vehicle_price: 3000,
      currency: 'USD',
      status: 'pending_payment',
      created_at: time,
    })
  }
})

test('the seller archives one listing and deletes another', async () => {
  const make = async () =>
    (await call('POST', '/api/vehicles', seller, { vin: makeVin() })).expect(201).int('vehicle_id')
  const archived = await call('POST', `/api/vehicles/${await make()}/archive`, seller)
  expect(archived.expect(200).body).toEqual({ message: 'Vehicle archived' })
  const deleted = await call('DELETE', `/api/vehicles/${await make()}`, seller)
  expect(deleted.expect(200).body).toMatchObject({ message: text })
})

test('what goes wrong has one shape, by which the front end tells people', async () => {
  const missing = await call('GET', '/api/vehicles/999999', buyer)
  expect(missing.status).toBe(404)
  expect(missing.body).toEqual({ error: 'Vehicle not found', code: 'not_found', request_id: text })
  const bad = await call('POST', '/api/vehicles', seller, { vin: makeVin(), year: 'new' })
  expect(bad.body).toEqual({
    error: text,
    code: 'validation_failed',
    request_id: text,
    details: [{ path: 'year', message: text }],
  })
  expect((await call('GET', '/api/auth/me', null)).body).toMatchObject({
    error: text,
    code: 'unauthenticated',
  })
  expect((await call('GET', '/api/no-such-thing', null)).body).toMatchObject({
    error: text,
    code: 'not_found',
  })
})
