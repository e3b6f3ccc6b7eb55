import type { EpochMs } from '../../src/auctions/engine/auction.ts'
import type { Disk } from './disk.ts'
import type { Cancel } from './timeline.ts'
import type { World } from './world.ts'

const RETRY_FIRST_MS = 2_000
const RETRIES = 6

export interface BellParts {
  world: World
  name: string
  disk: Disk
  /** Rings in the object, which may have to be made first, `armedAt` being where it is told that its alarm stands. */
  ring: (armedAt: EpochMs | null) => void
  ringUnasked: () => void
}

/** The platform's alarm of one object: at least once, late, early or twice, and given up after some failures. */
export class Bell {
  readonly #parts: BellParts
  #cancel: Cancel = () => undefined
  #failures = 0

  constructor(parts: BellParts) {
    this.#parts = parts
  }

  set(at: EpochMs): void {
    const { world, disk } = this.#parts
    if (world.sabotage === 'lost alarms' && world.random.chance(0.1)) return
    disk.setAlarm(at)
    this.schedule()
  }

  /** Will ring for the alarm that is on disk now. */
  schedule(notBefore: EpochMs = 0): void {
    const { world, disk, ringUnasked } = this.#parts
    const { random, timeline, weather, now } = world
    this.#cancel()
    if (disk.alarm === null) return
    const ringAt = Math.max(now, disk.alarm, notBefore) + random.between(1, Math.max(1, weather.alarmLateMs))
    this.#cancel = timeline.at(ringAt, () => this.#ring())
    if (random.chance(weather.alarmEarly)) timeline.at(random.between(now, ringAt), ringUnasked)
  }

  #ring(): void {
    const { world, disk, ring, ringUnasked } = this.#parts
    const { random, timeline, weather } = world
    if (disk.alarm === null) return
    if (random.chance(weather.alarmGivenUp)) {
      this.#giveUp()
      return
    }
    try {
      // An object that is made for its alarm may be told of it or not.
      ring(random.chance(0.5) ? disk.alarm : null)
      this.#failures = 0
      if (random.chance(weather.alarmTwice)) timeline.after(1, ringUnasked)
    } catch {
      this.#failures += 1
      timeline.defer(() => this.#ringAgain())
    }
  }

  #ringAgain(): void {
    const { now } = this.#parts.world
    if (this.#failures > RETRIES) this.#giveUp()
    else this.schedule(now + RETRY_FIRST_MS * 2 ** (this.#failures - 1))
  }

  #giveUp(): void {
    const { world, disk, name } = this.#parts
    world.note(name, () => 'the alarm is given up')
    this.#failures = 0
    disk.takeAlarm(world.now)
    this.#cancel()
  }
}
