import { describe, expect, test } from 'vitest'
import { Ledger } from '../../src/auctions/live/ledger.ts'
import { type CoreStand, inRoom } from './core-stand.ts'
import { ADMIN, bidder, dollars, exact, max, viewer } from './stand.ts'

/** @returns the bid's id */
async function mustPlace(
  stand: CoreStand,
  userId: number,
  offer: ReturnType<typeof exact>,
  clientId: string | null,
): Promise<number> {
  const answer = await stand.core.bids.place({
    bidder: bidder(userId),
    clientId,
    offer,
    door: 'http',
    requestId: 'test',
  })
  if (!answer.ok) throw new Error(`Refused: ${answer.code}`)
  return answer.verdict.bidId
}

const maximumOf = async (stand: CoreStand, userId: number) =>
  (await stand.core.view(viewer(userId)))?.view.you?.maxBid

describe('a bidder’s maximum', () => {
  test('is the highest of their offers, also where the last one was lower', () =>
    inRoom(async (stand) => {
      stand.arm({ reservePrice: dollars(9_000) })
      await mustPlace(stand, 1, max(5_000), 'max')
      await mustPlace(stand, 1, exact(2_000), 'exact')
      expect(await maximumOf(stand, 1)).toBe(dollars(5_000))
      stand.wake()
      expect(await maximumOf(stand, 1)).toBe(dollars(5_000))
    }))

  test('R20: is the highest of what still stands, asked at once or after waking', () =>
    inRoom(async (stand) => {
      stand.arm({ reservePrice: dollars(9_000) })
      const highest = await mustPlace(stand, 1, max(5_000), 'max')
      const last = await mustPlace(stand, 1, exact(2_000), 'exact')
      expect(await maximumOf(stand, 1)).toBe(dollars(5_000))
      await stand.core.house.voidBids(ADMIN, [highest], 'wrong', 'test')
      expect(await maximumOf(stand, 1)).toBe(dollars(2_000))
      stand.wake()
      expect(await maximumOf(stand, 1)).toBe(dollars(2_000))
      await stand.core.house.voidBids(ADMIN, [last], 'wrong too', 'test')
      expect(await maximumOf(stand, 1)).toBeNull()
      stand.wake()
      expect(await maximumOf(stand, 1)).toBeNull()
    }))

  test('goes on rising after a voiding', () =>
    inRoom(async (stand) => {
      stand.arm()
      await mustPlace(stand, 1, max(1_500), 'a')
      const voided = await mustPlace(stand, 1, max(4_000), 'b')
      await stand.core.house.voidBids(ADMIN, [voided], 'wrong', 'test')
      expect(await maximumOf(stand, 1)).toBe(dollars(1_500))
      await mustPlace(stand, 1, max(2_500), 'c')
      expect(await maximumOf(stand, 1)).toBe(dollars(2_500))
      stand.wake()
      expect(await maximumOf(stand, 1)).toBe(dollars(2_500))
    }))

  test('counts bids without an id, and is the same for the projector', () =>
    inRoom(async (stand) => {
      stand.arm()
      await mustPlace(stand, 1, exact(1_000), null)
      await mustPlace(stand, 2, max(3_000), 'a')
      await mustPlace(stand, 1, exact(2_000), null)
      const rows = [
        { bidderId: 1, alias: 'Bidder 1', maximum: dollars(2_000) },
        { bidderId: 2, alias: 'Bidder 2', maximum: dollars(3_000) },
      ]
      expect(new Ledger(stand.state.storage).bidders()).toEqual(rows)
      stand.wake()
      expect([await maximumOf(stand, 1), await maximumOf(stand, 2)]).toEqual([dollars(2_000), dollars(3_000)])
    }))
})
