import { describe, expect, test } from 'vitest'
import { kindsOf, openSale, standOf, usd, verdictOf } from './sale.ts'

describe('R4: two kinds of bid', () => {
  test('R4: the first maximum leads at the starting price', () => {
    const sale = openSale()
    expect(kindsOf(sale.max(1, 500))).toEqual(['bid'])
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 500 })
  })

  test('R4: the first exact bid leads at its amount', () => {
    const sale = openSale()
    expect(kindsOf(sale.exact(1, 150))).toEqual(['bid'])
    expect(standOf(sale)).toEqual({ price: 150, leader: 1, maximum: 150 })
  })

  test('R4: an exact bid above the maximum leads at its own amount', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.exact(2, 800)
    expect(standOf(sale)).toEqual({ price: 800, leader: 2, maximum: 800 })
  })

  test('R4: an exact bid less than a step above the maximum leads at its own amount', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.exact(2, 500.01)
    expect(standOf(sale)).toEqual({ price: 500.01, leader: 2, maximum: 500.01 })
  })

  test('R4: an exact bid below the maximum is treated as a maximum that loses', () => {
    const sale = openSale()
    sale.max(1, 500)
    const verdict = verdictOf(sale.exact(2, 300))
    expect(verdict).toMatchObject({ leading: false, yourMax: usd(300), currentBid: usd(325) })
    expect(standOf(sale)).toEqual({ price: 325, leader: 1, maximum: 500 })
  })

  test('R4: an exact bid at the maximum does not take the lead', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.exact(2, 500)
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
  })
})

describe('R5: the least acceptable bid', () => {
  test('R5: it is the starting price while there is no bid', () => {
    const sale = openSale()
    expect(sale.position.minimumBid).toBe(usd(100))
    expect(sale.exact(1, 99.99)).toMatchObject({ rejected: 'too_low', minimumBid: usd(100) })
    expect(sale.max(1, 99.99)).toMatchObject({ rejected: 'too_low', minimumBid: usd(100) })
    expect(sale.max(1, 100).rejected).toBeNull()
  })

  test('R5: it is a step above the price once there is a bid', () => {
    const sale = openSale()
    sale.max(1, 500)
    expect(sale.position.minimumBid).toBe(usd(125))
    expect(sale.exact(2, 124.99)).toMatchObject({ rejected: 'too_low', minimumBid: usd(125) })
    expect(sale.max(2, 124.99)).toMatchObject({ rejected: 'too_low', minimumBid: usd(125) })
    expect(sale.exact(2, 125).rejected).toBeNull()
  })

  test('R5: any cent at or above it will do', () => {
    const sale = openSale()
    sale.exact(1, 100)
    sale.exact(2, 125.37)
    expect(standOf(sale)).toEqual({ price: 125.37, leader: 2, maximum: 125.37 })
  })

  test('R5: it is the starting price again once every bid is voided', () => {
    const sale = openSale()
    const { bidId } = verdictOf(sale.exact(1, 400))
    sale.void(bidId)
    expect(sale.position.minimumBid).toBe(usd(100))
  })

  test("R5: a leader's maximum need only exceed their own, by any cent", () => {
    const sale = openSale()
    sale.max(1, 100)
    expect(sale.max(1, 100.01).rejected).toBeNull()
    expect(standOf(sale)).toEqual({ price: 100, leader: 1, maximum: 100.01 })
  })

  test("R5: a leader's maximum that is not above their own is already_leading", () => {
    const sale = openSale()
    sale.max(1, 500)
    expect(sale.max(1, 500)).toMatchObject({ rejected: 'already_leading', minimumBid: null })
    expect(sale.max(1, 50)).toMatchObject({ rejected: 'already_leading' })
  })

  test("R5: a leader's exact bid is already_leading where there is no reserve", () => {
    const sale = openSale()
    sale.max(1, 500)
    expect(sale.exact(1, 900)).toMatchObject({ rejected: 'already_leading', minimumBid: null })
  })

  test("R5: a leader's exact bid is already_leading where the reserve is met", () => {
    const sale = openSale({ reservePrice: usd(300) })
    sale.max(1, 300)
    expect(sale.exact(1, 900)).toMatchObject({ rejected: 'already_leading' })
  })

  test("R5: a leader's exact bid sets the price while the reserve is unmet", () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    expect(kindsOf(sale.exact(1, 400))).toEqual(['bid'])
    expect(standOf(sale)).toEqual({ price: 400, leader: 1, maximum: 500 })
    sale.exact(1, 700)
    expect(standOf(sale)).toEqual({ price: 700, leader: 1, maximum: 700 })
  })

  test("R5: a leader's exact bid below the least acceptable one is too_low while the reserve is unmet", () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    expect(sale.exact(1, 124.99)).toMatchObject({ rejected: 'too_low', minimumBid: usd(125) })
    expect(sale.exact(1, 125).rejected).toBeNull()
  })

  test("R5: a leader's maximum moves no price where there is no reserve", () => {
    const sale = openSale()
    sale.exact(1, 200)
    expect(kindsOf(sale.max(1, 900))).toEqual(['raised'])
    expect(standOf(sale)).toEqual({ price: 200, leader: 1, maximum: 900 })
  })

  test("R5: a leader's maximum moves the price to the reserve that it reaches (R9)", () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    expect(kindsOf(sale.max(1, 1_200))).toEqual(['bid', 'reserve_met'])
    expect(standOf(sale)).toEqual({ price: 1_000, leader: 1, maximum: 1_200 })
  })

  test("R5: a leader's maximum moves the price up with it under post_max (R10)", () => {
    const sale = openSale({ reservePrice: usd(1_000), belowReserve: 'post_max' })
    sale.max(1, 500)
    expect(kindsOf(sale.max(1, 600))).toEqual(['bid'])
    expect(standOf(sale)).toEqual({ price: 600, leader: 1, maximum: 600 })
  })

  test("R5, R12: a leader's maximum that moves the price extends the end as any bid does", () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.at(3_590)
    expect(kindsOf(sale.max(1, 1_200))).toEqual(['bid', 'reserve_met', 'extended'])
  })

  test("R5, R12: a leader's exact bid extends the end as any bid does", () => {
    const sale = openSale({ reservePrice: usd(1_000) })
    sale.max(1, 500)
    sale.at(3_590)
    expect(kindsOf(sale.exact(1, 400))).toEqual(['bid', 'extended'])
  })
})

