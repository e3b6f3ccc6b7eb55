import { z } from 'zod'
import type { ApiClient } from './api-client.ts'
import { dollarText, type Timeline } from './timeline.ts'
import { until } from './until.ts'

const DURATION_MS = 6_000
const RESERVE_PRICE = 9_000
const HIGH_BID = 7_500
const COUNTER = 8_000

const notificationsSchema = z.object({
  notifications: z.array(
    z.object({ type: z.string(), title: z.string(), data: z.record(z.string(), z.unknown()) }),
  ),
})
const decidedSchema = z.object({
  decision: z.object({ stage: z.string() }),
  order_id: z.number().nullable(),
})

/** Somebody asks to be told of cars like the one that will be listed (M15). */
export async function saveSearch(buyer: ApiClient, timeline: Timeline): Promise<void> {
  await buyer.call('POST', '/api/saved-searches', z.object({ saved_search: z.object({ id: z.number() }) }), {
    body: { name: 'An Accord', filters: { make: 'Honda', model: 'Accord', max_price: 10_000 } },
  })
  timeline.say(buyer.name, 'saves a search: Honda Accord, up to $10,000')
}

export async function checkSearchFired(
  buyer: ApiClient,
  timeline: Timeline,
  vehicleId: number,
): Promise<void> {
  const match = await until('the saved search', async () => {
    const { notifications } = await buyer.call('GET', '/api/notifications', notificationsSchema)
    return notifications.find(
      ({ type, data }) => type === 'saved_search_match' && data.vehicle_id === vehicleId,
    )
  })
  const count = await buyer.call('GET', '/api/notifications/unread-count', z.object({ count: z.number() }))
  timeline.expect('M13: a new notification is unread', count.count >= 1, true)
  timeline.say(buyer.name, `is told: ${match.title}`)
}

/** An auction that ends below its reserve: the seller counters, the bidder accepts (M2). @returns the order's id */
export async function sellIfBid(
  seller: ApiClient,
  buyer: ApiClient,
  timeline: Timeline,
  vehicleId: number,
): Promise<number> {
  const { auction_id: id } = await seller.call(
    'POST',
    '/api/auctions',
    z.object({ auction_id: z.number() }),
    {
      body: {
        vehicle_id: vehicleId,
        ends_at: new Date(Date.now() + DURATION_MS).toISOString(),
        reserve_price: RESERVE_PRICE,
        soft_close: { mode: 'off' },
      },
    },
  )
  const quote = await buyer.call(
    'GET',
    `/api/auctions/${id}/quote?amount=${HIGH_BID}`,
    z.object({ total: z.number() }),
  )
  timeline.say(
    buyer.name,
    `asks what a bid of ${dollarText(HIGH_BID)} would cost: ${dollarText(quote.total)}`,
  )
  await buyer.call('POST', `/api/auctions/${id}/bids`, z.unknown(), { body: { amount: HIGH_BID } })
  timeline.say(buyer.name, `bids ${dollarText(HIGH_BID)}; the reserve is not met`)

  await until('the decision', async () => {
    const { decision } = await seller.call(
      'GET',
      `/api/auctions/${id}`,
      z.object({ decision: z.object({ your_turn: z.boolean() }).nullish() }),
    )
    return decision?.your_turn ? decision : undefined
  })
  const early = await buyer.refusalOf('POST', `/api/auctions/${id}/decision`, { body: { action: 'accept' } })
  timeline.expect('M2: it is the seller’s turn', [early?.status, early?.code], [409, 'not_your_turn'])
  const countered = await seller.call('POST', `/api/auctions/${id}/decision`, decidedSchema, {
    body: { action: 'counter', amount: COUNTER },
  })
  timeline.expect('M2: a counter is the bidder’s to answer', countered.decision.stage, 'bidder')
  timeline.say(seller.name, `counters the high bid: ${dollarText(COUNTER)}`)
  const accepted = await buyer.call('POST', `/api/auctions/${id}/decision`, decidedSchema, {
    body: { action: 'accept' },
  })
  if (accepted.order_id === null) throw new Error('M2: an accepted counter makes an order')
  timeline.expect('M2: accepted is sold', accepted.decision.stage, 'sold')
  const { outcome } = await buyer.call('GET', `/api/auctions/${id}`, z.object({ outcome: z.string() }))
  timeline.expect('R16: the outcome changes once', outcome, 'sold')
  timeline.say(buyer.name, 'accepts: sold')
  return accepted.order_id
}
