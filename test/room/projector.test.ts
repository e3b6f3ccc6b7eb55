import { describe, expect, test } from 'vitest'
import { STUCK_RETRY_MS } from '../../src/auctions/live/projector.ts'
import { CLOSES_AT, usd } from '../engine/sale.ts'
import { countReads, query, withFault } from '../support/database.ts'
import { openProjection, type Projection, rowsOf } from '../support/projection.ts'

const [ANN, BEN, CAT] = [11, 12, 13]

/** A sale with everything that a ledger can hold but a cancellation: ended with Ben ahead of Ann. */
async function playSale(): Promise<Projection> {
  const projection = await openProjection({ reservePrice: null })
  const { sale } = projection
  sale.at(10).max(ANN, 500)
  sale.at(20).exact(BEN, 300)
  sale.at(30).max(CAT, 900)
  sale.at(40).max(CAT, 950)
  sale.at(50).max(BEN, 1_000)
  sale.at(60).void(sale.ledger.length - 2)
  sale.at(3_590).exact(ANN, 980)
  sale.at(4_000).wake()
  return projection
}

test('a ledger becomes bids, the bidders’ maximums and the auction’s row', async () => {
  const projection = await openProjection({ reservePrice: null })
  projection.sale.at(10).max(ANN, 500)
  projection.sale.at(20).exact(BEN, 300)
  projection.sale.at(30).max(ANN, 600)
  await projection.drain()
  const { auctions, bids, auction_bidders } = await rowsOf(projection.auctionId)
  expect(bids).toMatchObject([
    { bid_id: '3', seq: '2', user_id: '11', alias: 'Bidder 1', kind: 'max', amount_cents: '10000' },
    { bid_id: '4', seq: '3', user_id: '12', alias: 'Bidder 2', kind: 'exact', amount_cents: '30000' },
    { bid_id: '5', seq: null, user_id: '11', alias: 'Bidder 1', kind: 'max', offered_cents: '60000' },
  ])
  expect(bids[1]).toMatchObject({ current_bid_cents: '32500', leader_alias: 'Bidder 1', voided_at: null })
  expect(auction_bidders).toMatchObject([
    { user_id: '11', alias: 'Bidder 1', max_bid_cents: '60000' },
    { user_id: '12', alias: 'Bidder 2', max_bid_cents: '30000' },
  ])
  expect(auctions).toMatchObject([
    {
      status: 'active',
      seq: '3',
      projected: '5',
      current_bid_cents: '32500',
      price_cents: '32500',
      minimum_bid_cents: '35000',
      bid_count: 2,
      high_bidder_id: '11',
      high_bidder_alias: 'Bidder 1',
      settled_at: null,
    },
  ])
})

test('arming is told by armed_at, and the sweeper looks again once the auction should be settled', async () => {
  const projection = await openProjection()
  await projection.drain()
  const { auctions } = await rowsOf(projection.auctionId)
  expect(auctions).toMatchObject([
    { armed_at: '2027-01-04 14:00:00.000', next_attempt_at: '2027-01-04 16:01:00.000' },
  ])
})

test('the arming alone leaves the row as it was made: one that opens at once never shows as scheduled', async () => {
  const projection = await openProjection({}, 'scheduled')
  await query("UPDATE auctions SET status = 'active', seq = 1 WHERE id = ?", [projection.auctionId])
  await projection.drain()
  const { auctions } = await rowsOf(projection.auctionId)
  expect(auctions).toMatchObject([{ status: 'active', seq: '1', projected: '1' }])
  projection.sale.at(0).wake()
  projection.now += 60_000
  await projection.drain()
  expect((await rowsOf(projection.auctionId)).auctions).toMatchObject([{ status: 'active', projected: '2' }])
})

test('R20: a voiding marks its bid and brings the maximum and the price down', async () => {
  const projection = await openProjection({ reservePrice: null })
  projection.sale.at(10).max(ANN, 500)
  projection.sale.at(20).max(ANN, 700)
  projection.sale.at(30).max(BEN, 900)
  await projection.drain()
  projection.sale.at(40).void(5)
  projection.now += 60_000
  await projection.drain()
  const { auctions, bids, auction_bidders } = await rowsOf(projection.auctionId)
  expect(bids.map(({ void_reason }) => void_reason)).toEqual([null, null, 'typing error'])
  expect(auction_bidders).toMatchObject([{ max_bid_cents: '70000' }, { max_bid_cents: null }])
  expect(auctions).toMatchObject([{ current_bid_cents: '10000', bid_count: 1, high_bidder_id: '11' }])
})