describe('R6: a challenge', () => {
  test('R6: a challenger above the maximum leads one step above it', () => {
    const sale = openSale()
    sale.max(1, 500)
    expect(verdictOf(sale.max(2, 800))).toMatchObject({ leading: true, yourMax: usd(800) })
    expect(standOf(sale)).toEqual({ price: 525, leader: 2, maximum: 800 })
  })

  test('R6: a challenger less than a step above the maximum leads at their own', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(2, 510)
    expect(standOf(sale)).toEqual({ price: 510, leader: 2, maximum: 510 })
  })

  test('R6: a leader answers a lower maximum one step above it', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(2, 300)
    expect(standOf(sale)).toEqual({ price: 325, leader: 1, maximum: 500 })
  })

  test('R6: a leader answers with no more than their own maximum', () => {
    const sale = openSale()
    sale.max(1, 500)
    sale.max(2, 490)
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
  })

  test('R6, R8: the step is that of the beaten maximum, not of the price', () => {
    const sale = openSale()
    sale.max(1, 1_000)
    sale.max(2, 9_000)
    expect(standOf(sale)).toEqual({ price: 1_050, leader: 2, maximum: 9_000 })
    sale.max(3, 5_000)
    expect(standOf(sale)).toEqual({ price: 5_100, leader: 2, maximum: 9_000 })
  })
})

describe('R7: equal maximums', () => {
  test('R7: the earlier of two equal maximums leads, at that amount', () => {
    const sale = openSale()
    sale.max(1, 500)
    expect(verdictOf(sale.max(2, 500))).toMatchObject({ leading: false, currentBid: usd(500) })
    expect(standOf(sale)).toEqual({ price: 500, leader: 1, maximum: 500 })
  })

  test('R7: a maximum that was raised to an amount later than another offered it is the later', () => {
    const sale = openSale()
    sale.max(1, 300)
    sale.max(2, 500)
    expect(sale.max(1, 500).rejected).toBeNull()
    expect(standOf(sale)).toEqual({ price: 500, leader: 2, maximum: 500 })
  })
})
