import { beforeAll, describe, expect, test } from 'vitest'
import { orderDetailSchema, orderPageSchema } from '../../src/orders/schemas.ts'
import { api } from '../support/api.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { move, sellVehicle } from '../support/sales.ts'
import { refusalOf } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

let seller: Person
let buyer: Person
let stranger: Person
let admin: Person

const sell = (to: Person, price: number) => sellVehicle(seller, to, price)

beforeAll(async () => {
  ;[seller, buyer, stranger, admin] = await Promise.all([
    signIn(undefined, { first_name: 'Sam', last_name: 'Seller' }),
    signIn(undefined, { first_name: 'Bea', last_name: 'Buyer' }),
    signIn(),
    signInAdmin(),
  ])
})

const get = (path: string, as?: Person) => api('GET', path, { as })

describe('GET /api/orders/:id', () => {
  test('◆ shows a sale to its buyer, its seller and admins alike', async () => {
    const { orderId, auctionId, vehicleId } = await sell(buyer, 4321.99)
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    for (const person of [buyer, seller, admin]) {
      const order = (await get(`/api/orders/${orderId}`, person)).expect(200).as(orderDetailSchema)
      expect(order).toEqual({
        id: orderId,
        order_number: expect.stringMatching(new RegExp(`^ORD-\\d{8}-A${auctionId}$`)),
        invoice_number: order.order_number.replace('ORD', 'INV'),
        auction_id: auctionId,
        vehicle: expect.objectContaining({ id: vehicleId, make: 'Honda', status: 'sold' }),
        buyer: { id: buyer.user.id, display_name: 'Bea Buyer', email: buyer.user.email, phone: null },
        seller: { id: seller.user.id, display_name: 'Sam Seller', email: seller.user.email, phone: null },
        vehicle_price: 4321.99,
        buyer_fee: 225,
        title_fee: 75,
        transport_fee: 0,
        tax: 0,
        late_fee: 0,
        total: 4621.99,
        paid: 0,
        refunded: 0,
        balance: 4621.99,
        currency: 'USD',
        status: 'pending_payment',
        status_reason: null,
        is_pickup: false,
        sold_at: order.created_at,
        due_at: time,
        overdue_at: null,
        paid_at: null,
        completed_at: null,
        may_cancel_since: null,
        created_at: time,
        updated_at: time,
        history: [{ status: 'pending_payment', at: order.created_at, by: 'system', reason: null }],
      })
    }
  })

  test('is 404 for everybody else, 401 without a sign-in', async () => {
    const { orderId } = await sell(buyer, 2000)
    expect(refusalOf(await get(`/api/orders/${orderId}`, stranger))).toEqual([404, 'not_found'])
    expect(refusalOf(await get('/api/orders/999999', buyer))).toEqual([404, 'not_found'])
    expect(refusalOf(await get('/api/orders/abc', buyer))).toEqual([404, 'not_found'])
    expect(refusalOf(await get(`/api/orders/${orderId}`))).toEqual([401, 'unauthenticated'])
  })
})

