// World manufacturer identifiers, and which shard has them.
import { SHARDS } from './shards.generated.ts'

/** The identifier in a VIN: three characters, and six (positions 12–14) for makers of under 500 a year. */
export function wmiOf(vin: string): string {
  const first = vin.slice(0, 3)
  return first[2] === '9' ? first + vin.slice(11, 14) : first
}

/**
 * Reads which shard has which identifiers: `1A:BC|D` has 1AB and 1AC in the shard that has come this far, and begins
 * shard 1AD.
 */
export function readShardNames(text: string): Map<string, string> {
  const names = new Map<string, string>()
  let name = ''
  for (const group of text.split(' ')) {
    const [start = '', thirds = ''] = group.split(':')
    for (let i = 0; i < thirds.length; i++) {
      const isFirst = thirds[i] === '|'
      if (isFirst) i++
      const prefix = start + thirds.charAt(i)
      if (isFirst) name = prefix
      names.set(prefix, name)
    }
  }
  return names
}

/** Writes what `readShardNames` reads. */
export function writeShardNames(shards: readonly (readonly string[])[]): string {
  const groups = new Map<string, string>()
  for (const prefixes of shards) {
    for (const [index, prefix] of prefixes.entries()) {
      const start = prefix.slice(0, 2)
      groups.set(start, `${groups.get(start) ?? ''}${index === 0 ? '|' : ''}${prefix.slice(2)}`)
    }
  }
  return [...groups].map(([start, thirds]) => `${start}:${thirds}`).join(' ')
}

// Belongs to the isolate on purpose: constant data, read once when the first VIN is decoded.
let names: Map<string, string> | null = null

/** The shard that may have the maker of a VIN, by its name; null where there is no such identifier. */
export function shardNameOf(vin: string): string | null {
  names ??= readShardNames(SHARDS)
  return names.get(vin.slice(0, 3)) ?? null
}
