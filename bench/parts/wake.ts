import { Crowd } from '../load/crowd.ts'
import { median, quantile } from '../load/statistics.ts'
import { bareConnection, Market } from '../stack/market.ts'
import type { Stage } from '../stack/stage.ts'
import { watchProjection } from './projected.ts'

const BIDDERS = 10
const CATCH_UP_MS = 120_000
const WARM_READS = 5

export interface WakePlan {
  /** Bids of the rooms that are woken. */
  histories: readonly number[]
  /** Each wakes every room once. */
  restarts: number
  /** Rooms that are woken first, so that the code is compiled when it is measured. */
  warmUpRooms: number
}

export interface WakeFigure {
  bids: number
  bareMs: { p50: number; max: number }
  oursMs: { p50: number; max: number }
}

interface Rooms {
  measured: string[]
  warmUp: string[]
}

/** How much longer the first request to a room takes, after a restart of the whole process, than the next ones. */
export async function measureWake(stage: Stage, plan: WakePlan): Promise<WakeFigure[]> {
  const bare = await fillBare(stage, plan)
  const ours = await fillOurs(stage, plan)
  const waits = { bare: plan.histories.map((): number[] => []), ours: plan.histories.map((): number[] => []) }
  for (let restart = 0; restart < plan.restarts; restart++) {
    await wakeAll(() => stage.serveBare({ keepStorage: true }), bare, waits.bare)
    await wakeAll(() => stage.serve({ keepStorage: true }), ours, waits.ours)
  }
  const describe = (waitsMs: number[] = []) => ({ p50: median(waitsMs), max: quantile(waitsMs, 1) })
  return plan.histories.map((bids, index) => ({
    bids,
    bareMs: describe(waits.bare[index]),
    oursMs: describe(waits.ours[index]),
  }))
}

async function wakeAll(
  serve: () => ReturnType<Stage['serve']>,
  { measured, warmUp }: Rooms,
  waits: readonly number[][],
): Promise<void> {
  const workerd = await serve()
  try {
    for (const path of warmUp) await read(workerd.url + path)
    for (const [index, path] of measured.entries()) {
      const first = await read(workerd.url + path)
      const again: number[] = []
      for (let count = 0; count < WARM_READS; count++) again.push(await read(workerd.url + path))
      waits[index]?.push(first - median(again))
    }
  } finally {
    await workerd.stop()
  }
}

async function read(url: string): Promise<number> {
  const startedAt = performance.now()
  const response = await fetch(url)
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return performance.now() - startedAt
}

async function fillBare(stage: Stage, plan: WakePlan): Promise<Rooms> {
  const workerd = await stage.serveBare()
  try {
    const fill = async (bids: number, index: number): Promise<string> => {
      const connections = Array.from({ length: BIDDERS }, () => bareConnection(`room-${index}`, 0, true))
      await bidInto(workerd.port, connections, bids)
      return `/rooms/room-${index}`
    }
    return await fillAll(plan, fill)
  } finally {
    await workerd.stop()
  }
}

async function fillOurs(stage: Stage, plan: WakePlan): Promise<Rooms> {
  const workerd = await stage.serve()
  try {
    const market = new Market(workerd.url, stage.dataDir)
    const fill = async (bids: number): Promise<string> => {
      const auctionId = await market.openAuction()
      const connections = []
      for (let bidder = 0; bidder < BIDDERS; bidder++) {
        connections.push(await market.bidderConnection(auctionId, 0, bidder))
      }
      const lastSeq = await bidInto(workerd.port, connections, bids)
      // A room that still has something for MySQL would send it when it wakes.
      await watchProjection(stage, auctionId, ({ seq }) => seq >= lastSeq, CATCH_UP_MS)
      return `/api/auctions/${auctionId}`
    }
    return await fillAll(plan, fill)
  } finally {
    await workerd.stop()
  }
}

async function fillAll(
  { histories, warmUpRooms }: WakePlan,
  fill: (bids: number, index: number) => Promise<string>,
): Promise<Rooms> {
  const rooms: Rooms = { measured: [], warmUp: [] }
  for (const bids of histories) rooms.measured.push(await fill(bids, rooms.measured.length))
  const [fewest = 1] = histories
  for (let index = 0; index < warmUpRooms; index++) {
    rooms.warmUp.push(await fill(fewest, histories.length + index))
  }
  return rooms
}

/** @returns the last bid's `seq` */
async function bidInto(
  port: number,
  connections: Parameters<typeof Crowd.open>[1],
  bids: number,
): Promise<number> {
  const crowd = await Crowd.open(port, connections)
  try {
    const { lastSeqs } = await crowd.send(bids)
    return lastSeqs[0] ?? 0
  } finally {
    await crowd.close()
  }
}
