import { connect, type Socket } from 'node:net'
import { encodeFrame, OPCODE } from '../../test/abuse/clients/frames.ts'
import { describeHandshake, HEAD_END } from '../../test/abuse/clients/handshake.ts'

/** A length of 126 says that 16 bits follow, one of 127 that 64 do. */
const LENGTH_16 = 126
const LENGTH_64 = 127
const READ_BUFFER_BYTES = 256 * 1024
const HANDSHAKE_TIMEOUT_MS = 30_000

export interface SocketHandlers {
  /** A text frame. The bytes are only good until this returns. */
  onText(payload: Buffer): void
  onClose(reason: string): void
}

/** Every socket of a process reads into the same memory, one after the other. */
const readBuffer = Buffer.allocUnsafe(READ_BUFFER_BYTES)

/**
 * A WebSocket client of little cost: the load must leave the processor to the server, and Node's own client makes an
 * event, a string and a timer of each frame. Offers no compression; takes frames that are whole, as workerd sends them.
 */
export class LoadSocket {
  readonly #socket: Socket
  readonly #handlers: SocketHandlers
  #rest: Buffer | null = null
  #isOpen = false
  #opened: (() => void) | null = null
  #closeReason: string | null = null

  private constructor(socket: Socket, handlers: SocketHandlers) {
    this.#socket = socket
    this.#handlers = handlers
  }

  /** @throws Error where the server does not switch to WebSocket within 30 s */
  static open(
    port: number,
    path: string,
    protocols: readonly string[],
    handlers: SocketHandlers,
  ): Promise<LoadSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (bytes, buffer) => {
            client.#receive(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
            return true
          },
        },
      })
      const client = new LoadSocket(socket, handlers)
      const timer = setTimeout(() => client.#end('no answer to the handshake'), HANDSHAKE_TIMEOUT_MS)
      client.#opened = () => {
        clearTimeout(timer)
        resolve(client)
      }
      socket.on('error', (error) => client.#end(error.message))
      socket.on('close', () => {
        clearTimeout(timer)
        client.#end('the connection ended')
        if (!client.#isOpen) reject(new Error(`${path}: ${client.#closeReason}`))
      })
      socket.write(describeHandshake({ port, path, protocols }))
    })
  }

  send(text: string): void {
    this.#socket.write(encodeFrame(OPCODE.text, Buffer.from(text)))
  }

  close(): void {
    this.#closeReason ??= 'closed by this side'
    this.#socket.destroy()
  }

  #end(reason: string): void {
    if (this.#closeReason !== null) return
    this.#closeReason = reason
    this.#socket.destroy()
    if (this.#isOpen) this.#handlers.onClose(reason)
  }

  #receive(chunk: Buffer): void {
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk])
    const rest = this.#isOpen ? this.#readFrames(data) : this.#readHandshake(data)
    // What is left is copied: the memory it lies in is read into again.
    this.#rest = rest.length === 0 ? null : Buffer.from(rest)
  }

  #readHandshake(data: Buffer): Buffer {
    const end = data.indexOf(HEAD_END)
    if (end < 0) return data
    const head = data.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 101')) {
      this.#end(head.split('\r\n')[0] ?? '')
      return Buffer.alloc(0)
    }
    this.#isOpen = true
    this.#opened?.()
    return this.#readFrames(data.subarray(end + HEAD_END.length))
  }

  /** @returns what is no whole frame yet */
  #readFrames(data: Buffer): Buffer {
    let at = 0
    while (at + 2 <= data.length) {
      const opcode = (data[at] ?? 0) & 0x0f
      let length = data[at + 1] ?? 0
      let start = at + 2
      if (length === LENGTH_16) {
        if (start + 2 > data.length) break
        length = data.readUInt16BE(start)
        start += 2
      } else if (length === LENGTH_64) {
        if (start + 8 > data.length) break
        length = Number(data.readBigUInt64BE(start))
        start += 8
      }
      if (start + length > data.length) break
      if (opcode === OPCODE.text) this.#handlers.onText(data.subarray(start, start + length))
      else if (opcode === OPCODE.close) this.#end(describeClose(data.subarray(start, start + length)))
      at = start + length
    }
    return data.subarray(at)
  }
}

function describeClose(payload: Buffer): string {
  return payload.length < 2
    ? 'closed'
    : `closed with ${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`
}
