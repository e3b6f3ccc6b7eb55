import { expect, test } from 'vitest'
import { readArguments } from '../arguments.ts'
import { Random } from '../random.ts'
import { Appointments, countMissed } from './appointments.ts'
import { DECISION_SCRIPTS, dealDecisionScripts } from './decision-scripts.ts'
import { dealOfferScripts, OFFER_SCRIPTS } from './offer-scripts.ts'

test('a deadline waits until something is about to break, and passes soon after', async () => {
  const appointments = new Appointments(new Random('1'))
  const moved: number[] = []
  const making = appointments.make(async (at) => moved.push(at.getTime()))
  expect(moved).toEqual([])
  const before = Date.now()
  await appointments.keep()
  expect(await making).toBe(moved[0])
  expect(moved[0]).toBeGreaterThan(before)
  await appointments.keep()
  appointments.close()
  expect(moved).toHaveLength(1)
})

test('where nothing breaks any more everybody has a deadline soon', async () => {
  const appointments = new Appointments(new Random('1'))
  const waiting = [1, 2].map(() => appointments.make(async () => undefined))
  appointments.close()
  const late = appointments.make(async () => undefined)
  const now = Date.now()
  for (const at of await Promise.all([...waiting, late])) expect(at).toBeGreaterThan(now)
})

test('what could not be put there is told', async () => {
  const appointments = new Appointments(new Random('1'))
  const making = appointments.make(() => Promise.reject(new Error('not there')))
  const heard = expect(making).rejects.toThrow('not there')
  await appointments.keep()
  await heard
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
