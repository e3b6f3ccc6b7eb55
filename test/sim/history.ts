import { withSimulatedGlobals } from './globals.ts'
import { Player } from './player.ts'
import { Random } from './random.ts'
import { Stage } from './stage.ts'
import { heedStrays } from './strays.ts'
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
const STEPS_MAX = 20_000
const MARATHON_ACTIONS = 220
/** In calm weather everything is over so long after the last end: the sweeper may look once an hour only. */
const REST_WITHIN_MS = 130 * MINUTE_MS
/** What nobody waits for: last frames, and the closing of those who do not read. */
const AFTERWARDS_MS = 4 * MINUTE_MS
/** After the storm: calls that were under way have failed, and locks have been given back. */
const CLEARED_MS = 90_000
const VERDICTS_KEPT_MS = 24 * 60 * MINUTE_MS

/** One history from its seed: a storm, then calm, in which everything must come to its right end. */
export async function playHistory({ seed, sabotage, lines }: HistoryOptions): Promise<Played> {
  const world = new World(new Random(seed), { sabotage: sabotage ?? null, lines: lines ?? null })
  const counts = await heedStrays(
    (error) => world.fail(asError(error)),
    () => withSimulatedGlobals(world.timeline, () => playThrough(world)),
  )
  return { seed, ...counts, violation: world.violation }
}

/** Whatever is thrown is what is wrong with this history. */
async function playThrough(world: World): Promise<Pick<Played, 'steps' | 'entries'>> {
  let history: History | null = null
  try {
    history = new History(world)
    await history.play()
  } catch (error) {
    world.fail(asError(error))
  } finally {
    history?.close()
  }
  return { steps: history?.steps ?? 0, entries: history?.entries ?? 0 }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

class History {
  readonly #world: World
  readonly #stage: Stage
  readonly #player: Player
  #isCalm = false
  steps = 0

  constructor(world: World) {
    this.#world = world
    this.#stage = new Stage(world)
    this.#player = new Player(this.#stage)
  }

  get entries(): number {
    return this.#stage.lots.reduce((sum, { book }) => sum + book.entries.length, 0)
  }

  close(): void {
    this.#stage.close()
  }

  async play(): Promise<void> {
    this.#stage.arm()
    this.#beginStorm()
    await this.#run(() => this.#isCalm)
    await this.#pass(CLEARED_MS)
    await this.#rest()
    await this.#pass(AFTERWARDS_MS)
    this.#checkRest()
    await this.#resume()
    await this.#askAgain()
    if (this.#world.random.chance(0.1)) await this.#forget()
  }

  #beginStorm(): void {
    const { random, timeline, weather } = this.#world
    const { isMarathon, lots } = this.#stage
    for (let change = isMarathon ? 0 : random.between(-2, 7); change > 0; change--) weather.change()
    let actions = isMarathon ? MARATHON_ACTIONS : random.between(10, 80)
    const act = () => {
      const isLate = lots.every(({ isOver }) => isOver) && random.chance(0.1)
      if (actions-- <= 0 || isLate) return this.#calm()
      this.#player.act()
      timeline.after(this.#player.wait(), act)
    }
    timeline.after(random.between(0, 100), act)
  }

  /** From now on nothing fails, and nobody does anything but bid once. */
  #calm(): void {
    const { random, timeline, weather } = this.#world
    const { lots } = this.#stage
    weather.calm()
    this.#world.note('weather', () => 'CALM')
    this.#isCalm = true
    timeline.after(CLEARED_MS, () => this.#player.bidInCalm())
    // Whoever is armed and has an alarm must come to the end without being looked for.
    const needsSweeper = lots.some(({ book, host }) => !book.isArmed || host.disk.alarmGivenUpAt !== null)
    if (needsSweeper || random.chance(0.5)) this.#stage.sweepEachMinute()
  }

  /** Steps until `isDone`, with everything checked after each. */
  async #run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const hasStepped = await this.#world.timeline.step()
      if (!hasStepped) this.#world.violate('Nothing is left to happen')
      if (++this.steps > STEPS_MAX) this.#world.violate('It goes on without end')
      if (this.#world.violation !== null) throw this.#world.violation
      for (const lot of this.#stage.lots) lot.check()
    }
  }

  async #pass(ms: number): Promise<void> {
    let isPast = false
    this.#world.timeline.after(ms, () => {
      isPast = true
    })
    await this.#run(() => isPast)
  }

  /** Until every auction has ended and MySQL has it all. */
  async #rest(): Promise<void> {
    const { lots, people } = this.#stage
    const calmAt = this.#world.now
    await this.#run(() => {
      const ends = lots.map(({ book, terms }) => book.auction?.position.endsAt ?? terms.endsAt)
      const isTooLate = this.#world.now > Math.max(calmAt, ...ends) + REST_WITHIN_MS
      const atRest = lots.map((lot) => lot.describeRest())
      if (isTooLate) this.#world.violate('An auction ends, and its backlog drains', atRest)
      return people.isQuiet && atRest.every((rest) => !Object.values(rest).includes(false))
    })
  }

  #checkRest(): void {
    for (const lot of this.#stage.lots) lot.checkRest()
    for (const client of this.#stage.allClients) client.checkEnd()
  }

  /** Each client that is there asks for what it missed, and is told just that. */
  async #resume(): Promise<void> {
    for (const client of this.#stage.allClients) client.resume()
    await this.#pass(MINUTE_MS)
    for (const client of this.#stage.allClients) client.checkResumed()
  }

  /** R21, at the end of everything: each bid is answered as it was the first time, also where nobody heard it. */
  async #askAgain(): Promise<void> {
    const { people } = this.#stage
    const { holdsAsked } = people
    for (const lot of this.#stage.lots) {
      for (const intention of lot.offers.all) {
        if (intention.clientId !== null) this.#player.bidAgain(lot, intention)
      }
    }
    await this.#pass(MINUTE_MS)
    this.#world.hold(people.holdsAsked === holdsAsked, 'M18: a repeated id takes no second hold')
    for (const lot of this.#stage.lots) lot.checkHolds()
  }

  /** R21: 24 hours after the end nothing is remembered, and nothing is accepted either. */
  async #forget(): Promise<void> {
    await this.#pass(VERDICTS_KEPT_MS + MINUTE_MS)
    for (const { host } of this.#stage.lots) {
      const [row] = host.disk.read(
        `SELECT (SELECT COUNT(*) FROM verdicts) +
                (SELECT COUNT(*) FROM ledger WHERE client_id IS NOT NULL OR content IS NOT NULL) AS kept`,
      )
      this.#world.hold(row?.kept === 0, 'R21: verdicts are forgotten 24 hours after the end')
    }
    const before = this.entries
    await this.#askAgain()
    this.#world.hold(this.entries === before, 'R16: nothing is accepted after the end')
  }
}
