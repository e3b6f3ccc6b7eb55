/** M18 in the room: what becomes of a hold once its bid is judged. */
import { describe, expect, test } from 'vitest'
import type { Cents } from '../../src/lib/money.ts'
import type { CoreStand } from './core-stand.ts'
import { ANNA, BEN, CARA, leaderOf, limited, owed } from './holds-stand.ts'
import { dollars, HOUR_MS, MINUTE_MS, max } from './stand.ts'

const BACKSTOP_MS = 15_000

describe('M18: a lead that is lost', () => {
  test('is released once somebody else leads', () =>
    limited({ [ANNA]: 3_000, [BEN]: 3_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(2_000))
      await bid(BEN, max(2_500))
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(0)
      expect(objects.amountOf(BEN)).toBe(dollars(2_500))
    }))

  test('is released later where the object is away, by the alarm', () =>
    limited({ [ANNA]: 3_000, [BEN]: 3_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(2_000))
      const { report } = objects
      stand.reportHold = async () => {
        throw new Error('away')
      }
      await bid(BEN, max(2_500))
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(dollars(2_000))
      expect(stand.armedAt).toBeLessThanOrEqual(stand.clock.now + BACKSTOP_MS)
      stand.reportHold = report
      stand.clock.now += BACKSTOP_MS
      stand.ring()
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(0)
      expect(owed(stand)).toBe(0)
    }))

  test('becomes the price when the auction is sold, and nothing when it is cancelled', async () => {
    await limited({ [ANNA]: 9_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(9_000))
      stand.clock.now += HOUR_MS
      stand.ring()
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(dollars(1_000))
    })
    await limited({ [ANNA]: 9_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(9_000))
      await stand.core.house.cancel({ userId: 901, sellerProfileId: null, isAdmin: true }, 'error', 'test')
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(0)
    })
  })
})

describe('M18: a crash', () => {
  test('between hold and judgement releases, and what comes late holds nothing', () =>
    limited({ [ANNA]: 3_000 }, async ({ stand, objects, bid }) => {
      // Never answered: the instance is gone before.
      objects.during = () => new Promise(() => undefined)
      void bid(ANNA, max(2_000))
      while (objects.asked.length === 0) await Promise.resolve()
      expect(objects.amountOf(ANNA)).toBe(dollars(2_000))
      const late = objects.asked[0]
      stand.wake()
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(0)
      expect(owed(stand)).toBe(0)
      objects.during = () => undefined
      const [userId, serial, amount] = late ?? [0, 0, 0]
      expect(await objects.hold(userId, stand.auctionId, serial, amount as Cents)).toBe(false)
      expect(objects.amountOf(ANNA)).toBe(0)
    }))

  test('after the judgement leaves what is held', () =>
    limited({ [ANNA]: 3_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(2_000))
      stand.wake()
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(dollars(2_000))
    }))

  test('of what was led while buying power was off is told when it is on, and falls not', () =>
    limited({}, async ({ stand, objects, bid }) => {
      stand.buyingPower = 'off'
      stand.wake()
      await bid(ANNA, max(2_000))
      stand.buyingPower = 'on'
      stand.wake()
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(dollars(2_000))
      expect(leaderOf(stand)).toBe(ANNA)
    }))
})

describe('R20: who leads again', () => {
  const voidLead = async (stand: CoreStand) => {
    const number = stand.core.auction?.number ?? 0
    const admin = { userId: 901, sellerProfileId: null, isAdmin: true }
    const answer = await stand.core.house.voidBids(admin, [number], 'mistake', 'test')
    expect(answer.ok).toBe(true)
    await stand.settle()
  }

  test('is held again', () =>
    limited({ [ANNA]: 3_000, [BEN]: 3_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(2_000))
      await bid(BEN, max(2_500))
      await stand.settle()
      await voidLead(stand)
      expect(leaderOf(stand)).toBe(ANNA)
      expect([objects.amountOf(ANNA), objects.amountOf(BEN)]).toEqual([dollars(2_000), 0])
    }))

  test('is voided where that fails, and so is who leads then, down to one who can be held', () =>
    limited({ [ANNA]: 1_200, [BEN]: 2_000, [CARA]: 3_000 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(1_200))
      await bid(BEN, max(2_000))
      await bid(CARA, max(3_000))
      await stand.settle()
      objects.limits.set(BEN, dollars(1_999))
      await voidLead(stand)
      expect(leaderOf(stand)).toBe(ANNA)
      expect(objects.amountOf(ANNA)).toBe(dollars(1_200))
      expect([objects.amountOf(BEN), objects.amountOf(CARA)]).toEqual([0, 0])
      const reasons = stand.state.storage.sql.exec('SELECT reason FROM voidings ORDER BY bid_id').toArray()
      expect(reasons).toEqual([{ reason: 'buying_power' }, { reason: 'mistake' }])
      expect(owed(stand)).toBe(0)
    }))

  test('is only recorded where the auction has ended before their object could be asked', () =>
    limited({ [ANNA]: 2_000, [BEN]: 2_500 }, async ({ stand, objects, bid }) => {
      await bid(ANNA, max(2_000))
      await bid(BEN, max(2_500))
      await stand.settle()
      objects.limits.set(ANNA, 0)
      objects.isAway = true
      await voidLead(stand)
      stand.clock.now += HOUR_MS + 15 * MINUTE_MS
      objects.isAway = false
      stand.ring()
      await stand.settle()
      expect(objects.amountOf(ANNA)).toBe(dollars(1_000))
    }))
})
