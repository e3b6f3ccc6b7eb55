import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod'
import { bounded } from '../../lib/bounded.ts'
import { PING, PONG } from '../../lib/live-protocol.ts'
import type { Cents } from '../../lib/money.ts'
import { answerClose } from '../../lib/server-socket.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import { type BuyingPower, BuyingPowerBook, type ReadAccount } from './buying-power.ts'
import { HoldTables } from './hold-tables.ts'
import type { OpenStream, PersonStream } from './person-stream.ts'
import { PersonTables, type Standing } from './person-tables.ts'

/** While a room has not confirmed, the next attempt is at most this far away. */
const BACKSTOP_MS = 15 * SECOND_MS
/** The platform's alarms come within a minute; one that is later than this will not come. */
const ALARM_LATE_MAX_MS = 2 * MINUTE_MS
const ALARM_KEY = 'alarm_at'
const alarmSchema = z.number().optional()
const CALL_MAX_MS = 5 * SECOND_MS
const ROOMS_AT_ONCE = 20
const ROOMS_A_TURN = 500

/** Tells one room how a person stands; resolves once the room has stored it. */
export type TellRoom = (auctionId: number, userId: number, standing: Standing) => Promise<void>

export interface PersonDeps {
  tellRoom: TellRoom
  openStream: OpenStream
  readAccount: ReadAccount
  settings: { BUYING_POWER: 'on' | 'off' }
  metrics: Pick<Metrics, 'reportStreamSockets' | 'flush' | 'flushIfDue'>
  log: Logger
  /** Epoch milliseconds. */
  clock: () => number
}

/**
 * One object per person, named by their id. It knows whether they are suspended and which rooms they have entered, so
 * that a bid needs no MySQL, and what they have at stake (M18). A change is stored first; then every entered room is told, again and again until each
 * has confirmed (R18). Their live stream ends here too (M14).
 */
export class PersonObject extends DurableObject<unknown> {
  readonly #deps: PersonDeps
  readonly #tables: PersonTables
  readonly #stream: PersonStream
  readonly #buyingPower: BuyingPowerBook
  #isTelling = false

