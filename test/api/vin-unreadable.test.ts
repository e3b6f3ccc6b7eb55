import { expect, test } from 'vitest'
import { createLogger } from '../../src/platform/logger.ts'
import { readVin } from '../../src/vehicles/decode-vin.ts'
import { createShardReader, ShardCache } from '../../src/vehicles/vin/shard-reader.ts'

const NOW = Date.UTC(2026, 10, 22)
const log = createLogger('error')
const broken = createShardReader(
  { fetch: async () => new Response('no', { status: 500 }) },
  new ShardCache(1_000),
)

test('where the shard cannot be read, the year is what is left, and that is said', async () => {
  const found = await readVin({ findShard: broken, log, now: NOW }, '1HGCM82633A004352')
  expect(found).toMatchObject({
    year: 2003,
    make: null,
    model: null,
    check_digit_valid: true,
    warnings: ['The tables of makers and models cannot be read now'],
  })
})

test('nothing is called suspect then but the check digit', async () => {
  const found = await readVin({ findShard: broken, log, now: NOW }, '1HGCM82643A004352')
  expect(found.suspect_positions).toEqual([])
  expect(found.warnings).toEqual([
    'The check digit in position 9 is 4, it should be 3',
    'The tables of makers and models cannot be read now',
  ])
})
