import { afterEach, expect, test, vi } from 'vitest'
import { suspendUser } from '../../src/users/standing.ts'
import { endPending, sweepOffersAt } from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { signIn } from '../support/people.ts'
import { growthOf, sampleOf } from '../support/scrape.ts'
import { contextAt } from '../support/sessions.ts'
import { openStream } from '../support/stream-socket.ts'
import { waitFor } from '../support/wait-for.ts'

const AUCTION_MS = 60_000

afterEach(() => {
  vi.useRealTimers()
})

test('a sale is counted from the first sign-in to the order', async () => {
  const [seller, buyer] = [await signIn(), await signIn()]
  const vehicle_id = await createActiveVehicle(seller)
  const endsAtMs = Date.now() + AUCTION_MS
  const { id } = await createAuction(seller, {
    vehicle_id,
    ends_at: new Date(endsAtMs).toISOString(),
    soft_close: { mode: 'off' },
  })
  const bid = (body: object) => api('POST', `/api/auctions/${id}/bids`, { as: buyer, body })
  expect((await bid({ amount: 1 })).at('code')).toBe('too_low')
  ;(await bid({ amount: 1_500 })).expect(201)
  await waitFor(async () => (await sampleOf('auction_active_count')) === 1, { what: 'the open auction' })

  vi.useFakeTimers({ toFake: ['Date'], now: endsAtMs })
  await waitFor(async () => (await api('GET', `/api/auctions/${id}`)).at('status') === 'ended')
  await waitFor(async () => (await sampleOf('orders_total{status="pending_payment"}')) === 1, {
    what: 'the order to be counted',
  })

  const expected = {
    'user_registrations_total{role="buyer"}': 2,
    'vehicles_total{status="draft"}': 1,
    'vehicles_total{status="active"}': 1,
    'vehicles_total{status="sold"}': 1,
    'auctions_total{status="active"}': 1,
    'auctions_total{status="ended"}': 1,
    'auction_bids_total{auction_type="timed",result="accepted"}': 1,
    'auction_bids_total{auction_type="timed",result="too_low"}': 1,
    auction_bid_amount_dollars_sum: 1_500,
    order_value_dollars_sum: 1_500,
    auction_active_count: 0,
    websocket_connections_active: 0,
    auction_projection_lag_events: 0,
    auction_projection_stuck: 0,
  }
  const counted = await Promise.all(
    Object.keys(expected).map(async (series) => [series, await sampleOf(series)] as const),
  )
  expect(Object.fromEntries(counted)).toEqual(expected)
})

test('a vehicle that a deadline made active again is counted, once', async () => {
  const [seller, buyer] = [await signIn(), await signIn()]
  await endPending(seller, buyer)
  const aDayLater = Date.now() + 25 * 3_600_000
  const sweep = () => sweepOffersAt(aDayLater)
  expect(await growthOf('vehicles_total{status="active"}', sweep)).toBe(1)
  expect(await growthOf('vehicles_total{status="active"}', sweep)).toBe(0)
})

test('open streams count among the live sockets, until they are closed', async () => {
  const series = 'websocket_connections_active'
  const [owner, other] = await Promise.all([signIn(), signIn()])
  const sockets = [
    await openStream({ as: owner }),
    await openStream({ as: owner }),
    await openStream({ as: other }),
  ]
  await Promise.all(sockets.map((socket) => socket.next('unread')))
  const comesTo = (count: number) => waitFor(async () => (await sampleOf(series)) === count)
  await comesTo(3)
  sockets[0]?.close()
  await comesTo(2)
  await suspendUser(contextAt(Date.now()), owner.user.id, 'unpaid')
  await comesTo(1)
  sockets[2]?.close()
  await comesTo(0)
})
