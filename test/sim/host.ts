import type { EpochMs } from '../../src/auctions/engine/auction.ts'
import type { RoomApi } from '../../src/auctions/live/contract.ts'
import { type ConnectionClaims, tagOf } from '../../src/auctions/live/sockets.ts'
import { Bell } from './bell.ts'
import type { Connections } from './database/connections.ts'
import { Disk } from './disk.ts'
import { Gate } from './gate.ts'
import { Life } from './life.ts'
import { type Line, ServerSocket } from './line.ts'
import type { SimPeople } from './people.ts'
import { DiskFailure, PlatformError, RemoteError, type World } from './world.ts'

export interface HostParts {
  world: World
  auctionId: number
  connections: Connections
  people: SimPeople
  rateLimits: 'on' | 'off'
  buyingPower: 'on' | 'off'
}

const IDLE_MS = 10_000
const DISCONNECT_NOTICED_MS = 20_000

/** The platform around one room: wakes it, keeps back what it says until its writes are durable, rings, lets it die. */
export class RoomHost {
  readonly auctionId: number
  readonly disk: Disk
  readonly sockets = new Set<ServerSocket>()
  readonly #parts: HostParts
  readonly #name: string
  #life: Life | null = null
  #pulse = { isBeating: false }
  readonly #calls = new Set<(error: Error) => void>()
  readonly #gate: Gate
  readonly #bell: Bell
  #lastEventAt: EpochMs = 0
  #isDying = false
  writeFailedAt: EpochMs = Number.NEGATIVE_INFINITY
  /** MySQL has refused an entry for good, says the projector. */
  isStuck = false

