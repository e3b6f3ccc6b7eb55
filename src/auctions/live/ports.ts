import type { EpochMs } from '../engine/auction.ts'

/** What a room needs of the platform, so small that the same room runs in a simulation. */

export type SqlValue = ArrayBuffer | string | number | null

export interface SqlRows<Row> extends Iterable<Row> {
  toArray(): Row[]
  readonly rowsRead: number
  readonly rowsWritten: number
}

export interface Sql {
  exec<Row extends Record<string, SqlValue>>(query: string, ...bindings: SqlValue[]): SqlRows<Row>
}

/** Writes without an `await` between them become durable together, before anything sent after them leaves. */
export interface RoomStorage {
  readonly sql: Sql
  /** Undoes what `work` wrote where it throws. */
  transactionSync<T>(work: () => T): T
}

/** The platform's one alarm. */
export interface AlarmClock {
  setAlarm(at: EpochMs): void
}

/** One end of a socket. What is attached survives hibernation. */
export interface RoomSocket {
  readonly readyState: number
  send(text: string): void
  close(code: number, reason: string): void
  serializeAttachment(attachment: unknown): void
  deserializeAttachment(): unknown
}

/** The sockets of the room. */
export interface SocketHost<Socket extends RoomSocket> {
  /** All that are open, or those with a tag. */
  getWebSockets(tag?: string): Socket[]
  /** When the platform last answered a ping of this socket. */
  getWebSocketAutoResponseTimestamp(socket: Socket): Date | null
}

/** Runs once after `delayMs`; nothing but the 50 ms of the event buffer may use it, for it keeps a room awake. */
export type RunLater = (delayMs: number, run: () => void) => void
