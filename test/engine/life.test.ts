import { describe, expect, test } from 'vitest'
import { decide, decideDue } from '../../src/auctions/engine/decide.ts'
import {
  CLOSES_AT,
  idOf,
  kindsOf,
  OPENS_AT,
  openSale,
  Sale,
  scheduledSale,
  second,
  standOf,
  termsWith,
  usd,
} from './sale.ts'

describe('R1: the life of an auction', () => {
  test('R1: it is scheduled, active and ended, in that order', () => {
    const sale = scheduledSale()
    expect(sale.position.status).toBe('scheduled')
    expect(sale.at(0).wake().position.status).toBe('active')
    expect(sale.at(3_600).wake().position.status).toBe('ended')
  })

  test('R1: only an ended auction has an outcome', () => {
    const sale = openSale()
    expect(sale.position.outcome).toBeNull()
    expect(sale.at(3_600).wake().position.outcome).toBe('unsold')
  })

  test.each([
    ['scheduled', -10],
    ['active', 10],
  ])('R1: it can be cancelled while %s, and then has no outcome', (status, seconds) => {
    const sale = scheduledSale().at(seconds).wake()
    expect(sale.position.status).toBe(status)
    expect(kindsOf(sale.cancel('admin'))).toEqual(['cancelled'])
    expect(sale.position).toMatchObject({ status: 'cancelled', outcome: null, minimumBid: null })
  })

  test('R1: a cancelled auction neither opens nor ends', () => {
    const sale = scheduledSale()
    sale.cancel('seller')
    expect(decideDue(sale.current, CLOSES_AT + 1)).toBeNull()
  })
})

describe('R2: the stored start and end decide', () => {
  test('R2: a bid before the start is not_active', () => {
    const sale = scheduledSale().at(-0.001)
    expect(sale.max(1, 500)).toMatchObject({ rejected: 'not_active' })
  })

  test('R2: a bid at exactly the start is in', () => {
    const sale = scheduledSale().at(0)
    expect(sale.max(1, 500).rejected).toBeNull()
  })

  test('R2: a bid a millisecond before the end is in', () => {
    const sale = openSale().at(3_599.999)
    expect(sale.max(1, 500).rejected).toBeNull()
  })

  test('R2: a bid at exactly the end is late', () => {
    const sale = openSale().at(3_600)
    expect(sale.max(1, 500)).toMatchObject({ rejected: 'ended' })
  })

  test('R2: a start is applied as of that start, however late it is noticed', () => {
    const sale = scheduledSale().at(50).wake()
    expect(sale.ledger.at(-1)).toMatchObject({ at: OPENS_AT, events: [{ kind: 'opened', seq: 1 }] })
  })

  test('R2: an end is applied as of that end, and a late alarm changes nothing about who won', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.at(9_999)
    expect(sale.max(2, 9_000)).toMatchObject({ rejected: 'ended' })
    expect(sale.ledger.at(-1)).toMatchObject({ at: CLOSES_AT, events: [{ kind: 'ended' }] })
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 500 })
  })

  test('R2: where both have passed, the start is applied first and then the end', () => {
    const sale = scheduledSale().at(9_999).wake()
    const [, opened, ended] = sale.ledger
    expect(opened).toMatchObject({ at: OPENS_AT, events: [{ kind: 'opened', seq: 1 }] })
    expect(ended).toMatchObject({ at: CLOSES_AT, events: [{ kind: 'ended', seq: 2 }] })
  })

  test('R2: a clock that runs back is held at the last event', () => {
    const sale = openSale().at(100)
    sale.max(1, 500)
    sale.at(40)
    sale.max(2, 300)
    expect(sale.ledger.at(-1)?.at).toBe(second(100))
  })

  test('R2: a clock that runs back does not reopen an end', () => {
    const sale = openSale().at(3_600).wake()
    expect(sale.at(3_000).max(1, 500)).toMatchObject({ rejected: 'ended' })
  })

  test('R2: an auction that is armed late opens as of its start, and time does not go back to it', () => {
    const sale = new Sale().at(50)
    sale.house({ kind: 'arm', terms: termsWith() })
    sale.wake()
    expect(sale.ledger.at(-1)?.at).toBe(OPENS_AT)
    sale.at(40).max(1, 500)
    expect(sale.ledger.at(-1)?.at).toBe(second(50))
  })

  test('R2: nothing is due before its instant', () => {
    const sale = scheduledSale()
    expect(decideDue(sale.current, OPENS_AT - 1)).toBeNull()
    sale.at(0).wake()
    expect(decideDue(sale.current, CLOSES_AT - 1)).toBeNull()
  })

  test('R2: an auction that is armed after its end opens and ends without a bid', () => {
    const sale = new Sale().at(5_000)
    sale.house({ kind: 'arm', terms: termsWith() })
    sale.wake()
    expect(sale.position).toMatchObject({ status: 'ended', outcome: 'unsold' })
  })

  test('R2: judging a command before what is due is applied is a defect', () => {
    const sale = openSale()
    const bid = { kind: 'bid', offer: 'max', amount: usd(500) } as const
    expect(() => decide(sale.current, sale.bidder(1), bid, CLOSES_AT)).toThrow('due')
    expect(() => decide(null, sale.bidder(1), bid, OPENS_AT)).toThrow('before arming')
  })
})

