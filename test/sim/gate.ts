import type { EpochMs } from '../../src/auctions/engine/auction.ts'
import type { Disk } from './disk.ts'
import type { World } from './world.ts'

/** The output gate: what leaves an object waits until everything that it had written before is durable. */
export class Gate {
  readonly #world: World
  readonly #disk: Disk
  readonly #crash: (why: string) => void
  #outputs: { after: number; run: () => void }[] = []
  #confirmAt: EpochMs = 0
  #crashesNext = false

  constructor(world: World, disk: Disk, crash: (why: string) => void) {
    this.#world = world
    this.#disk = disk
    this.#crash = crash
  }

  /** Nothing is held back, and nothing could be lost. */
  get isOpen(): boolean {
    return this.#outputs.length === 0 && this.#disk.confirmed === this.#disk.written
  }

  output(run: () => void): void {
    if (this.isOpen || this.#world.sabotage === 'leaky gate') run()
    else this.#outputs.push({ after: this.#disk.written, run })
  }

  /** The object dies when it has written something next, before or after that is durable. */
  crashAtNextWrite(): void {
    this.#crashesNext = true
  }

  /** A batch of writes is complete: it becomes durable after all that were before it, or never. */
  confirmLater(batch: number): void {
    const { timeline, random, weather, now } = this.#world
    const { losses } = this.#disk
    this.#confirmAt = Math.max(this.#confirmAt, now + random.between(0, weather.confirmMs))
    if (this.#crashesNext && !weather.isCalm) {
      this.#crashesNext = false
      timeline.at(random.between(now, this.#confirmAt), () => this.#crash('after a write'))
    }
    timeline.at(this.#confirmAt, () => {
      if (this.#disk.losses !== losses) return
      if (random.chance(weather.confirmFails)) this.#crash('a write was not confirmed')
      else this.#confirm(batch)
    })
  }

  /** A crash: what was held back never leaves. */
  drop(): void {
    this.#outputs = []
    this.#confirmAt = 0
  }

  #confirm(batch: number): void {
    this.#disk.confirm(batch)
    while (this.#outputs[0] !== undefined && this.#outputs[0].after <= this.#disk.confirmed) {
      this.#outputs.shift()?.run()
    }
  }
}
