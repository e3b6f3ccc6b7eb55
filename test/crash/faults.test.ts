import { expect, test } from 'vitest'
import { FAULT_KINDS, FAULTS_MIN, planFaults } from './faults.ts'
import { Random } from './random.ts'

const MINUTE_MS = 60_000
const plan = (seed: string, minutes: number) => planFaults(new Random(seed), minutes * MINUTE_MS)

test.each(['1', '2', 'three'])('with the seed %s a run of a minute has 25 faults of every kind', (seed) => {
  const faults = plan(seed, 1)
  expect(faults.length).toBeGreaterThanOrEqual(FAULTS_MIN)
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS))
  expect(faults.every(({ atMs }) => atMs >= 0 && atMs <= MINUTE_MS)).toBe(true)
})

test('the database hangs for 5 to 20 s, in a short run for less of these', () => {
  const hangs = (minutes: number) =>
    plan('1', minutes)
      .filter(({ kind }) => kind === 'hang database')
      .map(({ lastsMs }) => lastsMs)
  for (const lastsMs of [...hangs(1), ...hangs(5)]) {
    expect(lastsMs).toBeGreaterThanOrEqual(5_000)
    expect(lastsMs).toBeLessThanOrEqual(20_000)
  }
  expect(hangs(1).reduce((sum, lastsMs) => sum + lastsMs, 0)).toBeLessThan(MINUTE_MS / 2)
})

test('the same seed plans the same, another one something else', () => {
  expect(plan('7', 3)).toEqual(plan('7', 3))
  expect(plan('7', 3)).not.toEqual(plan('8', 3))
})

test('an actor’s stream does not depend on what others draw', () => {
  const alone = new Random('1').stream('bidder').next()
  const among = new Random('1')
  among.next()
  among.stream('another').next()
  expect(among.stream('bidder').next()).toBe(alone)
})
