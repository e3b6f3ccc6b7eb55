import type { Logger } from '../logger.ts'
import { describeError } from '../logger.ts'
import type { Instruments } from './instruments.ts'
import type { IsolateMetrics, MetricsStore } from './isolate.ts'
import type { StoredMetrics } from './metrics-object.ts'

/** What the rest of the system counts with. */
export interface Metrics extends Instruments {
  /** How many sockets a room has now. */
  reportSockets(auctionId: number, count: number): void
  /** How many sockets a person's own stream has now. */
  reportStreamSockets(userId: number, count: number): void
  /** How many of a room's events MySQL has not got, and whether one of them was refused for good. */
  reportProjection(auctionId: number, state: { lagEvents: number; isStuck: boolean }): void
  /** To be called after counting, at the end of a request or an object's event; cheap when nothing is due. */
  flush(waitUntil: (work: Promise<unknown>) => void): void
  /** As `flush`, without a timer: for objects that hibernate and have an alarm to come back by. */
  flushIfDue(waitUntil: (work: Promise<unknown>) => void): void
  /** The sums over all isolates, with what this one had not sent. */
  read(): Promise<StoredMetrics>
}

/** The `Metrics` object as a stub shows it. */
interface RemoteStore extends MetricsStore {
  read(): Promise<StoredMetrics>
}

export function createMetrics(isolate: IsolateMetrics, storeOf: () => RemoteStore, log: Logger): Metrics {
  const onFailure = (error: unknown) => log.warn('metrics_not_sent', describeError(error))
  return {
    ...isolate.instruments,
    reportSockets: (auctionId, count) => isolate.report(auctionId, 'sockets', count, Date.now()),
    reportStreamSockets: (userId, count) => isolate.report(userId, 'stream_sockets', count, Date.now()),
    reportProjection(auctionId, { lagEvents, isStuck }) {
      const now = Date.now()
      isolate.report(auctionId, 'projection_lag_events', lagEvents, now)
      isolate.report(auctionId, 'projection_stuck', isStuck ? 1 : 0, now)
    },
    flush(waitUntil) {
      isolate.flush(storeOf, waitUntil, Date.now(), onFailure)
    },
    flushIfDue(waitUntil) {
      isolate.flushIfDue(storeOf, waitUntil, Date.now(), onFailure)
    },
    async read() {
      const store = storeOf()
      await isolate.send(store)
      return store.read()
    },
  }
}
