import { SECOND_MS } from '../../lib/time.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { type Batch, type Parcel, type Reading, type RoomGauge, type RoomReport, readOut } from './reading.ts'

export const SEND_INTERVAL_MS = 5 * SECOND_MS
/** One that should have begun so long ago went down with the request that carried it. */
const WAITING_LOST_AFTER_MS = 5 * SECOND_MS
const OUTBOX_MAX_BATCHES = 8

/** Where parcels go: the `Metrics` object. */
export interface MetricsStore {
  add(parcel: Parcel): Promise<void>
}

type WaitUntil = (work: Promise<unknown>) => void

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/**
 * What one isolate counts, until the `Metrics` object has it. A batch whose arrival is not certain is sent again
 * under its number, and the object leaves out the numbers that it knows: nothing is lost on the way, nothing counted
 * twice. Holds data only, since requests of an isolate cannot wait for each other's promises.
 */
export class IsolateMetrics {
  readonly instruments: Instruments
  readonly #registry: ReturnType<typeof createInstruments>['registry']
  /** Made at the first sending: outside of requests there is no randomness. */
  #id: string | null = null
  #sequence = 0
  #outbox: Batch[] = []
  readonly #rooms = new Map<string, RoomReport>()
  #sentMs = 0
  #waitingUntilMs = 0

  constructor() {
    const { instruments, registry } = createInstruments()
    this.instruments = instruments
    this.#registry = registry
  }

  report(auctionId: number, gauge: RoomGauge, value: number, nowMs: number): void {
    this.#rooms.set(`${auctionId}:${gauge}`, { auctionId, gauge, value, atMs: nowMs })
  }

  /** Sees to it that what was counted is sent, at most every 5 s; `onFailure` is told where that failed for now. */
  flush(
    storeOf: () => MetricsStore,
    waitUntil: WaitUntil,
    nowMs: number,
    onFailure: (error: unknown) => void,
  ): void {
    if (this.#waitingUntilMs > nowMs) return
    const delayMs = Math.max(0, this.#sentMs + SEND_INTERVAL_MS - nowMs)
    this.#waitingUntilMs = nowMs + delayMs + WAITING_LOST_AFTER_MS
    const sendLater = async () => {
      if (delayMs > 0) await wait(delayMs)
      // From here on what others count is no longer of this sending: they start the next one.
      this.#waitingUntilMs = 0
      this.#sentMs = nowMs + delayMs
      await this.send(storeOf())
    }
    waitUntil(sendLater().catch(onFailure))
  }

  /** As `flush` where the time for it has come, else nothing: a timer would keep an object from hibernating. */
  flushIfDue(
    storeOf: () => MetricsStore,
    waitUntil: WaitUntil,
    nowMs: number,
    onFailure: (error: unknown) => void,
  ): void {
    if (nowMs >= this.#sentMs + SEND_INTERVAL_MS) this.flush(storeOf, waitUntil, nowMs, onFailure)
  }

  /** Sends everything now, in one parcel. What it throws leaves the parcel for the next time. */
  async send(store: MetricsStore): Promise<void> {
    const readings = await this.#takeReadings()
    if (readings.length > 0) this.#outbox.push({ sequence: ++this.#sequence, readings })
    const batches = [...this.#outbox]
    const rooms = [...this.#rooms]
    if (batches.length === 0 && rooms.length === 0) return
    this.#id ??= crypto.randomUUID()
    await store.add({ isolate: this.#id, batches, rooms: rooms.map(([, report]) => report) })
    const last = batches.at(-1)?.sequence ?? 0
    this.#outbox = this.#outbox.filter(({ sequence }) => sequence > last)
    for (const [key, report] of rooms) if (this.#rooms.get(key) === report) this.#rooms.delete(key)
  }

  /** prom-client reads all values before its first await, so nothing is counted between reading and reset. */
  async #takeReadings(): Promise<Reading[]> {
    // While the store is away counting goes on in the registry, whose size is bounded.
    if (this.#outbox.length >= OUTBOX_MAX_BATCHES) return []
    const reading = readOut(this.#registry)
    this.#registry.resetMetrics()
    return (await reading).filter(({ values }) => values.some(({ value }) => value !== 0))
  }
}

/** The isolate's own on purpose: what requests count must outlive them until it is sent. */
export const isolateMetrics = new IsolateMetrics()
