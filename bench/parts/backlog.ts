import type { Workerd } from '../../local/workerd/serve.ts'
import { Crowd } from '../load/crowd.ts'
import type { Connection } from '../load/orders.ts'
import { Market } from '../stack/market.ts'
import type { Stage } from '../stack/stage.ts'
import { watchProjection } from './projected.ts'

const BIDDERS = 10
const CATCH_UP_MS = 120_000
/** As the issue counts calls. */
const BIDS_PER_COUNT = 200

export interface BacklogPlan {
  events: number
  /** Bids that come while MySQL keeps up. */
  liveForMs: number
}

export interface BacklogFigures {
  events: number
  seconds: number
  eventsPerSecond: number
  callsPer200Bids: number
  /** The same while people bid as fast as they can and MySQL is there. */
  live: { bidsPerSecond: number; callsPer200Bids: number; caughtUpAfterMs: number }
}

/** How fast a room's ledger gets to MySQL: what gathered while it was away, and what comes while it is there. */
export async function measureBacklog(stage: Stage, plan: BacklogPlan): Promise<BacklogFigures> {
  const workerd = await stage.serve()
  try {
    const market = new Market(workerd.url, stage.dataDir)
    const live = await measureLive(stage, market, workerd, plan.liveForMs)
    const drained = await measureDrain(stage, market, workerd, plan.events)
    return { ...drained, live }
  } finally {
    await workerd.stop()
  }
}

async function measureLive(stage: Stage, market: Market, workerd: Workerd, forMs: number) {
  const { planetscale } = stage.cloud
  const { auctionId, crowd } = await seatBidders(market, workerd)
  try {
    await crowd.flood(forMs / 4)
    planetscale.startCounting(stage.database.name)
    const report = await crowd.flood(forMs)
    const endedAt = performance.now()
    await watchProjection(stage, auctionId, ({ seq }) => seq >= (report.lastSeqs[0] ?? 0), CATCH_UP_MS)
    const { calls } = planetscale.stopCounting(stage.database.name)
    return {
      bidsPerSecond: report.accepted / ((report.endedAt - report.startedAt) / 1_000),
      callsPer200Bids: (calls * BIDS_PER_COUNT) / report.accepted,
      caughtUpAfterMs: performance.now() - endedAt,
    }
  } finally {
    await crowd.close()
  }
}

async function measureDrain(stage: Stage, market: Market, workerd: Workerd, events: number) {
  const { planetscale } = stage.cloud
  const { name } = stage.database
  const { auctionId, crowd } = await seatBidders(market, workerd)
  try {
    planetscale.setFault(name, { mode: 'refuse' })
    const report = await crowd.send(events)
    const lastSeq = report.lastSeqs[0] ?? 0
    planetscale.startCounting(name)
    planetscale.setFault(name, null)
    // The room asks again within 15 s; from the first batch that arrives on it is under way.
    let first: { at: number; seq: number } | null = null
    let startSeq: number | null = null
    await watchProjection(
      stage,
      auctionId,
      ({ seq }) => {
        startSeq ??= seq
        if (first === null && seq > startSeq) first = { at: performance.now(), seq }
        return seq >= lastSeq
      },
      CATCH_UP_MS,
    )
    const { calls } = planetscale.stopCounting(name)
    const { at, seq } = first ?? { at: performance.now(), seq: startSeq ?? 0 }
    const seconds = (performance.now() - at) / 1_000
    return {
      events,
      seconds,
      eventsPerSecond: (lastSeq - seq) / seconds,
      callsPer200Bids: (calls * BIDS_PER_COUNT) / report.accepted,
    }
  } finally {
    planetscale.setFault(name, null)
    await crowd.close()
  }
}

async function seatBidders(market: Market, workerd: Workerd): Promise<{ auctionId: number; crowd: Crowd }> {
  const auctionId = await market.openAuction()
  const connections: Connection[] = []
  for (let bidder = 0; bidder < BIDDERS; bidder++) {
    connections.push(await market.bidderConnection(auctionId, 0, bidder))
  }
  return { auctionId, crowd: await Crowd.open(workerd.port, connections) }
}
