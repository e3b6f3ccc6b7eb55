import type { SocketFigures } from '../parts/sockets.ts'
import type { Results } from './results.ts'
import { formatNumber } from './table.ts'

export interface Judgement {
  name: string
  wanted: string
  measured: string
  isReached: boolean
}

const BID_RATIO_MIN = 0.8
const DELIVERY_RATIO_MIN = 2
/** A lone bid may take so much longer than the bare object's: well below the 50 ms that a buffer would cost. */
const LONE_EXTRA_MAX_MS = 10
const COMMANDS_MIN = 500_000
/** The slowest history by the fastest. */
const FLAT_MIN = 0.7
const WAKE_MAX_MS = 20
/** The longest history by the shortest, beside a millisecond of noise. */
const WAKE_GROWTH_MAX = 1.5
const EVENTS_MIN = 5_000
const CALLS_MAX = 1
const ROWS_MAX = 3
const MATCH_MAX_MS = 200
const VIN_WARM_MAX_MS = 5
const VIN_COLD_MAX_MS = 20

/** What the figures that are there say to what they should reach. */
export function judge(results: Results): Judgement[] {
  return [
    ...judgeContests(results.sockets ?? []),
    ...judgeEngine(results),
    ...judgeWake(results),
    ...judgeProjection(results),
    ...judgeRows(results),
    ...judgeSearches(results),
    ...judgeVin(results),
  ]
}

function judgeContests(figures: readonly SocketFigures[]): Judgement[] {
  return figures.flatMap(({ contest, bare, ours, bidRatio, deliveryRatio }) => {
    const judgements: Judgement[] = []
    if (contest.socketsEach === 10) {
      judgements.push({
        name: `bids/s, ${contest.label}`,
        wanted: `≥ ${BID_RATIO_MIN} × bare`,
        measured: `${formatNumber(bidRatio)} × ${formatNumber(bare.bidsPerSecond)}/s`,
        isReached: bidRatio >= BID_RATIO_MIN,
      })
    }
    if (contest.socketsEach >= 100) {
      judgements.push({
        name: `deliveries/s, ${contest.label}`,
        wanted: `≥ ${DELIVERY_RATIO_MIN} × bare`,
        measured: `${formatNumber(deliveryRatio)} × ${formatNumber(bare.deliveriesPerSecond)}/s`,
        isReached: deliveryRatio >= DELIVERY_RATIO_MIN,
      })
    }
    const extraMs = ours.loneLastWatcherMs.p50 - bare.loneLastWatcherMs.p50
    judgements.push({
      name: `a lone bid waits for nothing, ${contest.label}`,
      wanted: `≤ ${LONE_EXTRA_MAX_MS} ms over bare`,
      measured: `${formatNumber(extraMs)} ms`,
      isReached: extraMs <= LONE_EXTRA_MAX_MS,
    })
    return judgements
  })
}

function judgeEngine({ engine = [] }: Results): Judgement[] {
  if (engine.length === 0) return []
  const rates = engine.map(({ commandsPerSecond }) => commandsPerSecond)
  const slowest = Math.min(...rates)
  const flatness = slowest / Math.max(...rates)
  return [
    {
      name: 'engine, commands/s on one core',
      wanted: `≥ ${formatNumber(COMMANDS_MIN)}`,
      measured: formatNumber(slowest),
      isReached: slowest >= COMMANDS_MIN,
    },
    {
      name: 'engine, slowest history by fastest',
      wanted: `≥ ${FLAT_MIN}`,
      measured: formatNumber(flatness),
      isReached: flatness >= FLAT_MIN,
    },
  ]
}

function judgeWake({ wake = [] }: Results): Judgement[] {
  const [shortest] = wake
  const longest = wake.at(-1)
  if (shortest === undefined || longest === undefined) return []
  const growth = longest.oursMs.p50 / (shortest.oursMs.p50 + 1)
  return [
    {
      name: `wake with ${longest.bids} bids`,
      wanted: `< ${WAKE_MAX_MS} ms`,
      measured: `${formatNumber(longest.oursMs.p50)} ms`,
      isReached: longest.oursMs.p50 < WAKE_MAX_MS,
    },
    {
      name: `wake, ${longest.bids} bids by ${shortest.bids}`,
      wanted: `≤ ${WAKE_GROWTH_MAX}`,
      measured: formatNumber(growth),
      isReached: growth <= WAKE_GROWTH_MAX,
    },
  ]
}

function judgeProjection({ backlog }: Results): Judgement[] {
  if (backlog === undefined) return []
  const calls = Math.max(backlog.callsPer200Bids, backlog.live.callsPer200Bids)
  return [
    {
      name: 'projection, events/s',
      wanted: `≥ ${formatNumber(EVENTS_MIN)}`,
      measured: formatNumber(backlog.eventsPerSecond),
      isReached: backlog.eventsPerSecond >= EVENTS_MIN,
    },
    {
      name: 'database calls per 200 bids',
      wanted: `≤ ${CALLS_MAX}`,
      measured: `${formatNumber(backlog.callsPer200Bids)} draining, ${formatNumber(backlog.live.callsPer200Bids)} live`,
      isReached: calls <= CALLS_MAX,
    },
  ]
}

function judgeRows({ rows = [] }: Results): Judgement[] {
  if (rows.length === 0) return []
  const most = Math.max(...rows.map(({ rowsPerBid }) => rowsPerBid))
  return [
    {
      name: 'rows written per bid',
      wanted: `≤ ${ROWS_MAX}`,
      measured: formatNumber(most),
      isReached: most <= ROWS_MAX,
    },
  ]
}

function judgeSearches({ searches }: Results): Judgement[] {
  if (searches === undefined) return []
  const longestMs = Math.max(...searches.matches.map(({ findMs }) => findMs.max))
  return [
    {
      name: `finding which of ${formatNumber(searches.searches)} searches a vehicle fits`,
      wanted: `< ${MATCH_MAX_MS} ms`,
      measured: `${formatNumber(longestMs)} ms`,
      isReached: longestMs < MATCH_MAX_MS,
    },
  ]
}

function judgeVin({ vin }: Results): Judgement[] {
  if (vin === undefined) return []
  const judgeP99 = (name: string, p99: number, maxMs: number): Judgement => ({
    name,
    wanted: `< ${maxMs} ms`,
    measured: `${formatNumber(p99)} ms`,
    isReached: p99 < maxMs,
  })
  return [
    judgeP99('a VIN, shard in memory, p99', vin.warmMs.p99, VIN_WARM_MAX_MS),
    judgeP99('a VIN, shard read first, p99', vin.coldMs.p99, VIN_COLD_MAX_MS),
  ]
}
