import type { EpochMs } from '../../src/auctions/engine/auction.ts'
import type { RoomSocket } from '../../src/auctions/live/ports.ts'
import { CLOSE } from '../../src/auctions/live/protocol.ts'
import { Violation, type World } from './world.ts'

const PING_EVERY_MS = 15_000
const OPEN = 1
const CLOSING = 2

/** The client's end of a connection. */
export interface FarEnd {
  onFrame(text: string): void
  onClosed(code: number): void
}

/** The connection itself: frames arrive in order, later; it may break, and the client may not read for a while. */
export class Line {
  readonly #world: World
  readonly #far: FarEnd
  readonly openedAt: EpochMs
  #isCut = false
  #isOver = false
  #isReading = true
  #stoppedAt: EpochMs | null = null
  #unread: (() => void)[] = []
  #arrivesAt: EpochMs = 0
  #sentArrivesAt: EpochMs = 0

  constructor(world: World, far: FarEnd) {
    this.#world = world
    this.#far = far
    this.openedAt = world.now
  }

  get isReading(): boolean {
    return this.#isReading
  }
  /** Whether anything that is sent now may still arrive. */
  get isWhole(): boolean {
    return !this.#isCut && !this.#isOver
  }
  /** Frames that the client has not read. */
  get unread(): number {
    return this.#unread.length
  }

  /** When the platform last answered a ping of the client. */
  get answeredAt(): Date | null {
    const until = this.#stoppedAt ?? this.#world.now
    const pings = Math.floor((until - this.openedAt) / PING_EVERY_MS)
    return pings <= 0 ? null : new Date(this.openedAt + pings * PING_EVERY_MS)
  }

  /** From the room to the client. */
  carry(text: string): void {
    if (this.#world.sabotage === 'lost frames' && this.#world.random.chance(0.02)) return
    this.#arrive(() => this.#far.onFrame(text))
  }

  /** Whether the room may close it so. */
  judgeEnd(code: number): void {
    const { timeline } = this.#world
    const isWrong = code === CLOSE.notReading && this.isWhole && this.#isReading
    if (isWrong)
      this.#world.fail(
        new Violation(`A client that reads was closed at ${timeline.now} as one that does not`),
      )
  }

  /** The room has closed it. */
  end(code: number): void {
    this.#arrive(() => {
      if (this.#isOver) return
      this.#isOver = true
      this.#far.onClosed(code)
    })
  }

  /** It breaks: neither side hears anything more, and the client notices first. */
  cut(): void {
    if (!this.isWhole) return
    this.#isCut = true
    this.#stoppedAt ??= this.#world.now
    this.#world.soon(() => this.#far.onClosed(1006))
  }

  stopReading(): void {
    this.#isReading = false
    this.#stoppedAt ??= this.#world.now
  }

  /** What has piled up arrives. */
  readOn(): void {
    if (this.#isReading || this.#isCut) return
    this.#isReading = true
    this.#stoppedAt = null
    for (const run of this.#unread.splice(0)) run()
  }

  /** From the client to the room: `arrive` runs there, in the order of sending. */
  send(arrive: () => void): void {
    const { timeline, random, weather } = this.#world
    this.#sentArrivesAt = Math.max(this.#sentArrivesAt, timeline.now + random.between(0, weather.latencyMs))
    timeline.at(this.#sentArrivesAt, () => {
      if (!this.#isCut) arrive()
    })
  }

  #arrive(run: () => void): void {
    const { timeline, random, weather } = this.#world
    this.#arrivesAt = Math.max(this.#arrivesAt, timeline.now + random.between(0, weather.latencyMs))
    timeline.at(this.#arrivesAt, () => {
      if (this.#isCut) return
      if (this.#isReading) run()
      else this.#unread.push(run)
    })
  }
}

/** The room's end of a connection; what is attached outlives hibernation. */
export class ServerSocket implements RoomSocket {
  readonly line: Line
  readonly tags: readonly string[]
  readonly #output: (run: () => void) => void
  #readyState = OPEN
  #attachment = 'null'

  /** What leaves it goes through `output`, which may hold it back. */
  constructor(line: Line, tags: readonly string[], output: (run: () => void) => void) {
    this.line = line
    this.tags = tags
    this.#output = output
  }

  get readyState(): number {
    return this.#readyState
  }

  send(text: string): void {
    if (this.#readyState !== OPEN) throw new TypeError('The socket is closed')
    this.#output(() => this.line.carry(text))
  }

  close(code: number): void {
    if (this.#readyState >= CLOSING) return
    this.line.judgeEnd(code)
    this.#readyState = CLOSING
    this.#output(() => this.line.end(code))
  }

  /** The platform closes it, with whatever had not gone out. */
  breakOff(): void {
    this.#readyState = CLOSING + 1
  }

  serializeAttachment(attachment: unknown): void {
    this.#attachment = JSON.stringify(attachment)
  }

  deserializeAttachment(): unknown {
    return JSON.parse(this.#attachment)
  }
}
