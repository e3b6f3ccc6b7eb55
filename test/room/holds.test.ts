/** M18 in the room: what is held before a bid is judged. */
import { describe, expect, test } from 'vitest'
import { ANNA, BEN, CARA, leaderOf, limited, owed } from './holds-stand.ts'
import { BUY_NOW, dollars, exact, HOUR_MS, max } from './stand.ts'

describe('M18: a bid', () => {
  test('is held for before it is judged, and refused where it passes the limit', () =>
    limited({ [ANNA]: 2_000 }, async ({ stand, objects, bid }) => {
      expect(await bid(ANNA, max(2_000.01))).toBe('buying_power')
      expect(leaderOf(stand)).toBeNull()
      expect(await bid(ANNA, max(2_000))).toBe('accepted')
      expect(leaderOf(stand)).toBe(ANNA)
      expect(objects.amountOf(ANNA)).toBe(dollars(2_000))
    }))

  test('that leads leaves nothing to be told', () =>
    limited({ [ANNA]: 2_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(1_500))
      await stand.settle()
      expect(objects.asked.map(([, , amount]) => amount)).toEqual([dollars(1_500)])
      expect(objects.told).toEqual([])
      expect(owed(stand)).toBe(0)
    }))

  test('is refused for its amount also where it would not have led, for else M could be found', () =>
    limited({ [ANNA]: 5_000, [BEN]: 1_200 }, async ({ bid }) => {
      await bid(ANNA, max(5_000))
      expect(await bid(BEN, max(1_300))).toBe('buying_power')
      expect(await bid(BEN, max(5_300))).toBe('buying_power')
    }))

  test('that does not lead is released', () =>
    limited({ [ANNA]: 5_000, [BEN]: 3_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(5_000))
      expect(await bid(BEN, max(2_000))).toBe('accepted')
      await stand.settle()
      expect(objects.amountOf(BEN)).toBe(0)
      expect(objects.amountOf(ANNA)).toBe(dollars(5_000))
    }))

  test('of a leader holds the larger maximum, not both', () =>
    limited({ [ANNA]: 3_000 }, async ({ objects, bid }) => {
      await bid(ANNA, max(2_000))
      expect(await bid(ANNA, max(3_000))).toBe('accepted')
      expect(objects.amountOf(ANNA)).toBe(dollars(3_000))
      expect(await bid(ANNA, max(3_000.01))).toBe('buying_power')
      expect(objects.amountOf(ANNA)).toBe(dollars(3_000))
    }))

  test('that is refused for another reason asks nobody', () =>
    limited({ [ANNA]: 3_000 }, async ({ objects, bid }) => {
      expect(await bid(ANNA, max(1))).toBe('too_low')
      expect(objects.asked).toEqual([])
    }))

  test('is refused in the order of the rules: buying_power before buy_now_gone', () =>
    limited(
      { [ANNA]: 9_000, [BEN]: 100, [CARA]: 9_000 },
      async ({ stand, objects, bid }) => {
        await bid(ANNA, max(1_500))
        expect(await bid(BEN, BUY_NOW)).toBe('buying_power')
        expect(await bid(CARA, BUY_NOW)).toBe('buy_now_gone')
        await stand.settle()
        expect(objects.amountOf(CARA)).toBe(0)
      },
      { buyNowPrice: dollars(8_000) },
    ))

  test('at or above the buy-now price holds that price', () =>
    limited(
      { [ANNA]: 8_000 },
      async ({ objects, bid }) => {
        expect(await bid(ANNA, exact(9_999))).toBe('accepted')
        expect(objects.amountOf(ANNA)).toBe(dollars(8_000))
      },
      { buyNowPrice: dollars(8_000) },
    ))

  test('is unavailable where the person cannot be asked, and judged when it is repeated', () =>
    limited({ [ANNA]: 3_000 }, async ({ stand, objects, bid }) => {
      objects.isAway = true
      expect(await bid(ANNA, max(2_000), 'a')).toBe('unavailable')
      expect(leaderOf(stand)).toBeNull()
      await stand.settle()
      objects.isAway = false
      expect(await bid(ANNA, max(2_000), 'a')).toBe('accepted')
    }))

  test('is judged by when it enters the block, not by when it asked', () =>
    limited({ [ANNA]: 3_000 }, async ({ stand, objects, bid }) => {
      objects.during = () => {
        stand.clock.now += HOUR_MS
      }
      expect(await bid(ANNA, max(2_000))).toBe('ended')
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(0)
    }))

  test('that is outbid while it asks is judged by what holds then', () =>
    limited({ [ANNA]: 3_000, [BEN]: 9_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(1_100))
      const question = objects.during
      objects.during = async () => {
        objects.during = question
        await bid(BEN, max(9_000))
      }
      expect(await bid(ANNA, max(3_000))).toBe('accepted')
      await stand.settle()
      expect(leaderOf(stand)).toBe(BEN)
      expect(objects.amountOf(ANNA)).toBe(0)
      expect(objects.amountOf(BEN)).toBe(dollars(9_000))
    }))

  test('off: nobody is asked or told, and nothing is noted', () =>
    limited({}, async ({ stand, objects, bid }) => {
      stand.buyingPower = 'off'
      stand.wake()
      expect(await bid(ANNA, max(2_000))).toBe('accepted')
      expect(await bid(BEN, max(3_000))).toBe('accepted')
      await stand.settle()
      expect([objects.asked, objects.told]).toEqual([[], []])
      expect(stand.state.storage.sql.exec('SELECT 1 FROM holds').toArray()).toEqual([])
    }))
})

describe('R21: a repeated id', () => {
  test('takes no second hold, at both doors at once', () =>
    limited({ [ANNA]: 3_000 }, async ({ objects, bid }) => {
      const answers = await Promise.all([1, 2, 3].map(() => bid(ANNA, max(2_000), 'a')))
      expect(answers).toEqual(['accepted', 'accepted', 'accepted'])
      expect(objects.asked).toHaveLength(1)
    }))

  test('of a bid refused for want of buying power is refused again, whatever the limit is by then', () =>
    limited({ [ANNA]: 1_500 }, async ({ objects, bid }) => {
      expect(await bid(ANNA, max(2_000), 'a')).toBe('buying_power')
      objects.limits.set(ANNA, dollars(9_000))
      expect(await bid(ANNA, max(2_000), 'a')).toBe('buying_power')
      expect(await bid(ANNA, max(2_000), 'b')).toBe('accepted')
    }))
})
