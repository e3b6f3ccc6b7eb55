import type { ArrivalReport } from './orders.ts'

interface Stream {
  /** Of this round; null before its first event. */
  firstSeq: number | null
  /** When each event, counted from the first, was at the last socket that has it by now. */
  lastAt: number[]
}

/** What reached the sockets of this process, and when. */
export class Arrivals {
  readonly #streams: Stream[] = []
  #deliveries = 0
  #frames = 0
  #bytes = 0
  #lastAt = 0

  begin(): void {
    for (const stream of this.#streams) {
      stream.firstSeq = null
      stream.lastAt = []
    }
    this.#deliveries = 0
    this.#frames = 0
    this.#bytes = 0
    this.#lastAt = 0
  }

  /** Events `first` to `last` of an auction are at one more socket. */
  note(auction: number, first: number, last: number, bytes: number, at: number): void {
    this.#streams[auction] ??= { firstSeq: null, lastAt: [] }
    const stream = this.#streams[auction]
    stream.firstSeq ??= first
    for (let index = first - stream.firstSeq; index <= last - stream.firstSeq; index++)
      stream.lastAt[index] = at
    this.#deliveries += last - first + 1
    this.#frames += 1
    this.#bytes += bytes
    this.#lastAt = at
  }

  report(behind: number): ArrivalReport {
    return {
      deliveries: this.#deliveries,
      frames: this.#frames,
      bytes: this.#bytes,
      lastAt: this.#lastAt,
      behind,
      auctions: Array.from(this.#streams, (stream) => ({
        firstSeq: stream?.firstSeq ?? 0,
        lastAt: Float64Array.from(stream?.lastAt ?? []),
      })),
    }
  }
}
