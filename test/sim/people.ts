import type { Rooms } from '../../src/auctions/rooms.ts'
import { bounded } from '../../src/lib/bounded.ts'
import type { PersonNamespace } from '../../src/users/live/people.ts'
import type { Standing } from '../../src/users/live/person-tables.ts'
import type { Caller } from './database/connections.ts'
import { PlatformError, type World } from './world.ts'

const TELL_AGAIN_MS = 15_000
/** When the platform gives up a call that nothing comes of. */
const GIVEN_UP_MS = 30_000
/** Longer than anybody waits for an answer. */
const SLOW_MS = 7_000
const TELL_MAX_MS = 5_000

interface Person {
  standing: Standing
  /** Rooms that were entered, and the revision that each has confirmed. */
  rooms: Map<number, number>
  /** The last revision that each room was told, rather than being answered it. */
  told: Map<number, number>
  isTelling: boolean
}

/** The people's objects as rooms know them: asked once, then telling every change until each room has confirmed it. */
export class SimPeople {
  readonly #world: World
  readonly #people = new Map<number, Person>()
  readonly #rooms: Rooms

  constructor(world: World, rooms: Rooms) {
    this.#world = world
    this.#rooms = rooms
  }

  /** Whether a room has confirmed that this person is suspended, and nothing later has been said. */
  isBarred(userId: number, auctionId: number): boolean {
    const { standing, rooms } = this.#person(userId)
    return standing.suspended && rooms.get(auctionId) === standing.revision
  }

  /** Whether a room was told that this person is suspended, so that their sockets there are closed. */
  isExpelled(userId: number, auctionId: number): boolean {
    const { standing, told } = this.#person(userId)
    return standing.suspended && told.get(auctionId) === standing.revision
  }

  /** Whether a room has asked for this person, and will be told of them. */
  hasEntered(userId: number, auctionId: number): boolean {
    return this.#person(userId).rooms.has(auctionId)
  }

  isSuspended(userId: number): boolean {
    return this.#person(userId).standing.suspended
  }

  /** Every room has heard the last word. */
  get isQuiet(): boolean {
    return [...this.#people.values()].every((person) => unconfirmed(person).length === 0)
  }

  /** A person's object, as `caller` reaches it. */
  stub(userId: number, caller: Caller): ReturnType<PersonNamespace['getByName']> {
    const ask = <T>(work: () => T): Promise<T> =>
      caller.request((answer) => {
        const { random, weather } = this.#world
        const fault = random.chance(weather.personFails) ? random.between(0, 3) : null
        if (fault !== null) this.#world.note(`person ${userId}`, () => `answers badly (${fault})`)
        const error = new PlatformError('The object did not answer', { retryable: random.chance(0.5) })
        if (fault === 0) {
          this.#world.timeline.after(GIVEN_UP_MS, () => answer((_, reject) => reject(error)))
          return
        }
        this.#world.soon(() => {
          const result = fault === 1 ? null : { value: work() }
          if (fault === 3 && random.chance(0.3)) this.#changeSoon(userId)
          this.#world.timeline.after(
            fault === 3 ? random.between(0, SLOW_MS) : random.between(0, weather.latencyMs),
            () =>
              answer((resolve, reject) =>
                result === null || fault === 2 ? reject(error) : resolve(result.value),
              ),
          )
        })
      })
    return {
      enterRoom: (auctionId) => ask(() => this.#enter(userId, auctionId)),
      standing: () => ask(() => this.#person(userId).standing),
      suspend: () => ask(() => this.change(userId, true)),
      restore: () => ask(() => this.change(userId, false)),
    }
  }

  change(userId: number, suspended: boolean): void {
    const person = this.#person(userId)
    person.standing = { suspended, revision: person.standing.revision + 1 }
    this.#world.note(`person ${userId}`, () => JSON.stringify(person.standing))
    void this.#tell(userId, person)
  }

  /** While an answer is under way that says otherwise. */
  #changeSoon(userId: number): void {
    const { random, timeline } = this.#world
    timeline.after(random.between(0, SLOW_MS / 7), () => this.change(userId, !this.isSuspended(userId)))
  }

  #enter(userId: number, auctionId: number): Standing {
    const { standing, rooms } = this.#person(userId)
    if (!rooms.has(auctionId)) rooms.set(auctionId, standing.revision)
    return standing
  }

  #person(userId: number): Person {
    const known = this.#people.get(userId)
    if (known !== undefined) return known
    const standing = { suspended: false, revision: 0 }
    const person: Person = { standing, rooms: new Map(), told: new Map(), isTelling: false }
    this.#people.set(userId, person)
    return person
  }

  async #tell(userId: number, person: Person): Promise<void> {
    if (person.isTelling) return
    person.isTelling = true
    for (const auctionId of unconfirmed(person)) {
      const { standing } = person
      try {
        const told = this.#rooms(auctionId, 'repeatable', (room) => room.setStanding(userId, standing, 'sim'))
        await bounded(told, TELL_MAX_MS)
        person.rooms.set(auctionId, Math.max(person.rooms.get(auctionId) ?? 0, standing.revision))
        person.told.set(auctionId, standing.revision)
      } catch {
        this.#world.note(`person ${userId}`, () => `room ${auctionId} was not told`)
      }
    }
    person.isTelling = false
    if (unconfirmed(person).length === 0) return
    this.#world.timeline.after(TELL_AGAIN_MS, () => void this.#tell(userId, person))
  }
}

function unconfirmed({ standing, rooms }: Person): number[] {
  return [...rooms].flatMap(([auctionId, revision]) => (revision < standing.revision ? [auctionId] : []))
}
