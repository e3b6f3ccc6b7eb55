import { z } from 'zod'
import type { ApiClient } from './api-client.ts'
import { type Answer, LiveClient, type Offer } from './live-client.ts'
import { dollarText, type Timeline } from './timeline.ts'
import { until } from './until.ts'

export const STARTING_PRICE = 5_000
const RESERVE_PRICE = 8_000
const DURATION_MS = 16_000
const WINDOW_S = 6
const EXTENSION_S = 8
const WATCHERS = 20

const auctionSchema = z.object({
  id: z.number(),
  status: z.string(),
  outcome: z.string().nullable(),
  current_bid: z.number(),
  bid_count: z.number(),
  high_bidder: z.string().nullable(),
  ends_at: z.string(),
  seq: z.number(),
})
const orderSchema = z.object({
  id: z.number(),
  order_number: z.string(),
  vehicle_price: z.number(),
  status: z.string(),
  auction_id: z.number().nullable(),
  buyer: z.object({ id: z.number() }),
  seller: z.object({ id: z.number() }),
})
const verdictSchema = z.object({
  bid_id: z.number(),
  seq: z.number().nullable(),
  leading: z.boolean(),
  current_bid: z.number(),
})

export interface Cast {
  seller: ApiClient
  /** Five of them. */
  bidders: readonly ApiClient[]
}

/** The seller opens a short auction with a reserve and a soft close. */
export async function openAuction({ seller }: Cast, timeline: Timeline, vehicleId: number): Promise<number> {
  const { auction_id } = await seller.call('POST', '/api/auctions', z.object({ auction_id: z.number() }), {
    body: {
      vehicle_id: vehicleId,
      ends_at: new Date(Date.now() + DURATION_MS).toISOString(),
      reserve_price: RESERVE_PRICE,
      soft_close: { window_s: WINDOW_S, extension_s: EXTENSION_S },
    },
  })
  timeline.say(
    seller.name,
    `opens auction ${auction_id}: ${DURATION_MS / 1_000} s, reserve ${dollarText(RESERVE_PRICE)} (secret), soft close`,
  )
  return auction_id
}

