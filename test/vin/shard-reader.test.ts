import { describe, expect, test } from 'vitest'
import { createShardReader, ShardCache } from '../../src/vehicles/vin/shard-reader.ts'
import { shardOf } from './shards.ts'

const SHARD = shardOf([{ keys: { C: 'mZed\tCar' }, from: 2015 }])
const ACCORD = '1HGCM82633A004352'
const TESLA = '5YJ3E1EA2KF317000'

function serve(answer: () => Response, cache = new ShardCache(1_000_000)) {
  const asked: string[] = []
  const find = createShardReader(
    {
      async fetch(url: string) {
        asked.push(new URL(url).pathname)
        return answer()
      },
    },
    cache,
  )
  return { asked, find }
}

describe('the reader of shards', () => {
  test('reads one shard for a VIN, and that once', async () => {
    const { asked, find } = serve(() => Response.json(SHARD))
    const first = await find(ACCORD)
    expect(first).toEqual(SHARD)
    expect(await find('1HGCM82643A004352')).toBe(first)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(/^\/vin\/1H.\.json$/)
  })
  test('reads it once for many VINs at the same time, and again after it failed for all of them', async () => {
    let isThere = false
    const { asked, find } = serve(() =>
      isThere ? Response.json(SHARD) : new Response('no', { status: 503 }),
    )
    const askFifty = () => Promise.allSettled(Array.from({ length: 50 }, () => find(ACCORD)))
    const refused = await askFifty()
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true)
    expect(asked).toHaveLength(1)
    isThere = true
    expect(await askFifty()).toEqual(
      Array.from({ length: 50 }, () => ({ status: 'fulfilled', value: SHARD })),
    )
    expect(asked).toHaveLength(2)
  })
  test('reads none where no shard has the identifier', async () => {
    const { asked, find } = serve(() => Response.json(SHARD))
    expect(await find('11111111111111111')).toBeNull()
    expect(await find('*****************')).toBeNull()
    expect(asked).toEqual([])
  })
  test.each([
    ['is not there', () => new Response('no', { status: 404 })],
    ['is no JSON', () => new Response('<html>')],
    ['is of another shape', () => Response.json({ ...SHARD, wmis: { '1HG': {} } })],
  ])('rejects where the shard %s, and keeps nothing of it', async (_, answer) => {
    const { asked, find } = serve(answer)
    await expect(find(ACCORD)).rejects.toThrow()
    await expect(find(ACCORD)).rejects.toThrow()
    expect(asked).toHaveLength(2)
  })
})

describe('the memory of shards', () => {
  test('is bounded: who was asked for longest ago gives way', () => {
    const cache = new ShardCache(100)
    for (const name of ['a', 'b']) cache.set(name, SHARD, 40)
    expect(cache.get('a')).toBe(SHARD)
    cache.set('c', SHARD, 40)
    expect(['a', 'b', 'c'].map((name) => cache.get(name) !== null)).toEqual([true, false, true])
  })
  test('holds one that came twice once', () => {
    const cache = new ShardCache(100)
    for (let i = 0; i < 5; i++) cache.set('a', SHARD, 60)
    cache.set('b', SHARD, 40)
    expect([cache.get('a'), cache.get('b')]).toEqual([SHARD, SHARD])
  })
  test('does not keep what is larger than it is', () => {
    const cache = new ShardCache(100)
    cache.set('a', SHARD, 101)
    expect(cache.get('a')).toBeNull()
    cache.set('b', SHARD, 100)
    expect(cache.get('b')).toBe(SHARD)
  })
  test('serves a reader again after it has given a shard up', async () => {
    const { asked, find } = serve(() => Response.json(SHARD), new ShardCache(JSON.stringify(SHARD).length))
    await find(ACCORD)
    await find(TESLA)
    await find(ACCORD)
    expect(asked).toHaveLength(3)
  })
})
