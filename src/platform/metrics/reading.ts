import type { Registry } from 'prom-client'
import * as z from 'zod'

/** One metric as prom-client reads it out, and as `AggregatorRegistry.aggregate` adds it up. */
const readingSchema = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'histogram']),
  aggregator: z.literal('sum'),
  values: z.array(
    z.object({
      value: z.number(),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      /** Of a histogram: `…_bucket`, `…_sum` or `…_count`. */
      metricName: z.string().optional(),
    }),
  ),
})
export const readingsSchema = z.array(readingSchema)
export type Reading = z.output<typeof readingSchema>

/** What a room says of itself, and of `stream_sockets` a person's object; each replaces what it said before. */
export const ROOM_GAUGES = ['sockets', 'projection_lag_events', 'projection_stuck', 'stream_sockets'] as const
export type RoomGauge = (typeof ROOM_GAUGES)[number]

const roomReportSchema = z.object({
  /** The person's id with `stream_sockets`. */
  auctionId: z.int().positive(),
  gauge: z.enum(ROOM_GAUGES),
  value: z.number().nonnegative(),
  atMs: z.int(),
})
export type RoomReport = z.output<typeof roomReportSchema>

/** What one isolate counted between two sendings. */
export const batchSchema = z.object({ sequence: z.int().positive(), readings: readingsSchema })
export type Batch = z.output<typeof batchSchema>

export const parcelSchema = z.object({
  isolate: z.uuid(),
  batches: z.array(batchSchema),
  rooms: z.array(roomReportSchema),
})
export type Parcel = z.output<typeof parcelSchema>

/** All metrics of a registry. */
export const readOut = async (registry: Registry): Promise<Reading[]> =>
  readingsSchema.parse(await registry.getMetricsAsJSON())
