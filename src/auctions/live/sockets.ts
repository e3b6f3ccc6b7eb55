import * as z from 'zod'
import { BAD_FRAMES_MAX, READING_MAX_MS } from '../../lib/live-protocol.ts'
import type { EpochMs } from '../engine/auction.ts'
import { serializeFrame } from './frame-text.ts'
import { FRAME_ALLOWANCE, TokenBucket } from './limits.ts'
import type { RoomSocket, SocketHost } from './ports.ts'
import { CLOSE, type CloseCode, type ServerFrame } from './protocol.ts'

/** Whom a socket belongs to, as their ticket told it. */
const personSchema = z.object({
  userId: z.int().positive(),
  sellerProfileId: z.int().positive().nullable(),
  canBid: z.boolean(),
  isAdmin: z.boolean(),
  /** Epoch milliseconds. */
  sessionUntilMs: z.number(),
})
export type SocketPerson = z.output<typeof personSchema>

/** What must survive hibernation; another version of this code may have written it. */
const attachmentSchema = z.object({
  person: personSchema.nullable(),
  /** Of the upgrade: what the socket does is logged under it. */
  requestId: z.string(),
  connectedAt: z.number(),
})
export type Attachment = z.output<typeof attachmentSchema>

/** What the Worker tells the room of a connection that it lets through. */
export const connectionSchema = z.object({
  person: personSchema.nullable(),
  requestId: z.string(),
  ticket: z.object({ jti: z.string(), expiresAtMs: z.number() }).nullable(),
})
export type ConnectionClaims = z.output<typeof connectionSchema>

/** Kept in memory, and lost in hibernation without harm. */
interface Conduct {
  readonly attachment: Attachment
  readonly frames: TokenBucket
  badFrames: number
  sentAt: EpochMs
}

const READY_STATE_OPEN = 1
const isOpen = (socket: RoomSocket): boolean => socket.readyState === READY_STATE_OPEN

export const tagOf = (userId: number): string => `user:${userId}`

/** The room's sockets: whose they are, what they may send, who does not read. */
export class Sockets<Socket extends RoomSocket> {
  readonly #host: SocketHost<Socket>
  readonly #conducts = new WeakMap<Socket, Conduct>()
  /** How many are open; null where that has to be counted. Counting looks at every one of them. */
  #count: number | null = null
  /** Those that are counted no more, though the platform may still list them, and as open. */
  readonly #ended = new WeakSet<Socket>()
  /** When a frame last went to every socket. */
  #broadcastAt: EpochMs

  /** `broadcastAt`: when the room's last event was, for a room that wakes. */
  constructor(host: SocketHost<Socket>, broadcastAt: EpochMs) {
    this.#host = host
    this.#broadcastAt = broadcastAt
  }

  get count(): number {
    this.#count ??= this.#countOpen()
    return this.#count
  }

  #countOpen(): number {
    let count = 0
    for (const socket of this.#host.getWebSockets()) {
      if (!isOpen(socket)) this.#ended.add(socket)
      else if (!this.#ended.has(socket)) count += 1
    }
    return count
  }