  constructor(ctx: DurableObjectState, env: unknown, deps: PersonDeps) {
    super(ctx, env)
    this.#deps = deps
    this.#tables = new PersonTables(ctx.storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG))
    this.#stream = deps.openStream({
      sockets: ctx,
      kv: ctx.storage.kv,
      waitUntil: (work) => ctx.waitUntil(work),
      person: () => {
        const { userId, standing } = this.#person()
        return { userId, isSuspended: standing.suspended }
      },
      ringBy: (atMs) => this.#ringBy(atMs),
    })
    this.#buyingPower = new BuyingPowerBook({
      ...deps,
      tables: new HoldTables(ctx.storage),
      userId: () => this.#person().userId,
      waitUntil: (work) => ctx.waitUntil(work),
    })
  }

  /** Records that the person takes part in an auction. Repeating it gives the present standing again. */
  enterRoom(auctionId: number): Standing {
    const { standing } = this.#person()
    this.#tables.addRoom(auctionId, standing.revision)
    if (this.#deps.settings.BUYING_POWER === 'on') this.#buyingPower.prepareLater()
    return standing
  }

  /** How the person stands. Stores nothing. */
  standing(): Standing {
    return this.#tables.read()?.standing ?? { suspended: false, revision: 0 }
  }

  /** Suspends the person, unless a change of the same or a later revision is known. */
  suspend(reason: string, revision: number): void {
    this.#change({ suspended: true, revision }, reason)
  }

  /** Restores the person, unless a change of the same or a later revision is known. */
  restore(revision: number): void {
    this.#change({ suspended: false, revision }, null)
  }

  /** M18, by a room that is about to judge a bid. @returns whether `amount` is held for this auction */
  hold(auctionId: number, serial: number, amount: Cents): Promise<boolean> {
    return this.#buyingPower.hold(auctionId, serial, amount)
  }

  /** M18, by a room: what the person has at stake there. @returns false where it must fit and does not */
  reportHold(auctionId: number, serial: number, amount: Cents, mustFit: boolean): Promise<boolean> {
    return this.#buyingPower.report(auctionId, serial, amount, mustFit)
  }

  /** What MySQL says of the person's money has changed. */
  refreshAccount(): Promise<void> {
    return this.#buyingPower.refresh()
  }

  buyingPower(): Promise<BuyingPower> {
    return this.#buyingPower.show()
  }

  /** There may be something new for the person; without a socket of theirs this reads nothing and tells nobody. */
  announce(): void {
    this.#stream.announce()
  }

  /** For the upgrade to the stream only. */
  override async fetch(request: Request): Promise<Response> {
    const response = await this.#stream.fetch(request)
    this.#reportSockets()
    // What is not due now goes with the alarm that follows the first frame.
    this.#deps.metrics.flushIfDue((work) => this.ctx.waitUntil(work))
    return response
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#stream.receive(socket, message)
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string, wasClean: boolean): void {
    if (wasClean) answerClose(socket, code, reason)
    this.#noteEnd(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#noteEnd(socket)
  }

  /** Awaits no network: it arms the next deadline and lets the telling run on. */
  override alarm(): void {
    this.ctx.storage.kv.delete(ALARM_KEY)
    this.#tellUnconfirmed()
    const hadSockets = this.#stream.count > 0
    this.#stream.ring()
    if (hadSockets) this.#reportSockets()
    this.#deps.metrics.flushIfDue((work) => this.ctx.waitUntil(work))
  }

  #expel(): void {
    if (this.#stream.count === 0) return
    this.#stream.expel()
    this.#reportSockets()
    this.#deps.metrics.flush((work) => this.ctx.waitUntil(work))
  }

  #noteEnd(socket: WebSocket): void {
    this.#stream.ended(socket)
    this.#reportSockets()
    this.#deps.metrics.flush((work) => this.ctx.waitUntil(work))
  }

  #reportSockets(): void {
    this.#deps.metrics.reportStreamSockets(this.#person().userId, this.#stream.count)
  }

  #change(standing: Standing, reason: string | null): void {
    this.#person()
    this.#tables.change(standing, reason)
    if (this.#person().standing.suspended) this.#expel()
    this.#tellUnconfirmed()
  }

  /** The object's name is the person's id; it is stored because an alarm may find an object without its name. */
  #person(): { userId: number; standing: Standing } {
    const stored = this.#tables.read()
    if (stored) return stored
    const userId = Number(this.ctx.id.name)
    if (!Number.isSafeInteger(userId) || userId < 1)
      throw new Error('The object is not named by the id of a person')
    this.#tables.create(userId)
    return { userId, standing: { suspended: false, revision: 0 } }
  }

  /** One telling at a time; one that runs takes up what has changed meanwhile. */
  #tellUnconfirmed(): void {
    if (this.#tables.unconfirmed(1).length === 0) return
    this.#ringBy(this.#deps.clock() + BACKSTOP_MS)
    if (this.#isTelling) return
    this.#isTelling = true
    const done = this.#tellRooms().finally(() => {
      this.#isTelling = false
    })
    this.ctx.waitUntil(done)
  }

  /** An alarm is only ever moved earlier. Where it stands is stored with it, in the same write as what it is for. */
  #ringBy(atMs: number): void {
    const { kv } = this.ctx.storage
    const standsAtMs = alarmSchema.parse(kv.get(ALARM_KEY))
    const isLost = standsAtMs !== undefined && standsAtMs < this.#deps.clock() - ALARM_LATE_MAX_MS
    if (standsAtMs !== undefined && standsAtMs <= atMs && !isLost) return
    kv.put(ALARM_KEY, atMs)
    this.ctx.waitUntil(this.ctx.storage.setAlarm(atMs))
  }

  async #tellRooms(): Promise<void> {
    /** The revision that each room was told in this turn: one that failed waits for the alarm. */
    const told = new Map<number, number>()
    while (told.size < ROOMS_A_TURN) {
      const { userId, standing } = this.#person()
      const batch = this.#tables
        .unconfirmed(ROOMS_A_TURN)
        .filter((auctionId) => told.get(auctionId) !== standing.revision)
        .slice(0, ROOMS_AT_ONCE)
      if (batch.length === 0) break
      await Promise.all(batch.map((auctionId) => this.#tell(auctionId, userId, standing)))
      for (const auctionId of batch) told.set(auctionId, standing.revision)
    }
  }

  async #tell(auctionId: number, userId: number, standing: Standing): Promise<void> {
    try {
      await bounded(this.#deps.tellRoom(auctionId, userId, standing), CALL_MAX_MS)
      this.#tables.confirm(auctionId, standing.revision)
    } catch (error) {
      const error_message = error instanceof Error ? error.message : ''
      this.#deps.log.warn('room_not_told', { auction_id: auctionId, user_id: userId, error_message })
    }
  }
}
