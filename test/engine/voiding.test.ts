import { describe, expect, test } from 'vitest'
import { findRestoredLeader } from '../../src/auctions/engine/view.ts'
import { cents } from '../../src/lib/money.ts'
import { CLOSES_AT, entryOf, idOf, kindsOf, openSale, scheduledSale, second, standOf, usd } from './sale.ts'

describe('R20: voiding a bid', () => {
  test('R20: it is as if the bid had never come', () => {
    const sale = openSale()
    sale.max(1, 500)
    const second = idOf(sale.max(2, 900))
    sale.max(3, 700)
    expect(standOf(sale)).toEqual({ price: 725, leader: 2, maximum: 900 })
    expect(kindsOf(sale.void(second))).toEqual(['bid_voided'])
    expect(standOf(sale)).toEqual({ price: 525, leader: 3, maximum: 700 })
  })

  test('R20: a losing bid gives back the price that it drove up', () => {
    const sale = openSale()
    sale.max(1, 500)
    const loser = idOf(sale.exact(2, 400))
    expect(standOf(sale).price).toBe(425)
    sale.void(loser)
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 500 })
    expect(sale.position.minimumBid).toBe(usd(125))
  })

  test('R20: R5 is not applied again: a bid that would be already_leading still counts', () => {
    const sale = openSale()
    sale.max(1, 300)
    const between = idOf(sale.max(2, 400))
    sale.exact(1, 900)
    sale.void(between)
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 900 })
  })

  test('R20: a later bid by the one who then leads only raises their maximum', () => {
    const sale = openSale()
    sale.max(1, 300)
    const between = idOf(sale.max(2, 400))
    sale.max(1, 900)
    expect(standOf(sale)).toEqual({ price: 425, leader: 1, maximum: 900 })
    sale.void(between)
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 900 })
  })

  test('R20: an exact bid by the one who then leads only raises their maximum', () => {
    const sale = openSale({ reservePrice: usd(10_000) })
    sale.max(1, 300)
    const between = idOf(sale.max(2, 400))
    sale.exact(1, 900)
    expect(standOf(sale)).toEqual({ price: 900, leader: 1, maximum: 900 })
    sale.void(between)
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 900 })
  })

  test('R20: an exact bid made while leading sets the price as in R5 while the reserve is unmet', () => {
    const sale = openSale({ reservePrice: usd(10_000) })
    sale.max(1, 800)
    sale.exact(1, 600)
    const loser = idOf(sale.max(2, 700))
    expect(standOf(sale)).toEqual({ price: 725, leader: 1, maximum: 800 })
    sale.void(loser)
    expect(standOf(sale)).toEqual({ price: 600, leader: 1, maximum: 800 })
  })

  test('R20: the reserve change is taken in ledger order', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.reserve(400)
    expect(standOf(sale)).toEqual({ price: 400, leader: 1, maximum: 500 })
    const rival = idOf(sale.max(2, 450))
    expect(standOf(sale).price).toBe(475)
    sale.void(rival)
    expect(standOf(sale)).toEqual({ price: 400, leader: 1, maximum: 500 })
    expect(sale.position.reserveMet).toBe(true)
  })

  test('R20: a reserve that was dropped later still held down earlier bids to the reserve', () => {
    const sale = openSale({ reservePrice: usd(1_000), belowReserve: 'post_max' })
    sale.max(1, 500)
    sale.reserve(null)
    const rival = idOf(sale.max(2, 800))
    expect(standOf(sale)).toEqual({ price: 525, leader: 2, maximum: 800 })
    sale.void(rival)
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
  })

  test('R20: the price is the lower of the replay and the price before', () => {
    // A step that falls from 100 dollars on makes the replay dearer than what bidders saw.
    const increments = [
      { from: cents(0), step: usd(100) },
      { from: usd(100), step: usd(1) },
    ]
    const sale = openSale({ startingPrice: usd(1), increments })
    sale.max(1, 99)
    const middle = idOf(sale.exact(2, 101))
    sale.max(3, 300)
    expect(standOf(sale)).toEqual({ price: 102, leader: 3, maximum: 300 })
    sale.void(middle)
    expect(standOf(sale)).toEqual({ price: 102, leader: 3, maximum: 300 })
  })

  test('R20: reserve_met may become false again', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    const met = idOf(sale.max(2, 1_500))
    expect(sale.position.reserveMet).toBe(true)
    sale.void(met)
    expect(sale.position.reserveMet).toBe(false)
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 500 })
    expect(sale.reserve(400).rejected).toBeNull()
  })

  test('R20: with no bid left there is no price', () => {
    const sale = openSale()
    sale.void(idOf(sale.max(1, 500)))
    expect(sale.position).toMatchObject({ price: 0, leader: null, bidCount: 0, minimumBid: usd(100) })
  })

  test('R20: extensions given stay', () => {
    const sale = openSale().at(3_590)
    const bid = idOf(sale.max(1, 500))
    const decision = sale.void(bid)
    expect(entryOf(decision).after.extendedCount).toBe(1)
    expect(sale.position.endsAt).toBeGreaterThan(second(3_710))
  })

  test('R20: the end is at least 15 minutes away afterwards', () => {
    const near = openSale().at(3_000)
    near.void(idOf(near.max(1, 500)))
    expect(near.position.endsAt).toBe(second(3_900))
    const far = openSale().at(2_700)
    far.void(idOf(far.max(1, 500)))
    expect(far.position.endsAt).toBe(CLOSES_AT)
  })

  test('R20: whoever leads again can be told', () => {
    const sale = openSale()
    sale.max(1, 500)
    const bid = idOf(sale.max(2, 900))
    const before = sale.current
    expect(findRestoredLeader(before, entryOf(sale.void(bid)))).toBe(1)
    const loser = idOf(sale.max(3, 300))
    const still = sale.current
    expect(findRestoredLeader(still, entryOf(sale.void(loser)))).toBeNull()
  })

  test('R20: a challenger who takes the lead by a bid does not lead again', () => {
    const sale = openSale()
    sale.max(1, 500)
    const before = sale.current
    expect(findRestoredLeader(before, entryOf(sale.max(2, 900)))).toBeNull()
  })

  test('R20: the event names the bid, its bidder, its amount in the history and the reason', () => {
    const sale = openSale()
    const bid = idOf(sale.max(1, 500))
    expect(entryOf(sale.void(bid)).events).toEqual([
      {
        kind: 'bid_voided',
        seq: 3,
        bidId: bid,
        bidderId: 1,
        alias: 'Bidder 1',
        amount: usd(100),
        reason: 'typing error',
      },
    ])
  })

  test('R20: the ledger keeps both the bid and the voiding', () => {
    const sale = openSale()
    const bid = idOf(sale.max(1, 500))
    sale.void(bid)
    expect(sale.ledger.slice(-2).map(({ events }) => events[0]?.kind)).toEqual(['bid', 'bid_voided'])
  })

  test('R20: what is no bid is not_voidable', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.reserve(700)
    for (const number of [0, 1, 2, 4, 99]) {
      expect(sale.void(number)).toMatchObject({ rejected: 'not_voidable' })
    }
    expect(sale.void()).toMatchObject({ rejected: 'not_voidable' })
    expect(scheduledSale().void(1)).toMatchObject({ rejected: 'not_voidable' })
  })

  test('R20: what is voided already is not_voidable, and so is a set that holds it', () => {
    const sale = openSale()
    const first = idOf(sale.max(1, 500))
    const other = idOf(sale.max(2, 700))
    sale.void(first)
    expect(sale.void(first)).toMatchObject({ rejected: 'not_voidable' })
    expect(sale.void(first, other)).toMatchObject({ rejected: 'not_voidable' })
    expect(standOf(sale).leader).toBe(2)
  })
})