  /** It was closed, or ended by itself, or both. */
  ended(socket: Socket): void {
    if (this.#ended.has(socket)) return
    this.#ended.add(socket)
    if (this.#count !== null) this.#count -= 1
  }

  /** The platform still lists those that are closing. */
  get all(): Socket[] {
    return this.#host.getWebSockets().filter(isOpen)
  }

  of(userId: number): Socket[] {
    return this.#host.getWebSockets(tagOf(userId)).filter(isOpen)
  }

  /** Remembers whose socket this is, for as long as it lives. */
  attach(socket: Socket, attachment: Attachment): void {
    if (this.#count !== null) this.#count += 1
    socket.serializeAttachment(attachment)
    this.#remember(socket, attachment)
  }

  /** Whose socket this is; null, and the socket is closed, where what is attached cannot be read. */
  attachmentOf(socket: Socket): Attachment | null {
    return this.#conductOf(socket)?.attachment ?? null
  }

  #conductOf(socket: Socket): Conduct | null {
    const known = this.#conducts.get(socket)
    if (known !== undefined) return known
    const attachment = attachmentSchema.safeParse(socket.deserializeAttachment())
    if (attachment.success) return this.#remember(socket, attachment.data)
    this.close(socket, CLOSE.goingAway, 'connect again')
    return null
  }

  #remember(socket: Socket, attachment: Attachment): Conduct {
    const { connectedAt } = attachment
    const frames = new TokenBucket(FRAME_ALLOWANCE, connectedAt)
    const conduct = { attachment, frames, badFrames: 0, sentAt: connectedAt }
    this.#conducts.set(socket, conduct)
    return conduct
  }

  /**
   * False, and the socket is closed, where its session has ended or it sends too much. What one that was closed goes
   * on sending comes here too: its answers would reach nobody.
   */
  mayReceive(socket: Socket, now: EpochMs, isLimited: boolean): boolean {
    if (!isOpen(socket)) return false
    const conduct = this.#conductOf(socket)
    if (conduct === null) return false
    const { person } = conduct.attachment
    if (person !== null && person.sessionUntilMs <= now) {
      this.close(socket, CLOSE.ticketNotGood, 'session ended')
      return false
    }
    if (!isLimited || conduct.frames.take(now)) return true
    this.close(socket, CLOSE.tooManyFrames, 'too many frames')
    return false
  }

  /** Counts a frame that could not be parsed, and closes the socket after a few. */
  noteBadFrame(socket: Socket): void {
    const conduct = this.#conductOf(socket)
    if (conduct === null) return
    conduct.badFrames += 1
    if (conduct.badFrames >= BAD_FRAMES_MAX) this.close(socket, CLOSE.badFrames, 'bad frames')
  }

  send(socket: Socket, frame: ServerFrame, now: EpochMs): void {
    this.sendText(socket, serializeFrame(frame), now)
  }

  sendText(socket: Socket, text: string, now: EpochMs): void {
    const conduct = this.#conductOf(socket)
    if (conduct === null) return
    conduct.sentAt = now
    this.#write(socket, text)
  }

  /** Made into text once, whoever receives it. */
  broadcast(frame: ServerFrame, now: EpochMs): void {
    const sockets = this.all
    if (sockets.length === 0) return
    this.#broadcastAt = now
    const text = serializeFrame(frame)
    for (const socket of sockets) this.#write(socket, text)
  }

  #write(socket: Socket, text: string): void {
    try {
      socket.send(text)
    } catch {
      // It is closing, which its own event will tell.
    }
  }

  /** Closes the sockets of someone who may no longer be here. */
  expel(userId: number): void {
    for (const socket of this.of(userId)) this.close(socket, CLOSE.ticketNotGood, 'suspended')
  }

  close(socket: Socket, code: CloseCode, reason: string): void {
    this.ended(socket)
    try {
      socket.close(code, reason)
    } catch {
      // It is closed already.
    }
  }

  /** Closes with 4408 who does not read: the platform shows no buffer, but the last ping that it answered tells. */
  closeSlowReaders(now: EpochMs): void {
    for (const [socket, suspectAt] of this.#suspects()) {
      if (suspectAt <= now) this.close(socket, CLOSE.notReading, 'not reading')
    }
  }

  /** When the first of the open sockets may have to be closed, or null. */
  nextSuspectAt(): EpochMs | null {
    let next: EpochMs | null = null
    for (const [, suspectAt] of this.#suspects()) next = Math.min(next ?? suspectAt, suspectAt)
    return next
  }

  *#suspects(): Generator<[Socket, EpochMs]> {
    for (const socket of this.all) {
      const suspectAt = this.#suspectAt(socket)
      if (suspectAt !== null) yield [socket, suspectAt]
    }
  }

  #suspectAt(socket: Socket): EpochMs | null {
    const conduct = this.#conductOf(socket)
    if (conduct === null) return null
    const { connectedAt } = conduct.attachment
    const answered = this.#host.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? connectedAt
    const answeredAt = Math.max(answered, connectedAt)
    const sentAt = Math.max(conduct.sentAt, this.#broadcastAt)
    return sentAt < answeredAt ? null : answeredAt + READING_MAX_MS
  }
}