  constructor(parts: HostParts) {
    this.#parts = parts
    this.auctionId = parts.auctionId
    this.#name = `room ${parts.auctionId}`
    this.disk = new Disk({
      beforeWrite: () => this.#beforeWrite(),
      onBatch: (batch) => {
        if (!this.#isDying) this.#gate.confirmLater(batch)
      },
    })
    this.#gate = new Gate(parts.world, this.disk, (why) => this.crash(why))
    this.#bell = new Bell({
      world: parts.world,
      name: this.#name,
      disk: this.disk,
      ring: (armedAt) => this.#ring(armedAt),
      ringUnasked: () => this.ringUnasked(),
    })
  }

  /** The room in memory; null while it sleeps or has died. */
  get life(): Life | null {
    return this.#life
  }
  /** Nothing is under way that could come to anything later. */
  get isQuiet(): boolean {
    const isWaiting = this.#life !== null && this.#life.pending > 0
    return !isWaiting && this.#calls.size === 0 && this.#gate.isOpen
  }

  /** A method of the room. Rejects where the room throws, or dies before its answer may leave. */
  call<T>(ask: (api: RoomApi) => Promise<T>): Promise<T> {
    return this.#serve((life) => ask(life.api))
  }

  /** An upgrade. @returns the socket, or why it is refused */
  connect(claims: ConnectionClaims, line: Line): Promise<ServerSocket | 'not_found' | 'ticket_not_good'> {
    return this.#serve(async ({ core }) => {
      const refusal = await core.admit(claims)
      if (refusal !== null) return refusal
      const tags = claims.person === null ? [] : [tagOf(claims.person.userId)]
      const socket = new ServerSocket(line, tags, (run) => this.#output(run))
      core.connect(claims, () => {
        this.sockets.add(socket)
        return socket
      })
      return socket
    })
  }

  receive(socket: ServerSocket, text: string): void {
    if (!this.sockets.has(socket) || socket.readyState !== 1) return
    void this.#event(({ core }) => core.receive(socket, text))
  }

  /** The connection of a socket is over, which the platform notices sooner or later. */
  lost(socket: ServerSocket): void {
    const { timeline, random } = this.#parts.world
    timeline.after(random.between(0, DISCONNECT_NOTICED_MS), () => {
      if (!this.sockets.delete(socket)) return
      socket.breakOff()
      void this.#event(async ({ core }) => core.disconnected(socket))
    })
  }

  /** An alarm that nobody had set for now. */
  ringUnasked(): void {
    void this.#event(async ({ core }) => core.ring())
  }

  /** The room dies when it has written something next, before or after that is durable. */
  crashAtNextWrite(): void {
    this.#gate.crashAtNextWrite()
  }

  /** The object is gone from one moment to the next; its sockets too. */
  crash(why: string): void {
    const { world } = this.#parts
    if (this.#isDying) return
    world.note(this.#name, () => `CRASH (${why})`)
    world.faultAt = world.now
    this.#isDying = true
    this.#pulse.isBeating = false
    // What is being written just now is not complete, and never will be.
    const { complete } = this.disk
    world.timeline.defer(() => this.#bury(complete))
  }

  close(): void {
    this.#pulse.isBeating = false
    this.disk.close()
  }

  #bury(complete: number): void {
    const { world } = this.#parts
    const { written, confirmed } = this.disk
    const kept = world.random.between(confirmed, complete)
    world.note(this.#name, () => `lost ${written - kept} of ${written - confirmed} unconfirmed writes`)
    this.disk.lose(kept)
    this.#gate.drop()
    this.#life = null
    this.#isDying = false
    for (const socket of this.sockets) {
      socket.breakOff()
      socket.line.cut()
    }
    this.sockets.clear()
    const calls = [...this.#calls]
    this.#calls.clear()
    for (const fail of calls) fail(new PlatformError('The object was reset', { retryable: true }))
    this.#bell.schedule()
  }

  #serve<T>(work: (life: Life) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let life: Life
      try {
        life = this.#enter()
      } catch (error) {
        reject(error)
        return
      }
      this.#calls.add(reject)
      const finish = (settle: () => void) => {
        if (!life.isAlive) return
        this.#output(() => {
          this.#calls.delete(reject)
          settle()
        })
      }
      work(life).then(
        (value) => finish(() => resolve(value)),
        (error: unknown) => {
          if (!life.isAlive) return
          this.#judgeError(error)
          finish(() => reject(new RemoteError('The room threw', { cause: error })))
        },
      )
    })
  }

  /** An event that nobody waits for. */
  async #event(work: (life: Life) => Promise<void>): Promise<void> {
    try {
      const life = this.#enter()
      await work(life).catch((error: unknown) => {
        if (life.isAlive) this.#judgeError(error)
      })
    } catch {
      // It could not be woken, and has died of it.
    }
  }

  /** What was made to fail may come out of the room; nothing else may. */
  #judgeError(error: unknown): void {
    if (error instanceof DiskFailure) return
    this.#parts.world.fail(error instanceof Error ? error : new Error(String(error)))
  }

  /** The room, awake. @throws PlatformError */
  #enter(armedAt: EpochMs | null = this.disk.alarm): Life {
    const { world, connections, people, rateLimits, buyingPower, auctionId } = this.#parts
    if (this.#isDying) throw new PlatformError('The object is being reset', { retryable: true })
    if (world.now - this.#lastEventAt >= IDLE_MS && world.random.chance(0.7)) this.#hibernate()
    this.#lastEventAt = world.now
    if (this.#life !== null) return this.#life
    const pulse = { isBeating: true }
    this.#pulse = pulse
    world.note(this.#name, () => 'wakes')
    try {
      this.#life = new Life({
        world,
        name: this.#name,
        auctionId,
        disk: this.disk,
        sockets: () => [...this.sockets],
        connect: (owner) => connections.of(owner),
        people,
        output: (run) => this.#output(run),
        setAlarm: (at) => this.#bell.set(at),
        armedAt,
        onStuck: (isStuck) => {
          this.isStuck = isStuck
        },
        rateLimits,
        buyingPower,
        pulse,
      })
      return this.#life
    } catch (error) {
      this.#judgeError(error)
      this.crash('cannot wake')
      throw new PlatformError('The object could not be made', { retryable: true })
    }
  }

  #hibernate(): void {
    if (this.#life === null || !this.isQuiet) return
    this.#parts.world.note(this.#name, () => 'has hibernated')
    this.#pulse.isBeating = false
    this.#life = null
  }

  #output(run: () => void): void {
    if (!this.#isDying) this.#gate.output(run)
  }

  #beforeWrite(): void {
    const { world } = this.#parts
    if (world.random.chance(world.weather.diesWriting)) {
      this.crash('while writing')
      throw new DiskFailure('The object died')
    }
    if (!world.random.chance(world.weather.writeFails)) return
    world.note(this.#name, () => 'a write fails')
    world.faultAt = world.now
    this.writeFailedAt = world.now
    throw new DiskFailure('The disk refuses')
  }

  /** @throws PlatformError where the room cannot be woken, or dies of it */
  #ring(armedAt: EpochMs | null): void {
    const life = this.#enter(armedAt)
    this.disk.takeAlarm()
    try {
      life.core.ring()
    } catch (error) {
      if (life.isAlive) this.#judgeError(error)
      throw error
    }
  }
}
