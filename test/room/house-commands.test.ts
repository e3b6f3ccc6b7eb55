import { describe, expect, test } from 'vitest'
import { Ledger } from '../../src/auctions/live/ledger.ts'
import { inRoom, place, placeMany } from './core-stand.ts'
import { ADMIN, dollars, exact, makeVehicle, SELLER } from './stand.ts'

describe('house commands', () => {
  test('R11: the seller lowers the reserve once, and drops it', () =>
    inRoom(async (stand) => {
      stand.arm({ reservePrice: dollars(9_000) })
      const edit = (reservePrice: ReturnType<typeof dollars> | null) =>
        stand.core.house.edit({ viewer: SELLER, changes: { reservePrice }, minDurationMs: 1_000 }, 'test')
      expect(await edit(dollars(8_000))).toMatchObject({
        ok: true,
        auction: { view: { reservePrice: dollars(8_000) } },
      })
      expect(await edit(dollars(7_000))).toMatchObject({ code: 'reserve_locked' })
      expect(await edit(null)).toMatchObject({ ok: true, auction: { view: { reserveMet: null } } })
    }))

  test('R17: the seller cancels without a bid, an admin always', () =>
    inRoom(async (stand) => {
      stand.arm()
      await placeMany(stand, 1)
      expect(await stand.core.house.cancel(SELLER, 'changed my mind', 'test')).toMatchObject({
        code: 'has_bids',
      })
      expect(await stand.core.house.cancel(ADMIN, 'stolen', 'test')).toMatchObject({
        ok: true,
        auction: { view: { status: 'cancelled', cancelReason: 'stolen' } },
      })
      expect(await place(stand, 2, exact(9_000))).toMatchObject({ code: 'cancelled' })
    }))

  test("a new image changes the vehicle's summary and writes no entry", () =>
    inRoom(async (stand) => {
      stand.arm()
      const vehicle = makeVehicle({ primaryImageKey: 'vehicles/70/a.jpg' })
      const before = new Ledger(stand.state.storage).lastNumber()
      const answer = await stand.core.house.changeVehicle({ viewer: SELLER, vehicle, changes: [] }, 'test')
      expect(answer).toMatchObject({
        ok: true,
        auction: { vehicle: { primaryImageUrl: 'https://images.example/vehicles/70/a.jpg' } },
      })
      expect(new Ledger(stand.state.storage).lastNumber()).toBe(before + 1)
      stand.wake()
      expect((await stand.core.view(null))?.vehicle.primaryImageUrl).toContain('a.jpg')
    }))

  test('M12: a picture that was changed meanwhile takes nothing back of what was disclosed, nor the other way', () =>
    inRoom(async (stand) => {
      stand.arm()
      const before = makeVehicle()
      const changes = [{ field: 'mileage', before: 90_000, after: 120_000 }]
      const told = { ...before, mileage: 120_000 }
      const pictured = { ...before, primaryImageKey: 'vehicles/70/a.jpg' }
      for (const change of [
        { vehicle: told, changes },
        { vehicle: pictured, changes: [] },
        {
          vehicle: { ...told, condition: 'starts' as const },
          changes: [{ field: 'condition', before: null, after: 'starts' }],
        },
      ]) {
        expect((await stand.core.house.changeVehicle({ viewer: SELLER, ...change }, 'test')).ok).toBe(true)
      }
      const shown = (await stand.core.view(null))?.vehicle
      expect(shown).toMatchObject({ mileage: 120_000, condition: 'starts' })
      expect(shown?.primaryImageUrl).toContain('a.jpg')
    }))

  test('M12: what was disclosed voids nothing when it is said again before MySQL has heard of it', () =>
    inRoom(async (stand) => {
      stand.arm()
      const vehicle = { ...makeVehicle(), mileage: 120_000 }
      const there = { field: 'mileage', before: 90_000, after: 120_000 }
      const back = { field: 'mileage', before: 120_000, after: 90_000 }
      const disclose = (change: typeof there) =>
        stand.core.house.changeVehicle({ viewer: ADMIN, vehicle, changes: [change] }, 'test')
      const leaderAfter = async (change: typeof there) => {
        await place(stand, 1, exact(1_000))
        const answer = await disclose(change)
        return answer.ok && answer.auction.view.highBidder
      }
      expect(await leaderAfter(there)).toBeNull()
      expect(await leaderAfter(there)).toBe('Bidder 1')
      expect(await leaderAfter(back)).toBeNull()
      expect(await leaderAfter(there)).toBeNull()
    }))

  test('every refusal is a line of the log with its request', () =>
    inRoom(async (stand) => {
      stand.arm()
      await place(stand, 1, exact(1))
      await stand.core.house.cancel(SELLER, 'x', 'req-7')
      await stand.core.house.cancel(SELLER, 'x', 'req-8')
      expect(stand.lines.filter(({ event }) => event.endsWith('_refused'))).toEqual([
        {
          level: 'info',
          event: 'bid_refused',
          fields: {
            auction_id: stand.auctionId,
            request_id: 'test',
            user_id: 1,
            door: 'socket',
            code: 'too_low',
          },
        },
        {
          level: 'info',
          event: 'command_refused',
          fields: { auction_id: stand.auctionId, request_id: 'req-8', command: 'cancel', code: 'cancelled' },
        },
      ])
    }))

  test('accepted socket bids are one line a second, and no line tells an amount', () =>
    inRoom(async (stand) => {
      stand.arm()
      await placeMany(stand, 12)
      stand.ring()
      const lines = stand.lines.filter(({ event }) => event === 'bids_accepted')
      expect(lines.map(({ fields }) => fields.bids)).toEqual([6, 6])
      expect(JSON.stringify(stand.lines)).not.toMatch(/4300|430000|maximum|amount/)
    }))
})
