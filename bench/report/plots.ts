import type { BacklogFigures } from '../parts/backlog.ts'
import type { SideFigures, SocketFigures } from '../parts/sockets.ts'
import type { Results } from './results.ts'
import { type BarChart, drawBars } from './svg.ts'

/** The plots of what was measured, by file name. */
export function drawPlots(results: Results): Map<string, string> {
  const charts: Record<string, BarChart | null> = {
    'bids.svg': compare(results, 'Accepted bids', 'a second', (side) => side.bidsPerSecond),
    'deliveries.svg': compare(results, 'Events delivered', 'a second', (side) => side.deliveriesPerSecond),
    'memory.svg': compare(
      results,
      'Memory of workerd at its peak',
      'MiB',
      (side) => side.memory?.peakMib ?? 0,
    ),
    'answers.svg': drawLatencies(results, 'From a bid to its answer', (side) => side.ackMs),
    'last-watcher.svg': drawLatencies(
      results,
      'From a bid to the last watcher',
      (side) => side.lastWatcherMs,
    ),
    'wake.svg': plot(results.wake, {
      title: 'Waking a room, by its earlier bids',
      unit: 'ms',
      series: ['bare', 'ours'],
      groups: (results.wake ?? []).map(({ bids, bareMs, oursMs }) => ({
        label: String(bids),
        values: [bareMs.p50, oursMs.p50],
      })),
    }),
    'projection.svg': plot(results.backlog, {
      title: 'Events that reach MySQL',
      unit: 'a second',
      series: ['one room'],
      groups: results.backlog === undefined ? [] : projectionGroups(results.backlog),
    }),
    'engine.svg': plot(results.engine, {
      title: 'The engine alone, by earlier bids',
      unit: 'commands a second',
      series: ['decide and evolve'],
      groups: (results.engine ?? []).map(({ earlierBids, commandsPerSecond }) => ({
        label: String(earlierBids),
        values: [commandsPerSecond],
      })),
    }),
    'reads.svg': plot(results.reads, {
      title: 'Reads over HTTP',
      unit: 'requests a second',
      series: ['requests'],
      isLogarithmic: true,
      groups: (results.reads ?? []).map(({ route, requestsPerSecond }) => ({
        label: route,
        values: [requestsPerSecond],
      })),
    }),
    'searches.svg': plot(results.searches, {
      title: 'A vehicle matched with saved searches, by how many it fits',
      unit: 'ms at the database, median',
      series: ['finding', 'with telling'],
      groups: (results.searches?.matches ?? []).map(({ matched, findMs, databaseMs }) => ({
        label: String(matched),
        values: [findMs.p50, databaseMs.p50],
      })),
    }),
  }
  return new Map(
    Object.entries(charts).flatMap(([name, chart]) => (chart === null ? [] : [[name, drawBars(chart)]])),
  )
}

const plot = (figures: unknown, chart: BarChart): BarChart | null => (figures === undefined ? null : chart)

const projectionGroups = ({ events, eventsPerSecond, live }: BacklogFigures): BarChart['groups'] => [
  { label: `a backlog of ${events}`, values: [eventsPerSecond] },
  { label: 'while people bid', values: [live.bidsPerSecond] },
]

const contestsOf = ({ sockets = [], auctions = [] }: Results): SocketFigures[] => [...sockets, ...auctions]

function compare(
  results: Results,
  title: string,
  unit: string,
  figureOf: (side: SideFigures) => number,
): BarChart | null {
  const contests = contestsOf(results)
  if (contests.length === 0) return null
  const groups = contests.map(({ contest, bare, ours }) => ({
    label: contest.label,
    values: [figureOf(bare), figureOf(ours)],
  }))
  return { title, unit, series: ['bare', 'ours'], groups, isLogarithmic: unit !== 'MiB' }
}

function drawLatencies(
  results: Results,
  title: string,
  spreadOf: (side: SideFigures) => { p50: number; p99: number },
): BarChart | null {
  const contests = contestsOf(results)
  if (contests.length === 0) return null
  const groups = contests.map(({ contest, bare, ours }) => ({
    label: contest.label,
    values: [spreadOf(bare).p50, spreadOf(ours).p50, spreadOf(bare).p99, spreadOf(ours).p99],
  }))
  return {
    title,
    unit: 'ms',
    series: ['bare, median', 'ours, median', 'bare, p99', 'ours, p99'],
    groups,
    isLogarithmic: true,
  }
}
