import { median, quantile } from '../load/statistics.ts'
import type { MemoryUse } from '../stack/process-usage.ts'
import type { Stage } from '../stack/stage.ts'
import { type Contest, type Round, Side } from './contest.ts'

export interface SocketPlan {
  contests: readonly Contest[]
  rounds: number
  roundMs: number
  warmUpMs: number
  loneBids: number
}

/** Rates per second, times in ms; medians over rounds, quantiles over all of their bids. */
export interface SideFigures {
  bidsPerSecond: number
  tooLowPerSecond: number
  deliveriesPerSecond: number
  framesPerSecond: number
  ackMs: Spread
  lastWatcherMs: Spread
  /** Of bids that came alone, so that nothing was there to wait for. */
  loneLastWatcherMs: Spread
  /** With the sockets open, and after the bidding. */
  idleMemory: MemoryUse | null
  memory: MemoryUse | null
  serverMsPerBid: number
  serverCpu: number
  clientCpu: number
}

export interface Spread {
  p50: number
  p99: number
}

export interface SocketFigures {
  contest: Contest
  bare: SideFigures
  ours: SideFigures
  /** Ours by bare, the median over pairs of rounds. */
  bidRatio: number
  deliveryRatio: number
}

/** Further apart than any buffer waits. */
const LONE_EVERY_MS = 120

/** Bids in contests of several sizes, bare and ours by turns, so that a busy machine does the same to both. */
export async function measureSockets(
  stage: Stage,
  plan: SocketPlan,
  tell: (line: string) => void,
): Promise<SocketFigures[]> {
  const figures: SocketFigures[] = []
  for (const contest of plan.contests) {
    const measured = await measureContest(stage, plan, contest)
    figures.push(measured)
    const { bare, ours, bidRatio, deliveryRatio } = measured
    tell(
      `${contest.label}: bids/s ${Math.round(bare.bidsPerSecond)} bare, ${Math.round(ours.bidsPerSecond)} ours ` +
        `(× ${bidRatio.toFixed(2)}), deliveries × ${deliveryRatio.toFixed(2)}`,
    )
  }
  return figures
}

async function measureContest(stage: Stage, plan: SocketPlan, contest: Contest): Promise<SocketFigures> {
  const bare = await Side.openBare(stage, contest)
  try {
    const ours = await Side.openOurs(stage, contest)
    try {
      const idle = { bare: bare.memory, ours: ours.memory }
      await bare.flood(plan.warmUpMs)
      await ours.flood(plan.warmUpMs)
      const rounds: { bare: Round[]; ours: Round[] } = { bare: [], ours: [] }
      for (let round = 0; round < plan.rounds; round++) {
        rounds.bare.push(await bare.flood(plan.roundMs))
        rounds.ours.push(await ours.flood(plan.roundMs))
      }
      const memory = { bare: bare.memory, ours: ours.memory }
      const lone = {
        bare: await bare.pace(plan.loneBids, LONE_EVERY_MS),
        ours: await ours.pace(plan.loneBids, LONE_EVERY_MS),
      }
      const describe = (side: 'bare' | 'ours') =>
        describeSide(rounds[side], lone[side], { idle: idle[side], after: memory[side] })
      const ratio = (field: 'bids' | 'deliveries') =>
        median(rounds.ours.map((round, index) => round[field] / (rounds.bare[index]?.[field] ?? Number.NaN)))
      return {
        contest,
        bare: describe('bare'),
        ours: describe('ours'),
        bidRatio: ratio('bids'),
        deliveryRatio: ratio('deliveries'),
      }
    } finally {
      await ours.close()
    }
  } finally {
    await bare.close()
  }
}

function describeSide(
  rounds: readonly Round[],
  lone: Round,
  memory: { idle: MemoryUse | null; after: MemoryUse | null },
): SideFigures {
  const middle = (
    field: 'bids' | 'tooLow' | 'deliveries' | 'frames' | 'serverMsPerBid' | 'serverCpu' | 'clientCpu',
  ) => median(rounds.map((round) => round[field]))
  const spread = (field: 'ackMs' | 'lastWatcherMs', of = rounds): Spread => {
    const all = of.flatMap((round) => [...round[field]])
    return { p50: quantile(all, 0.5), p99: quantile(all, 0.99) }
  }
  return {
    bidsPerSecond: middle('bids'),
    tooLowPerSecond: middle('tooLow'),
    deliveriesPerSecond: middle('deliveries'),
    framesPerSecond: middle('frames'),
    ackMs: spread('ackMs'),
    lastWatcherMs: spread('lastWatcherMs'),
    loneLastWatcherMs: spread('lastWatcherMs', [lone]),
    idleMemory: memory.idle,
    memory: memory.after,
    serverMsPerBid: middle('serverMsPerBid'),
    serverCpu: middle('serverCpu'),
    clientCpu: middle('clientCpu'),
  }
}
