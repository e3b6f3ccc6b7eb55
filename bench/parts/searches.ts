import type { RowDataPacket } from 'mysql2/promise'
import { withConnection } from '../../local/databases.ts'
import { createDatabase } from '../../src/db/client.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { matchVehicle } from '../../src/watchlist/match-vehicles.ts'
import { median, quantile } from '../load/statistics.ts'
import { saveSearches } from '../stack/saved-searches.ts'
import type { BenchDatabase, Stage } from '../stack/stage.ts'

/** Nobody who saves searches. */
const SELLER_ID = 900_000_000
const SERIAL_DIGITS = 6

export interface SearchPlan {
  searches: number
  /** How often each vehicle is matched; once more before that is not counted. */
  rounds: number
}

interface Spread {
  p50: number
  max: number
}

export interface SearchFigures {
  searches: number
  matches: {
    vehicle: string
    /** Searches that it fits. */
    matched: number
    /** At the database, of all statements of one matching: from the claim to the last notification. */
    databaseMs: Spread
    /** Of these, the statements that find whom to tell. */
    findMs: Spread
    /** The same statements as the Worker sees them: over the driver and HTTP. */
    driverMs: Spread
    rowsRead: number
  }[]
}

interface Wanted {
  label: string
  year: number
  make: string
  model: string
  trim: string
  bodyType: string
  state: string
  mileage: number
  dollars: number
}

/** From those that hardly anybody looks for to the one that most look for. */
const VEHICLES: readonly Wanted[] = [
  // biome-ignore format: one row a vehicle
  { label: 'Lexus RX 350 2015, dear, WY', year: 2015, make: 'Lexus', model: 'RX 350', trim: '', bodyType: 'SUV', state: 'WY', mileage: 140_000, dollars: 45_000 },
  // biome-ignore format: one row a vehicle
  { label: 'Buick Riviera 1987, NE', year: 1987, make: 'Buick', model: 'Riviera', trim: '', bodyType: 'Coupe', state: 'NE', mileage: 88_000, dollars: 9_500 },
  // biome-ignore format: one row a vehicle
  { label: 'Toyota Camry 2018, IL', year: 2018, make: 'Toyota', model: 'Camry', trim: 'SE', bodyType: 'Sedan', state: 'IL', mileage: 62_000, dollars: 14_500 },
  // biome-ignore format: one row a vehicle
  { label: 'Ford F-150 2018, TX', year: 2018, make: 'Ford', model: 'F-150', trim: 'XLT SuperCrew', bodyType: 'Pickup', state: 'TX', mileage: 58_000, dollars: 17_500 },
  // biome-ignore format: one row a vehicle
  { label: 'Ford F-150 2021, a bargain, CA', year: 2021, make: 'Ford', model: 'F-150', trim: 'XLT SuperCrew', bodyType: 'Pickup', state: 'CA', mileage: 12_000, dollars: 2_900 },
]

/** What it costs MySQL to tell whoever saved a search that a vehicle fits, by `matchVehicle` over the real driver. */
export async function measureSearches(stage: Stage, plan: SearchPlan): Promise<SearchFigures> {
  // Of its own: a vehicle that another part lists would be matched with all of these.
  const database = await stage.createDatabase('searches')
  try {
    await onDatabase(stage, database, (connection) => saveSearches(connection, plan.searches))
    const matches: SearchFigures['matches'] = []
    for (const wanted of VEHICLES) matches.push(await measureVehicle(stage, database, wanted, plan.rounds))
    return { searches: plan.searches, matches }
  } finally {
    await database.drop()
  }
}

async function measureVehicle(stage: Stage, database: BenchDatabase, wanted: Wanted, rounds: number) {
  await matchOnce(stage, database, wanted)
  const runs: Awaited<ReturnType<typeof matchOnce>>[] = []
  for (let round = 0; round < rounds; round++) runs.push(await matchOnce(stage, database, wanted))
  const spreadOf = (figureOf: (run: (typeof runs)[number]) => number): Spread => {
    const values = runs.map(figureOf)
    return { p50: median(values), max: quantile(values, 1) }
  }
  return {
    vehicle: wanted.label,
    matched: runs[0]?.matched ?? 0,
    databaseMs: spreadOf((run) => run.databaseMs),
    findMs: spreadOf((run) => run.findMs),
    driverMs: spreadOf((run) => run.driverMs),
    rowsRead: median(runs.map((run) => run.rowsRead)),
  }
}

/** One more vehicle like this becomes active, so that each notification is new. */
async function matchOnce(stage: Stage, database: BenchDatabase, wanted: Wanted) {
  const now = Date.now()
  const vehicleId = await listVehicle(stage, database, wanted, now)
  let driverMs = 0
  const ctx = {
    db: createDatabase(database.url, {
      onQuery: (durationMs) => {
        driverMs += durationMs
      },
    }),
    announce: () => undefined,
    log: createLogger('warn'),
    now,
  }
  const { planetscale } = stage.cloud
  planetscale.startCounting(database.name)
  const matched = await matchVehicle(ctx, vehicleId)
  const { statements, handlerReads } = planetscale.stopCounting(database.name)
  const sum = (durations: { durationMs: number }[]): number =>
    durations.reduce((total, { durationMs }) => total + durationMs, 0)
  const finding = statements.filter(({ sql }) => /^select .*\bsaved_searches\b/is.test(sql))
  if (finding.length === 0) throw new Error(`Vehicle ${vehicleId} was not matched`)
  return { matched, databaseMs: sum(statements), findMs: sum(finding), driverMs, rowsRead: handlerReads }
}

let vehiclesListed = 0

async function listVehicle(
  stage: Stage,
  database: BenchDatabase,
  wanted: Wanted,
  now: number,
): Promise<number> {
  const { year, make, model, trim, bodyType, state, mileage, dollars } = wanted
  const at = new Date(now).toISOString().slice(0, -1).replace('T', ' ')
  const vin = `BENCHSEARCH${String(++vehiclesListed).padStart(SERIAL_DIGITS, '0')}`
  let id = 0
  await onDatabase(stage, database, async (connection) => {
    await connection.query(
      `INSERT INTO vehicles (seller_id, status, vin, live_vin, year, make, model, trim, body_type, mileage,
         \`condition\`, title_type, starting_price_cents, location_state, next_attempt_at, created_at, updated_at)
       VALUES (?, 'active', ?, ?, ?, ?, ?, ?, ?, ?, 'runs_drives', 'clean', ?, ?, ?, ?, ?)`,
      [SELLER_ID, vin, vin, year, make, model, trim, bodyType, mileage, dollars * 100, state, at, at, at],
    )
    const [rows] = await connection.query<RowDataPacket[]>('SELECT id FROM vehicles WHERE live_vin = ?', [
      vin,
    ])
    id = Number(rows[0]?.id)
  })
  return id
}

const onDatabase = (
  stage: Stage,
  { name }: BenchDatabase,
  work: Parameters<typeof withConnection>[1],
): Promise<void> =>
  withConnection(stage.cloud.mysql, async (connection) => {
    await connection.changeUser({ database: name })
    await work(connection)
  })
