import { runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, test } from 'vitest'
import type { LiveSocket } from '../support/index.ts'
import {
  ADMIN,
  armRoom,
  bidder,
  dollars,
  exact,
  freezeAt,
  join,
  mustBid,
  placeBid,
  restoreClock,
} from './stand.ts'

afterEach(restoreClock)

/** How many events came in each frame. */
const shapesOf = ({ frames }: LiveSocket): number[] =>
  frames.flatMap((frame) => {
    if (frame.type === 'event') return [1]
    return frame.type === 'events' ? [frame.events.length] : []
  })

describe('events that follow closely', () => {
  test('the first goes out at once, the others within 50 ms together and in order', async () => {
    const { room } = await armRoom()
    await mustBid(room, 1, exact(1_000))
    await mustBid(room, 2, exact(1_100))
    const watcher = await join(room)
    freezeAt(Date.now() + 1_000)
    // Inside the object, so that no slow machine lets 50 ms pass between two bids.
    await runInDurableObject(room, async (instance) => {
      for (let n = 0; n < 6; n += 1)
        await instance.bid(bidder(1 + (n % 2)), null, exact(2_000 + n * 100), 'test')
    })
    await watcher.event('bid', ({ bid_count }) => bid_count === 8)
    expect(shapesOf(watcher)).toEqual([1, 5])
    expect(watcher.events.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9])
  })

  test("a command's events go in one frame, reserve_met before extended, all with the final values", async () => {
    // Nearer than the 45 s after which a watcher who answers no ping is closed.
    const { room, terms } = await armRoom({ reservePrice: dollars(2_000), endsAt: Date.now() + 40_000 })
    const watcher = await join(room)
    freezeAt(terms.endsAt - 10_000)
    await mustBid(room, 1, exact(2_500))
    const { events } = await watcher.next('events')
    expect(events.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['bid', 2],
      ['reserve_met', 3],
      ['extended', 4],
    ])
    expect(new Set(events.map(({ ends_at }) => ends_at)).size).toBe(1)
    expect(events.every(({ reserve_met }) => reserve_met === true)).toBe(true)
  })

  test('the buffer is flushed before ended', async () => {
    const { room } = await armRoom({ buyNowPrice: dollars(9_000), reservePrice: dollars(8_000) })
    const watcher = await join(room)
    freezeAt(Date.now() + 1_000)
    await mustBid(room, 1, exact(1_000))
    await mustBid(room, 2, exact(1_100))
    await placeBid(room, 3, { kind: 'buy_now' })
    await watcher.event('ended')
    expect(watcher.events.map(({ kind }) => kind)).toEqual(['bid', 'bid', 'bought', 'ended'])
    expect(shapesOf(watcher)).toEqual([1, 1, 2])
  })

  test('the buffer is flushed before cancelled', async () => {
    const { room } = await armRoom()
    const watcher = await join(room)
    freezeAt(Date.now() + 1_000)
    await mustBid(room, 1, exact(1_000))
    await mustBid(room, 2, exact(1_100))
    await room.cancel(ADMIN, 'title problem', 'test')
    expect(await watcher.event('cancelled')).toMatchObject({ status: 'cancelled', reason: 'title problem' })
    expect(watcher.events.map(({ kind }) => kind)).toEqual(['bid', 'bid', 'cancelled'])
    expect(shapesOf(watcher)).toEqual([1, 1, 1])
  })

  test('the buffer is flushed before welcome and before the answer to sync', async () => {
    const { room } = await armRoom()
    const watcher = await join(room)
    freezeAt(Date.now() + 1_000)
    await mustBid(room, 1, exact(1_000))
    await mustBid(room, 2, exact(1_100))
    const late = await join(room)
    expect(late.frames[0]).toMatchObject({ type: 'welcome', auction: { seq: 3 } })
    await mustBid(room, 1, exact(1_200))
    watcher.send({ type: 'sync', since: 4 })
    expect(await watcher.event('bid', ({ seq }) => seq === 4)).toBeDefined()
    await watcher.next('events')
    // Whoever was welcomed at 3 has not seen 2 and 3 again.
    expect(late.events.map(({ seq }) => seq)).toEqual([4])
  })
})
