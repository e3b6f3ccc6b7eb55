import type { EpochMs } from '../engine/auction.ts'
import type { EventView } from '../engine/view.ts'
import type { RunLater } from './ports.ts'
import { describeEvent, describeEvents, type EventBody, type ServerFrame } from './protocol.ts'

/** Events that follow one that went out wait so long for others, and go together. */
export const BUFFER_MS = 50

interface StreamParts {
  clock: () => EpochMs
  runLater: RunLater
  broadcast: (frame: ServerFrame, now: EpochMs) => void
}

/** What everyone sees, in order. The buffer may be lost in a crash: then the sockets are gone too. */
export class EventStream {
  readonly #parts: StreamParts
  #buffer: EventBody[] = []
  #sentAt: EpochMs = Number.NEGATIVE_INFINITY
  #isWaiting = false

  constructor(parts: StreamParts) {
    this.#parts = parts
  }

  /** Sends at once what comes first and what is urgent; what follows closely is sent 50 ms after that. */
  publish(events: readonly EventView[], isUrgent: boolean): void {
    if (events.length === 0) return
    const now = this.#parts.clock()
    if (isUrgent) this.flush()
    this.#buffer.push(...events.map((event) => describeEvent(event, Math.max(now, event.at))))
    const sinceMs = now - this.#sentAt
    // A clock that was set back makes nobody wait.
    if (isUrgent || sinceMs >= BUFFER_MS || sinceMs < 0) this.flush()
    else this.#flushLater(BUFFER_MS - sinceMs)
  }

  /** Sends what waits; before anything that tells where the stream stands. */
  flush(): void {
    if (this.#buffer.length === 0) return
    const events = this.#buffer
    this.#buffer = []
    this.#sentAt = this.#parts.clock()
    this.#parts.broadcast(describeEvents(events, false), this.#sentAt)
  }

  #flushLater(delayMs: number): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#parts.runLater(delayMs, () => {
      this.#isWaiting = false
      this.flush()
    })
  }
}
