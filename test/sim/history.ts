import { armQuietly } from '../../src/auctions/arm-auction.ts'
import { sweepAuctions } from '../../src/auctions/sweep-auctions.ts'
import type { Database } from '../../src/db/client.ts'
import { castBidders, describeVehicle, drawTerms, openingOf, storeListing } from './cast.ts'
import { Client } from './client.ts'
import { Connections } from './database/connections.ts'
import { DatabaseServer } from './database/server.ts'
import { Wire } from './database/wire.ts'
import { withSimulatedGlobals } from './globals.ts'
import type { RoomHost } from './host.ts'
import { Lot } from './lot.ts'
import { connectRooms, STEADY_CALLER } from './network.ts'
import { SimPeople } from './people.ts'
import { Player } from './player.ts'
import { Random } from './random.ts'
import { type Sabotage, World } from './world.ts'

export interface HistoryOptions {
  seed: number
  sabotage?: Sabotage
  /** Gets the readable history. */
  lines?: string[]
}

export interface Played {
  seed: number
  steps: number
  entries: number
  violation: Error | null
}

const MINUTE_MS = 60_000
const STEPS_MAX = 50_000
/** In calm weather everything is over so long after the last end: the sweeper may look once an hour only. */
const REST_WITHIN_MS = 130 * MINUTE_MS
/** What nobody waits for: last frames, and the closing of those who do not read. */
const AFTERWARDS_MS = 4 * MINUTE_MS
const DAY_MS = 24 * 60 * MINUTE_MS

/** One history from its seed: a storm, then calm, in which everything must come to its right end. */
export async function playHistory({ seed, sabotage, lines }: HistoryOptions): Promise<Played> {
  const world = new World(new Random(seed), { sabotage: sabotage ?? null, lines: lines ?? null })
  return withSimulatedGlobals(world.timeline, async () => {
    const history = new History(world)
    try {
      await history.play()
    } catch (error) {
      world.fail(error instanceof Error ? error : new Error(String(error)))
    } finally {
      history.close()
    }
    const entries = history.entries
    return { seed, steps: history.steps, entries, violation: world.violation }
  })
}

class History {
  readonly #world: World
  readonly #server: DatabaseServer
  readonly #db: Database
  readonly #people: SimPeople
  readonly #hosts = new Map<number, RoomHost>()
  readonly #lots: Lot[] = []
  readonly #clients = new Map<Lot, Client[]>()
  readonly #player: Player
  #isCalm = false
  steps = 0

  constructor(world: World) {
    this.#world = world
    const { random } = world
    this.#server = new DatabaseServer(world)
    const connections = new Connections(new Wire(world, this.#server))
    this.#db = connections.of(STEADY_CALLER)
    this.#people = new SimPeople(world)
    const rooms = connectRooms(world, this.#hosts)
    this.#people.rooms = rooms
    const bidders = castBidders(random)
    const rateLimits = random.chance(0.3) ? 'on' : 'off'
    for (let auctionId = 1; auctionId <= (random.chance(0.2) ? 2 : 1); auctionId++) {
      const opening = openingOf(drawTerms(random, auctionId, world.now), world.now)
      const vehicle = describeVehicle(random, 70 + auctionId, world.now)
      storeListing(this.#server, opening, vehicle, world.now)
      const lot = new Lot(
        { world, auctionId, connections, people: this.#people, rateLimits },
        this.#server,
        opening,
        vehicle,
      )
      this.#lots.push(lot)
      this.#hosts.set(auctionId, lot.host)
      const people = [null, ...bidders.filter(() => random.chance(0.6))]
      this.#clients.set(
        lot,
        people.map(
          (bidder) => new Client(world, lot, bidder ? `client ${bidder.userId}` : 'watcher', bidder),
        ),
      )
    }
    const db = this.#db
    const sweep = () => this.#sweep()
    this.#player = new Player({
      world,
      lots: this.#lots,
      clients: this.#clients,
      bidders,
      people: this.#people,
      rooms,
      db,
      sweep,
    })
    const log = world.logger('worker', () => undefined)
    for (const { terms, vehicle } of this.#lots) {
      if (random.chance(0.05)) world.weather.roomUnreachable = 1
      void armQuietly({ db, rooms, requestId: 'sim', log }, { terms, vehicle })
    }
    this.#sweeping = { rooms, log }
  }

  readonly #sweeping: { rooms: ReturnType<typeof connectRooms>; log: ReturnType<World['logger']> }

  get entries(): number {
    return this.#lots.reduce((sum, { book }) => sum + book.entries.length, 0)
  }

  close(): void {
    for (const { host } of this.#lots) host.close()
  }

  async play(): Promise<void> {
    const { random, timeline } = this.#world
    for (let change = random.between(-2, 7); change > 0; change--) this.#world.weather.change()
    let actions = random.between(10, 80)
    const act = () => {
      const isLate = this.#lots.every(({ isOver }) => isOver) && random.chance(0.1)
      if (actions-- > 0 && !isLate) {
        this.#player.act()
        timeline.after(this.#player.wait(), act)
      } else this.#calm()
    }
    timeline.after(random.between(0, 100), act)
    await this.#run(() => this.#isCalm)
    await this.#rest()
    await this.#pass(AFTERWARDS_MS)
    this.#checkRest()
    await this.#askAgain()
    if (random.chance(0.1)) await this.#forget()
  }

  /** Steps until `isDone`, with everything checked after each. */
  async #run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const hasStepped = await this.#world.timeline.step()
      if (!hasStepped) this.#world.violate('Nothing is left to happen')
      if (++this.steps > STEPS_MAX) this.#world.violate('It goes on without end')
      if (this.#world.violation !== null) throw this.#world.violation
      for (const lot of this.#lots) lot.check()
    }
  }

  async #pass(ms: number): Promise<void> {
    let isPast = false
    this.#world.timeline.after(ms, () => {
      isPast = true
    })
    await this.#run(() => isPast)
  }

  /** From now on nothing fails, and nobody does anything. */
  #calm(): void {
    const { world } = this
    world.weather.calm()
    world.note('weather', () => 'CALM')
    this.#isCalm = true
    const isWoken = this.#lots.some(({ book, host }) => !book.isArmed || host.isAlarmLost)
    if (isWoken || world.random.chance(0.5)) this.#sweepEachMinute()
  }