describe('GET /api/orders', () => {
  const list = async (as: Person, params = '') =>
    (await get(`/api/orders${params}`, as)).expect(200).as(orderPageSchema)

  test('has what one bought and what one sold, the newest first, and nobody else’s', async () => {
    const both = await signIn()
    const first = await sell(both, 1500)
    const ownVehicle = await createActiveVehicle(both)
    const own = await createAuction(both, { vehicle_id: ownVehicle, buy_now_price: 2500 })
    ;(await api('POST', `/api/auctions/${own.id}/buy-now`, { as: stranger })).expect(201)
    await waitFor(async () => (await list(both)).total === 2)
    const third = await sell(both, 3500)
    const { orders, total } = await list(both)
    expect(orders.map(({ auction_id }) => auction_id)).toEqual([third.auctionId, own.id, first.auctionId])
    expect(total).toBe(3)
    expect((await list(stranger)).orders.map(({ auction_id }) => auction_id)).toEqual([own.id])

    const begin = await list(both, '?per_page=2')
    const rest = await list(both, `?per_page=2&cursor=${begin.next_cursor}`)
    expect([...begin.orders, ...rest.orders].map(({ id }) => id)).toEqual(orders.map(({ id }) => id))
    expect(rest).toMatchObject({ next_cursor: null, current_page: null })
    expect((await list(both, '?per_page=2&page=2')).orders).toEqual(rest.orders)
  })

  test('shows one side alone, one status alone, and both together', async () => {
    const [both, other] = [await signIn(), await signIn()]
    const bought = [await sellVehicle(seller, both), await sellVehicle(seller, both)]
    const sold = [await sellVehicle(both, other), await sellVehicle(both, other)]
    const idsOf = (sales: (typeof bought)[number][]) => sales.map(({ orderId }) => orderId).reverse()
    const [firstBought, secondBought] = bought
    const [firstSold, secondSold] = sold
    if (!firstBought || !secondBought || !firstSold || !secondSold) throw new Error('No sales')
    await move(firstBought.orderId, 'cancelled')
    await move(secondSold.orderId, 'cancelled')
    const shown = async (params: string) => {
      const { orders, total } = await list(both, params)
      expect(total).toBe(orders.length)
      return orders.map(({ id }) => id)
    }
    expect(await shown('?role=buyer')).toEqual(idsOf(bought))
    expect(await shown('?role=seller')).toEqual(idsOf(sold))
    expect(await shown('?status=cancelled')).toEqual([secondSold.orderId, firstBought.orderId])
    expect(await shown('?role=seller&status=pending_payment')).toEqual([firstSold.orderId])
    expect(await shown('?role=buyer&status=completed')).toEqual([])
    expect(await shown('?role=&status=')).toEqual([...idsOf(sold), ...idsOf(bought)])
    expect(refusalOf(await get('/api/orders?role=owner', both))).toEqual([400, 'validation_failed'])
    expect(refusalOf(await get('/api/orders?status=lost', both))).toEqual([400, 'validation_failed'])
  })

  test('with role=admin has everybody’s for admins, by status, buyer, seller or number; 403 for anybody else', async () => {
    const [one, other] = [await signIn(), await signIn()]
    const [first, second, third] = [
      await sellVehicle(one, buyer),
      await sellVehicle(one, other),
      await sellVehicle(seller, other),
    ]
    await move(second.orderId, 'cancelled')
    const shown = async (params: string) => {
      const { orders, total } = await list(admin, `?role=admin${params}`)
      return { ids: orders.map(({ id }) => id), total }
    }
    const all = await shown('')
    expect(all.ids.slice(0, 3)).toEqual([third.orderId, second.orderId, first.orderId])
    expect(all.total).toBeGreaterThanOrEqual(3)
    expect((await list(admin)).orders).toEqual([])
    expect((await shown(`&seller_id=${one.user.id}`)).ids).toEqual([second.orderId, first.orderId])
    expect((await shown(`&buyer_id=${other.user.id}`)).ids).toEqual([third.orderId, second.orderId])
    const both = `&buyer_id=${other.user.id}&seller_id=${one.user.id}`
    expect((await shown(both)).ids).toEqual([second.orderId])
    expect((await shown(`&seller_id=${one.user.id}&status=pending_payment`)).ids).toEqual([first.orderId])
    expect((await shown('&status=cancelled')).ids[0]).toBe(second.orderId)
    const { order_number } = (await get(`/api/orders/${first.orderId}`, admin)).as(orderDetailSchema)
    expect((await shown(`&order_number=${order_number}`)).ids).toEqual([first.orderId])
    expect((await shown('&order_number=ORD-1')).ids).toEqual([])
    const [newest] = (await list(admin, '?role=admin&per_page=1')).orders
    expect(newest).toEqual((await list(other, '?per_page=1')).orders[0])

    expect(refusalOf(await get('/api/orders?role=admin', buyer))).toEqual([403, 'forbidden'])
    expect(refusalOf(await get('/api/orders?role=admin'))).toEqual([401, 'unauthenticated'])
    for (const bad of [
      'buyer_id=1',
      'role=buyer&seller_id=1',
      'role=admin&buyer_id=x',
      'order_number=ORD-1',
    ]) {
      expect(refusalOf(await get(`/api/orders?${bad}`, admin))).toEqual([400, 'validation_failed'])
    }
  })

  test('is empty for who has none, 401 without a sign-in, 400 for a page that is none', async () => {
    expect(await list(await signIn())).toMatchObject({ orders: [], total: 0, pages: 0, next_cursor: null })
    expect(refusalOf(await get('/api/orders'))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await get('/api/orders?page=0', buyer))).toEqual([400, 'validation_failed'])
  })
})

test('M1: a sold vehicle keeps its auction’s outcome, is sold, and its VIN may be listed again', async () => {
  const { auctionId, vehicleId } = await sell(buyer, 5000)
  const vehicle = (await get(`/api/vehicles/${vehicleId}`)).expect(200)
  expect(vehicle.body).toMatchObject({ status: 'sold', auction: { id: auctionId, status: 'ended' } })
  const auction = (await get(`/api/auctions/${auctionId}`)).expect(200)
  expect(auction.body).toMatchObject({ outcome: 'sold', vehicle: { status: 'sold' } })
  await createActiveVehicle(seller, { vin: vehicle.at('vin') })
})
