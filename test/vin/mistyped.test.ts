import { expect, test } from 'vitest'
import { hasRightCheckDigit } from '../../src/vehicles/vin.ts'
import { KNOWN } from './known/vehicles.ts'
import { decode } from './shards.ts'

const CHARACTERS = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ'
const SLIPS_EACH = 4

/** Each known VIN with single characters mistyped: the last three positions by digits, which they hold. */
const mistyped = KNOWN.flatMap(({ vin }, index) =>
  Array.from({ length: SLIPS_EACH }, (_, slip) => {
    const position = ((index * 5 + slip * 7) % 17) + 1
    const from = position >= 15 ? CHARACTERS.slice(0, 10) : CHARACTERS
    const old = from.indexOf(vin.charAt(position - 1))
    const character = from.charAt((old + 1 + ((index + slip) % (from.length - 1))) % from.length)
    return { vin: vin.slice(0, position - 1) + character + vin.slice(position), position }
  }),
).filter(({ vin }) => !hasRightCheckDigit(vin))

/** README.md has these figures. */
test('of mistyped numbers of real vehicles nearly all are told where the slip may be, and there it is', async () => {
  const answers = []
  for (const { vin, position } of mistyped) {
    const { suspect_positions } = await decode(vin)
    answers.push({
      isTold: suspect_positions.length > 0,
      isRight: suspect_positions.includes(position),
      suspect_positions,
    })
  }
  const told = answers.filter(({ isTold }) => isTold)
  const suspects = told.reduce((sum, { suspect_positions }) => sum + suspect_positions.length, 0)
  expect(mistyped.length).toBeGreaterThan(1_900)
  expect(told.length / mistyped.length).toBeGreaterThan(0.88)
  expect(told.filter(({ isRight }) => isRight).length / told.length).toBeGreaterThan(0.99)
  expect(suspects / told.length).toBeLessThan(9.5)
  console.log(
    mistyped.length,
    told.length,
    told.filter(({ isRight }) => isRight).length,
    suspects / told.length,
  )
})