test('R20: with no bid left the price of the list is the starting price again', async () => {
  const projection = await openProjection({ reservePrice: null })
  projection.sale.at(10).exact(ANN, 500)
  await projection.drain()
  projection.sale.at(40).void(3)
  projection.now += 60_000
  await projection.drain()
  const { auctions } = await rowsOf(projection.auctionId)
  expect(auctions).toMatchObject([{ current_bid_cents: '0', price_cents: '10000', high_bidder_id: null }])
})

test('an edit while scheduled changes the terms of the row', async () => {
  const projection = await openProjection({}, 'scheduled')
  const { sale } = projection
  await projection.drain()
  sale.edit({ startingPrice: usd(250), reservePrice: usd(400), endsAt: CLOSES_AT + 60_000 })
  await projection.drain()
  const { auctions } = await rowsOf(projection.auctionId)
  expect(auctions).toMatchObject([
    {
      status: 'scheduled',
      starting_price_cents: '25000',
      price_cents: '25000',
      reserve_price_cents: '40000',
      original_ends_at: '2027-01-04 16:01:00.000',
      next_attempt_at: '2027-01-04 16:02:00.000',
    },
  ])
})

test('everything delivered twice leaves the same rows', async () => {
  const projection = await playSale()
  await projection.drain()
  const once = await rowsOf(projection.auctionId)
  expect(once.orders).toHaveLength(1)
  projection.restart({ forget: true })
  await projection.drain()
  expect(await rowsOf(projection.auctionId)).toEqual(once)
})

test('everything delivered again in other batches leaves the same rows, and repeats no notice', async () => {
  const projection = await playSale()
  await projection.drain()
  const { notifications: noticesOnce, ...once } = await rowsOf(projection.auctionId)
  projection.restart({ forget: true })
  const halving = { mode: 'refuse-statement', matching: 'INSERT INTO bids', times: 2 } as const
  await withFault(halving, () => projection.drain())
  const { notifications, ...again } = await rowsOf(projection.auctionId)
  expect(again).toEqual(once)
  expect(notifications).toEqual(expect.arrayContaining(noticesOnce))
})

describe('a statement that fails, wherever it stands, leaves what an undisturbed run leaves', () => {
  test.each(['refuse', 'lose-answer', 'hang'] as const)('%s', async (mode) => {
    const undisturbed = await playSale()
    await undisturbed.drain()
    const expected = forget(await rowsOf(undisturbed.auctionId))
    for (let skip = 0; ; skip++) {
      const projection = await playSale()
      const hadToCome = await withFault(
        { mode, skip, times: 1 },
        async () => (await projection.run()).retryInMs,
      )
      await projection.drain()
      expect(forget(await rowsOf(projection.auctionId)), `statement ${skip}`).toEqual(expected)
      if (hadToCome === null && skip > 10) break
    }
  })
})

test('with the database away for the whole auction, all of it is there afterwards, in order', async () => {
  const projection = await openProjection({ reservePrice: null })
  const { sale } = projection
  await withFault({ mode: 'refuse' }, async () => {
    for (let bid = 0; bid < 40; bid++) {
      sale.at(10 * bid + 1).exact(bid % 2 === 0 ? ANN : BEN, 200 + 100 * bid)
      projection.now = sale.now
      const { retryInMs } = await projection.run()
      expect(retryInMs).toBeGreaterThan(0)
      expect(retryInMs).toBeLessThanOrEqual(15_000)
    }
    sale.at(4_000).wake()
    projection.now = sale.now
    await projection.run()
    expect(projection.ledger.cursor()).toBe(0)
  })
  await projection.drain()
  const { auctions, bids, orders, vehicles } = await rowsOf(projection.auctionId)
  expect(bids.map(({ bid_id }) => Number(bid_id))).toEqual(Array.from({ length: 40 }, (_, i) => i + 3))
  expect(auctions).toMatchObject([{ status: 'ended', outcome: 'sold', next_attempt_at: null }])
  expect(orders).toMatchObject([{ buyer_id: '12', vehicle_price_cents: '410000' }])
  expect(vehicles).toMatchObject([{ status: 'sold', live_vin: null }])
})

test('a database that hangs is given up on, and asked again within 15 s', async () => {
  const projection = await playSale()
  await withFault({ mode: 'hang' }, async () => {
    for (let turn = 0; turn < 6; turn++) {
      const { retryInMs } = await projection.run()
      expect(retryInMs).toBeLessThanOrEqual(15_000)
      projection.now += retryInMs ?? 0
    }
  })
  expect(projection.runs.at(-1)).toEqual({ lag: projection.ledger.lastNumber(), stuck: false })
  await projection.drain()
  expect((await rowsOf(projection.auctionId)).orders).toHaveLength(1)
})

