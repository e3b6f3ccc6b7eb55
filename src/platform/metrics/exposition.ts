import { createInstruments } from './instruments.ts'
import type { StoredMetrics } from './metrics-object.ts'
import { AggregatorRegistry, Gauge, Registry } from './prometheus.ts'
import { readOut } from './reading.ts'

export const EXPOSITION_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

const ROOM_LOSS = 'Their objects say it themselves; one that was silent for a day counts no more.'

/**
 * Everything as Prometheus reads it, metrics that nobody has touched included.
 * @param activeAuctions null where MySQL could not be asked: then there is no sample, instead of a wrong one
 */
export async function renderMetrics(stored: StoredMetrics, activeAuctions: number | null): Promise<string> {
  const gauges = new Registry()
  const show = (name: string, help: string, value: number | null) => {
    const gauge = new Gauge({ name, help, registers: [gauges] })
    if (value === null) gauge.remove()
    else gauge.set(value)
  }
  show('auction_active_count', 'Active auctions, counted in MySQL at the scrape', activeAuctions)
  show(
    'websocket_connections_active',
    `Open live sockets, of auctions and of people’s own streams. ${ROOM_LOSS}`,
    stored.rooms.sockets + stored.rooms.stream_sockets,
  )
  show(
    'auction_projection_lag_events',
    `Events of rooms that MySQL has not got yet. ${ROOM_LOSS}`,
    stored.rooms.projection_lag_events,
  )
  show(
    'auction_projection_stuck',
    `Rooms with an event that MySQL refused for good. ${ROOM_LOSS}`,
    stored.rooms.projection_stuck,
  )
  const untouched = await readOut(createInstruments().registry)
  const sums = AggregatorRegistry.aggregate([untouched, stored.readings])
  return `${await sums.metrics()}\n${await gauges.metrics()}`
}
