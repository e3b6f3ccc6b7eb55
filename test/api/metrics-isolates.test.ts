import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { DAY_MS } from '../../src/lib/time.ts'
import { IsolateMetrics, type MetricsStore, SEND_INTERVAL_MS } from '../../src/platform/metrics/isolate.ts'
import type { Parcel } from '../../src/platform/metrics/reading.ts'
import { growthOf, sampleOf } from '../support/scrape.ts'

const store = () => env.METRICS.getByName('all')

const bidsSeries = (result: string) => `auction_bids_total{auction_type="timed",result="${result}"}`
const countBids = (isolate: IsolateMetrics, result: 'accepted' | 'too_low', by = 1) =>
  isolate.instruments.bids.inc({ auction_type: 'timed', result }, by)

describe('over several isolates', () => {
  test('the sum is that of all of them', async () => {
    const [one, other] = [new IsolateMetrics(), new IsolateMetrics()]
    const growth = await growthOf(bidsSeries('accepted'), async () => {
      countBids(one, 'accepted', 3)
      countBids(other, 'accepted', 4)
      await Promise.all([one.send(store()), other.send(store())])
      countBids(one, 'accepted', 5)
      await one.send(store())
    })
    expect(growth).toBe(12)
  })

  test('histograms add up bucket by bucket', async () => {
    const [one, other] = [new IsolateMetrics(), new IsolateMetrics()]
    const grow = async (series: string) =>
      growthOf(series, async () => {
        one.instruments.orderValues.observe({}, 400)
        other.instruments.orderValues.observe({}, 90_000)
        await one.send(store())
        await other.send(store())
      })
    expect(await grow('order_value_dollars_sum')).toBe(90_400)
    expect(await grow('order_value_dollars_bucket{le="500"}')).toBe(1)
    expect(await grow('order_value_dollars_bucket{le="+Inf"}')).toBe(2)
  })

  test('many sending at once lose nothing', async () => {
    const isolates = Array.from({ length: 20 }, () => new IsolateMetrics())
    const growth = await growthOf(bidsSeries('too_low'), () =>
      Promise.all(
        isolates.map(async (isolate) => {
          countBids(isolate, 'too_low')
          await isolate.send(store())
        }),
      ),
    )
    expect(growth).toBe(20)
  })

  test('the sums survive the eviction of their object', async () => {
    const isolate = new IsolateMetrics()
    const growth = await growthOf(bidsSeries('accepted'), async () => {
      countBids(isolate, 'accepted', 7)
      await isolate.send(store())
      await evictDurableObject(store())
    })
    expect(growth).toBe(7)
  })

  test('the object holds one row per metric, however much is sent', async () => {
    const isolate = new IsolateMetrics()
    for (let round = 0; round < 5; round++) {
      countBids(isolate, 'accepted')
      await isolate.send(store())
    }
    const rows = await runInDurableObject(store(), (_object, state) =>
      state.storage.sql.exec("SELECT name FROM metrics WHERE name = 'auction_bids_total'").toArray(),
    )
    expect(rows).toHaveLength(1)
  })
})

