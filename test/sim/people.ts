import type { Rooms } from '../../src/auctions/rooms.ts'
import { bounded } from '../../src/lib/bounded.ts'
import type { Cents } from '../../src/lib/money.ts'
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
  /** Buying power (M18): the limit, the highest that it ever was, and what each room has said under which serial. */
  limit: number
  highestLimit: number
  holds: Map<number, Hold>
  /** Auctions whose room has said more than fits, and had no choice. */
  forcedIn: Set<number>
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

  /** How often a hold was asked for. */
  holdsAsked = 0

  /** What a person's object holds for an auction (M18). */
  heldIn(userId: number, auctionId: number): number {
    return this.#person(userId).holds.get(auctionId)?.amount ?? 0
  }

  /** Whether what is held was ever within the limit; no room had a choice where it was forced. */
  isWithinLimit(userId: number): boolean {
    const person = this.#person(userId)
    return person.forcedIn.size > 0 || heldBy(person, null) <= person.highestLimit
  }

  /** Whether this auction's room has said more of somebody than fits, without asking whether it does. */
  isForcedIn(auctionId: number): boolean {
    return [...this.#people.values()].some(({ forcedIn }) => forcedIn.has(auctionId))
  }

  changeLimit(userId: number, limit: number): void {
    const person = this.#person(userId)
    person.limit = limit
    person.highestLimit = Math.max(limit, person.highestLimit)
    this.#world.note(`person ${userId}`, () => `may have ${limit} at stake`)
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
        const fault = random.chance(weather.personFails) ? random.between(0, 4) : null
        if (fault !== null) this.#world.note(`person ${userId}`, () => `answers badly (${fault})`)
        const error = new PlatformError('The object did not answer', { retryable: random.chance(0.5) })
        if (fault === 0) {
          this.#world.timeline.after(GIVEN_UP_MS, () => answer((_, reject) => reject(error)))
          return
        }
        // Later than the caller waits, perhaps: what they said next may be here before.
        const arrivesInMs = random.between(0, fault === 4 ? SLOW_MS : weather.latencyMs)
        this.#world.timeline.after(arrivesInMs, () => {
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
      hold: (auctionId, serial, amount) => ask(() => this.#hold(userId, auctionId, serial, amount)),
      reportHold: (auctionId, serial, amount, mustFit) =>
        ask(() => this.#report(userId, auctionId, { serial, amount }, mustFit)),
      refreshAccount: () => ask(() => undefined),
      buyingPower: () => Promise.reject(new PlatformError('Nobody asks')),
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

  #hold(userId: number, auctionId: number, serial: number, amount: Cents): boolean {
    this.holdsAsked += 1
    const person = this.#person(userId)
    const known = person.holds.get(auctionId)
    const isGranted =
      known !== undefined && serial <= known.serial
        ? serial === known.serial && amount === known.amount
        : heldBy(person, auctionId) + amount <= person.limit
    this.#world.note(`person ${userId}`, () => `hold ${auctionId}/${serial}: ${amount} ${isGranted}`)
    if (isGranted) person.holds.set(auctionId, { serial, amount })
    return isGranted
  }

  #report(userId: number, auctionId: number, said: Hold, mustFit: boolean): boolean {
    const person = this.#person(userId)
    const known = person.holds.get(auctionId) ?? { serial: 0, amount: 0 }
    this.#world.note(`person ${userId}`, () => `room ${auctionId} says ${JSON.stringify(said)} ${mustFit}`)
    if (said.serial <= known.serial) return true
    const fits = heldBy(person, auctionId) + said.amount <= person.limit
    if (said.amount > known.amount && !fits) {
      if (mustFit) return false
      person.forcedIn.add(auctionId)
    }
    person.holds.set(auctionId, said)
    return true
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
    const person: Person = { standing, rooms: new Map(), told: new Map(), isTelling: false, ...newAccount() }
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

interface Hold {
  serial: number
  amount: number
}

const newAccount = () => ({
  limit: 0,
  highestLimit: 0,
  holds: new Map<number, Hold>(),
  forcedIn: new Set<number>(),
})

function heldBy({ holds }: Person, exceptAuctionId: number | null): number {
  return [...holds].reduce((sum, [id, { amount }]) => (id === exceptAuctionId ? sum : sum + amount), 0)
}

function unconfirmed({ standing, rooms }: Person): number[] {
  return [...rooms].flatMap(([auctionId, revision]) => (revision < standing.revision ? [auctionId] : []))
}
