import { describe, expect, test } from 'vitest'
import { type AuctionPolicy, evolve, type LedgerEntry } from '../../src/auctions/engine/auction.ts'
import { decide } from '../../src/auctions/engine/decide.ts'
import {
  CLOSES_AT,
  idOf,
  kindsOf,
  MIN_DURATION_MS,
  OPENS_AT,
  openSale,
  scheduledSale,
  second,
  termsWith,
  usd,
  verdictOf,
} from './sale.ts'

const fold = (ledger: readonly LedgerEntry[]) =>
  ledger.reduce<ReturnType<typeof evolve> | null>((auction, entry) => evolve(auction, entry), null)

describe('R3: events and the ledger', () => {
  test('R3: a bid carries price, leader, reserve and end as they are after R6, R9 and R12', () => {
    const sale = openSale({ reservePrice: usd(1_000) }).at(3_590)
    const decision = sale.max(1, 1_500)
    expect(kindsOf(decision)).toEqual(['bid', 'reserve_met', 'extended'])
    expect(sale.ledger.at(-1)?.after).toMatchObject({
      price: usd(1_000),
      leader: { bidderId: 1, maximum: usd(1_500) },
      reserveMet: true,
      endsAt: second(3_710),
      extendedCount: 1,
    })
  })

  test('R3: reserve_met and extended follow their bid, numbered on', () => {
    const sale = openSale({ reservePrice: usd(1_000) }).at(3_590)
    sale.max(1, 1_500)
    const seqs = sale.ledger.at(-1)?.events.map(({ kind, seq }) => [kind, seq])
    expect(seqs).toEqual([
      ['bid', 2],
      ['reserve_met', 3],
      ['extended', 4],
    ])
  })

  test("R3: a verdict's seq and bid_id are the bid event's", () => {
    const sale = openSale()
    const verdict = verdictOf(sale.max(1, 500))
    expect(sale.ledger.at(-1)).toMatchObject({ number: verdict.bidId, events: [{ seq: verdict.seq }] })
  })

  test('R3: arming and an edit while scheduled are rows without a seq', () => {
    const sale = scheduledSale()
    sale.edit({ startingPrice: usd(50) })
    expect(sale.ledger.map(({ number, events }) => [number, events.map(({ seq }) => seq)])).toEqual([
      [1, [null]],
      [2, [null]],
    ])
    sale.at(0).wake()
    expect(sale.ledger.at(-1)).toMatchObject({ number: 3, events: [{ kind: 'opened', seq: 1 }] })
  })

  test("R3: a leader's raise that moves nothing is a row without a seq", () => {
    const sale = openSale()
    sale.max(1, 500)
    const before = sale.position
    const verdict = verdictOf(sale.max(1, 900))
    expect(verdict).toMatchObject({ bidId: 4, seq: null, leading: true, yourMax: usd(900), bidCount: 1 })
    expect(sale.position).toEqual({ ...before, leader: { ...before.leader, maximum: usd(900) } })
    expect(verdictOf(sale.max(2, 300))).toMatchObject({ bidId: 5, seq: 3, bidCount: 2 })
  })

  test("R3, R12: a leader's raise that moves nothing extends nothing", () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.at(3_590)
    expect(kindsOf(sale.max(1, 900))).toEqual(['raised'])
    expect(sale.position.endsAt).toBe(CLOSES_AT)
  })

  test('R3: a rejection writes no event, moves no price and extends no clock', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.at(3_590)
    const before = sale.current
    expect(sale.max(2, 1)).toMatchObject({ rejected: 'too_low' })
    expect(sale.current).toBe(before)
  })

  test('R3: state is the fold of the ledger, read back from JSON too', () => {
    const sale = openSale({ reservePrice: usd(1_000) }).at(3_590)
    sale.max(1, 500)
    sale.reserve(700)
    const first = idOf(sale.max(2, 800))
    sale.void(first)
    sale.at(9_999).wake()
    expect(fold(sale.ledger)).toEqual(sale.current)
    expect(fold(JSON.parse(JSON.stringify(sale.ledger)))).toEqual(sale.current)
  })

  test('R3: a ledger with a gap, or one that begins without arming, is corrupt', () => {
    const sale = openSale()
    sale.max(1, 500)
    const [armed, opened, bid] = sale.ledger
    if (armed === undefined || opened === undefined || bid === undefined) throw new Error('no ledger')
    expect(() => fold([armed, bid])).toThrow()
    expect(() => fold([opened])).toThrow('arming')
    expect(() => fold([armed, opened, { ...bid, events: [{ kind: 'ended', seq: 5 }] }])).toThrow('seq')
    expect(() => fold([armed, opened, { ...bid, number: 4 }])).toThrow('follows')
  })
})

describe('arming and editing', () => {
  test('arming again is wrong_status, whatever has become due', () => {
    const sale = openSale()
    const again = decide(sale.current, null, { kind: 'arm', terms: termsWith() }, CLOSES_AT + 1)
    expect(again).toMatchObject({ rejected: 'wrong_status' })
  })

  test('everything may be edited while scheduled', () => {
    const sale = scheduledSale()
    const changes: Partial<AuctionPolicy> = {
      saleType: 'on_approval',
      startingPrice: usd(200),
      reservePrice: usd(900),
      buyNowPrice: usd(2_000),
      belowReserve: 'post_max',
      startsAt: OPENS_AT + 1,
      endsAt: CLOSES_AT - 1,
    }
    expect(kindsOf(sale.edit(changes))).toEqual(['edited'])
    expect(sale.current.terms).toEqual(termsWith(changes))
    expect(sale.position).toMatchObject({ minimumBid: usd(200), reserveMet: false, endsAt: CLOSES_AT - 1 })
  })

  test('an edit that breaks the rules together with what stays is refused with its problems', () => {
    const sale = scheduledSale({ reservePrice: usd(500) })
    const before = sale.current
    expect(sale.edit({ startingPrice: usd(600) })).toMatchObject({
      rejected: 'validation_failed',
      problems: [{ path: 'reserve_price' }],
    })
    expect(sale.edit({ endsAt: OPENS_AT + MIN_DURATION_MS - 1 })).toMatchObject({
      rejected: 'validation_failed',
      problems: [{ path: 'ends_at' }],
    })
    expect(sale.current).toBe(before)
  })

  test('an edit cannot open the auction in the past', () => {
    const sale = scheduledSale()
    sale.edit({ startsAt: OPENS_AT - 99_999_999 })
    expect(sale.current.terms.startsAt).toBe(second(-3_600))
  })

  test('the policy is fixed when the auction opens', () => {
    const sale = openSale()
    expect(sale.edit({ startingPrice: usd(50) })).toMatchObject({ rejected: 'wrong_status' })
    expect(sale.edit({ reservePrice: null, endsAt: CLOSES_AT + 1 })).toMatchObject({
      rejected: 'wrong_status',
    })
    expect(sale.edit({})).toMatchObject({ rejected: 'wrong_status' })
  })

  test('an edit at exactly the start is too late', () => {
    const sale = scheduledSale().at(0)
    expect(sale.edit({ startingPrice: usd(50) })).toMatchObject({ rejected: 'wrong_status' })
  })
})