describe('R16, R17: the last word', () => {
  test('R16: ending is decided once; repeating it changes nothing', () => {
    const sale = openSale().at(3_600).wake()
    const ended = sale.current
    expect(sale.at(9_000).wake().current).toBe(ended)
  })

  test('R16: nothing is accepted after the end', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    const bid = idOf(sale.max(1, 500))
    sale.at(3_600)
    const refused = [
      sale.max(1, 900),
      sale.exact(2, 900),
      sale.buy(2),
      sale.reserve(200),
      sale.void(bid),
      sale.disclose('admin'),
      sale.cancel('admin'),
    ]
    expect(refused.map(({ rejected }) => rejected)).toEqual(refused.map(() => 'ended'))
  })

  test('nothing is accepted after a cancellation', () => {
    const sale = openSale()
    sale.cancel('seller')
    const refused = [
      sale.max(1, 900),
      sale.buy(2),
      sale.reserve(200),
      sale.void(3),
      sale.disclose('admin'),
      sale.cancel('admin'),
    ]
    expect(refused.map(({ rejected }) => rejected)).toEqual(refused.map(() => 'cancelled'))
  })

  test('R17: the seller may cancel while there is no bid', () => {
    expect(openSale().cancel('seller').rejected).toBeNull()
    expect(scheduledSale().cancel('seller').rejected).toBeNull()
  })

  test('R17: the seller may not cancel once there is a bid', () => {
    const sale = openSale()
    const bid = idOf(sale.max(1, 500))
    expect(sale.cancel('seller')).toMatchObject({ rejected: 'has_bids' })
    sale.void(bid)
    expect(sale.cancel('seller').rejected).toBeNull()
  })

  test('R17: the seller may cancel an absolute auction only before it opens', () => {
    expect(scheduledSale({ saleType: 'absolute' }).cancel('seller').rejected).toBeNull()
    const sale = openSale({ saleType: 'absolute' })
    expect(sale.cancel('seller')).toMatchObject({ rejected: 'wrong_status' })
    sale.max(1, 500)
    expect(sale.cancel('seller')).toMatchObject({ rejected: 'wrong_status' })
  })

  test('R17: an admin may cancel with bids, an absolute one too, with a reason that everyone sees', () => {
    const sale = openSale({ saleType: 'absolute' })
    sale.max(1, 500)
    const decision = sale.cancel('admin')
    expect(decision).toMatchObject({ entry: { events: [{ kind: 'cancelled', reason: 'title lost' }] } })
    expect(sale.position.cancelReason).toBe('title lost')
  })
})
