import { Bidding } from './bidding.ts'
import { drawLimit } from './cast.ts'
import type { Intention } from './checks/offers.ts'
import { HouseCommands } from './house-commands.ts'
import type { Lot } from './lot.ts'
import type { Stage } from './stage.ts'

/** A storm over an end that M12 has put off by a day would be all the same. */
const JUMP_MAX_MS = 600_000

/** Everything that is done in a history, one thing at a time, drawn by chance. */
export class Player {
  readonly #stage: Stage
  readonly #bidding: Bidding
  readonly #house: HouseCommands

  constructor(stage: Stage) {
    this.#stage = stage
    this.#bidding = new Bidding(stage)
    this.#house = new HouseCommands(stage)
  }

  /** Does one thing. In a marathon it is a bid nearly always. */
  act(): void {
    const { world, lots, clients, isMarathon } = this.#stage
    const { random } = world
    const lot = random.pick(lots)
    if (isMarathon && random.chance(0.93)) {
      this.#bidding.bidLeast(lot)
      return
    }
    const client = random.pick(clients.get(lot) ?? [])
    const [bidding, house] = [this.#bidding, this.#house]
    const act = random.weighted<() => void>([
      [25, () => bidding.bidByHttp(lot)],
      [35, () => bidding.bidBySocket(lot, client)],
      [10, () => bidding.repeat(lot, client)],
      [2, () => bidding.reuse(lot)],
      [3, () => bidding.buy(lot)],
      [10, () => (client.isHere ? client.sync() : client.connect())],
      [3, () => client.leave()],
      [1, () => client.connectAgain()],
      [2, () => (client.isReading ? client.stopReading() : client.readOn())],
      [2, () => client.sync(random.between(0, 60))],
      [1, () => client.sendRubbish(random.chance(0.5))],
      [3, () => house.look(lot)],
      [1, () => house.readHistory(lot)],
      [4, () => house.lowerReserve(lot)],
      [2, () => house.editTerms(lot)],
      [0.5, () => house.cancel(lot)],
      [3, () => house.void(lot)],
      [2, () => house.changeVehicle(lot)],
      [1.5, () => this.#suspend()],
      [2, () => this.#changeLimit()],
      [1, () => lot.host.crash('for no reason')],
      [4, () => lot.host.crashAtNextWrite()],
      [1, () => lot.host.ringUnasked()],
      [7, () => this.#changeWeather(lot)],
      [1, () => this.#stage.sweep()],
    ])
    act()
  }

  /** How long nothing is done; sometimes just until an auction is about to end. */
  wait(): number {
    const { world, lots, isMarathon } = this.#stage
    const { random } = world
    if (isMarathon) return random.between(0, 400)
    const { auction } = random.pick(lots).book
    const toEnd = (auction?.position.endsAt ?? 0) - world.now
    if (toEnd > 0 && toEnd < JUMP_MAX_MS && random.chance(0.015)) {
      return Math.max(0, toEnd - random.between(-5, 2_000))
    }
    return random.weighted([
      [12, random.between(0, 60)],
      [8, random.between(60, 3_000)],
      [1, random.between(3_000, 30_000)],
    ])
  }

  /** A bid that will be judged, whatever it is worth. Who was never armed is left to the sweeper. */
  bidInCalm(): void {
    for (const lot of this.#stage.lots) if (lot.book.isArmed) this.#bidding.bidLeast(lot)
  }

  /** What was asked before, asked again. */
  bidAgain(lot: Lot, intention: Intention): void {
    this.#bidding.ask(lot, intention)
  }

  #suspend(): void {
    const { people, bidders, world } = this.#stage
    const { userId } = world.random.pick(bidders)
    people.change(userId, !people.isSuspended(userId))
  }

  #changeLimit(): void {
    const { people, bidders, buyingPower, world } = this.#stage
    if (buyingPower === 'on') people.changeLimit(world.random.pick(bidders).userId, drawLimit(world.random))
  }

  #changeWeather(lot: Lot): void {
    const { world } = this.#stage
    const { random, weather } = world
    if (random.chance(0.85)) {
      const what = weather.change()
      world.note('weather', () => what)
      return
    }
    const amounts = lot.book.standing().flatMap((item) => (item.type === 'bid' ? [Number(item.offered)] : []))
    weather.refusedNumber = random.chance(0.5) ? (amounts.at(-1) ?? null) : null
    world.note('weather', () => `refusedNumber ${weather.refusedNumber}`)
  }
}
