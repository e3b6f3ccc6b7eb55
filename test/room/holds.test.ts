/** M18 in the room, over people's objects of the test's own. */
import { describe, expect, test } from 'vitest'
import type { Offer } from '../../src/auctions/live/contract.ts'
import type { RoomDeps } from '../../src/auctions/live/core.ts'
import type { Cents } from '../../src/lib/money.ts'
import { type CoreStand, inRoom } from './core-stand.ts'
import { BUY_NOW, bidder, dollars, exact, HOUR_MS, MINUTE_MS, max } from './stand.ts'

const [ANNA, BEN, CARA] = [11, 12, 13]
const BACKSTOP_MS = 15_000

/** People's objects: each holds one amount for this room, by the latest serial, up to their limit. */
class Objects {
  readonly limits = new Map<number, number>()
  readonly held = new Map<number, { serial: number; amount: number }>()
  readonly asked: [user: number, serial: number, amount: number][] = []
  readonly told: [user: number, serial: number, amount: number][] = []
  isAway = false
  /** What happens while the answer to a hold is under way. */
  during: () => void | Promise<void> = () => undefined

  readonly hold: RoomDeps['people']['hold'] = async (userId, _auctionId, serial, amount) => {
    this.asked.push([userId, serial, amount])
    if (this.isAway) throw new Error('away')
    const known = this.held.get(userId)
    const isGranted = amount <= (this.limits.get(userId) ?? 0) && serial > (known?.serial ?? 0)
    if (isGranted) this.held.set(userId, { serial, amount })
    await this.during()
    return isGranted
  }

  readonly report: RoomDeps['people']['reportHold'] = async (userId, _auctionId, serial, amount, mustFit) => {
    this.told.push([userId, serial, amount])
    if (this.isAway) throw new Error('away')
    const known = this.held.get(userId) ?? { serial: 0, amount: 0 }
    if (serial <= known.serial) return true
    if (mustFit && amount > known.amount && amount > (this.limits.get(userId) ?? 0)) return false
    this.held.set(userId, { serial, amount })
    return true
  }

  amountOf(userId: number): number {
    return this.held.get(userId)?.amount ?? 0
  }
}

interface Scene {
  stand: CoreStand
  objects: Objects
  bid(userId: number, offer: Offer, id?: string | null): Promise<string>
}

const limited = (dollarLimits: Record<number, number>, play: (scene: Scene) => Promise<void>, terms = {}) =>
  inRoom(async (stand) => {
    const objects = new Objects()
    for (const [userId, limit] of Object.entries(dollarLimits))
      objects.limits.set(Number(userId), dollars(limit))
    stand.buyingPower = 'on'
    stand.rateLimits = 'off'
    stand.hold = objects.hold
    stand.reportHold = objects.report
    stand.wake()
    stand.arm(terms)
    const bid = async (userId: number, offer: Offer, id: string | null = null) => {
      const answer = await stand.core.bids.place({
        bidder: bidder(userId),
        clientId: id,
        offer,
        door: 'http',
        requestId: 'test',
      })
      return answer.ok ? 'accepted' : answer.code
    }
    await play({ stand, objects, bid })
  })

const leaderOf = ({ core }: CoreStand) => core.auction?.position.leader?.bidderId ?? null
const owed = ({ state }: CoreStand): number =>
  state.storage.sql.exec('SELECT 1 FROM holds WHERE confirmed < serial').toArray().length

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
