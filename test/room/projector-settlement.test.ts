import { describe, expect, test } from 'vitest'
import { SELLER, usd } from '../engine/sale.ts'
import { withFault } from '../support/database.ts'
import { openProjection, type Projection, rowsOf } from '../support/projection.ts'

const [ANN, BEN, CAT] = [11, 12, 13]
const NO_RESERVE = { reservePrice: null }

async function drained(projection: Projection) {
  projection.now += 60_000
  await projection.drain()
  const rows = await rowsOf(projection.auctionId)
  const notices = rows.notifications.map(({ user_id, type }) => [Number(user_id), type])
  return { ...rows, notices, vehicle: rows.vehicles[0], auction: rows.auctions[0] }
}

const noticesOf = ({ notices }: { notices: unknown[][] }, userId: number) =>
  notices.filter(([id]) => id === userId).map(([, type]) => type)

describe('settlement (M1)', () => {
  test('sold makes one order, marks the vehicle sold and frees its VIN', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).exact(BEN, 700)
    projection.sale.at(4_000).wake()
    const { orders, auction, vehicle } = await drained(projection)
    expect(auction).toMatchObject({ status: 'ended', outcome: 'sold', next_attempt_at: null })
    expect(auction?.settled_at).not.toBeNull()
    expect(vehicle).toMatchObject({ status: 'sold', live_vin: null })
    expect(orders).toMatchObject([
      {
        source_key: `auction:${projection.auctionId}`,
        order_number: `ORD-20270104-A${projection.auctionId}`,
        buyer_id: '12',
        seller_id: String(SELLER),
        vehicle_price_cents: '70000',
        status: 'pending_payment',
        created_at: '2027-01-04 16:00:00.000',
      },
    ])
  })

  test('a purchase sells as of its instant', async () => {
    const projection = await openProjection({ reservePrice: null, buyNowPrice: usd(900) })
    projection.sale.at(30).buy(CAT)
    const { orders, bids, auction } = await drained(projection)
    expect(bids).toMatchObject([{ kind: 'buy_now', amount_cents: '90000' }])
    expect(auction).toMatchObject({ outcome: 'sold', high_bidder_id: '13', current_bid_cents: '90000' })
    expect(orders).toMatchObject([{ vehicle_price_cents: '90000', created_at: '2027-01-04 15:00:30.000' }])
  })

  test('unsold returns the vehicle, which keeps its VIN', async () => {
    const projection = await openProjection()
    projection.sale.at(4_000).wake()
    const { orders, auction, vehicle } = await drained(projection)
    expect(auction).toMatchObject({ status: 'ended', outcome: 'unsold' })
    expect(vehicle?.status).toBe('active')
    expect(vehicle?.live_vin).toBe(vehicle?.vin)
    expect(orders).toEqual([])
  })

  test('cancelled returns the vehicle', async () => {
    const projection = await openProjection()
    projection.sale.at(10).cancel('seller')
    const { auction, vehicle } = await drained(projection)
    expect(auction).toMatchObject({ status: 'cancelled', outcome: null, cancel_reason: 'title lost' })
    expect(vehicle?.status).toBe('active')
  })

  test('while the seller decides the vehicle stays in auction and there is no order', async () => {
    const projection = await openProjection({ reservePrice: usd(5_000) })
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(4_000).wake()
    const { auction, orders, vehicle } = await drained(projection)
    expect(auction).toMatchObject({ outcome: 'pending_seller', next_attempt_at: null })
    expect(vehicle?.status).toBe('in_auction')
    expect(orders).toEqual([])
  })
})

