import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { bounded } from '../../src/lib/bounded.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { PersonObject, type TellRoom } from '../../src/users/live/person.ts'
import type { Standing } from '../../src/users/live/person-tables.ts'
import { withFault } from '../support/database.ts'
import { contextAt } from '../support/sessions.ts'
import { waitFor } from '../support/wait-for.ts'

const BACKSTOP_MS = 15_000
const { openStream, readAccount, settings, metrics } = createDeps(env)
const SUSPENDED = { suspended: true, revision: 1 }

let lastPerson = 0
const newPerson = () => {
  const userId = ++lastPerson
  return { userId, stub: env.PERSON.getByName(String(userId)) }
}

/** Rooms that note what they are told; those in `away` do not answer to it, those in `silent` never answer at all. */
class Rooms {
  readonly told: [room: number, user: number, standing: Standing][] = []
  readonly away = new Set<number>()
  readonly silent = new Set<number>()
  atOnce = 0
  mostAtOnce = 0
  /** What happens while a room is being told. */
  during: (room: number) => void = () => undefined

  readonly tell: TellRoom = async (auctionId, userId, standing) => {
    this.told.push([auctionId, userId, standing])
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce)
    this.during(auctionId)
    if (this.silent.has(auctionId)) await new Promise(() => undefined)
    await Promise.resolve()
    this.atOnce -= 1
    if (this.away.has(auctionId)) throw new Error('away')
  }

  toldOf(room: number): Standing[] {
    return this.told.filter(([auctionId]) => auctionId === room).map(([, , standing]) => standing)
  }
}

interface Scene {
  /** The object's class over the object's own storage, with these rooms and this clock. */
  start(): PersonObject
  rooms: Rooms
  clock: { now: number }
  getAlarm(): Promise<number | null>
  userId: number
}

/** Runs `play` inside a new person's object. */
function inObject(play: (scene: Scene) => Promise<void>): Promise<void> {
  const { userId, stub } = newPerson()
  return runInDurableObject(stub, async (_instance, state) => {
    const rooms = new Rooms()
    const clock = { now: Date.now() }
    const log = createLogger('error')
    const deps = {
      tellRoom: rooms.tell,
      openStream,
      readAccount,
      settings,
      metrics,
      log,
      clock: () => clock.now,
    }
    await play({
      start: () => new PersonObject(state, env, deps),
      rooms,
      clock,
      getAlarm: () => state.storage.getAlarm(),
      userId,
    })
  })
}

describe('entering a room', () => {
  test('answers how the person stands, and may be repeated', () =>
    inObject(async ({ start }) => {
      const person = start()
      for (let time = 0; time < 2; time++)
        expect(person.enterRoom(7)).toEqual({ suspended: false, revision: 0 })
      person.suspend('unpaid', 1)
      expect(person.enterRoom(8)).toEqual(SUSPENDED)
    }))

  test('needs no MySQL', async () => {
    const { userId } = newPerson()
    const { people } = contextAt(0)
    await withFault({ mode: 'refuse' }, async () => {
      expect(await people.enterRoom(userId, 7)).toEqual({ suspended: false, revision: 0 })
      await people.suspend(userId, 'unpaid', 1)
      expect(await people.enterRoom(userId, 8)).toEqual(SUSPENDED)
    })
  })

  test('is refused by an object that is not named by the id of a person', async () => {
    const stubs = [
      env.PERSON.get(env.PERSON.newUniqueId()),
      env.PERSON.getByName('nobody'),
      env.PERSON.getByName('-1'),
    ]
    for (const stub of stubs) {
      await expect(runInDurableObject(stub, (person) => person.enterRoom(7))).rejects.toThrow(
        'not named by the id',
      )
    }
  })
})