/** The whole contest; gives everyone's view of it when the hammer has fallen. */
export async function playAuction(cast: Cast, timeline: Timeline, auctionId: number): Promise<LiveClient[]> {
  const { seller, bidders } = cast
  const { baseUrl } = seller
  const watchers = Array.from({ length: WATCHERS }, () => new LiveClient(baseUrl, auctionId, null))
  const live = bidders.map((bidder) => new LiveClient(baseUrl, auctionId, bidder))
  await Promise.all([...watchers, ...live].map((client) => client.connect()))
  timeline.say('room', `${WATCHERS} watchers and ${live.length} bidders are connected`)

  const [ann, ben, cho, dee, eve] = live
  if (!ann || !ben || !cho || !dee || !eve) throw new Error('The sale wants five bidders')
  const nameOf = new Map(live.map((client, index) => [client, bidders[index]?.name ?? '']))

  const bid = async (
    client: LiveClient,
    id: string,
    offer: Offer,
    rule: string,
    expected: Partial<Answer>,
  ) => {
    const answer = await client.bid(id, offer)
    const [kind, amount] = 'amount' in offer ? ['exact', offer.amount] : ['maximum', offer.max_bid]
    const told =
      answer.type === 'rejected'
        ? `refused: ${answer.code}${answer.minimum_bid ? `, at least ${dollarText(answer.minimum_bid)}` : ''}`
        : `${answer.leading ? 'leads' : 'does not lead'}, price ${dollarText(answer.current_bid)}`
    timeline.say(nameOf.get(client) ?? '', `${kind} ${dollarText(amount)}: ${told}`)
    for (const [field, value] of Object.entries(expected)) {
      timeline.expect(`${rule} (${field})`, Reflect.get(answer, field), value)
    }
  }

  await bid(ann, 'a1', { max_bid: 7_000 }, 'R4: the first maximum leads at the starting price', {
    type: 'accepted',
    leading: true,
    current_bid: 5_000,
    minimum_bid: 5_100,
  })
  await bid(ben, 'b1', { amount: 5_050 }, 'R5: a step above the price at least', {
    type: 'rejected',
    code: 'too_low',
    minimum_bid: 5_100,
  })
  await bid(ben, 'b2', { amount: 6_000 }, 'R6: below the maximum the leader stays, a step above', {
    type: 'accepted',
    leading: false,
    current_bid: 6_100,
  })
  await bid(cho, 'c1', { amount: 7_000 }, 'R7: of equal maximums the earlier leads', {
    type: 'accepted',
    leading: false,
    current_bid: 7_000,
  })
  timeline.expect('R9: the reserve is not met yet', cho.last?.reserve_met ?? false, false)
  await bid(dee, 'd1', { max_bid: 9_000 }, 'R9: a maximum over the reserve lifts the price to it', {
    type: 'accepted',
    leading: true,
    current_bid: RESERVE_PRICE,
  })
  await ann.waitFor(() => ann.frames.some(({ type }) => type === 'outbid'), 'the word that Ann is outbid')
  timeline.say('room', `reserve met; ${nameOf.get(ann)} is told that they are outbid`)
  await bid(eve, 'e1', { max_bid: 8_500 }, 'R6: the leader stays a step above the challenger', {
    type: 'accepted',
    leading: false,
    current_bid: 8_600,
  })

  await dee.waitFor(() => dee.last?.current_bid === 8_600, 'the bid of Eve')
  dee.disconnect()
  timeline.say(nameOf.get(dee) ?? '', 'loses the connection')
  await bid(cho, 'c2', { amount: 8_800 }, 'R4: the room bids on for a leader who is away', {
    type: 'accepted',
    leading: false,
    current_bid: 8_900,
  })
  const missedFrom = dee.seq
  await dee.connect()
  await dee.waitFor(() => dee.last?.current_bid === 8_900, 'what Dee missed')
  timeline.say(nameOf.get(dee) ?? '', `is back and catches up by sync from ${missedFrom} to ${dee.seq}`)

  await refuseSeller(cast, timeline, auctionId)
  await repeatOverHttp(cast, timeline, auctionId)
  await bidLate(timeline, ann, watchers, bid)
  await hammer(timeline, [...watchers, ...live], ann)
  const late = await ben.bid('b9', { amount: 20_000 })
  timeline.expect(
    'R16: nothing is accepted after the end',
    [late.type, 'code' in late && late.code],
    ['rejected', 'ended'],
  )
  timeline.say(nameOf.get(ben) ?? '', 'bids after the hammer: refused, ended')
  return [...watchers, ...live]
}

async function refuseSeller({ seller }: Cast, timeline: Timeline, auctionId: number): Promise<void> {
  const refusal = await seller.refusalOf('POST', `/api/auctions/${auctionId}/bids`, {
    body: { amount: 9_500 },
  })
  timeline.expect(
    'R18: nobody bids on their own auction',
    [refusal?.status, refusal?.code],
    [403, 'own_auction'],
  )
  timeline.say(seller.name, 'tries to bid on their own car: refused')
}

/** R21 over HTTP: the answer got lost, so the bid is sent again under its id. */
async function repeatOverHttp({ bidders }: Cast, timeline: Timeline, auctionId: number): Promise<void> {
  const ben = bidders[1]
  if (!ben) throw new Error('The sale wants five bidders')
  const send = () =>
    ben.call('POST', `/api/auctions/${auctionId}/bids`, verdictSchema, {
      body: { amount: 9_000 },
      idempotencyKey: 'ben-over-http',
    })
  const first = await send()
  const again = await send()
  timeline.expect(
    'R7: of equal maximums the earlier leads',
    [first.leading, first.current_bid],
    [false, 9_000],
  )
  timeline.expect('R21: the same id gets the same verdict', again, first)
  timeline.say(
    ben.name,
    `exact ${dollarText(9_000)} over HTTP, twice under one key: one bid, number ${first.bid_id}`,
  )
}

type Bid = (
  client: LiveClient,
  id: string,
  offer: Offer,
  rule: string,
  expected: Partial<Answer>,
) => Promise<void>

