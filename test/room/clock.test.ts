import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import { inRoom } from './core-stand.ts'
import {
  armRoom,
  bidder,
  dollars,
  exact,
  freezeAt,
  HOUR_MS,
  MINUTE_MS,
  makeTerms,
  makeVehicle,
  mustBid,
  placeBid,
  restoreClock,
} from './stand.ts'

afterEach(restoreClock)

const getAlarm = (room: Parameters<typeof mustBid>[0]) =>
  runInDurableObject(room, (_room, state) => state.storage.getAlarm())
const bid = (userId: number, amount: number) => ({
  bidder: bidder(userId),
  clientId: null,
  offer: exact(amount),
  door: 'http' as const,
  requestId: 'test',
})

describe('R2: the stored start and end decide, not the alarm', () => {
  test('a bid at exactly starts_at is in, one before it is not_active', async () => {
    const startsAt = Date.now() + HOUR_MS
    const { room } = await armRoom({ startsAt, endsAt: startsAt + HOUR_MS })
    freezeAt(startsAt - 1)
    expect(await placeBid(room, 1, exact(1_000))).toMatchObject({ code: 'not_active' })
    freezeAt(startsAt)
    expect(await placeBid(room, 1, exact(1_000))).toMatchObject({ ok: true, verdict: { seq: 2 } })
  })

  test('a bid one millisecond before ends_at is in, at exactly ends_at late', async () => {
    const { room, terms } = await armRoom({
      softClose: { mode: 'off', windowSeconds: 120, extensionSeconds: 120, maxExtensions: null },
    })
    freezeAt(terms.endsAt - 1)
    expect(await placeBid(room, 1, exact(1_000))).toMatchObject({ ok: true })
    freezeAt(terms.endsAt)
    expect(await placeBid(room, 2, exact(2_000))).toMatchObject({ code: 'ended' })
    expect((await room.view(null))?.view).toMatchObject({
      status: 'ended',
      outcome: 'sold',
      highBidder: 'Bidder 1',
    })
  })

  test('an auction that was made as open is open in a room whose clock is behind', () =>
    inRoom(async (stand) => {
      const madeAt = stand.clock.now + 300
      const terms = makeTerms(stand.auctionId, { startsAt: madeAt, endsAt: madeAt + HOUR_MS })
      stand.core.house.arm({ terms, vehicle: makeVehicle(), madeAt }, 'test')
      expect((await stand.core.view(null))?.view).toMatchObject({ status: 'active', seq: 1 })
      expect(await stand.core.bids.place(bid(1, 1_000))).toMatchObject({ ok: true, verdict: { seq: 2 } })
    }))

  test('an alarm that is late changes nothing about who won, and the end is told as of ends_at', () =>
    inRoom(async (stand) => {
      const { endsAt } = stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      stand.clock.now = endsAt + 10 * MINUTE_MS
      expect(await stand.core.bids.place(bid(2, 5_000))).toMatchObject({ code: 'ended' })
      stand.ring()
      const view = await stand.core.view(null)
      expect(view?.view).toMatchObject({
        status: 'ended',
        highBidder: 'Bidder 1',
        currentBid: dollars(1_000),
      })
      const entries = stand.state.storage.sql.exec("SELECT at FROM ledger WHERE kind = 'ended'").toArray()
      expect(entries).toEqual([{ at: endsAt }])
    }))

  test('an alarm that is early changes nothing and arms again', () =>
    inRoom((stand) => {
      const { endsAt } = stand.arm()
      stand.ring()
      stand.clock.now = endsAt - 1
      stand.ring()
      expect(stand.armedAt).toBe(endsAt)
      expect(stand.state.storage.sql.exec("SELECT 1 FROM ledger WHERE kind = 'ended'").toArray()).toEqual([])
    }))

  test('nobody has to look: the alarm opens and ends an auction', async () => {
    const startsAt = Date.now() + HOUR_MS
    const { room } = await armRoom({ startsAt, endsAt: startsAt + HOUR_MS })
    freezeAt(startsAt)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    freezeAt(startsAt + HOUR_MS)
    expect(await runDurableObjectAlarm(room)).toBe(true)
    const kinds = await runInDurableObject(room, (_room, { storage }) =>
      storage.sql.exec<{ kind: string; at: number }>('SELECT kind, at FROM ledger').toArray(),
    )
    expect(kinds.slice(1)).toEqual([
      { kind: 'opened', at: startsAt },
      { kind: 'ended', at: startsAt + HOUR_MS },
    ])
  })

  test('after an eviction the alarm still ends it', async () => {
    const { room, terms } = await armRoom()
    await mustBid(room, 1, exact(1_000))
    await evictDurableObject(room)
    freezeAt(terms.endsAt)
    await runDurableObjectAlarm(room)
    expect((await room.view(null))?.view).toMatchObject({ status: 'ended', outcome: 'sold' })
  })

  test('R12: the alarm at the old end finds the extended one and arms for that', () =>
    inRoom(async (stand) => {
      const { endsAt } = stand.arm()
      stand.clock.now = endsAt - 1_000
      await stand.core.bids.place(bid(1, 1_000))
      stand.clock.now = endsAt
      stand.ring()
      const extended = endsAt - 1_000 + 2 * MINUTE_MS
      expect((await stand.core.view(null))?.view).toMatchObject({ status: 'active', endsAt: extended })
      await stand.settle()
      stand.ring()
      expect(stand.armedAt).toBe(extended)
    }))

  test('a clock that is set back does not bring an earlier instant into the ledger', () =>
    inRoom(async (stand) => {
      stand.arm()
      stand.clock.now += MINUTE_MS
      await stand.core.bids.place(bid(1, 1_000))
      stand.clock.now -= MINUTE_MS
      await stand.core.bids.place(bid(2, 2_000))
      const instants = stand.state.storage.sql
        .exec<{ at: number }>('SELECT at FROM ledger ORDER BY number')
        .toArray()
        .map(({ at }) => at)
      expect(instants).toEqual([...instants].sort((a, b) => a - b))
    }))
})

