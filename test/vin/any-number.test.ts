import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SHARDS } from '../../src/vehicles/vin/shards.generated.ts'
import { readShardNames } from '../../src/vehicles/vin/wmi.ts'
import { decode, findShard, withCheckDigit } from './shards.ts'

const CHARACTERS = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ'
const character = fc.constantFrom(...CHARACTERS)
const tail = (length: number, from = character) =>
  fc.array(from, { minLength: length, maxLength: length }).map((letters) => letters.join(''))
const start = fc.constantFrom(...readShardNames(SHARDS).keys())

/** Nothing that a person is shown may contradict itself. */
function check(vin: string, found: Awaited<ReturnType<typeof decode>>) {
  for (const [field, values] of Object.entries(found.candidates)) {
    // What one of two years tells alone may be none of its values.
    expect(values.length, vin).toBeGreaterThan(found.year === null || vin.includes('*') ? 0 : 1)
    expect(values.length, vin).toBeLessThanOrEqual(40)
    expect(Reflect.get(found, field), `${vin} ${field}`).toBeNull()
  }
  if (found.year !== null) expect(found.year, vin).toBeGreaterThanOrEqual(1980)
  if (found.year !== null) expect(found.year, vin).toBeLessThanOrEqual(2027)
  // Two makes of one maker may name a model alike.
  if (found.model !== null) expect(found.make ?? found.candidates.make, vin).toBeDefined()
  expect(found.suspect_positions.every((position) => position >= 1 && position <= 17)).toBe(true)
}

test('no seventeen allowed characters make it throw', async () => {
  await fc.assert(
    fc.asyncProperty(tail(17), async (vin) => check(vin, await decode(vin))),
    { numRuns: 2_000 },
  )
})

test('none of any maker that is known, with the check digit right and wrong', async () => {
  await fc.assert(
    fc.asyncProperty(start, tail(14), fc.boolean(), async (wmi, rest, isRight) => {
      const vin = isRight ? withCheckDigit(wmi + rest) : wmi + rest
      check(vin, await decode(vin))
    }),
    { numRuns: 2_000 },
  )
})

test('none with characters that are not given', async () => {
  const partial = fc.oneof({ weight: 2, arbitrary: character }, { weight: 1, arbitrary: fc.constant('*') })
  await fc.assert(
    fc.asyncProperty(start, tail(14, partial), async (wmi, rest) =>
      check(wmi + rest, await decode(wmi + rest)),
    ),
    { numRuns: 1_000 },
  )
})

test('every maker that a shard holds is found through its name', async () => {
  for (const [prefix, name] of readShardNames(SHARDS)) {
    const shard = await findShard(`${prefix}00000000000000`)
    const wmis = Object.keys(shard?.wmis ?? {})
    expect(
      wmis.some((wmi) => wmi.startsWith(prefix)),
      `${prefix} in ${name}`,
    ).toBe(true)
  }
})
