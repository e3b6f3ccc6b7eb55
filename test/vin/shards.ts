/** What the Worker reads through its assets, read from the disk. */
import { readFileSync } from 'node:fs'
import { decodeOffline, type OfflineVin } from '../../src/vehicles/vin/decode.ts'
import type { Shard } from '../../src/vehicles/vin/shard.ts'
import { createShardReader, ShardCache } from '../../src/vehicles/vin/shard-reader.ts'
import { checkDigit } from '../../src/vehicles/vin.ts'

export const ASSETS = new URL('../../assets/', import.meta.url)
export const NOW = Date.UTC(2026, 10, 22)

const disk = {
  async fetch(url: string) {
    return new Response(readFileSync(new URL(`.${new URL(url).pathname}`, ASSETS), 'utf8'))
  },
}
export const findShard = createShardReader(disk, new ShardCache(Number.POSITIVE_INFINITY))

/** What the committed shards tell of a VIN. */
export const decode = async (vin: string, now = NOW): Promise<OfflineVin> =>
  decodeOffline(vin, await findShard(vin), now)

/** The VIN with the check digit that it should have. */
export const withCheckDigit = (vin: string): string => vin.slice(0, 8) + checkDigit(vin) + vin.slice(9)

/** A shard with one identifier, `1ZZ`; its keys tell what the letters of `shard.ts` mark. */
export function shardOf(
  schemas: { keys: Record<string, string>; from: number; to?: number }[],
  over: Partial<Shard['wmis'][string]> = {},
): Shard {
  const values: string[] = []
  const refer = (told: string): string =>
    told
      .split(',')
      .map((text) => text.charAt(0) + (values.push(text.slice(1)) - 1).toString(36))
      .join(',')
  const texts = schemas.map(({ keys }) =>
    Object.entries(keys)
      .map(([key, told]) => `${key}:${refer(told)}`)
      .join(' '),
  )
  const entry = {
    manufacturer: 'ZED MOTORS',
    country: 'UNITED STATES (USA)',
    vehicle_type: 'Passenger Car',
    light: true,
    makes: ['Zed'],
    schemas: schemas.map(({ from, to }, index): [number, number, number] => [index, from, to ?? 0]),
    ...over,
  }
  return { values, schemas: texts, engines: {}, wmis: { '1ZZ': entry } }
}
