import { DurableObject } from 'cloudflare:workers'
import { DAY_MS } from '../../lib/time.ts'
import { AggregatorRegistry } from './prometheus.ts'
import {
  type Batch,
  type Parcel,
  parcelSchema,
  type Reading,
  type RoomGauge,
  readingsSchema,
  readOut,
} from './reading.ts'

/** An isolate or a room that was silent for so long is gone. */
const SILENT_MAX_MS = DAY_MS

const TABLES = `
  CREATE TABLE IF NOT EXISTS metrics (name TEXT PRIMARY KEY, reading TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS isolates (
    id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, seen_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS room_gauges (
    auction_id INTEGER NOT NULL, gauge TEXT NOT NULL, value REAL NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (auction_id, gauge)
  ) WITHOUT ROWID`

export interface StoredMetrics {
  readings: Reading[]
  /** Over all rooms, and people. */
  rooms: Record<RoomGauge, number>
}

/** The one place where what all isolates counted comes together. There is one of it, named `all`. */
export class MetricsObject extends DurableObject {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(TABLES)
  }

  /** Adds what is new in the parcel; sending one again changes nothing. */
  async add(parcel: Parcel): Promise<void> {
    const { isolate, batches, rooms } = parcelSchema.parse(parcel)
    const nowMs = Date.now()
    // Adding up is asynchronous only in form, but two parcels must not start from the same sum.
    await this.ctx.blockConcurrencyWhile(async () => {
      const known = this.#knownSequence(isolate)
      const fresh = batches.filter(({ sequence }) => sequence > known)
      const sums = await this.#addUp(fresh)
      const last = fresh.at(-1)?.sequence ?? known
      for (const sum of sums) {
        this.#sql.exec(
          'INSERT INTO metrics VALUES (?, ?) ON CONFLICT DO UPDATE SET reading = excluded.reading',
          sum.name,
          JSON.stringify(sum),
        )
      }
      this.#sql.exec(
        `INSERT INTO isolates VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET sequence = excluded.sequence, seen_ms = excluded.seen_ms`,
        isolate,
        last,
        nowMs,
      )
    })
    for (const { auctionId, gauge, value, atMs } of rooms) {
      this.#sql.exec(
        `INSERT INTO room_gauges VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms WHERE at_ms <= excluded.at_ms`,
        auctionId,
        gauge,
        value,
        atMs,
      )
    }
  }

  /** The sums, and what the rooms last said. */
  read(): StoredMetrics {
    const silentSinceMs = Date.now() - SILENT_MAX_MS
    this.#sql.exec('DELETE FROM isolates WHERE seen_ms < ?', silentSinceMs)
    this.#sql.exec('DELETE FROM room_gauges WHERE at_ms < ?', silentSinceMs)
    const sumOf = (gauge: RoomGauge): number =>
      this.#sql
        .exec<{ total: number }>(
          'SELECT coalesce(sum(value), 0) AS total FROM room_gauges WHERE gauge = ?',
          gauge,
        )
        .one().total
    return {
      readings: parseSums(this.#sql.exec<SumRow>('SELECT reading FROM metrics')),
      rooms: {
        sockets: sumOf('sockets'),
        projection_lag_events: sumOf('projection_lag_events'),
        projection_stuck: sumOf('projection_stuck'),
        stream_sockets: sumOf('stream_sockets'),
      },
    }
  }

  #knownSequence(isolate: string): number {
    const [row] = this.#sql.exec<{ sequence: number }>('SELECT sequence FROM isolates WHERE id = ?', isolate)
    return row?.sequence ?? 0
  }

  /** The new sums of the metrics that are in `batches`. */
  async #addUp(batches: Batch[]): Promise<Reading[]> {
    const changed = batches.flatMap(({ readings }) => readings.map(({ name }) => name))
    const sums = this.#sql.exec<SumRow>(
      'SELECT reading FROM metrics WHERE name IN (SELECT value FROM json_each(?))',
      JSON.stringify(changed),
    )
    // The newest first: its help text is the one that is kept.
    const parts = [...batches.map(({ readings }) => readings).reverse(), parseSums(sums)]
    return readOut(AggregatorRegistry.aggregate(parts))
  }
}

type SumRow = { reading: string }
const parseSums = (rows: Iterable<SumRow>): Reading[] =>
  readingsSchema.parse([...rows].map(({ reading }) => JSON.parse(reading)))