describe('R18: a change', () => {
  test('is told to every room that the person entered, once', () =>
    inObject(async ({ start, rooms, userId }) => {
      const person = start()
      person.enterRoom(7)
      person.enterRoom(8)
      person.suspend('unpaid', 1)
      await waitFor(() => rooms.told.length >= 2)
      person.enterRoom(9)
      person.suspend('unpaid', 1)
      person.alarm()
      await waitFor(() => rooms.atOnce === 0)
      expect(rooms.told.toSorted()).toEqual([
        [7, userId, SUSPENDED],
        [8, userId, SUSPENDED],
      ])
    }))

  test('is stored before any room is told', () =>
    inObject(async ({ start, rooms }) => {
      const person = start()
      person.enterRoom(7)
      const seen: Standing[] = []
      rooms.during = () => seen.push(start().enterRoom(8))
      person.suspend('unpaid', 1)
      await waitFor(() => seen.length > 0)
      expect(seen).toEqual([SUSPENDED])
    }))

  test('of an older revision than is known changes nothing and is told to nobody', () =>
    inObject(async ({ start, rooms }) => {
      const person = start()
      person.restore(5)
      person.enterRoom(7)
      person.suspend('unpaid', 4)
      person.suspend('unpaid', 5)
      expect(person.enterRoom(8)).toEqual({ suspended: false, revision: 5 })
      expect(rooms.told).toEqual([])
    }))

  test('that comes while a room is being told reaches that room too, as the last word', () =>
    inObject(async ({ start, rooms }) => {
      const person = start()
      person.enterRoom(7)
      rooms.during = () => {
        rooms.during = () => undefined
        person.restore(2)
      }
      person.suspend('unpaid', 1)
      await waitFor(() => rooms.toldOf(7).length === 2)
      expect(rooms.toldOf(7)).toEqual([SUSPENDED, { suspended: false, revision: 2 }])
      expect(rooms.mostAtOnce).toBe(1)
    }))

  test('reaches many rooms, at most 20 at once', () =>
    inObject(async ({ start, rooms }) => {
      const person = start()
      for (let room = 1; room <= 45; room++) person.enterRoom(room)
      person.suspend('unpaid', 1)
      await waitFor(() => rooms.told.length === 45)
      expect(new Set(rooms.told.map(([room]) => room)).size).toBe(45)
      expect(rooms.mostAtOnce).toBe(20)
    }))
})

describe('a room that does not confirm', () => {
  test('is told again by the alarm, at most 15 s later, until it does; the others are not', () =>
    inObject(async ({ start, rooms, clock, getAlarm }) => {
      const person = start()
      for (const room of [7, 8]) person.enterRoom(room)
      rooms.away.add(8)
      person.suspend('unpaid', 1)
      await waitFor(() => rooms.told.length === 2 && rooms.atOnce === 0)
      expect(await getAlarm()).toBe(clock.now + BACKSTOP_MS)

      clock.now += BACKSTOP_MS
      await waitFor(() => {
        person.alarm()
        return rooms.toldOf(8).length === 2
      })
      expect(await getAlarm()).toBe(clock.now + BACKSTOP_MS)

      rooms.away.clear()
      await waitFor(() => {
        person.alarm()
        return rooms.toldOf(8).length === 3 && rooms.atOnce === 0
      })
      person.alarm()
      expect([rooms.toldOf(7).length, rooms.toldOf(8).length]).toEqual([1, 3])
    }))

  test('or never answers holds up neither the alarm nor the other rooms', () =>
    inObject(async ({ start, rooms }) => {
      const person = start()
      for (const room of [7, 8, 9]) person.enterRoom(room)
      rooms.silent.add(9)
      person.suspend('unpaid', 1)
      await waitFor(() => rooms.toldOf(7).length === 1 && rooms.toldOf(8).length === 1)
      expect(person.alarm()).toBeUndefined()
    }))

  test('is told after an eviction as well: nothing of a change lives in memory alone', async () => {
    const { stub } = newPerson()
    const rooms = new Rooms()
    const deps = {
      tellRoom: rooms.tell,
      openStream,
      readAccount,
      settings,
      metrics,
      log: createLogger('error'),
      clock: Date.now,
    }
    rooms.away.add(7)
    await runInDurableObject(stub, async (_instance, state) => {
      const person = new PersonObject(state, env, deps)
      person.enterRoom(7)
      person.suspend('unpaid', 1)
      await waitFor(() => rooms.told.length === 1 && rooms.atOnce === 0)
    })
    await evictDurableObject(stub)
    rooms.away.clear()
    await runInDurableObject(stub, async (_instance, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull()
      const person = new PersonObject(state, env, deps)
      expect(person.enterRoom(8)).toEqual(SUSPENDED)
      person.alarm()
      await waitFor(() => rooms.toldOf(7).length === 2 && rooms.atOnce === 0)
      person.alarm()
      expect(rooms.toldOf(7)).toEqual([SUSPENDED, SUSPENDED])
    })
  })
})

test('the alarm is only ever moved earlier', () =>
  inObject(async ({ start, rooms, clock, getAlarm }) => {
    const person = start()
    person.enterRoom(7)
    rooms.away.add(7)
    const first = clock.now
    person.suspend('unpaid', 1)
    await waitFor(() => rooms.told.length === 1)
    clock.now += 5_000
    person.restore(2)
    await waitFor(() => rooms.told.length === 2)
    expect(await getAlarm()).toBe(first + BACKSTOP_MS)
  }))

test('a call that is not answered in time is given up', async () => {
  await expect(bounded(new Promise(() => undefined), 5)).rejects.toThrow('No answer within 5 ms')
  await expect(bounded(Promise.resolve(7), 5_000)).resolves.toBe(7)
  await expect(bounded(Promise.reject(new Error('refused')), 5_000)).rejects.toThrow('refused')
})
