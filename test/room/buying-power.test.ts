/** M18 in a person's own object, over its own storage and an account of the test's choice. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { createLogger } from '../../src/platform/logger.ts'
import type { Account } from '../../src/users/live/hold-tables.ts'
import { PersonObject } from '../../src/users/live/person.ts'
import { waitFor } from '../support/wait-for.ts'
import { dollars } from './stand.ts'

const { openStream, metrics } = createDeps(env)
let lastPerson = 500
const MINUTE_MS = 60_000

interface Scene {
  person: PersonObject
  account: { limit: number; owed: number; settled: number[] }
  /** Of which auctions it was asked whether they are settled, by reading. */
  readings: (readonly number[])[]
  /** What happens in MySQL's stead. */
  answers: { with: (account: Account) => Promise<Account> }
  clock: { now: number }
  held(): Promise<number>
}

function inObject(limit: number, play: (scene: Scene) => Promise<void>): Promise<void> {
  return runInDurableObject(env.PERSON.getByName(String(++lastPerson)), async (_instance, state) => {
    const clock = { now: Date.now() }
    const account = { limit, owed: 0, settled: [] as number[] }
    const readings: (readonly number[])[] = []
    const answers: Scene['answers'] = { with: async (given) => given }
    const person = new PersonObject(state, env, {
      tellRoom: async () => undefined,
      openStream,
      settings: { BUYING_POWER: 'on' },
      readAccount: (_userId, auctionIds) => {
        readings.push(auctionIds)
        const { settled } = account
        return answers.with({ limit: dollars(account.limit), owed: dollars(account.owed), settled })
      },
      metrics,
      log: createLogger('error'),
      clock: () => clock.now,
    })
    const held = async () => (await person.buyingPower()).held / 100
    await play({ person, account, readings, answers, clock, held })
  })
}

test('what is held in all auctions and owed is never more than the limit', () =>
  inObject(1_000, async ({ person, account, held }) => {
    account.owed = 300
    expect(await person.hold(1, 1, dollars(400))).toBe(true)
    expect(await person.hold(2, 1, dollars(300.01))).toBe(false)
    expect(await person.hold(2, 3, dollars(300))).toBe(true)
    expect(await held()).toBe(1_000)
    expect(await person.buyingPower()).toEqual({ limit: 100_000, held: 100_000, available: 0 })
  }))

test('a hold takes the place of what its auction held before', () =>
  inObject(1_000, async ({ person, held }) => {
    expect(await person.hold(1, 1, dollars(600))).toBe(true)
    expect(await person.hold(1, 3, dollars(1_000))).toBe(true)
    expect(await held()).toBe(1_000)
  }))

test('the same question again has the same answer, and holds once', () =>
  inObject(1_000, async ({ person, held }) => {
    for (let time = 0; time < 2; time++) expect(await person.hold(1, 1, dollars(600))).toBe(true)
    expect(await held()).toBe(600)
  }))

test('a hold that comes after the report that took it back holds nothing', () =>
  inObject(1_000, async ({ person, held }) => {
    expect(await person.reportHold(1, 2, dollars(0), false)).toBe(true)
    expect(await person.hold(1, 1, dollars(600))).toBe(false)
    expect(await held()).toBe(0)
  }))

test('a report that comes after a later hold changes nothing', () =>
  inObject(1_000, async ({ person, held }) => {
    expect(await person.hold(1, 5, dollars(600))).toBe(true)
    expect(await person.reportHold(1, 4, dollars(0), false)).toBe(true)
    expect(await held()).toBe(600)
  }))

test('R20: a lead that must fit is refused above the limit; what cannot be changed any more is recorded', () =>
  inObject(1_000, async ({ person, held }) => {
    expect(await person.reportHold(1, 1, dollars(1_000.01), true)).toBe(false)
    expect(await held()).toBe(0)
    expect(await person.reportHold(1, 1, dollars(1_000.01), false)).toBe(true)
    expect(await person.buyingPower()).toEqual({ limit: 100_000, held: 100_001, available: 0 })
  }))

test('what MySQL has taken over counts once, from the same reading on, and no report brings it back', () =>
  inObject(1_000, async ({ person, account, readings, held }) => {
    await person.hold(1, 1, dollars(600))
    await person.hold(2, 1, dollars(100))
    Object.assign(account, { owed: 630, settled: [1] })
    await person.refreshAccount()
    expect(readings.at(-1)).toEqual([1, 2])
    expect(await held()).toBe(730)
    expect(await person.reportHold(1, 7, dollars(600), false)).toBe(true)
    expect(await held()).toBe(730)
    Object.assign(account, { owed: 0, settled: [] })
    await person.refreshAccount()
    expect(readings.at(-1)).toEqual([2])
    expect(await held()).toBe(100)
  }))

test('who asks while MySQL is being read waits for the next reading', () =>
  inObject(1_000, async ({ person, account, answers, held }) => {
    await held()
    const waiting: (() => void)[] = []
    answers.with = (given) => new Promise((resolve) => waiting.push(() => resolve(given)))
    const first = person.refreshAccount()
    await Promise.resolve()
    await Promise.resolve()
    account.owed = 200
    answers.with = async (given) => given
    const second = person.refreshAccount()
    for (const answer of waiting) answer()
    await Promise.all([first, second])
    expect(await held()).toBe(200)
  }))

test('without a first reading nothing is held; with one, holds go on while MySQL is away', () =>
  inObject(1_000, async ({ person, answers, clock, held }) => {
    answers.with = () => Promise.reject(new Error('away'))
    await expect(person.hold(1, 1, dollars(600))).rejects.toThrow('away')
    answers.with = async (given) => given
    expect(await held()).toBe(0)
    answers.with = () => Promise.reject(new Error('away'))
    clock.now += 2 * MINUTE_MS
    expect(await person.hold(1, 3, dollars(600))).toBe(true)
  }))

test('a reading that is older than a minute is made again with the next hold', () =>
  inObject(1_000, async ({ person, account, readings, clock }) => {
    await person.hold(1, 1, dollars(1))
    account.limit = 0
    await person.hold(1, 3, dollars(2))
    expect(readings).toHaveLength(1)
    clock.now += 2 * MINUTE_MS
    await person.hold(1, 5, dollars(3))
    await person.refreshAccount()
    expect(await person.hold(1, 7, dollars(4))).toBe(false)
  }))

test('news of money is no reason to read for whom nothing was ever held', () =>
  inObject(1_000, async ({ person, readings }) => {
    await person.refreshAccount()
    expect(readings).toEqual([])
  }))

test('who enters a room is read for at once, so that a first hold need not wait', () =>
  inObject(1_000, async ({ person, readings, answers }) => {
    person.enterRoom(7)
    await waitFor(() => readings.length === 1)
    answers.with = () => Promise.reject(new Error('away'))
    expect(await person.hold(7, 1, dollars(1_000))).toBe(true)
  }))
