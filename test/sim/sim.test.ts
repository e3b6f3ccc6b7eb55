import { expect, test } from 'vitest'
import { playHistories } from './histories.ts'
import { playHistory } from './history.ts'
import type { Sabotage } from './world.ts'

const HISTORIES = 300
const TIMEOUT_MS = 240_000

test(
  `${HISTORIES} histories of crashes, lost answers and late alarms come to their right end`,
  async () => {
    const { failures, entries } = await playHistories({ first: 1, count: HISTORIES })
    const told = failures.map(
      ({ seed, violation }) => `npm run test:sim -- --seed ${seed}: ${violation.message}`,
    )
    expect(told).toEqual([])
    expect(entries).toBeGreaterThan(5 * HISTORIES)
  },
  TIMEOUT_MS,
)

test('a seed gives the same history again', async () => {
  const [once, again, other]: [string[], string[], string[]] = [[], [], []]
  await playHistory({ seed: 7, lines: once })
  await playHistory({ seed: 8, lines: other })
  await playHistory({ seed: 7, lines: again })
  expect(again).toEqual(once)
  expect(other).not.toEqual(once)
})

test.each<[Sabotage, RegExp]>([
  ['leaky gate', /acknowledged bid|is in the ledger|ahead of the ledger|still in the ledger/i],
  ['lost alarms', /alarm stands/],
  ['lost rows', /every bid before the cursor/],
  ['refused rows', /logs an error without a fault/],
  ['lost frames', /no gap|goes on to the end|same state|first frame/],
])(
  'the checks notice a platform that does not keep its word: %s',
  async (sabotage, rule) => {
    const { failures } = await playHistories({ first: 1, count: 40, sabotage })
    expect(failures.map(({ violation }) => violation.message).join('\n')).toMatch(rule)
  },
  TIMEOUT_MS,
)
