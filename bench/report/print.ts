import type { ReadFigures } from '../parts/reads.ts'
import type { SearchFigures } from '../parts/searches.ts'
import type { SideFigures, SocketFigures, Spread } from '../parts/sockets.ts'
import type { Results } from './results.ts'
import { formatNumber, formatTable } from './table.ts'
import { judge } from './targets.ts'

const spread = ({ p50, p99 }: Spread): string => `${formatNumber(p50)} / ${formatNumber(p99)}`

/** Everything that was measured, for a terminal. */
export function describeResults(results: Results): string {
  const { machine, engine, rows, wake, backlog, reads, searches, vin } = results
  const sections: [string, string][] = [
    ['Machine', describeMachine(machine)],
    ...section('Bids on one auction', results.sockets, describeContests),
    ...section('Bids on many auctions at once', results.auctions, describeContests),
    ...section('Waking: first request less a later one, ms', wake, (figures) =>
      formatTable(
        ['earlier bids', 'bare p50', 'bare max', 'ours p50', 'ours max'],
        figures.map(({ bids, bareMs, oursMs }) => [
          String(bids),
          ...[bareMs.p50, bareMs.max, oursMs.p50, oursMs.max].map(formatNumber),
        ]),
      ),
    ),
    ...section('Projection into MySQL', backlog, (figures) =>
      formatTable(
        ['', 'events/s', 'calls per 200 bids'],
        [
          [
            `backlog of ${figures.events}`,
            formatNumber(figures.eventsPerSecond),
            formatNumber(figures.callsPer200Bids),
          ],
          [
            'while people bid',
            formatNumber(figures.live.bidsPerSecond),
            formatNumber(figures.live.callsPer200Bids),
          ],
        ],
      ),
    ),
    ...section('Reads over HTTP', reads, describeReads),
    ...section('One vehicle matched with saved searches', searches, describeSearches),
    ...section('GET /api/vin/:vin', vin, ({ shards, coldMs, warmMs, bareMs }) =>
      formatTable(
        ['', 'p50 / p99 ms'],
        [
          [`each of ${shards} shards for the first time`, spread(coldMs)],
          ['shards in memory', spread(warmMs)],
          ['a route that answers a constant', spread(bareMs)],
        ],
      ),
    ),
    ...section('The engine alone', engine, (figures) =>
      formatTable(
        ['earlier bids', 'commands/s'],
        figures.map(({ earlierBids, commandsPerSecond }) => [
          String(earlierBids),
          formatNumber(commandsPerSecond),
        ]),
      ),
    ),
    ...section('Rows written to the room’s storage', rows, (figures) =>
      formatTable(
        ['bids', 'a bid', 'the most'],
        figures.map(({ offer, rowsPerBid, mostRowsOfABid }) => [
          offer,
          formatNumber(rowsPerBid),
          String(mostRowsOfABid),
        ]),
      ),
    ),
    [
      'What to reach',
      formatTable(
        ['', 'wanted', 'measured', ''],
        judge(results).map(({ name, wanted, measured, isReached }) => [
          name,
          wanted,
          measured,
          isReached ? 'reached' : 'MISSED',
        ]),
      ),
    ],
  ]
  return sections.map(([title, body]) => `${title}\n\n${indent(body)}\n`).join('\n')
}

function section<Figures>(
  title: string,
  figures: Figures | undefined,
  describe: (figures: Figures) => string,
): [string, string][] {
  return figures === undefined ? [] : [[title, describe(figures)]]
}

function describeMachine(machine: Results['machine']): string {
  const { cpu, cores, memoryGib, system, node, workerd, fdatasyncMs, loadBefore, at } = machine
  return [
    `${cpu}, ${cores} cores, ${memoryGib} GiB, ${system}`,
    `node ${node}, workerd ${workerd}, ${at}`,
    `fdatasync ${formatNumber(fdatasyncMs)} ms; load before ${formatNumber(loadBefore)}`,
  ].join('\n')
}

function describeContests(figures: readonly SocketFigures[]): string {
  const row = (label: string, side: SideFigures, bids: string, deliveries: string) => [
    label,
    formatNumber(side.bidsPerSecond),
    bids,
    formatNumber(side.serverMsPerBid),
    spread(side.ackMs),
    spread(side.lastWatcherMs),
    spread(side.loneLastWatcherMs),
    formatNumber(side.deliveriesPerSecond),
    deliveries,
    side.memory === null ? '–' : formatNumber(side.memory.peakMib),
    `${formatNumber(side.serverCpu)} / ${formatNumber(side.clientCpu)}`,
  ]
  return formatTable(
    [
      '',
      'bids/s',
      '× bare',
      'CPU ms/bid',
      'answer p50/p99 ms',
      'last watcher p50/p99 ms',
      'lone bid p50/p99 ms',
      'deliveries/s',
      '× bare',
      'peak MiB',
      'CPU server/clients',
    ],
    figures.flatMap(({ contest, bare, ours, bidRatio, deliveryRatio }) => [
      row(`${contest.label}, bare`, bare, '', ''),
      row(`${contest.label}, ours`, ours, bidRatio.toFixed(2), deliveryRatio.toFixed(2)),
    ]),
  )
}

function describeReads(figures: readonly ReadFigures[]): string {
  return formatTable(
    ['', 'requests/s', '× bare', 'p50/p99 ms'],
    figures.map(({ route, requestsPerSecond, ratio, latencyMs }) => [
      route,
      formatNumber(requestsPerSecond),
      formatNumber(ratio),
      spread(latencyMs),
    ]),
  )
}

function describeSearches({ searches, matches }: SearchFigures): string {
  const edge = ({ p50, max }: { p50: number; max: number }) => `${formatNumber(p50)} / ${formatNumber(max)}`
  return formatTable(
    [
      `of ${formatNumber(searches)} searches`,
      'fit',
      'rows read',
      'finding p50/max ms',
      'with telling p50/max ms',
      'over the driver p50/max ms',
    ],
    matches.map(({ vehicle, matched, rowsRead, findMs, databaseMs, driverMs }) => [
      vehicle,
      formatNumber(matched),
      formatNumber(rowsRead),
      edge(findMs),
      edge(databaseMs),
      edge(driverMs),
    ]),
  )
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
