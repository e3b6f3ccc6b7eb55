import { describe, expect, test } from 'vitest'
import type { Decision } from '../../src/auctions/engine/auction.ts'
import { entryOf, idOf, kindsOf, openSale, type Sale, second, standOf, usd } from './sale.ts'

const seqsOf = (decision: Decision | null) => entryOf(decision).events.map(({ kind, seq }) => [kind, seq])

/** Bidder 1 leads with a maximum of 500 and has raised it to 900. */
function raised(): { sale: Sale; raise: number } {
  const sale = openSale()
  sale.max(1, 500)
  return { sale, raise: idOf(sale.max(1, 900)) }
}

describe('R20: several at once', () => {
  const fight = (): Sale => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(2, 300)
    sale.max(3, 900)
    sale.max(2, 700)
    return sale
  }

  test('R18, R20: a suspension voids all bids of the person in one replay', () => {
    const sale = fight()
    expect(standOf(sale).price).toBe(725)
    expect(kindsOf(sale.suspend(2))).toEqual(['bid_voided', 'bid_voided'])
    expect(standOf(sale)).toEqual({ price: 525, leader: 3, maximum: 900 })
    expect(sale.position.bidCount).toBe(2)
  })

  test('R20: one bid_voided for each, numbered on, all with the final values in one row', () => {
    const sale = fight()
    const { number } = sale.current
    const entry = entryOf(sale.suspend(2))
    expect(entry.number).toBe(number + 1)
    expect(entry.events).toMatchObject([
      { seq: 6, bidId: 4, amount: usd(300), reason: 'suspended' },
      { seq: 7, bidId: 6, amount: usd(700), reason: 'suspended' },
    ])
  })

  test('R18: a suspended person may not bid, and does not lead', () => {
    const sale = fight()
    sale.suspend(3)
    expect(standOf(sale)).toEqual({ price: 525, leader: 2, maximum: 700 })
    expect(sale.max(3, 5_000)).toMatchObject({ rejected: 'not_eligible' })
  })

  test('R18: restoring the person does not bring their bids back', () => {
    const sale = fight()
    sale.suspend(3)
    const after = standOf(sale)
    sale.suspended.delete(3)
    expect(standOf(sale)).toEqual(after)
    expect(sale.max(3, 5_000).rejected).toBeNull()
    expect(sale.ledger.at(-1)).toMatchObject({ events: [{ bid: { alias: 'Bidder 3' } }] })
  })

  test('R20: a raise without a seq is voided without one', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(1, 900)
    expect(seqsOf(sale.suspend(1))).toEqual([
      ['bid_voided', 3],
      ['bid_voided', null],
    ])
    expect(sale.position).toMatchObject({ price: 0, leader: null, bidCount: 0 })
  })

  test('R20: a raise whose voiding changes nothing that others see has no seq', () => {
    const { sale, raise } = raised()
    expect(seqsOf(sale.void(raise))).toEqual([['bid_voided', null]])
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 500 })
  })

  test('R3, R20: a raise whose voiding moves the price alone is told to everyone', () => {
    const { sale, raise } = raised()
    sale.max(2, 490)
    expect(standOf(sale)).toEqual({ price: 515, leader: 1, maximum: 900 })
    expect(seqsOf(sale.void(raise))).toEqual([['bid_voided', 4]])
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
  })

  test('R3, R20: a raise whose voiding moves the lead alone is told to everyone', () => {
    const { sale, raise } = raised()
    sale.exact(2, 900)
    expect(standOf(sale)).toEqual({ price: 900, leader: 1, maximum: 900 })
    expect(seqsOf(sale.void(raise))).toEqual([['bid_voided', 4]])
    expect(standOf(sale)).toEqual({ price: 900, leader: 2, maximum: 900 })
  })

  test('R3, R20: a raise whose voiding moves the price and the lead is told to everyone', () => {
    const { sale, raise } = raised()
    sale.max(2, 700)
    expect(seqsOf(sale.void(raise))).toEqual([['bid_voided', 4]])
    expect(standOf(sale)).toEqual({ price: 525, leader: 2, maximum: 700 })
  })

  test('R3, R20: a raise whose voiding moves the end is told to everyone', () => {
    const { sale, raise } = raised()
    sale.at(3_590)
    expect(seqsOf(sale.void(raise))).toEqual([['bid_voided', 3]])
    expect(sale.position.endsAt).toBe(second(3_590 + 900))
  })

  test('R20: a raise keeps its force when the bid before it is voided', () => {
    const sale = openSale()
    const first = idOf(sale.max(1, 500))
    sale.max(1, 900)
    sale.max(2, 700)
    sale.void(first)
    expect(standOf(sale)).toEqual({ price: 725, leader: 1, maximum: 900 })
  })
})

describe('M12: a changed disclosure', () => {
  const changes = [{ field: 'mileage', before: 80_000, after: 180_000 }]

  test('M12: it voids every standing bid as in R20, and says what changed', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(1, 600)
    sale.max(2, 800)
    const entry = entryOf(sale.disclose('admin'))
    expect(entry.events).toMatchObject([
      { kind: 'disclosure_changed', seq: 4, changes },
      { kind: 'bid_voided', seq: 5, bidId: 3, reason: 'disclosure_changed' },
      { kind: 'bid_voided', seq: null, bidId: 4 },
      { kind: 'bid_voided', seq: 6, bidId: 5 },
    ])
    expect(sale.position).toMatchObject({ price: 0, leader: null, bidCount: 0, minimumBid: usd(100) })
  })

  test('M12: the end is at least 24 h later', () => {
    const sale = openSale().at(1_000)
    sale.max(1, 500)
    sale.disclose('admin')
    expect(sale.position).toMatchObject({ endsAt: second(1_000 + 86_400), extendedCount: 0 })
  })

  test('M12: once there is a bid only an admin may', () => {
    const sale = openSale()
    const bid = idOf(sale.max(1, 500))
    expect(sale.disclose('seller')).toMatchObject({ rejected: 'has_bids' })
    sale.void(bid)
    expect(sale.disclose('seller').rejected).toBeNull()
  })

  test('M12: without a bid everyone is told and nothing else moves', () => {
    const sale = openSale()
    const before = sale.position
    expect(kindsOf(sale.disclose('seller'))).toEqual(['disclosure_changed'])
    expect(sale.position).toEqual(before)
  })
})