describe('one isolate', () => {
  const failing = (deliver: boolean): MetricsStore => ({
    async add(parcel) {
      if (deliver) await store().add(parcel)
      throw new Error('Network connection lost')
    },
  })

  test('a parcel that arrived, but whose answer was lost, is not counted twice', async () => {
    const isolate = new IsolateMetrics()
    const growth = await growthOf(bidsSeries('accepted'), async () => {
      countBids(isolate, 'accepted', 2)
      await expect(isolate.send(failing(true))).rejects.toThrow('Network connection lost')
      await isolate.send(store())
      countBids(isolate, 'accepted', 3)
      await isolate.send(store())
      await isolate.send(store())
    })
    expect(growth).toBe(5)
  })

  test('what could not be sent for long is counted once the object is back', async () => {
    const isolate = new IsolateMetrics()
    const growth = await growthOf(bidsSeries('accepted'), async () => {
      for (let round = 0; round < 30; round++) {
        countBids(isolate, 'accepted')
        await expect(isolate.send(failing(false))).rejects.toThrow()
      }
      await isolate.send(store())
      await isolate.send(store())
    })
    expect(growth).toBe(30)
  })

  test('what is counted while a parcel is made up goes into the next one', async () => {
    const isolate = new IsolateMetrics()
    const growth = await growthOf(bidsSeries('accepted'), async () => {
      countBids(isolate, 'accepted')
      const sending = isolate.send(store())
      countBids(isolate, 'accepted')
      await Promise.resolve()
      countBids(isolate, 'accepted')
      await sending
      await isolate.send(store())
    })
    expect(growth).toBe(3)
  })

  test('sends at once, and then at most every 5 s', async () => {
    vi.useFakeTimers()
    try {
      const isolate = new IsolateMetrics()
      const parcels: number[] = []
      const counting: MetricsStore = { add: async ({ batches }) => void parcels.push(batches.length) }
      const work: Promise<unknown>[] = []
      const flush = () =>
        isolate.flush(
          () => counting,
          (promise) => work.push(promise),
          Date.now(),
          (error) => expect.unreachable(String(error)),
        )
      const count = () => {
        countBids(isolate, 'accepted')
        flush()
      }
      count()
      await vi.advanceTimersByTimeAsync(0)
      expect(parcels).toHaveLength(1)
      for (let request = 0; request < 10; request++) count()
      await vi.advanceTimersByTimeAsync(SEND_INTERVAL_MS - 1)
      expect(parcels).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(parcels).toHaveLength(2)
      // The last ones of a busy time are sent although no request follows.
      count()
      await vi.advanceTimersByTimeAsync(SEND_INTERVAL_MS)
      expect(parcels).toHaveLength(3)
      await Promise.all(work)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a sending that went down with its request holds back the next for 5 s more, not for ever', () => {
    // Time stands still: as when a request is cut off, what waits never goes on.
    vi.useFakeTimers()
    try {
      const isolate = new IsolateMetrics()
      const work: Promise<unknown>[] = []
      const flush = (nowMs: number) =>
        isolate.flush(
          () => ({ add: async () => undefined }),
          (promise) => work.push(promise),
          nowMs,
          (error) => expect.unreachable(String(error)),
        )
      const startMs = 1_000_000
      flush(startMs)
      flush(startMs + 1)
      expect(work).toHaveLength(2)
      flush(startMs + 2)
      flush(startMs + 2 * SEND_INTERVAL_MS - 1)
      expect(work).toHaveLength(2)
      flush(startMs + 2 * SEND_INTERVAL_MS + 1)
      expect(work).toHaveLength(3)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a failure to send is told and harms nobody', async () => {
    const isolate = new IsolateMetrics()
    const failures: unknown[] = []
    countBids(isolate, 'accepted')
    const work: Promise<unknown>[] = []
    isolate.flush(
      () => failing(false),
      (promise) => work.push(promise),
      Date.now(),
      (error) => failures.push(error),
    )
    await Promise.all(work)
    expect(failures).toHaveLength(1)
  })
})

describe('rooms', () => {
  const report = async (auctionId: number, count: number, nowMs = Date.now()) => {
    const isolate = new IsolateMetrics()
    isolate.report(auctionId, 'sockets', count, nowMs)
    await isolate.send(store())
  }

  test('what a room says replaces what it said before, and rooms add up', async () => {
    const before = (await sampleOf('websocket_connections_active')) ?? 0
    await report(1, 20)
    await report(2, 5)
    await report(1, 30)
    expect(await sampleOf('websocket_connections_active')).toBe(before + 35)
    await report(1, 0)
    await report(2, 0)
    expect(await sampleOf('websocket_connections_active')).toBe(before)
  })

  test('an older word of a room that comes later changes nothing', async () => {
    const nowMs = Date.now()
    await report(3, 0, nowMs)
    await report(3, 40, nowMs - 1)
    expect(await sampleOf('websocket_connections_active')).toBe(0)
  })

  test('a room that was silent for a day counts no more', async () => {
    await report(4, 11, Date.now() - DAY_MS - 1_000)
    expect(await sampleOf('websocket_connections_active')).toBe(0)
  })

  test('lag and being stuck are added up over the rooms', async () => {
    const isolate = new IsolateMetrics()
    const nowMs = Date.now()
    for (const auctionId of [5, 6]) {
      isolate.report(auctionId, 'projection_lag_events', 4, nowMs)
      isolate.report(auctionId, 'projection_stuck', 1, nowMs)
    }
    await isolate.send(store())
    expect(await sampleOf('auction_projection_lag_events')).toBe(8)
    expect(await sampleOf('auction_projection_stuck')).toBe(2)
  })
})

test('a parcel of another form is refused and changes nothing', async () => {
  const isolate = new IsolateMetrics()
  countBids(isolate, 'accepted')
  const parcels: Parcel[] = []
  await isolate.send({ add: async (parcel) => void parcels.push(parcel) })
  const [good] = parcels
  if (!good) throw new Error('Nothing was sent')
  const before = await sampleOf(bidsSeries('accepted'))
  await runInDurableObject(store(), async (object) => {
    await expect(object.add({ ...good, isolate: 'not-a-uuid' })).rejects.toThrow()
    await expect(
      object.add({ ...good, rooms: [{ auctionId: -1, gauge: 'sockets', value: 1, atMs: 1 }] }),
    ).rejects.toThrow()
  })
  expect(await sampleOf(bidsSeries('accepted'))).toBe(before)
})
