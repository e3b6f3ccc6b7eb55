import { describe, expect, test } from 'vitest'
import { findOutbid, type Viewer, viewAuction, viewBid, viewEvents } from '../../src/auctions/engine/view.ts'
import { ZERO_CENTS } from '../../src/lib/money.ts'
import { CLOSES_AT, idOf, OPENS_AT, openSale, type Sale, SELLER, scheduledSale, second, usd } from './sale.ts'

const PUBLIC: Viewer = { seesReserve: false, bidder: null }
const viewOf = (sale: Sale, viewer: Viewer = PUBLIC) => viewAuction(sale.current, viewer, sale.now)
const asBidder = (sale: Sale, bidderId: number): Viewer => ({
  seesReserve: false,
  bidder: { bidderId, alias: sale.aliases.get(bidderId) ?? 'none', maximum: usd(333) },
})
const historyOf = (sale: Sale) => sale.ledger.flatMap((entry) => viewBid(entry) ?? [])

describe('the auction as everyone may see it', () => {
  test('before the first bid the price is 0 and the least bid the starting price', () => {
    expect(viewOf(openSale({ reservePrice: usd(1_000) }))).toMatchObject({
      status: 'active',
      outcome: null,
      currentBid: ZERO_CENTS,
      minimumBid: usd(100),
      bidCount: 0,
      highBidder: null,
      hasReserve: true,
      reserveMet: false,
      you: null,
      seq: 1,
    })
  })

  test('R19: it names aliases, never who they are or what they offered', () => {
    const sale = openSale({ reservePrice: usd(987_654) })
    sale.max(123_456_789, 765_432)
    const text = JSON.stringify([viewOf(sale), sale.ledger.map(viewEvents), historyOf(sale)])
    expect(text).toContain('"Bidder 1"')
    for (const secret of ['123456789', '76543200', '98765400']) expect(text).not.toContain(secret)
  })

  test('R9: the reserve amount is for the seller and admins only', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    expect(viewOf(sale)).not.toHaveProperty('reservePrice')
    expect(viewOf(sale, { seesReserve: true, bidder: null }).reservePrice).toBe(usd(1_000))
  })

  test('R11: after a lowering the seller sees the one in force, and after a drop there is none', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.reserve(700)
    expect(viewOf(sale, { seesReserve: true, bidder: null }).reservePrice).toBe(usd(700))
    sale.reserve(null)
    expect(viewOf(sale)).toMatchObject({ hasReserve: false, reserveMet: null })
  })

  test('R19: a bidder sees their own alias and maximum, and whether they lead', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(2, 900)
    expect(viewOf(sale, asBidder(sale, 2)).you).toEqual({
      alias: 'Bidder 2',
      leading: true,
      maxBid: usd(900),
    })
    expect(viewOf(sale, asBidder(sale, 1)).you).toEqual({
      alias: 'Bidder 1',
      leading: false,
      maxBid: usd(333),
    })
  })

  test('R19: sellers see aliases too', () => {
    const sale = openSale()
    sale.max(1, 500)
    const view = viewOf(sale, { seesReserve: true, bidder: null })
    expect(view).toMatchObject({ sellerId: SELLER, highBidder: 'Bidder 1', you: null })
  })

  test('R19: aliases follow the order of first accepted bids, and stay', () => {
    const sale = openSale()
    sale.max(30, 1)
    sale.max(20, 500)
    sale.max(10, 900)
    sale.max(20, 1_500)
    expect([...sale.aliases]).toEqual([
      [20, 'Bidder 1'],
      [10, 'Bidder 2'],
    ])
    sale.void(idOf(sale.max(40, 2_000)))
    sale.max(50, 3_000)
    expect(sale.aliases.get(50)).toBe('Bidder 4')
  })

  test('time_remaining is whole seconds to the end, and 0 afterwards', () => {
    const sale = openSale().at(1_799.5)
    expect(viewOf(sale).timeRemainingSeconds).toBe(1_800)
    expect(viewOf(sale.at(3_600).wake())).toMatchObject({ timeRemainingSeconds: 0, minimumBid: null })
    const cancelled = openSale()
    cancelled.cancel('seller')
    expect(viewOf(cancelled)).toMatchObject({
      timeRemainingSeconds: 0,
      minimumBid: null,
      cancelReason: 'title lost',
    })
  })

  test('R13: it carries the server time and both ends', () => {
    const sale = openSale().at(3_590)
    sale.max(1, 500)
    expect(viewOf(sale)).toMatchObject({
      serverTime: second(3_590),
      startsAt: OPENS_AT,
      originalEndsAt: CLOSES_AT,
      endsAt: second(3_710),
      extendedCount: 1,
    })
    expect(viewOf(sale.at(0)).serverTime).toBe(second(3_590))
  })

  test('a scheduled auction shows what it will open with', () => {
    expect(viewOf(scheduledSale())).toMatchObject({ status: 'scheduled', minimumBid: usd(100), seq: 0 })
  })
})