describe('an entry that MySQL refuses for good', () => {
  const refusal = { mode: 'refuse-statement', matching: "VALUES.*'exact', 77700" } as const

  test('stops the projection right before it, is tried again each minute and never skipped', async () => {
    const projection = await openProjection({ reservePrice: null })
    const { sale } = projection
    for (let bid = 0; bid < 20; bid++) sale.at(bid + 1).exact(ANN + bid, bid === 12 ? 777 : 200 + 50 * bid)
    const entry = 3 + 12
    await withFault(refusal, async () => {
      expect(await projection.run()).toEqual({ retryInMs: STUCK_RETRY_MS })
      expect(projection.ledger.cursor()).toBe(entry - 1)
      expect(projection.runs.at(-1)).toEqual({ lag: sale.ledger.length - entry + 1, stuck: true })
      const { calls } = await countReads(async () => {
        projection.now += STUCK_RETRY_MS - 1
        expect(await projection.run()).toEqual({ retryInMs: 1 })
      })
      expect(calls).toBe(0)
      projection.now += 1
      expect(await projection.run()).toEqual({ retryInMs: STUCK_RETRY_MS })
      expect(projection.ledger.cursor()).toBe(entry - 1)
    })
    projection.now += STUCK_RETRY_MS
    await projection.drain()
    expect(projection.runs.at(-1)).toEqual({ lag: 0, stuck: false })
    expect((await rowsOf(projection.auctionId)).bids).toHaveLength(20)
  })

  test('that settles the auction keeps the cursor before it', async () => {
    const projection = await playSale()
    await withFault({ mode: 'refuse-statement', matching: 'insert into `orders`' }, () => projection.run())
    const { ledger } = projection
    expect(ledger.cursor()).toBe(ledger.lastNumber() - 1)
    const { auctions, vehicles } = await rowsOf(projection.auctionId)
    expect(auctions).toMatchObject([{ status: 'active', settled_at: null }])
    expect(vehicles).toMatchObject([{ status: 'in_auction' }])
  })
})

test('a COMMIT whose answer is lost settles once', async () => {
  const projection = await playSale()
  await withFault({ mode: 'lose-answer', matching: '^\\s*commit' }, () => projection.run())
  await projection.drain()
  const { orders, auctions } = await rowsOf(projection.auctionId)
  expect(orders).toHaveLength(1)
  expect(auctions).toMatchObject([{ outcome: 'sold', next_attempt_at: null }])
})

test('under load there is at most one call for 200 bids', async () => {
  const projection = await openProjection({ reservePrice: null, endsAt: CLOSES_AT + 10_000_000 })
  const { sale } = projection
  sale.at(0)
  for (let bid = 0; bid < 2_900; bid++) sale.exact(100 + (bid % 60), 200 + 300 * bid)
  const { calls } = await countReads(() => projection.drain())
  expect(calls).toBeLessThanOrEqual(2_900 / 200)
  const [counted] = await query('SELECT COUNT(*) AS n FROM bids WHERE auction_id = ?', [projection.auctionId])
  expect(counted).toEqual({ n: '2900' })
})

test('bids that follow a full second of bidding wait for each other, a single one goes out at once', async () => {
  const projection = await openProjection({ reservePrice: null })
  const { sale } = projection
  await projection.drain()
  projection.now += 5_000
  for (let bid = 0; bid < 25; bid++) sale.at(bid + 1).exact(ANN + bid, 200 + 50 * bid)
  expect(await projection.run()).toEqual({ retryInMs: null })
  sale.at(60).exact(ANN, 5_000)
  expect(await projection.run()).toEqual({ retryInMs: 1_000 })
  projection.now += 1_000
  expect(await projection.run()).toEqual({ retryInMs: null })
})

/** Rows without what tells one auction from the next. */
function forget(rows: Awaited<ReturnType<typeof rowsOf>>): unknown {
  const text = JSON.stringify(rows, (key, value) =>
    ['id', 'auction_id', 'vehicle_id', 'creation_key', 'order_number', 'vin', 'settled_at'].includes(key)
      ? undefined
      : value,
  )
  return JSON.parse(
    text.replaceAll(/auction:\d+/g, 'auction').replaceAll(/\\"(auction|vehicle)_id\\":\d+/g, ''),
  )
}
