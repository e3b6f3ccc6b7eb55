import type { Hall } from './hall.ts'
import type { Lot, LotKind } from './lots.ts'
import type { Random } from './random.ts'

const SHORT_MIN_MS = 12_000
const SHORT_MAX_MS = 28_000

export interface SlotParts {
  hall: Hall
  kinds: Iterator<LotKind, never>
  random: Random
  /** Epoch milliseconds: the auctions end by then if at all possible. */
  latestEndAt: number
}

/** A place in which one short auction follows the other. */
export class Slot {
  readonly #parts: SlotParts

  constructor(parts: SlotParts) {
    this.#parts = parts
  }

  async open(): Promise<Lot> {
    const { hall, kinds, random, latestEndAt } = this.#parts
    const durationMs = Math.min(random.int(SHORT_MIN_MS, SHORT_MAX_MS), latestEndAt - Date.now())
    const lot = await hall.open(kinds.next().value, durationMs, latestEndAt)
    hall.joinShort(lot)
    return lot
  }

  /** Goes on after `first` as long as an auction can end soon after `until`. */
  async run(first: Lot, until: number): Promise<void> {
    await this.#parts.hall.endOf(first)
    while (Date.now() + SHORT_MIN_MS < until) await this.#parts.hall.endOf(await this.open())
  }
}
