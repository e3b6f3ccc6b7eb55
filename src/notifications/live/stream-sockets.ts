import * as z from 'zod'
import { BAD_FRAMES_MAX, CLOSE, type CloseCode, READING_MAX_MS } from '../../lib/live-protocol.ts'
import type { StreamHost } from '../../users/live/person-stream.ts'

/** What must survive hibernation; another version of this code may have written it. */
const attachmentSchema = z.object({
  /** Epoch milliseconds. */
  sessionUntilMs: z.number(),
  connectedAtMs: z.number(),
  /** Has been told how many are unread, which is where its stream begins. */
  isGreeted: z.boolean(),
})
type Attachment = z.output<typeof attachmentSchema>

/** A person's open sockets: until when they may stay, what they may send, who does not read. */
export class StreamSockets {
  readonly #host: StreamHost['sockets']
  /** Kept in memory, and lost in hibernation without harm. */
  readonly #badFrames = new WeakMap<WebSocket, number>()
  readonly #ended = new WeakSet<WebSocket>()

  constructor(host: StreamHost['sockets']) {
    this.#host = host
  }

  /** The platform still lists those that are closing, and may list one that has ended as open. */
  get all(): WebSocket[] {
    return this.#host
      .getWebSockets()
      .filter((socket) => socket.readyState === WebSocket.OPEN && !this.#ended.has(socket))
  }

  ended(socket: WebSocket): void {
    this.#ended.add(socket)
  }

  accept(socket: WebSocket, sessionUntilMs: number, now: number): void {
    this.#host.acceptWebSocket(socket)
    attach(socket, { sessionUntilMs, connectedAtMs: now, isGreeted: false })
  }

  /** Those whose session goes on; the others are closed. */
  current(now: number): WebSocket[] {
    return this.all.filter((socket) => this.#isCurrent(socket, now))
  }

  #isCurrent(socket: WebSocket, now: number): boolean {
    const attachment = attachmentOf(socket)
    if (attachment !== null && attachment.sessionUntilMs > now) return true
    if (attachment === null) this.close(socket, CLOSE.goingAway, 'connect again')
    else this.close(socket, CLOSE.ticketNotGood, 'session ended')
    return false
  }

  /** False, and the socket is closed, where its session has ended. */
  mayReceive(socket: WebSocket, now: number): boolean {
    return socket.readyState === WebSocket.OPEN && this.#isCurrent(socket, now)
  }

  /** Counts a frame that nobody understands, and closes the socket after a few. */
  noteBadFrame(socket: WebSocket): void {
    const badFrames = (this.#badFrames.get(socket) ?? 0) + 1
    this.#badFrames.set(socket, badFrames)
    if (badFrames >= BAD_FRAMES_MAX) this.close(socket, CLOSE.badFrames, 'bad frames')
  }

  /** Those of `sockets` that were not greeted before; from now on they are. */
  greet(sockets: readonly WebSocket[]): WebSocket[] {
    return sockets.filter((socket) => {
      const attachment = attachmentOf(socket)
      if (attachment === null || attachment.isGreeted) return false
      attach(socket, { ...attachment, isGreeted: true })
      return true
    })
  }

  send(sockets: readonly WebSocket[], text: string): void {
    for (const socket of sockets) {
      try {
        socket.send(text)
      } catch {
        // It is closing, which its own event will tell.
      }
    }
  }

  close(socket: WebSocket, code: CloseCode, reason: string): void {
    try {
      socket.close(code, reason)
    } catch {
      // It is closed already.
    }
  }

  /**
   * Closes with 4408 who has answered no ping for 45 s though a frame went out since.
   * @returns when the next of the others may have to be closed, or null
   */
  closeSlowReaders(toldAtMs: number, now: number): number | null {
    let next: number | null = null
    for (const socket of this.all) {
      const answeredAtMs = this.#answeredAt(socket)
      if (toldAtMs < answeredAtMs) continue
      const suspectAtMs = answeredAtMs + READING_MAX_MS
      if (suspectAtMs <= now) this.close(socket, CLOSE.notReading, 'not reading')
      else next = Math.min(next ?? suspectAtMs, suspectAtMs)
    }
    return next
  }

  /** Makes room for another socket: closes those that have answered no ping for long, whatever was sent. */
  closeSilent(now: number): void {
    for (const socket of this.all) {
      if (this.#answeredAt(socket) + READING_MAX_MS <= now) this.close(socket, CLOSE.notReading, 'silent')
    }
  }

  #answeredAt(socket: WebSocket): number {
    const connectedAtMs = attachmentOf(socket)?.connectedAtMs ?? 0
    const answered = this.#host.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? connectedAtMs
    return Math.max(answered, connectedAtMs)
  }
}

function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment)
}

function attachmentOf(socket: WebSocket): Attachment | null {
  const attachment = attachmentSchema.safeParse(socket.deserializeAttachment())
  return attachment.success ? attachment.data : null
}