/** Waits for the soft close's window and bids in it. */
async function bidLate(timeline: Timeline, ann: LiveClient, watchers: LiveClient[], bid: Bid): Promise<void> {
  const endsAt = Date.parse(ann.last?.ends_at ?? '')
  const insideWindowMs = endsAt - (WINDOW_S / 2) * 1_000 - Date.now()
  timeline.say('clock', `${WINDOW_S / 2} s before the end in ${(insideWindowMs / 1_000).toFixed(1)} s …`)
  await new Promise((resolve) => setTimeout(resolve, insideWindowMs))
  await bid(ann, 'a2', { max_bid: 9_500 }, 'R6: the challenger leads a step above the beaten maximum', {
    type: 'accepted',
    leading: true,
    current_bid: 9_100,
  })
  const [watcher] = watchers
  await watcher?.waitFor(() => watcher.last?.extended_count === 1, 'the extension')
  const bidAt = watcher?.events.findLast(({ kind }) => kind === 'bid')?.at ?? ''
  const extendedTo = Date.parse(watcher?.last?.ends_at ?? '')
  timeline.expect('R12: the end is received + extension', extendedTo, Date.parse(bidAt) + EXTENSION_S * 1_000)
  timeline.say('clock', `a late bid: the end moves from ${clock(endsAt)} to ${clock(extendedTo)}`)
}

async function hammer(timeline: Timeline, everyone: LiveClient[], winner: LiveClient): Promise<void> {
  const waitMs = EXTENSION_S * 1_000 + 5_000
  await Promise.all(
    everyone.map((client) => client.waitFor(() => client.last?.kind === 'ended', 'the hammer', waitMs)),
  )
  timeline.say(
    'room',
    `the hammer falls at ${dollarText(winner.last?.current_bid ?? 0)}: ${winner.last?.outcome}`,
  )
  for (const client of everyone) {
    timeline.expect('a story without a gap', client.isGapless, true)
    const { outcome, current_bid, high_bidder, bid_count } = client.last ?? {}
    timeline.expect(
      'everyone sees the same end',
      { outcome, current_bid, high_bidder, bid_count },
      { outcome: 'sold', current_bid: 9_100, high_bidder: 'Bidder 1', bid_count: 8 },
    )
  }
}

/** After the hammer: the order is there for both sides, for nobody else, and the vehicle is sold. */
export async function checkOrder(
  cast: Cast,
  timeline: Timeline,
  auctionId: number,
  vehicleId: number,
): Promise<void> {
  const { seller, bidders } = cast
  const [ann, ben] = bidders
  if (!ann || !ben) throw new Error('The sale wants five bidders')
  const find = async (person: ApiClient) => {
    const { orders } = await person.call('GET', '/api/orders', z.object({ orders: z.array(orderSchema) }))
    return orders.find((order) => order.auction_id === auctionId)
  }
  const order = await until('the order', () => find(ann))
  timeline.expect('M1: an order at the hammer price', order.vehicle_price, 9_100)
  timeline.expect(
    'the order is between winner and seller',
    [order.buyer.id, order.seller.id],
    [ann.userId, seller.userId],
  )
  timeline.expect('the seller sees the same order', (await find(seller))?.id, order.id)
  timeline.expect('others do not', await find(ben), undefined)
  timeline.say('office', `order ${order.order_number}: ${dollarText(order.vehicle_price)}, ${order.status}`)
  const vehicle = await seller.call('GET', `/api/vehicles/${vehicleId}`, z.object({ status: z.string() }))
  timeline.expect('M1: the vehicle is sold', vehicle.status, 'sold')
  const auction = await ben.call('GET', `/api/auctions/${auctionId}`, auctionSchema)
  timeline.expect(
    'the auction as read over HTTP',
    [auction.status, auction.outcome, auction.current_bid],
    ['ended', 'sold', 9_100],
  )
  timeline.say('office', `vehicle ${vehicleId} is ${vehicle.status}`)
}

const clock = (epochMs: number): string => new Date(epochMs).toISOString().slice(11, 19)