  get world(): World {
    return this.#world
  }

  async #rest(): Promise<void> {
    const { world } = this
    const isResting = () =>
      this.#people.isQuiet &&
      this.#lots.every((lot) => lot.isOver && lot.isDrained && lot.rows.isSettled && lot.host.isQuiet)
    const latestEnd = () =>
      Math.max(...this.#lots.map(({ book, terms }) => book.auction?.position.endsAt ?? terms.endsAt))
    const calmAt = world.now
    await this.#run(() => {
      const limit = Math.max(calmAt, latestEnd()) + REST_WITHIN_MS
      if (world.now > limit) world.violate('An auction ends, and its backlog drains', this.#describeRest())
      return isResting()
    })
  }

  #describeRest() {
    return this.#lots.map(({ host, isOver, isDrained, rows, book }) => ({
      auction: host.auctionId,
      entries: book.entries.length,
      isOver,
      isDrained,
      isSettled: rows.isSettled,
      isQuiet: host.isQuiet,
      alarm: host.disk.alarm,
    }))
  }

  #checkRest(): void {
    for (const lot of this.#lots) {
      lot.rows.checkDrained()
      for (const client of this.#clients.get(lot) ?? []) client.checkEnd()
      for (const { line, readyState } of lot.host.sockets) {
        const answeredAt = line.answeredAt?.getTime() ?? line.openedAt
        const isIdle = line.isReading || !line.isWhole || readyState !== 1
        const missed = (lot.book.auction?.lastAt ?? 0) > answeredAt
        this.world.hold(isIdle || !missed, 'Who does not read is closed')
      }
    }
  }

  /** R21, at the end of everything: each bid is answered as it was the first time. */
  async #askAgain(): Promise<void> {
    for (const { offers } of this.#lots) {
      for (const intention of offers.all) {
        if (intention.clientId !== null && intention.answer !== null) this.#player.bidAgain(intention)
      }
    }
    await this.#pass(MINUTE_MS)
  }

  /** R21: 24 hours after the end nothing is remembered, and nothing is accepted either. */
  async #forget(): Promise<void> {
    await this.#pass(25 * 60 * MINUTE_MS)
    for (const { host } of this.#lots) {
      const [row] = host.disk.read('SELECT COUNT(*) AS kept FROM verdicts')
      this.world.hold(row?.kept === 0, 'R21: verdicts are forgotten 24 hours after the end')
    }
    const before = this.entries
    await this.#askAgain()
    this.world.hold(this.entries === before, 'R16: nothing is accepted after the end')
  }

  #sweep(): void {
    const { world } = this
    const { rooms, log } = this.#sweeping
    world.note('cron', () => 'sweeps')
    sweepAuctions({ db: this.#db, rooms, requestId: 'cron', log, now: world.now }).catch((error: unknown) =>
      world.note('cron', () => `failed: ${error}`),
    )
  }

  /** Each minute; turns in which nothing is due are left out. */
  #sweepEachMinute(): void {
    const { timeline, now } = this.#world
    const [row] = this.#server.rows('SELECT MIN(next_attempt_at) AS next FROM auctions')
    const dueAt = typeof row?.next === 'string' ? Date.parse(`${row.next.replace(' ', 'T')}Z`) : now + DAY_MS
    const next = Math.max(now + MINUTE_MS, Math.ceil(dueAt / MINUTE_MS) * MINUTE_MS)
    timeline.at(next, () => {
      this.#sweep()
      this.#sweepEachMinute()
    })
  }
}
