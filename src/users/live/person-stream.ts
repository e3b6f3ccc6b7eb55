/** The live stream of a person, as their object keeps it: what it tells is another subject's business. */
export interface PersonStream {
  /** For the upgrade only. The Worker has verified origin, form and ticket. */
  fetch(request: Request): Promise<Response>
  /** There may be something new for the person. */
  announce(): void
  receive(socket: WebSocket, message: string | ArrayBuffer): void
  /** How many sockets are open. */
  readonly count: number
  /** A socket has ended, though the platform may list it still. */
  ended(socket: WebSocket): void
  /** Closes every socket: the person may no longer be here. */
  expel(): void
  /** The alarm rang, for whatever reason. */
  ring(): void
}

/** What the stream has of the object. */
export interface StreamHost {
  readonly sockets: Pick<
    DurableObjectState,
    'acceptWebSocket' | 'getWebSockets' | 'getWebSocketAutoResponseTimestamp'
  >
  readonly kv: DurableObjectStorage['kv']
  waitUntil(work: Promise<unknown>): void
  /** Whose object this is, and whether they are suspended. */
  person(): { userId: number; isSuspended: boolean }
  /** Lets `ring` be called by then at the latest; epoch milliseconds. */
  ringBy(atMs: number): void
}

export type OpenStream = (host: StreamHost) => PersonStream