describe('the events that everyone receives', () => {
  test('R3: reserve_met and extended carry the same values as their bid', () => {
    const sale = openSale({ reservePrice: usd(1_000) }).at(3_590)
    sale.max(1, 1_500)
    const [bid, met, extended] = sale.ledger.slice(-1).flatMap(viewEvents)
    const common = {
      at: second(3_590),
      status: 'active',
      outcome: null,
      currentBid: usd(1_000),
      minimumBid: usd(1_050),
      highBidder: 'Bidder 1',
      bidCount: 1,
      reserveMet: true,
      endsAt: second(3_710),
      extendedCount: 1,
    }
    const own = { bidId: 3, bidder: 'Bidder 1', amount: usd(1_000) }
    expect(bid).toEqual({ seq: 2, kind: 'bid', ...own, ...common })
    expect(met).toEqual({ seq: 3, kind: 'reserve_met', ...common })
    expect(extended).toEqual({ seq: 4, kind: 'extended', ...common })
  })

  test('R3, R19: a secret raise, arming and an edit show nothing', () => {
    const sale = scheduledSale()
    sale.edit({ startingPrice: usd(50) })
    sale.at(0)
    sale.max(1, 500)
    const shown = sale.ledger.flatMap(viewEvents).length
    sale.max(1, 900)
    expect(sale.ledger.flatMap(viewEvents)).toHaveLength(shown)
    expect(sale.ledger.slice(0, 2).flatMap(viewEvents)).toEqual([])
  })

  test('bid_voided and cancelled carry their reason, disclosure_changed its changes', () => {
    const sale = openSale()
    sale.void(idOf(sale.max(1, 500)))
    sale.disclose('seller')
    sale.cancel('seller')
    const [voided, disclosed, cancelled] = sale.ledger.slice(-3).flatMap(viewEvents)
    expect(voided).toMatchObject({ bidId: 3, bidder: 'Bidder 1', amount: usd(100), reason: 'typing error' })
    expect(disclosed).toMatchObject({ changes: [{ field: 'mileage', before: 80_000, after: 180_000 }] })
    expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'title lost' })
  })

  test('R14: bought carries the price at which it ended', () => {
    const sale = openSale({ buyNowPrice: usd(2_000) })
    sale.buy(1)
    expect(sale.ledger.slice(-1).flatMap(viewEvents)).toMatchObject([
      { kind: 'bought', bidder: 'Bidder 1', amount: usd(2_000), currentBid: usd(2_000), outcome: 'sold' },
      { kind: 'ended', status: 'ended', outcome: 'sold' },
    ])
  })
})

describe('the bid history', () => {
  test('the amount is fixed when the bid is accepted: what was exact, what lost, or the price it left', () => {
    const sale = openSale({ reservePrice: usd(5_000), buyNowPrice: usd(9_000) })
    sale.max(1, 900)
    sale.exact(2, 300)
    sale.max(2, 600)
    sale.max(3, 2_000)
    sale.exact(3, 1_500)
    sale.buy(4)
    const rows = historyOf(sale).map(({ bidder, amount, kind, isAutoBid, currentBid, leader }) => [
      bidder,
      amount / 100,
      kind,
      isAutoBid,
      currentBid / 100,
      leader,
    ])
    expect(rows).toEqual([
      ['Bidder 1', 100, 'max', true, 100, 'Bidder 1'],
      ['Bidder 2', 300, 'exact', false, 325, 'Bidder 1'],
      ['Bidder 2', 600, 'max', true, 625, 'Bidder 1'],
      ['Bidder 3', 925, 'max', true, 925, 'Bidder 3'],
      ['Bidder 3', 1_500, 'exact', false, 1_500, 'Bidder 3'],
      ['Bidder 4', 9_000, 'buy_now', false, 9_000, 'Bidder 4'],
    ])
  })

  test('a raise that moves nothing has no row and does not count', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(1, 900)
    expect(historyOf(sale)).toHaveLength(1)
    expect(sale.position.bidCount).toBe(1)
  })

  test('a raise that moves the price has one, and counts', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.max(1, 1_200)
    expect(historyOf(sale).map(({ amount }) => amount)).toEqual([usd(100), usd(1_000)])
    expect(sale.position.bidCount).toBe(2)
  })
})

describe('who is told outbid', () => {
  test('the leader whom a bid has beaten, and nobody where the leader stays', () => {
    const sale = openSale()
    const bid = (bidderId: number, dollars: number) => {
      const before = sale.current
      const decision = sale.max(bidderId, dollars)
      if (decision.rejected !== null) throw new Error(decision.rejected)
      return findOutbid(before, decision.entry)
    }
    expect(bid(1, 500)).toBeNull()
    expect(bid(2, 300)).toBeNull()
    expect(bid(1, 600)).toBeNull()
    expect(bid(3, 900)).toBe(1)
  })
})
