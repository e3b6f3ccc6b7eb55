// Where shards come from: the Worker's static assets, and the memory of the isolate.
import * as z from 'zod'
import type { Shard } from './shard.ts'
import { shardNameOf } from './wmi.ts'

/** Characters of shards that an isolate keeps: less than half of all, of which one has at most 240 000. */
const KEPT_CHARACTERS = 8_000_000
const READ_TIMEOUT_MS = 1_000

const shardSchema = z.object({
  values: z.array(z.string()),
  schemas: z.array(z.string()),
  engines: z.record(z.string(), z.string()),
  wmis: z.record(
    z.string(),
    z.object({
      manufacturer: z.string(),
      country: z.string().nullable(),
      vehicle_type: z.string(),
      light: z.boolean(),
      makes: z.array(z.string()),
      schemas: z.array(z.tuple([z.int(), z.int(), z.int()])),
    }),
  ),
}) satisfies z.ZodType<Shard>

/** Shards that were read, up to so many characters in all; who was asked for longest ago gives way. */
export class ShardCache {
  readonly #maxCharacters: number
  readonly #kept = new Map<string, { shard: Shard; characters: number }>()
  #characters = 0

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  get(name: string): Shard | null {
    const found = this.#kept.get(name)
    if (!found) return null
    // Written anew, it is the youngest in the map's order.
    this.#kept.delete(name)
    this.#kept.set(name, found)
    return found.shard
  }

  set(name: string, shard: Shard, characters: number): void {
    this.#drop(name)
    this.#kept.set(name, { shard, characters })
    this.#characters += characters
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#maxCharacters) return
      this.#drop(oldest)
    }
  }

  #drop(name: string): void {
    this.#characters -= this.#kept.get(name)?.characters ?? 0
    this.#kept.delete(name)
  }
}

/** Belongs to the isolate on purpose: the shards are constant as long as it runs. */
export const isolateShards = new ShardCache(KEPT_CHARACTERS)

/** The shard that may have the maker of a VIN; null where no shard has such an identifier. */
export type FindShard = (vin: string) => Promise<Shard | null>

/** As far as it is used, the binding of the Worker's static assets. */
export interface Assets {
  fetch(url: string, init: { signal: AbortSignal }): Promise<Pick<Response, 'ok' | 'status' | 'text'>>
}

/**
 * One reader serves one request: promises of another request cannot be waited for.
 * @returns a function that rejects where the shard cannot be read within a second, or is none
 */
export function createShardReader(assets: Assets, cache: ShardCache): FindShard {
  const pending = new Map<string, Promise<Shard>>()

  async function read(name: string): Promise<Shard> {
    const response = await assets.fetch(`https://assets.invalid/vin/${name}.json`, {
      signal: AbortSignal.timeout(READ_TIMEOUT_MS),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`vin/${name}.json: HTTP ${response.status}`)
    const shard = shardSchema.parse(JSON.parse(text))
    cache.set(name, shard, text.length)
    return shard
  }

  return async (vin) => {
    const name = shardNameOf(vin)
    if (name === null) return null
    const known = cache.get(name) ?? pending.get(name)
    if (known) return await known
    const reading = read(name).finally(() => pending.delete(name))
    pending.set(name, reading)
    return await reading
  }
}
