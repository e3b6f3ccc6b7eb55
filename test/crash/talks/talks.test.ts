import { expect, test } from 'vitest'
import { readArguments } from '../arguments.ts'
import type { Fault } from '../faults.ts'
import { Random } from '../random.ts'
import { DECISION_SCRIPTS, dealDecisionScripts } from './decision-scripts.ts'
import { dealOfferScripts, OFFER_SCRIPTS } from './offer-scripts.ts'
import { countMissed, PlannedOutages } from './outages.ts'

const BEGUN_AT = 1_000_000
const plan: readonly Fault[] = [
  { kind: 'kill redis', atMs: 3_000, lastsMs: 1_000 },
  { kind: 'kill workerd', atMs: 4_000, lastsMs: 20 },
  { kind: 'hang database', atMs: 9_000, lastsMs: 5_000 },
]
const planned = (seed: string) => new PlannedOutages(plan, BEGUN_AT, new Random(seed))

test.each(['1', '2', '3'])(
  'with the seed %s a deadline is put into the next outage that is long enough',
  (seed) => {
    const at = planned(seed).draw(BEGUN_AT)
    expect(at).toBeGreaterThanOrEqual(BEGUN_AT + 9_000)
    expect(at).toBeLessThanOrEqual(BEGUN_AT + 14_300)
  },
)

test('it is put off a little where no outage comes any more', () => {
  const now = BEGUN_AT + 8_000
  const at = planned('1').draw(now)
  expect(at - now).toBeGreaterThanOrEqual(1_000)
  expect(at - now).toBeLessThanOrEqual(4_000)
})

test('what passed while the database or the Worker was away is counted, and Redis is not asked', () => {
  const outages = [
    { part: 'database', from: 10, to: 20 },
    { part: 'redis', from: 30, to: 40 },
  ]
  expect(countMissed([{ at: 9 }, { at: 10 }, { at: 19 }, { at: 20 }, { at: 35 }], outages)).toBe(2)
})

test('every script is dealt before one comes again, in an order of the seed', () => {
  const names = (seed: string) => {
    const decisions = dealDecisionScripts(new Random(seed))
    const offers = dealOfferScripts(new Random(seed))
    return {
      decisions: Array.from({ length: DECISION_SCRIPTS }, () => decisions.next().value[0]),
      offers: Array.from({ length: OFFER_SCRIPTS }, () => offers.next().value[0]),
    }
  }
  expect(new Set(names('1').decisions).size).toBe(DECISION_SCRIPTS)
  expect(new Set(names('1').offers).size).toBe(OFFER_SCRIPTS)
  expect(names('1')).toEqual(names('1'))
  expect(names('1')).not.toEqual(names('2'))
})

test('M18: the seed says whether bids are held for, unless somebody does', () => {
  const isOn = (...args: string[]) => readArguments(args).hasBuyingPower
  const seeds = Array.from({ length: 40 }, (_, index) => String(index))
  const on = seeds.filter((seed) => isOn('--seed', seed))
  expect(on.length).toBeGreaterThan(5)
  expect(on.length).toBeLessThan(35)
  expect(seeds.filter((seed) => isOn('--seed', seed))).toEqual(on)
  expect(seeds.every((seed) => isOn('--seed', seed, '--buying-power'))).toBe(true)
  expect(seeds.some((seed) => isOn('--seed', seed, '--no-buying-power'))).toBe(false)
})
