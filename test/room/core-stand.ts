/** A room over an object's own storage with a clock, people and a projector of the test's choice. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import type { Offer, Project } from '../../src/auctions/live/contract.ts'
import { RoomCore, type RoomDeps } from '../../src/auctions/live/core.ts'
import type { Sql } from '../../src/auctions/live/ports.ts'
import { createDeps } from '../../src/deps.ts'
import type { Standing } from '../../src/users/live/person-tables.ts'
import { countingSql } from './counting-sql.ts'
import { bidder, exact, makeTerms, makeVehicle, newAuctionId, roomOf } from './stand.ts'

export interface LogLine {
  level: string
  event: string
  fields: Record<string, unknown>
}

export class CoreStand {
  readonly auctionId: number
  readonly clock = { now: Date.now() }
  /** What `enterRoom` answers; replace it to suspend someone, or to fail. */
  enterRoom: (userId: number, auctionId: number) => Promise<Standing> = async () => ({
    suspended: false,
    revision: 0,
  })
  project: Project = async (ledger) => {
    ledger.saveCursor(ledger.lastNumber())
    return { retryInMs: null }
  }
  rateLimits: 'on' | 'off' = 'on'
  buyingPower: 'on' | 'off' = 'off'
  /** What the people's objects answer; replace them to refuse, or to fail. */
  hold: RoomDeps['people']['hold'] = async () => true
  reportHold: RoomDeps['people']['reportHold'] = async () => true
  readonly lines: LogLine[] = []
  /** Instants for which the platform's alarm was set. */
  readonly alarms: number[] = []
  rowsRead = 0
  rowsWritten = 0
  core: RoomCore<WebSocket>
  readonly state: DurableObjectState
  #armedAt: number | null = null
  readonly #work: Promise<unknown>[] = []

  constructor(auctionId: number, state: DurableObjectState) {
    this.auctionId = auctionId
    this.state = state
    this.core = this.wake()
  }

  /** A new instance over the same storage, as after an eviction. */
  wake(): RoomCore<WebSocket> {
    const { state } = this
    this.core = new RoomCore(this.#deps(), {
      storage: { sql: this.#countingSql(), transactionSync: (work) => state.storage.transactionSync(work) },
      alarm: {
        setAlarm: (at) => {
          this.#armedAt = at
          this.alarms.push(at)
        },
      },
      armedAt: this.#armedAt,
      sockets: state,
      runLater: () => undefined,
      waitUntil: (work) => this.#work.push(work),
      auctionId: this.auctionId,
    })
    return this.core
  }

  /** Waits for everything that the room lets run on. */
  async settle(): Promise<void> {
    for (let work = this.#work.shift(); work !== undefined; work = this.#work.shift()) await work
  }

  /** The platform's alarm rings, now. */
  ring(): void {
    this.#armedAt = null
    this.core.ring()
  }

  get armedAt(): number | null {
    return this.#armedAt
  }

  arm(fields: Partial<AuctionTerms> = {}): AuctionTerms {
    const { now } = this.clock
    const terms = makeTerms(this.auctionId, { startsAt: now, endsAt: now + 3_600_000, ...fields })
    const armed = this.core.house.arm({ terms, vehicle: makeVehicle() }, 'test')
    if (!armed.ok) throw new Error(`Not armed: ${armed.code}`)
    return terms
  }

  #deps(): RoomDeps {
    const log = (fields: Record<string, unknown>): RoomDeps['log'] => {
      const write = (level: string) => (event: string, more?: Record<string, unknown>) => {
        this.lines.push({ level, event, fields: { ...fields, ...more } })
      }
      return {
        debug: write('debug'),
        info: write('info'),
        warn: write('warn'),
        error: write('error'),
        with: (more) => log({ ...fields, ...more }),
      }
    }
    return {
      clock: () => this.clock.now,
      log: log({}),
      people: {
        enterRoom: (userId, auctionId) => this.enterRoom(userId, auctionId),
        hold: (...asked) => this.hold(...asked),
        reportHold: (...told) => this.reportHold(...told),
      },
      project: (ledger) => this.project(ledger),
      imageUrl: async (key) => `https://images.example/${key}`,
      metrics: createDeps(env).metrics,
      settings: { RATE_LIMITS: this.rateLimits, BUYING_POWER: this.buyingPower },
    }
  }

  #countingSql(): Sql {
    return countingSql(this.state.storage.sql, ({ rowsRead, rowsWritten }) => {
      this.rowsRead += rowsRead
      this.rowsWritten += rowsWritten
    })
  }
}

/** Runs `play` inside a new room's object. */
export function inRoom(play: (stand: CoreStand) => Promise<void> | void): Promise<void> {
  const auctionId = newAuctionId()
  return runInDurableObject(roomOf(auctionId), async (_room, state) => {
    await play(new CoreStand(auctionId, state))
  })
}

/** A bid over a socket. */
export const place = (stand: CoreStand, userId: number, offer: Offer, id: string | null = null) =>
  stand.core.bids.place({ bidder: bidder(userId), clientId: id, offer, door: 'socket', requestId: 'test' })

/** So many accepted bids by two bidders, each a step above the last. */
export async function placeMany(stand: CoreStand, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    stand.clock.now += 200
    const answer = await place(stand, 1 + (n % 2), exact(1_000 + n * 300), `bid-${n}`)
    if (!answer.ok) throw new Error(`bid ${n}: ${answer.code}`)
  }
}
