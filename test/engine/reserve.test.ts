import { describe, expect, test } from 'vitest'
import { CLOSES_AT, kindsOf, openSale, scheduledSale, second, standOf, usd } from './sale.ts'

describe('R9: reaching the reserve', () => {
  test('R9: a first maximum that reaches the reserve leads at the reserve', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    expect(kindsOf(sale.max(1, 1_000))).toEqual(['bid', 'reserve_met'])
    expect(standOf(sale).price).toBe(1_000)
    expect(sale.position.reserveMet).toBe(true)
  })

  test('R9: a maximum a cent below the reserve does not meet it', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    expect(kindsOf(sale.max(1, 999.99))).toEqual(['bid'])
    expect(standOf(sale).price).toBe(100)
    expect(sale.position.reserveMet).toBe(false)
  })

  test('R9: a challenger whose maximum reaches the reserve leads at the reserve', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.max(2, 1_200)
    expect(standOf(sale)).toEqual({ price: 1_000, leader: 2, maximum: 1_200 })
  })

  test('R9: a price above the reserve is left alone', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.exact(1, 1_300)
    expect(standOf(sale).price).toBe(1_300)
    sale.max(2, 2_000)
    expect(standOf(sale).price).toBe(1_350)
  })

  test('R9: reserve_met is null without a reserve', () => {
    const sale = openSale()
    expect(sale.position.reserveMet).toBeNull()
    expect(kindsOf(sale.max(1, 500))).toEqual(['bid'])
    expect(sale.position.reserveMet).toBeNull()
  })

  test('R9: reserve_met is told once', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 1_500)
    expect(kindsOf(sale.max(2, 2_000))).toEqual(['bid'])
  })
})

describe('R10: below the reserve', () => {
  test('R10: with proxy the price is what R6 gives', () => {
    const sale = openSale({ reservePrice: usd(10_000) })
    sale.max(1, 500)
    sale.max(2, 800)
    expect(standOf(sale)).toEqual({ price: 525, leader: 2, maximum: 800 })
  })

  test('R10: with post_max the price is the whole maximum', () => {
    const sale = openSale({ reservePrice: usd(10_000), belowReserve: 'post_max' })
    sale.max(1, 500)
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
    sale.max(2, 800)
    expect(standOf(sale)).toEqual({ price: 800, leader: 2, maximum: 800 })
  })

  test('R10: with post_max a maximum that reaches the reserve leads at the reserve only', () => {
    const sale = openSale({ reservePrice: usd(1_000), belowReserve: 'post_max' })
    sale.max(1, 500)
    sale.max(2, 1_500)
    expect(standOf(sale)).toEqual({ price: 1_000, leader: 2, maximum: 1_500 })
    sale.max(3, 1_200)
    expect(standOf(sale)).toEqual({ price: 1_250, leader: 2, maximum: 1_500 })
  })

  test('R10: post_max means nothing where there is no reserve', () => {
    const sale = openSale({ belowReserve: 'post_max' })
    sale.max(1, 500)
    expect(standOf(sale).price).toBe(100)
  })
})

describe('R11: lowering and dropping the reserve', () => {
  test('R11: the seller may lower the reserve while it is not met', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    expect(kindsOf(sale.reserve(700))).toEqual(['reserve_lowered'])
    expect(sale.position).toMatchObject({ reservePrice: usd(700), reserveMet: false, price: usd(100) })
  })

  test('R11: where the maximum reaches the new reserve, it is met at once at that price', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    expect(kindsOf(sale.reserve(500))).toEqual(['reserve_lowered', 'reserve_met'])
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
    expect(sale.position.minimumBid).toBe(usd(525))
  })

  test('R11: a second lowering is reserve_locked', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.reserve(700)
    expect(sale.reserve(600)).toMatchObject({ rejected: 'reserve_locked' })
  })

  test('R11: a raise, or the same again, is reserve_locked', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    expect(sale.reserve(1_000.01)).toMatchObject({ rejected: 'reserve_locked' })
    expect(sale.reserve(1_000)).toMatchObject({ rejected: 'reserve_locked' })
  })

  test('R11: setting a reserve where there is none is reserve_locked', () => {
    expect(openSale().reserve(500)).toMatchObject({ rejected: 'reserve_locked' })
  })

  test('R11: any change once it is met is reserve_locked', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 1_000)
    expect(sale.reserve(700)).toMatchObject({ rejected: 'reserve_locked' })
    expect(sale.reserve(null)).toMatchObject({ rejected: 'reserve_locked' })
    expect(sale.reserve(1)).toMatchObject({ rejected: 'reserve_locked' })
  })

  test('R11: below the starting price is invalid, at it is fine', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    expect(sale.reserve(99.99)).toMatchObject({
      rejected: 'validation_failed',
      problems: [{ path: 'reserve_price' }],
    })
    expect(sale.reserve(100).rejected).toBeNull()
  })

  test('R11: the reserve may be dropped, also after a lowering, and that moves no price', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.reserve(700)
    expect(kindsOf(sale.reserve(null))).toEqual(['reserve_lowered'])
    expect(sale.position).toMatchObject({ reservePrice: null, reserveMet: null, price: usd(100) })
  })

  test('R11: a dropped reserve cannot be dropped or set again', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.reserve(null)
    expect(sale.reserve(null)).toMatchObject({ rejected: 'reserve_locked' })
    expect(sale.reserve(500)).toMatchObject({ rejected: 'reserve_locked' })
  })

  test('R11: after dropping, bidding goes on without a reserve', () => {
    const sale = openSale({ reservePrice: usd(1_000), belowReserve: 'post_max' })
    sale.max(1, 500)
    sale.reserve(null)
    sale.max(2, 900)
    expect(standOf(sale)).toEqual({ price: 525, leader: 2, maximum: 900 })
  })

  test('R11, R12: a lowering that meets the reserve extends the end like a bid that moves the price', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.at(3_590)
    expect(kindsOf(sale.reserve(400))).toEqual(['reserve_lowered', 'reserve_met', 'extended'])
    expect(sale.position).toMatchObject({ endsAt: second(3_710), extendedCount: 1 })
  })

  test('R11, R12: it counts even where the price was above the new reserve already', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.exact(1, 500)
    sale.at(3_590)
    expect(kindsOf(sale.reserve(400))).toEqual(['reserve_lowered', 'reserve_met', 'extended'])
    expect(standOf(sale).price).toBe(500)
  })

  test('R11, R12: a lowering that does not meet it, and a drop, extend nothing', () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.at(3_590)
    sale.reserve(700)
    sale.reserve(null)
    expect(sale.position).toMatchObject({ endsAt: CLOSES_AT, extendedCount: 0 })
  })

  test('R11: before the opening a reserve is edited freely, up and down', () => {
    const sale = scheduledSale({ reservePrice: usd(1_000) })
    expect(kindsOf(sale.reserve(2_000))).toEqual(['edited'])
    expect(kindsOf(sale.reserve(500))).toEqual(['edited'])
    sale.at(0)
    expect(sale.reserve(400).rejected).toBeNull()
  })
})
