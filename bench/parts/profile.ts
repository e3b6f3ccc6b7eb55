import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatNumber, formatTable } from '../report/table.ts'
import { costsOf, type FunctionCost, Profiler } from '../stack/profiler.ts'
import type { Stage } from '../stack/stage.ts'
import { type Contest, Side } from './contest.ts'

const WARM_UP_MS = 4_000
const PROFILED_MS = 5_000
const ROWS = 40

/** What the room's isolate spends its time on while people bid; the profile itself is for a browser's tools. */
export async function profileRoom(stage: Stage, contest: Contest): Promise<string> {
  const side = await Side.openOurs(stage, contest, true)
  try {
    const { inspectorPort } = side.workerd
    if (inspectorPort === null) throw new Error('This workerd cannot be profiled')
    await side.flood(WARM_UP_MS)
    const profiler = await Profiler.connect(inspectorPort)
    await profiler.start()
    const round = await side.flood(PROFILED_MS)
    const profile = await profiler.stop()
    const path = join(stage.dataDir, 'room.cpuprofile')
    writeFileSync(path, JSON.stringify(profile))
    const bids = round.ackMs.length
    const costs = costsOf(profile)
    const rows = (by: 'selfMs' | 'totalMs') =>
      [...costs]
        .sort((a, b) => b[by] - a[by])
        .slice(0, ROWS)
        .map((cost) => rowOf(cost, bids))
    const head = ['function and line of the bundle', 'self µs/bid', 'with callees']
    return [
      `${contest.label}: ${formatNumber(round.bids)} bids/s, ${formatNumber(round.serverMsPerBid)} ms CPU a bid; ${path}`,
      formatTable(head, rows('selfMs')),
      formatTable(head, rows('totalMs')),
    ].join('\n\n')
  } finally {
    await side.close()
  }
}

const rowOf = ({ name, line, selfMs, totalMs }: FunctionCost, bids: number): string[] => [
  `${name}:${line}`,
  formatNumber((selfMs * 1_000) / bids),
  formatNumber((totalMs * 1_000) / bids),
]
