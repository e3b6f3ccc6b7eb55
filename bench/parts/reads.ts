import { join } from 'node:path'
import { z } from 'zod'
import { withConnection } from '../../local/databases.ts'
import type { Workerd } from '../../local/workerd/serve.ts'
import { runOnce } from '../load/once.ts'
import { median, quantile } from '../load/statistics.ts'
import { Market } from '../stack/market.ts'
import type { Stage } from '../stack/stage.ts'
import type { Spread } from './sockets.ts'

const PROGRAM = join(import.meta.dirname, '../load/reader-process.ts')
const TIMEOUT_MS = 60_000
const VEHICLES_PER_INSERT = 1_000

export interface ReadPlan {
  /** Fewer than the 1 200 that a request counts by itself: longer lists are counted by the cron, which nobody calls here. */
  vehicles: number
  connections: number
  rounds: number
  roundMs: number
  warmUpMs: number
}

export interface ReadFigures {
  route: string
  requestsPerSecond: number
  latencyMs: Spread
  /** By the bare route of the same round, the median over rounds. */
  ratio: number
}

const readingSchema = z.object({ latenciesMs: z.instanceof(Float64Array), seconds: z.number() })
type Reading = z.output<typeof readingSchema>

/** What everyone may read, each beside a Hono route that answers a constant. */
export async function measureReads(stage: Stage, plan: ReadPlan): Promise<ReadFigures[]> {
  const bare = await stage.serveBare()
  try {
    const ours = await stage.serve()
    try {
      return await measure(stage, plan, bare, ours)
    } finally {
      await ours.stop()
    }
  } finally {
    await bare.stop()
  }
}

async function measure(stage: Stage, plan: ReadPlan, bare: Workerd, ours: Workerd): Promise<ReadFigures[]> {
  const market = new Market(ours.url, stage.dataDir)
  const vehicleId = await market.listVehicle()
  const auctionId = await market.openAuction()
  await copyVehicle(stage, vehicleId, plan.vehicles)
  const routes = [
    { route: 'a bare Hono route', url: `${bare.url}/health` },
    { route: 'vehicle list', url: `${ours.url}/api/vehicles` },
    { route: 'vehicle', url: `${ours.url}/api/vehicles/${vehicleId}` },
    { route: 'auction', url: `${ours.url}/api/auctions/${auctionId}` },
  ]
  const readings = new Map<string, Reading[]>(routes.map(({ route }) => [route, []]))
  const { connections, warmUpMs, roundMs: forMs } = plan
  for (let round = 0; round < plan.rounds; round++) {
    for (const { route, url } of routes) {
      const order = { url, connections, warmUpMs, forMs }
      readings.get(route)?.push(await runOnce(PROGRAM, order, readingSchema, TIMEOUT_MS))
    }
  }
  const rateOf = (reading: Reading | undefined) =>
    reading ? reading.latenciesMs.length / reading.seconds : Number.NaN
  const bareReadings = readings.get(routes[0]?.route ?? '') ?? []
  return [...readings].map(([route, rounds]) => {
    const latencies = rounds.flatMap(({ latenciesMs }) => [...latenciesMs])
    return {
      route,
      requestsPerSecond: median(rounds.map(rateOf)),
      latencyMs: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
      ratio: median(rounds.map((reading, index) => rateOf(reading) / rateOf(bareReadings[index]))),
    }
  })
}

/** Fills the list with copies of a vehicle; they differ in what lists are sorted by. */
async function copyVehicle(stage: Stage, vehicleId: number, copies: number): Promise<void> {
  const columns = `seller_id, status, vin, year, make, model, mileage, condition, title_type, starting_price_cents,
    created_at, updated_at`
  await withConnection(stage.cloud.mysql, async (connection) => {
    await connection.changeUser({ database: stage.database.name })
    await connection.query('SET time_zone = "+00:00"')
    for (let from = 0; from < copies; from += VEHICLES_PER_INSERT) {
      const rows = Array.from(
        { length: Math.min(VEHICLES_PER_INSERT, copies - from) },
        (_, index) => from + index,
      )
      const shifts = rows.map((row) => `SELECT ${row} AS n`).join(' UNION ALL ')
      await connection.query(
        `INSERT INTO vehicles (${columns.replaceAll('condition', '`condition`')})
         SELECT seller_id, status, vin, 2000 + n MOD 20, make, model, mileage + n, \`condition\`, title_type,
                starting_price_cents + n, created_at, updated_at
         FROM vehicles, (${shifts}) AS shifts WHERE id = ?`,
        [vehicleId],
      )
    }
  })
}
