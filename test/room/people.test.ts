import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { waitFor } from '../support/index.ts'
import { inRoom } from './core-stand.ts'
import {
  armRoom,
  bidder,
  claimsOf,
  dollars,
  exact,
  join,
  max,
  mustBid,
  person,
  placeBid,
  restoreClock,
  upgrade,
  viewer,
} from './stand.ts'

afterEach(restoreClock)

const personObject = (userId: number) => env.PERSON.getByName(String(userId))
const bid = (userId: number, amount: number, id: string | null = null) => ({
  bidder: bidder(userId),
  clientId: id,
  offer: exact(amount),
  door: 'http' as const,
  requestId: 'test',
})

describe('R18: suspension', () => {
  test('who is suspended may not bid, and no ticket of theirs opens a socket', async () => {
    await personObject(101).suspend('fraud', 1)
    const { room } = await armRoom()
    expect(await placeBid(room, 101, exact(1_000))).toMatchObject({ code: 'not_eligible' })
    expect((await upgrade(room, claimsOf(person(101)))).status).toBe(401)
  })

  test('voids their bids in active auctions in one step, and closes their sockets', async () => {
    const { room } = await armRoom()
    const [theirs, watcher] = [await join(room, 102), await join(room)]
    await mustBid(room, 103, max(1_500))
    await theirs.bid({ amount: 2_000 })
    await theirs.bid({ max_bid: 3_000 })
    await personObject(102).suspend('fraud', 1)
    expect(await watcher.event('bid_voided')).toMatchObject({ reason: 'suspended', high_bidder: 'Bidder 1' })
    expect(await theirs.closed).toMatchObject({ code: 4401 })
    expect(await placeBid(room, 102, exact(9_000))).toMatchObject({ code: 'not_eligible' })
    expect((await room.view(viewer(102)))?.view.you).toMatchObject({ leading: false, maxBid: null })
  })

  test('restoring lets them bid again and brings no bid back', async () => {
    const { room } = await armRoom()
    await mustBid(room, 104, exact(1_000))
    await personObject(104).suspend('fraud', 1)
    await waitFor(async () => (await room.view(null))?.view.bidCount === 0)
    await personObject(104).restore(2)
    await waitFor(async () => (await placeBid(room, 104, exact(1_200))).ok)
    expect((await room.view(null))?.view).toMatchObject({ bidCount: 1, currentBid: dollars(1_200) })
  })

  test('an answer that is older than what the room was told since changes nothing', () =>
    inRoom(async (stand) => {
      stand.arm()
      let answer: (standing: { suspended: boolean; revision: number }) => void = () => undefined
      stand.enterRoom = () => new Promise((resolve) => (answer = resolve))
      const judged = stand.core.bids.place(bid(1, 1_000))
      stand.core.house.setStanding(1, { suspended: true, revision: 5 }, 'test')
      answer({ suspended: false, revision: 4 })
      expect(await judged).toMatchObject({ code: 'not_eligible' })
      stand.core.house.setStanding(1, { suspended: false, revision: 3 }, 'test')
      expect(await stand.core.bids.place(bid(1, 1_000))).toMatchObject({ code: 'not_eligible' })
    }))

  test('told twice it voids once', () =>
    inRoom(async (stand) => {
      stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      stand.core.house.setStanding(1, { suspended: true, revision: 1 }, 'test')
      stand.core.house.setStanding(1, { suspended: true, revision: 1 }, 'test')
      const rows = stand.state.storage.sql.exec("SELECT 1 FROM ledger WHERE kind = 'bid_voided'").toArray()
      expect(rows).toHaveLength(1)
    }))

  test('a suspension that comes after the end voids nothing', () =>
    inRoom(async (stand) => {
      const { endsAt } = stand.arm()
      await stand.core.bids.place(bid(1, 1_000))
      stand.clock.now = endsAt
      stand.core.house.setStanding(1, { suspended: true, revision: 1 }, 'test')
      expect((await stand.core.view(null))?.view).toMatchObject({ outcome: 'sold', highBidder: 'Bidder 1' })
    }))
})

describe("asking the person's object", () => {
  test('happens once, however many bids come at the same time, and they are judged in their order', () =>
    inRoom(async (stand) => {
      stand.arm()
      let asked = 0
      const { enterRoom } = stand
      stand.enterRoom = async (...who) => {
        asked += 1
        await Promise.resolve()
        return enterRoom(...who)
      }
      const answers = await Promise.all(
        [1_000, 1_100, 1_200].map((amount) => stand.core.bids.place(bid(1, amount))),
      )
      expect(asked).toBe(1)
      expect(answers.map((answer) => (answer.ok ? 'ok' : answer.code))).toEqual([
        'ok',
        'already_leading',
        'already_leading',
      ])
      await stand.core.bids.place(bid(1, 1_300))
      expect(asked).toBe(1)
    }))

  test('holds back nobody else, and the bid is judged by when it enters the block', () =>
    inRoom(async (stand) => {
      const { endsAt } = stand.arm()
      await stand.core.bids.place(bid(2, 1_000))
      let answer: () => void = () => undefined
      stand.enterRoom = () =>
        new Promise((resolve) => {
          answer = () => resolve({ suspended: false, revision: 0 })
        })
      stand.clock.now = endsAt - 10
      const late = stand.core.bids.place(bid(1, 5_000))
      stand.enterRoom = async () => ({ suspended: false, revision: 0 })
      expect(await stand.core.bids.place(bid(2, 1_500))).toMatchObject({ code: 'already_leading' })
      stand.clock.now = endsAt
      answer()
      expect(await late).toMatchObject({ code: 'ended' })
    }))

  test('that fails makes the bid unavailable, and the next bid asks again', () =>
    inRoom(async (stand) => {
      stand.arm()
      const { enterRoom } = stand
      stand.enterRoom = () => Promise.reject(new Error('away'))
      expect(await stand.core.bids.place(bid(1, 1_000, 'a'))).toMatchObject({ code: 'unavailable' })
      stand.enterRoom = enterRoom
      expect(await stand.core.bids.place(bid(1, 1_000, 'a'))).toMatchObject({ ok: true })
    }))

  test('that fails lets a ticket watch', () =>
    inRoom(async (stand) => {
      stand.arm()
      stand.enterRoom = () => Promise.reject(new Error('away'))
      expect(await stand.core.admit(claimsOf(person(1)))).toBeNull()
    }))
})
