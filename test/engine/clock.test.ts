import { describe, expect, test } from 'vitest'
import type { SoftClose } from '../../src/auctions/engine/auction.ts'
import { nextDeadline } from '../../src/auctions/engine/deadline.ts'
import { DEFAULT_SOFT_CLOSE } from '../../src/auctions/engine/terms.ts'
import { CLOSES_AT, idOf, kindsOf, OPENS_AT, openSale, scheduledSale, second, usd } from './sale.ts'

const closing = (changes: Partial<SoftClose>) => ({ softClose: { ...DEFAULT_SOFT_CLOSE, ...changes } })

describe('R12: the soft close', () => {
  test('R12: reset moves the end to the extension after the bid', () => {
    const sale = openSale().at(3_550)
    expect(kindsOf(sale.max(1, 500))).toEqual(['bid', 'extended'])
    expect(sale.position).toMatchObject({ endsAt: second(3_670), extendedCount: 1 })
  })

  test('R12: the window begins at exactly ends_at − window', () => {
    const early = openSale(closing({ extensionSeconds: 300 })).at(3_479.999)
    expect(kindsOf(early.max(1, 500))).toEqual(['bid'])
    const inside = openSale(closing({ extensionSeconds: 300 })).at(3_480)
    expect(kindsOf(inside.max(1, 500))).toEqual(['bid', 'extended'])
    expect(inside.position.endsAt).toBe(second(3_780))
  })

  test('R12: reset moves nothing where the end would not be later', () => {
    const sale = openSale().at(3_480)
    expect(kindsOf(sale.max(1, 500))).toEqual(['bid'])
    const short = openSale(closing({ extensionSeconds: 30 })).at(3_500)
    expect(kindsOf(short.max(1, 500))).toEqual(['bid'])
    expect(short.position).toMatchObject({ endsAt: CLOSES_AT, extendedCount: 0 })
  })

  test('R12: extend adds the extension to the end', () => {
    const sale = openSale(closing({ mode: 'extend' })).at(3_480)
    sale.max(1, 500)
    expect(sale.position).toMatchObject({ endsAt: second(3_720), extendedCount: 1 })
    sale.max(2, 300)
    expect(sale.position).toMatchObject({ endsAt: second(3_720), extendedCount: 1 })
    sale.at(3_700)
    sale.max(2, 400)
    expect(sale.position).toMatchObject({ endsAt: second(3_840), extendedCount: 2 })
  })

  test('R12: off does nothing', () => {
    const sale = openSale(closing({ mode: 'off' })).at(3_599)
    expect(kindsOf(sale.max(1, 500))).toEqual(['bid'])
    expect(sale.position.endsAt).toBe(CLOSES_AT)
  })

  test('R12: the window follows the end that an extension has set', () => {
    const sale = openSale().at(3_590)
    sale.max(1, 500)
    sale.at(3_700)
    expect(kindsOf(sale.max(2, 300))).toEqual(['bid', 'extended'])
    expect(sale.position).toMatchObject({ endsAt: second(3_820), extendedCount: 2 })
  })

  test('R12: the last move under a cap goes only as far as the cap', () => {
    const sale = openSale(closing({ maxExtensions: 1 })).at(3_590)
    sale.max(1, 500)
    expect(sale.position).toMatchObject({ endsAt: second(3_710), extendedCount: 1 })
    sale.at(3_650)
    expect(kindsOf(sale.max(2, 300))).toEqual(['bid', 'extended'])
    expect(sale.position).toMatchObject({ endsAt: second(3_720), extendedCount: 2 })
  })

  test('R12: the end is never set past original_ends_at + n × extension', () => {
    const sale = openSale(closing({ mode: 'extend', maxExtensions: 2 })).at(3_590)
    sale.max(1, 5_000)
    sale.at(3_700)
    sale.max(2, 300)
    expect(sale.position.endsAt).toBe(second(3_840))
    sale.at(3_830)
    expect(kindsOf(sale.max(2, 600))).toEqual(['bid'])
    expect(sale.position).toMatchObject({ endsAt: second(3_840), extendedCount: 2 })
  })

  test('R12: a cap of 0 allows no extension', () => {
    const sale = openSale(closing({ maxExtensions: 0 })).at(3_599)
    expect(kindsOf(sale.max(1, 500))).toEqual(['bid'])
  })

  test('R12: without a cap the end moves as often as bids come', () => {
    const sale = openSale()
    for (let round = 0; round < 200; round += 1) {
      sale.at(3_590 + round * 100)
      expect(kindsOf(sale.exact((round % 2) + 1, 200 + round * 300))).toEqual(['bid', 'extended'])
    }
    expect(sale.position).toMatchObject({ extendedCount: 200, endsAt: second(3_590 + 199 * 100 + 120) })
  })

  test('R12: the cap never takes back what R20 has set later', () => {
    const sale = openSale(closing({ maxExtensions: 1 })).at(3_590)
    const first = idOf(sale.max(1, 500))
    sale.void(first)
    expect(sale.position).toMatchObject({ endsAt: second(3_590 + 900), extendedCount: 1 })
    sale.at(4_480)
    expect(kindsOf(sale.max(2, 500))).toEqual(['bid'])
    expect(sale.position).toMatchObject({ endsAt: second(3_590 + 900), extendedCount: 1 })
  })

  test('R12: extended_count counts its own moves only', () => {
    const sale = openSale().at(3_000)
    const first = idOf(sale.max(1, 500))
    sale.void(first)
    expect(sale.position).toMatchObject({ endsAt: second(3_900), extendedCount: 0 })
  })

  test('R12: a bid that loses at once extends the end too, for it moves the price', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.at(3_590)
    expect(kindsOf(sale.exact(2, 300))).toEqual(['bid', 'extended'])
  })
})

describe('R13: the end', () => {
  test('R13: original_ends_at is kept', () => {
    const sale = openSale().at(3_590)
    sale.max(1, 500)
    expect(sale.current.terms.endsAt).toBe(CLOSES_AT)
  })

  test('R2: a moved end is the one that decides', () => {
    const sale = openSale().at(3_590)
    sale.max(1, 500)
    sale.at(3_709.999)
    expect(sale.exact(2, 200).rejected).toBeNull()
    sale.at(3_829.999)
    expect(sale.exact(2, 300)).toMatchObject({ rejected: 'ended' })
  })

  test('the next deadline is the start, then the end as moved, then none', () => {
    const sale = scheduledSale({ reservePrice: usd(900) })
    expect(nextDeadline(sale.current)).toBe(OPENS_AT)
    sale.at(3_590)
    sale.max(1, 500)
    expect(nextDeadline(sale.current)).toBe(second(3_710))
    sale.at(3_710).wake()
    expect(nextDeadline(sale.current)).toBeNull()
  })
})
