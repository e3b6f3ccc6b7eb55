import { bounded } from '../../lib/bounded.ts'
import { SECOND_MS } from '../../lib/time.ts'

const ANNOUNCE_MAX_MS = 2 * SECOND_MS
const CONNECT_MAX_MS = 10 * SECOND_MS

/** Every person's live stream, by their id. Both reject where the object does not answer in time. */
export interface PersonStreams {
  /** There may be something new for the person. Nothing is lost where it fails, so it is not tried again. */
  announce(userId: number): Promise<void>
  /** Hands a connection on to the person's object. */
  connect(userId: number, headers: Record<string, string>): Promise<Response>
}

/** The binding, as far as it is needed. */
export interface StreamNamespace {
  getByName(userId: string): {
    announce(): Promise<void>
    fetch(url: string, init: RequestInit): Promise<Response>
  }
}

export function createPersonStreams(namespace: StreamNamespace): PersonStreams {
  const person = (userId: number) => namespace.getByName(String(userId))
  return {
    announce: (userId) => bounded(person(userId).announce(), ANNOUNCE_MAX_MS),
    connect: (userId, headers) =>
      bounded(person(userId).fetch('https://person/stream', { headers }), CONNECT_MAX_MS),
  }
}
