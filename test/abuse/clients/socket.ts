import { connect, type Socket } from 'node:net'
import { encodeFrame, FrameReader, OPCODE } from './frames.ts'
import { describeHandshake, type Handshake, HEAD_END } from './handshake.ts'

const HANDSHAKE_TIMEOUT_MS = 20_000
/** What a browser calls a connection that ended without a close frame. */
export const ABNORMAL = 1006

export interface SocketOptions extends Handshake {
  address?: string
  /** Called for each text frame. */
  onText?: (text: string) => void
  /** Whether text frames are kept in `texts`; they are unless said. */
  keepsTexts?: boolean
  /** False: nothing is ever read until `resume`. */
  reads?: boolean
  /** False: goes on sending after the server has closed. */
  heedsClose?: boolean
}

export interface CloseReport {
  code: number
  reason: string
}

/** The upgrade was answered with something else than a socket. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused'
  readonly status: number
  constructor(status: number, head: string) {
    super(`The upgrade was refused: ${head.slice(0, 300)}`)
    this.status = status
  }
}

/** A WebSocket client that may misbehave: it can stop reading, and send what no browser would. */
export class RawSocket {
  readonly texts: string[] = []
  readonly closed: Promise<CloseReport>
  /** Status line and headers of the answer to the upgrade. */
  head = ''
  /** How the server closed it; null while it has not. */
  closeReport: CloseReport | null = null
  readonly #socket: Socket
  readonly #frames: FrameReader
  readonly #opened = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<CloseReport>()
  readonly #waiting = new Set<() => void>()
  #rest: Buffer | null = Buffer.alloc(0)
  #isOurs = false

  private constructor(options: SocketOptions) {
    const { port, address, headers, onText, keepsTexts = true, reads = true, heedsClose = true } = options
    this.closed = this.#ended.promise
    this.#frames = new FrameReader({
      onText: (text) => {
        if (keepsTexts) this.texts.push(text)
        onText?.(text)
        this.#wake()
      },
      onClose: (report) => {
        this.closeReport ??= report
        if (!heedsClose) return
        // Answered as the protocol wants it, so that the server may let go of the connection.
        if (this.#isOurs) this.#socket.destroy()
        else this.#socket.end(encodeFrame(OPCODE.close, Buffer.from([report.code >> 8, report.code & 255])))
      },
    })
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => this.#end())
    if (reads) this.resume()
    else this.#socket.pause()
    const from = address === undefined ? {} : { 'CF-Connecting-IP': address }
    this.#socket.write(describeHandshake({ ...options, headers: { ...from, ...headers } }))
  }

  /** Resolves once the server has switched to WebSocket. @throws UpgradeRefused, Error */
  static async open(options: SocketOptions): Promise<RawSocket> {
    const client = new RawSocket(options)
    const timer = setTimeout(() => client.destroy(), HANDSHAKE_TIMEOUT_MS)
    try {
      await client.#opened.promise
    } finally {
      clearTimeout(timer)
    }
    return client
  }

  /** A socket that sends its handshake and never reads, not even the answer to it. */
  static openUnread(options: SocketOptions): RawSocket {
    const client = new RawSocket({ ...options, reads: false })
    client.#opened.promise.catch(() => {})
    return client
  }

  get isOpen(): boolean {
    return this.closeReport === null && !this.#socket.destroyed
  }

  /** Bytes that were to be sent and wait in this process, because nobody takes them. */
  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  send(frame: object | string): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
    this.sendBytes(encodeFrame(OPCODE.text, Buffer.from(text)))
  }

  /** Bytes as they are, frames or not. */
  sendBytes(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Stops reading: what the server sends stays with the kernel, and then with the server. */
  pause(): void {
    this.#socket.pause()
  }

  /** Reads, from now on. */
  resume(): void {
    if (this.#socket.listenerCount('data') === 0)
      this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#socket.resume()
  }

  /** Ends as browsers do, with a close frame, and waits for the connection to end. */
  async close(): Promise<void> {
    this.#isOurs = true
    this.sendBytes(encodeFrame(OPCODE.close, Buffer.from([3, 232])))
    await Promise.race([this.closed, new Promise((resolve) => setTimeout(resolve, 2_000).unref())])
    this.destroy()
  }

  /** Drops the connection, as a machine that is switched off does. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Waits until `find` gives something, looked at after each frame. @throws Error after `timeoutMs` */
  async waitFor<T>(what: string, find: () => T | undefined, timeoutMs = 10_000): Promise<T> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      const leftMs = deadline - performance.now()
      if (leftMs <= 0 || this.#socket.destroyed) {
        const end = this.closeReport
          ? `closed with ${this.closeReport.code}`
          : this.#socket.destroyed
            ? 'ended'
            : 'open'
        throw new Error(`Waited for ${what}; the socket is ${end}. Last: ${this.texts.at(-1)?.slice(0, 200)}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#waiting.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  #end(): void {
    this.#opened.reject(new Error('The connection ended before the answer to the handshake'))
    this.#ended.resolve(this.closeReport ?? { code: ABNORMAL, reason: '' })
    this.#wake()
  }

  #receive(chunk: Buffer): void {
    if (this.#rest === null) {
      this.#frames.take(chunk)
      return
    }
    this.#rest = Buffer.concat([this.#rest, chunk])
    const end = this.#rest.indexOf(HEAD_END)
    if (end < 0) return
    this.head = this.#rest.toString('latin1', 0, end)
    const after = this.#rest.subarray(end + HEAD_END.length)
    this.#rest = null
    if (!this.head.startsWith('HTTP/1.1 101')) {
      this.#opened.reject(new UpgradeRefused(Number(this.head.split(' ')[1]), this.head))
      this.#socket.destroy()
      return
    }
    this.#opened.resolve()
    this.#frames.take(after)
  }
}