describe('notices (M13)', () => {
  test('who was outbid is told once a batch, and not at all who leads again at its end', async () => {
    const projection = await openProjection(NO_RESERVE)
    for (const [bidder, amount] of [
      [ANN, 200],
      [BEN, 300],
      [ANN, 400],
      [BEN, 500],
      [CAT, 600],
      [BEN, 700],
    ] as const) {
      projection.sale.at(10 + amount).exact(bidder, amount)
    }
    const first = await drained(projection)
    expect(noticesOf(first, ANN)).toEqual(['outbid'])
    expect(noticesOf(first, CAT)).toEqual(['outbid'])
    expect(noticesOf(first, BEN)).toEqual([])
    expect(noticesOf(first, SELLER)).toEqual(['bid_placed'])
    const toAnn = first.notifications.find(({ user_id }) => user_id === String(ANN))
    expect(toAnn).toMatchObject({
      title: 'You were outbid: 2003 Honda Accord',
      message: 'The price is $700.00 now.',
      data: { auction_id: projection.auctionId, current_bid: 700 },
    })
    projection.sale.at(800).exact(ANN, 800)
    const second = await drained(projection)
    expect(noticesOf(second, BEN)).toEqual(['outbid'])
    expect(noticesOf(second, SELLER)).toEqual(['bid_placed', 'bid_placed'])
  })

  test('who was outbid is told once, also where their batch failed half-way and is sent again with more', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).exact(ANN, 200)
    projection.sale.at(20).exact(BEN, 300)
    await withFault({ mode: 'refuse', matching: '^update .?auctions' }, () => projection.run())
    projection.sale.at(30).exact(ANN, 400)
    projection.sale.at(40).exact(BEN, 500)
    const rows = await drained(projection)
    expect(noticesOf(rows, ANN)).toEqual(['outbid'])
    expect(noticesOf(rows, SELLER)).toEqual(['bid_placed'])
  })

  test('a raise that moves nothing tells nobody', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    await drained(projection)
    projection.sale.at(20).max(ANN, 900)
    expect(noticesOf(await drained(projection), SELLER)).toEqual(['bid_placed'])
  })

  test('at the end the winner, the others and the seller are told, each once', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).exact(BEN, 700)
    projection.sale.at(30).exact(CAT, 300)
    projection.sale.at(4_000).wake()
    const rows = await drained(projection)
    expect(noticesOf(rows, BEN)).toEqual(['auction_won'])
    expect(noticesOf(rows, ANN)).toEqual(['auction_lost'])
    expect(noticesOf(rows, SELLER).sort()).toEqual(['bid_placed', 'general'])
  })

  test('R14: a purchase tells the others that they lost, not that they were outbid', async () => {
    const projection = await openProjection({ reservePrice: usd(900), buyNowPrice: usd(900) })
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).buy(BEN)
    expect(noticesOf(await drained(projection), ANN)).toEqual(['auction_lost'])
  })

  test('below the reserve the seller’s decision is due', async () => {
    const projection = await openProjection({ reservePrice: usd(5_000) })
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).max(BEN, 800)
    projection.sale.at(4_000).wake()
    const rows = await drained(projection)
    expect(noticesOf(rows, SELLER)).toContain('seller_decision_due')
    expect(noticesOf(rows, BEN)).toEqual(['general'])
    expect(noticesOf(rows, ANN)).toEqual(['auction_lost'])
  })

  test('R20: whose bid was voided is told why, and who leads again that they do', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).max(BEN, 800)
    await drained(projection)
    projection.sale.at(30).void(4)
    const { notifications } = await drained(projection)
    const messages = notifications
      .filter(({ type }) => type === 'general')
      .map(({ user_id, message }) => [user_id, message])
    expect(messages).toEqual([
      [String(ANN), 'A bid was voided: you lead at $100.00.'],
      [String(BEN), 'typing error'],
    ])
  })

  test('M12: each bidder is asked to bid again, and told what changed', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).max(BEN, 800)
    projection.sale.at(30).disclose('admin')
    const rows = await drained(projection)
    for (const person of [ANN, BEN]) expect(noticesOf(rows, person)).toEqual(['disclosure_changed'])
    const told = rows.notifications.find(({ type }) => type === 'disclosure_changed')
    expect(told?.data).toMatchObject({ changes: [{ field: 'mileage', before: 80_000, after: 180_000 }] })
  })

  test('R17: a cancelled auction tells the seller and whoever had a bid', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).cancel('admin')
    const rows = await drained(projection)
    expect(noticesOf(rows, ANN)).toEqual(['general'])
    expect(noticesOf(rows, SELLER).sort()).toEqual(['bid_placed', 'general'])
  })

  test('R18: a suspended bidder, whose bids are all voided, is not told that they lost', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 500)
    projection.sale.at(20).max(BEN, 800)
    projection.sale.at(30).suspend(ANN)
    projection.sale.at(5_000).wake()
    const rows = await drained(projection)
    expect(noticesOf(rows, ANN)).toEqual(['general'])
    expect(noticesOf(rows, BEN)).toEqual(['auction_won'])
  })

  test('R19: no notice to anyone carries a maximum', async () => {
    const projection = await openProjection(NO_RESERVE)
    projection.sale.at(10).max(ANN, 7_654.32)
    projection.sale.at(20).max(BEN, 800)
    projection.sale.at(4_000).wake()
    const { notifications } = await drained(projection)
    expect(notifications.length).toBeGreaterThan(2)
    expect(JSON.stringify(notifications)).not.toMatch(/7,?654/)
  })
})