describe('the projector and the alarm', () => {
  test('while MySQL lacks entries the next alarm is at most 15 s away', () =>
    inRoom(async (stand) => {
      stand.project = async () => ({ retryInMs: 60_000 })
      stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      await stand.settle()
      for (let turn = 0; turn < 5; turn += 1) {
        expect(stand.armedAt ?? Number.NaN).toBeLessThanOrEqual(stand.clock.now + 15_000)
        stand.clock.now = stand.armedAt ?? Number.NaN
        stand.ring()
        await stand.settle()
      }
    }))

  test('one runs at a time, and not before the time that it asked for', () =>
    inRoom(async (stand) => {
      let runs = 0
      let finish: () => void = () => undefined
      stand.project = () => {
        runs += 1
        return new Promise((resolve) => {
          finish = () => resolve({ retryInMs: 60_000 })
        })
      }
      stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      stand.ring()
      expect(runs).toBe(1)
      finish()
      await stand.settle()
      stand.clock.now += 59_999
      stand.ring()
      expect(runs).toBe(1)
      stand.clock.now += 1
      stand.ring()
      expect(runs).toBe(2)
    }))

  test('what came while it ran is sent by the next run at once', () =>
    inRoom(async (stand) => {
      const seen: number[] = []
      stand.project = async (ledger) => {
        const last = ledger.lastNumber()
        await Promise.resolve()
        seen.push(last)
        ledger.saveCursor(last)
        return { retryInMs: null }
      }
      stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      await stand.settle()
      expect(seen.at(-1)).toBe(3)
      expect(seen.length).toBeGreaterThan(1)
    }))

  test('the alarm waits for no projector that hangs', () =>
    inRoom(async (stand) => {
      stand.project = () => new Promise(() => undefined)
      const { endsAt } = stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      stand.clock.now = endsAt
      stand.ring()
      expect((await stand.core.view(null))?.view.status).toBe('ended')
    }))

  test('a woken room goes on where the cursor stands', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, exact(1_000))
    await evictDurableObject(room)
    // The alarm that stood before the eviction is still there.
    expect(await getAlarm(room)).not.toBeNull()
  })
})
