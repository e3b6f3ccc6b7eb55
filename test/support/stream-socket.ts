import { z } from 'zod'
import { PING, PONG, TICKET_PREFIX } from '../../src/lib/live-protocol.ts'
import { SUBPROTOCOL, streamFrameSchema } from '../../src/notifications/live/protocol.ts'
import { api } from './api.ts'
import type { Person } from './people.ts'
import { upgrade } from './socket.ts'
import { waitFor } from './wait-for.ts'

/** A frame as it is on the wire. */
export type StreamFrame = z.input<typeof streamFrameSchema>
type FrameOf<T extends StreamFrame['type']> = Extract<StreamFrame, { type: T }>

export interface StreamOptions {
  ticket?: string
  /** Takes a ticket for this person first. */
  as?: Person
  /** In place of `me.v1` and the ticket. */
  protocols?: string[]
  headers?: Record<string, string>
}

export async function takeStreamTicket(person: Person): Promise<string> {
  const response = await api('POST', '/api/me/stream/ticket', { as: person })
  return response.expect(200).as(z.object({ ticket: z.string() })).ticket
}

/** Connects to a person's stream. @throws UpgradeRefused */
export async function openStream(options: StreamOptions): Promise<StreamSocket> {
  const ticket = options.ticket ?? (options.as && (await takeStreamTicket(options.as)))
  const protocols = options.protocols ?? [SUBPROTOCOL, ...(ticket ? [TICKET_PREFIX + ticket] : [])]
  const { socket, protocol } = await upgrade('/api/me/stream', protocols, options.headers)
  return new StreamSocket(socket, protocol)
}

/** A client that keeps everything it is sent; each frame is checked against the protocol's own schema. */
export class StreamSocket {
  /** The subprotocol that the server chose. */
  readonly protocol: string | null
  readonly frames: StreamFrame[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #socket: WebSocket
  #taken = 0
  #pongs = 0

  constructor(socket: WebSocket, protocol: string | null) {
    this.#socket = socket
    this.protocol = protocol
    this.closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
    })
    socket.addEventListener('message', ({ data }) => {
      if (data === PONG) this.#pongs += 1
      else this.frames.push(z.encode(streamFrameSchema, streamFrameSchema.parse(JSON.parse(String(data)))))
    })
    socket.accept()
  }

  /** The next frame, which must be of this type. */
  async next<T extends StreamFrame['type']>(type: T): Promise<FrameOf<T>> {
    const frame = await waitFor(() => this.frames[this.#taken], { what: `a frame "${type}"` })
    if (!isOf(frame, type)) throw new Error(`Waited for "${type}" and got ${JSON.stringify(frame)}`)
    this.#taken += 1
    return frame
  }

  send(data: string | ArrayBuffer): void {
    this.#socket.send(data)
  }

  /** Sends `ping` and waits for its `pong`: everything that was sent before has come then. */
  async ping(): Promise<void> {
    const before = this.#pongs
    this.#socket.send(PING)
    await waitFor(() => this.#pongs > before, { what: 'a pong' })
  }

  close(code = 1000): void {
    this.#socket.close(code)
  }
}

const isOf = <T extends StreamFrame['type']>(frame: StreamFrame, type: T): frame is FrameOf<T> =>
  frame.type === type
