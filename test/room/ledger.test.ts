import { describe, expect, test } from 'vitest'
import { evolve } from '../../src/auctions/engine/auction.ts'
import { Ledger } from '../../src/auctions/live/ledger.ts'
import { migrate } from '../../src/auctions/live/ledger-tables.ts'
import { inRoom, place, placeMany } from './core-stand.ts'
import { ADMIN, dollars, exact, makeVehicle, max, viewer } from './stand.ts'

describe('the ledger', () => {
  test('a bid writes two rows, its entry and its place in the index, the hundredth with its snapshot too', () =>
    inRoom(async (stand) => {
      // A projector that saves its cursor writes rows of its own.
      stand.project = () => new Promise(() => undefined)
      stand.arm()
      await placeMany(stand, 2)
      const written: number[] = []
      for (let n = 2; n < 210; n += 1) {
        stand.clock.now += 200
        stand.rowsWritten = 0
        await place(stand, 1 + (n % 2), exact(1_000 + n * 300), `bid-${n}`)
        written.push(stand.rowsWritten)
      }
      expect(new Set(written)).toEqual(new Set([2]))
      const snapshots = stand.state.storage.sql
        .exec<{ number: number }>('SELECT number FROM ledger WHERE snapshot IS NOT NULL')
        .toArray()
      expect(snapshots.map(({ number }) => number)).toEqual([1, 100, 200])
    }))

  test('after 500 bids waking reads the last snapshot and what follows it only', () =>
    inRoom(async (stand) => {
      stand.arm()
      await placeMany(stand, 500)
      await stand.settle()
      const before = await stand.core.view(null)
      stand.rowsRead = 0
      stand.wake()
      expect(stand.rowsRead).toBeLessThan(120)
      expect(await stand.core.view(null)).toEqual(before)
      expect(before?.view).toMatchObject({ bidCount: 500, seq: 501 })
    }))

  test('R3: folding the whole ledger gives the state', () =>
    inRoom(async (stand) => {
      stand.arm({ reservePrice: dollars(50_000) })
      await placeMany(stand, 150)
      await stand.core.house.voidBids(ADMIN, [152], 'wrong', 'test')
      const ledger = new Ledger(stand.state.storage)
      const folded = ledger.entriesAfter(0, 1_000).reduce<ReturnType<typeof evolve> | null>(evolve, null)
      expect(folded).toEqual(ledger.load(stand.clock.now))
      expect(folded?.number).toBe(ledger.lastNumber())
    }))

  test("R3: a command's events are one row with its first seq and how many", () =>
    inRoom(async (stand) => {
      stand.arm({ buyNowPrice: dollars(9_000), reservePrice: dollars(2_000) })
      await place(stand, 1, max(5_000))
      await place(stand, 1, max(6_000))
      const rows = stand.state.storage.sql
        .exec('SELECT number, kind, first_seq, seq_count FROM ledger')
        .toArray()
      expect(rows).toEqual([
        { number: 1, kind: 'armed', first_seq: null, seq_count: 0 },
        { number: 2, kind: 'opened', first_seq: 1, seq_count: 1 },
        { number: 3, kind: 'bid', first_seq: 2, seq_count: 2 },
        { number: 4, kind: 'raised', first_seq: null, seq_count: 0 },
      ])
    }))

  test('arming twice keeps the first terms', () =>
    inRoom(async (stand) => {
      const terms = stand.arm()
      const again = { terms: { ...terms, startingPrice: dollars(5) }, vehicle: makeVehicle() }
      expect(stand.core.house.arm(again, 'test')).toEqual({ ok: true })
      expect((await stand.core.view(null))?.view.startingPrice).toBe(dollars(1_000))
      expect(new Ledger(stand.state.storage).lastNumber()).toBe(2)
    }))

  test('terms that the rules forbid arm nothing', () =>
    inRoom((stand) => {
      expect(() => stand.arm({ reservePrice: dollars(1) })).toThrow('validation_failed')
      const tables = stand.state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name = 'ledger'")
        .toArray()
      expect(tables).toEqual([])
    }))

  test('migrations run once each', () =>
    inRoom((stand) => {
      stand.arm()
      const versions = () => stand.state.storage.sql.exec('SELECT version FROM migrations').toArray()
      const before = versions()
      migrate(stand.state.storage, stand.clock.now)
      expect(versions()).toEqual(before)
    }))

  test('an entry that cannot be written leaves nothing behind, and the next bid is judged as before', () =>
    inRoom(async (stand) => {
      stand.arm()
      await place(stand, 1, exact(1_000))
      const { sql } = stand.state.storage
      sql.exec("CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
      await expect(async () => place(stand, 2, exact(2_000), 'x')).rejects.toThrow('disk is full')
      expect(
        sql.exec("SELECT 1 FROM verdicts UNION SELECT 1 FROM ledger WHERE client_id = 'x'").toArray(),
      ).toEqual([])
      expect(sql.exec("SELECT 1 FROM bidders WHERE alias = 'Bidder 2'").toArray()).toEqual([])
      sql.exec('DROP TRIGGER full')
      expect(await place(stand, 2, exact(2_000), 'x')).toMatchObject({
        ok: true,
        verdict: { bidId: 4, seq: 3 },
      })
      expect((await stand.core.view(viewer(2)))?.view.you).toMatchObject({ alias: 'Bidder 2' })
    }))
})

describe('the history', () => {
  test('is newest first, by offset and by cursor, and a silent raise is not in it', () =>
    inRoom(async (stand) => {
      stand.arm()
      await placeMany(stand, 5)
      await place(stand, 1, max(90_000))
      const all = stand.core.history({ beforeId: null, offset: 0, limit: 50 })
      expect(all).toMatchObject({ total: 5, bidCount: 5, currentBid: dollars(2_200) })
      const ids = all?.bids.map(({ id }) => id) ?? []
      expect(ids).toEqual([7, 6, 5, 4, 3])
      const page = (beforeId: number | null, offset: number) =>
        stand.core.history({ beforeId, offset, limit: 2 })?.bids.map(({ id }) => id)
      expect([page(null, 0), page(null, 2), page(6, 0)]).toEqual([
        [7, 6],
        [5, 4],
        [5, 4],
      ])
    }))

  test('R20: keeps a voided bid with its reason, and counts it no more', () =>
    inRoom(async (stand) => {
      stand.arm()
      await placeMany(stand, 3)
      await place(stand, 1, max(50_000))
      const answer = await stand.core.house.voidBids(ADMIN, [5, 6], 'two at once', 'test')
      expect(answer).toMatchObject({ ok: true, auction: { view: { bidCount: 2, highBidder: 'Bidder 2' } } })
      const history = stand.core.history({ beforeId: null, offset: 0, limit: 50 })
      expect(history).toMatchObject({ total: 3, bidCount: 2 })
      expect(history?.bids.map(({ id, voided, voidReason }) => [id, voided, voidReason])).toEqual([
        [5, true, 'two at once'],
        [4, false, null],
        [3, false, null],
      ])
      expect((await stand.core.view(viewer(1)))?.view.you).toEqual({
        alias: 'Bidder 1',
        leading: false,
        maxBid: dollars(1_000),
      })
      expect(await stand.core.house.voidBids(ADMIN, [5], 'again', 'test')).toMatchObject({
        code: 'not_voidable',
      })
      expect(await stand.core.house.voidBids(ADMIN, [1], 'no bid', 'test')).toMatchObject({
        code: 'not_voidable',
      })
    }))
})
