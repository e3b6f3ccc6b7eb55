import { armQuietly } from '../../src/auctions/arm-auction.ts'
import type { RoomBidder } from '../../src/auctions/live/contract.ts'
import type { Rooms } from '../../src/auctions/rooms.ts'
import { sweepAuctions } from '../../src/auctions/sweep-auctions.ts'
import type { Database } from '../../src/db/client.ts'
import type { Logger } from '../../src/platform/logger.ts'
import { castBidders, describeVehicle, drawLimit, drawTerms, openingOf, storeListing } from './cast.ts'
import { Client } from './client.ts'
import { Connections } from './database/connections.ts'
import { DatabaseServer } from './database/server.ts'
import { Wire } from './database/wire.ts'
import type { RoomHost } from './host.ts'
import { Lot } from './lot.ts'
import { connectRooms, STEADY_CALLER } from './network.ts'
import { SimPeople } from './people.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** An answer that does not come is nothing to wonder at in a storm; one that is wrong always is. */
export function heed<T>(world: World, asked: Promise<T>, read: (answer: T) => void): void {
  const { isCalm } = world.weather
  asked
    .then(read, (error: unknown) => {
      world.note('answer', () => String(error))
      world.hold(!isCalm, 'Who asks is answered when nothing fails', () => String(error))
    })
    .catch((error: unknown) => world.fail(error instanceof Error ? error : new Error(String(error))))
}

/** Everything that is there in one history: one or two auctions, their rooms, MySQL, people with browsers, the cron. */
export class Stage {
  readonly world: World
  readonly db: Database
  readonly rooms: Rooms
  readonly people: SimPeople
  readonly bidders: readonly RoomBidder[]
  readonly lots: readonly Lot[]
  readonly clients: ReadonlyMap<Lot, readonly Client[]>
  /** So many bids that snapshots and long absences matter. */
  readonly isMarathon: boolean
  readonly buyingPower: 'on' | 'off'
  readonly #server: DatabaseServer
  readonly #log: Logger

  constructor(world: World) {
    const { random } = world
    this.world = world
    this.isMarathon = random.chance(0.01)
    this.#log = world.logger('worker', () => undefined)
    this.#server = new DatabaseServer(world)
    const connections = new Connections(new Wire(world, this.#server))
    const hosts = new Map<number, RoomHost>()
    this.db = connections.of(STEADY_CALLER)
    this.rooms = connectRooms(world, hosts)
    this.people = new SimPeople(world, this.rooms)
    this.bidders = castBidders(random)
    this.buyingPower = random.chance(0.45) ? 'on' : 'off'
    for (const { userId } of this.bidders) this.people.changeLimit(userId, drawLimit(random))
    const auctionIds = !this.isMarathon && random.chance(this.buyingPower === 'on' ? 0.6 : 0.2) ? [1, 2] : [1]
    const rateLimits = random.chance(0.3) ? 'on' : 'off'
    this.lots = auctionIds.map((auctionId) => {
      const opening = openingOf(drawTerms(random, auctionId, world.now), world.now)
      const vehicle = describeVehicle(random, 70 + auctionId, world.now)
      storeListing(this.#server, opening, vehicle, world.now)
      const { people, bidders, buyingPower } = this
      const parts = { world, auctionId, connections, people, rateLimits, buyingPower } as const
      const lot = new Lot({ ...parts, server: this.#server, bidders, opening, vehicle })
      hosts.set(auctionId, lot.host)
      return lot
    })
    this.clients = new Map(this.lots.map((lot) => [lot, this.#invite(lot)]))
  }

  get allClients(): Client[] {
    return [...this.clients.values()].flat()
  }

  /** What `POST /api/auctions` does last; where it fails the sweeper does it. */
  arm(): void {
    const { db, rooms, world } = this
    const madeAt = world.now
    for (const { terms, vehicle } of this.lots) {
      if (world.random.chance(0.05)) world.weather.roomUnreachable = 1
      void armQuietly({ db, rooms, requestId: 'sim', log: this.#log }, { terms, vehicle, madeAt })
    }
  }

  /** One turn of the cron. */
  sweep(): void {
    const { db, rooms, world } = this
    world.note('cron', () => 'sweeps')
    const ctx = { db, rooms, requestId: 'cron', log: this.#log, now: world.now }
    sweepAuctions(ctx).catch((error: unknown) => world.note('cron', () => `failed: ${error}`))
  }

  /** Each minute from now on; turns in which nothing is due are left out. */
  sweepEachMinute(): void {
    const { timeline, now } = this.world
    const [row] = this.#server.rows('SELECT MIN(next_attempt_at) AS next FROM auctions')
    const dueAt = typeof row?.next === 'string' ? Date.parse(`${row.next.replace(' ', 'T')}Z`) : now + DAY_MS
    const next = Math.max(now + MINUTE_MS, Math.ceil(dueAt / MINUTE_MS) * MINUTE_MS)
    timeline.at(next, () => {
      this.sweep()
      this.sweepEachMinute()
    })
  }

  close(): void {
    for (const { host } of this.lots) host.close()
  }

  #invite(lot: Lot): Client[] {
    const { world, bidders } = this
    const guests = [null, ...bidders.filter(() => world.random.chance(0.6))]
    return guests.map(
      (bidder) => new Client(world, lot, bidder ? `client ${bidder.userId}` : 'watcher', bidder),
    )
  }
}
