import type { RoomApi } from '../../src/auctions/live/contract.ts'
import { RoomCore, type RoomDeps } from '../../src/auctions/live/core.ts'
import { createProjectionStore } from '../../src/auctions/live/projection-store.ts'
import { createProjector } from '../../src/auctions/live/projector.ts'
import type { Database } from '../../src/db/client.ts'
import { settleAuction } from '../../src/orders/settle-auction.ts'
import { createAccounts } from '../../src/users/account.ts'
import { createPeople } from '../../src/users/live/people.ts'
import { discloseInAuction } from '../../src/vehicles/auction-status.ts'
import type { Answer, Caller } from './database/connections.ts'
import type { Disk } from './disk.ts'
import type { ServerSocket } from './line.ts'
import type { SimPeople } from './people.ts'
import { PlatformError, type World } from './world.ts'

/** A room's clock is the machine's on which it happens to be. */
export const SKEW_MAX_MS = 300

/** What a life of a room's object is given by its host. */
export interface LifeParts {
  world: World
  name: string
  auctionId: number
  disk: Disk
  sockets: () => ServerSocket[]
  connect: (caller: Caller) => Database
  people: SimPeople
  /** Lets out what has to wait until everything written before is durable. */
  output: (run: () => void) => void
  setAlarm: (at: number) => void
  /** Where the platform says that the alarm stands when it makes the object. */
  armedAt: number | null
  onStuck: (isStuck: boolean) => void
  rateLimits: 'on' | 'off'
  buyingPower: 'on' | 'off'
  /** Stops when the instance ends. */
  pulse: { isBeating: boolean }
}

/** One instance of a room, from its waking to its end: what it awaits is never answered after that. */
export class Life implements Caller {
  readonly core: RoomCore<ServerSocket>
  readonly api: RoomApi
  readonly #parts: LifeParts
  readonly #skewMs: number
  /** Timers and calls that keep it from hibernating. */
  pending = 0

  /** @throws what the disk throws */
  constructor(parts: LifeParts) {
    this.#parts = parts
    const { world, disk, auctionId } = parts
    this.#skewMs = world.random.chance(0.25) ? world.random.between(-SKEW_MAX_MS, SKEW_MAX_MS) : 0
    this.core = new RoomCore(this.#deps(), {
      storage: {
        sql: {
          exec: (query, ...bindings) => {
            world.countStatement()
            return this.#living(() => disk.sql.exec(query, ...bindings))
          },
        },
        transactionSync: (work) => this.#living(() => disk.transactionSync(work)),
      },
      alarm: { setAlarm: (at) => this.#living(() => parts.setAlarm(at)) },
      armedAt: parts.armedAt,
      sockets: {
        getWebSockets: (tag) =>
          parts.sockets().filter((socket) => tag === undefined || socket.tags.includes(tag)),
        getWebSocketAutoResponseTimestamp: (socket) => socket.line.answeredAt,
      },
      runLater: (delayMs, run) => this.#runLater(delayMs, run),
      waitUntil: (work) => {
        work.catch((error: unknown) => {
          if (this.isAlive) world.fail(error instanceof Error ? error : new Error(String(error)))
        })
      },
      auctionId,
    })
    this.api = apiOf(this.core)
  }

  get isAlive(): boolean {
    return this.#parts.pulse.isBeating
  }

  get now(): number {
    return this.#parts.world.now + this.#skewMs
  }

  /** A call out of the room: it leaves when what was written before is durable. */
  request<T>(send: (answer: Answer<T>) => void): Promise<T> {
    this.pending += 1
    return new Promise((resolve, reject) => {
      let isAnswered = false
      const answer: Answer<T> = (settle) => {
        if (isAnswered || !this.isAlive) return
        isAnswered = true
        this.pending -= 1
        settle(resolve, reject)
      }
      this.#parts.output(() => send(answer))
    })
  }

  #living<T>(run: () => T): T {
    if (!this.isAlive) throw new PlatformError('This instance is gone')
    return run()
  }

  #runLater(delayMs: number, run: () => void): void {
    this.pending += 1
    this.#parts.world.timeline.after(delayMs, () => {
      if (!this.isAlive) return
      this.pending -= 1
      run()
    })
  }

  #deps(): RoomDeps {
    const { world, name, connect, people, onStuck, rateLimits, buyingPower } = this.#parts
    const log = world.logger(name, (event, fields) => {
      if (!this.isAlive || world.isErrorExpected(event, fields)) return
      world.violate('The room logs an error without a fault', { event, ...fields })
    })
    const clock = () => this.now
    const accounts = createAccounts({
      isOn: buyingPower === 'on',
      tellPerson: async () => undefined,
      waitUntil: nothing,
      log,
    })
    const store = createProjectionStore({
      db: connect(this),
      onDisclosed: discloseInAuction,
      onEnded: (tx, ended) => settleAuction(tx, ended, accounts),
      clock,
    })
    return {
      clock,
      log,
      people: createPeople({ getByName: (userId) => people.stub(Number(userId), this) }),
      project: createProjector({
        store,
        clock,
        log,
        onProgress: (_auctionId, _lag, isStuck) => onStuck(isStuck),
      }),
      imageUrl: (key) =>
        this.request((answer) =>
          world.soon(() => answer((resolve) => resolve(`https://images.example/${key}`))),
        ),
      metrics: NO_METRICS,
      settings: { RATE_LIMITS: rateLimits, BUYING_POWER: buyingPower },
    }
  }
}

const nothing = () => undefined
const NO_METRICS: RoomDeps['metrics'] = {
  auctions: { inc: nothing },
  bids: { inc: nothing },
  bidAmounts: { observe: nothing },
  reportSockets: nothing,
  flushIfDue: nothing,
}

/** The methods of a room, as `Room` maps them. */
function apiOf(core: RoomCore<ServerSocket>): RoomApi {
  const { bids, house } = core
  return {
    arm: async (request, requestId) => house.arm(request, requestId),
    view: (viewer) => core.view(viewer),
    history: async (query) => core.history(query),
    bid: async (bidder, clientId, offer, requestId) =>
      bids.place({ bidder, clientId, offer, door: 'http', requestId }),
    edit: (edit, requestId) => house.edit(edit, requestId),
    cancel: (viewer, reason, requestId) => house.cancel(viewer, reason, requestId),
    voidBids: (viewer, bidIds, reason, requestId) => house.voidBids(viewer, bidIds, reason, requestId),
    changeVehicle: (change, requestId) => house.changeVehicle(change, requestId),
    async setStanding(userId, standing, requestId) {
      if (house.setStanding(userId, standing, requestId)) core.expel(userId)
    },
  }
}
