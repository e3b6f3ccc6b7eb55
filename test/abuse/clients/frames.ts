/** RFC 6455 frames, as the server sends them and as a client should or should not. */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const FINAL = 0x80
const MASKED = 0x80
/** A length of 126 says that 16 bits follow, one of 127 that 64 do. */
const LENGTH_16 = 126
const LENGTH_64 = 127
const SHORT_MAX = 125
const UINT16_MAX = 0xffff
/** All zeros: what is sent stays as it is. */
const MASK = Buffer.alloc(4)
const NO_STATUS = 1005

export interface FrameOptions {
  /** False: more of the message follows. */
  isFinal?: boolean
  isMasked?: boolean
  /** What the header says in place of the payload's own length. */
  claimedLength?: bigint
}

export function encodeFrame(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { isFinal = true, isMasked = true, claimedLength = BigInt(payload.length) } = options
  const first = (isFinal ? FINAL : 0) | opcode
  const masked = isMasked ? MASKED : 0
  let header: Buffer
  if (claimedLength <= SHORT_MAX) {
    header = Buffer.from([first, masked | Number(claimedLength)])
  } else if (claimedLength <= UINT16_MAX) {
    header = Buffer.alloc(4)
    header.writeUInt16BE(Number(claimedLength), 2)
    header[1] = masked | LENGTH_16
  } else {
    header = Buffer.alloc(10)
    header.writeBigUInt64BE(claimedLength, 2)
    header[1] = masked | LENGTH_64
  }
  header[0] = first
  return Buffer.concat([header, ...(isMasked ? [MASK] : []), payload])
}

interface FrameHandlers {
  onText: (text: string) => void
  onClose: (report: { code: number; reason: string }) => void
}

/** Reads whole, unmasked frames, which is what workerd sends, however they are cut up on their way. */
export class FrameReader {
  readonly #handlers: FrameHandlers
  #chunks: Buffer[] = []
  #length = 0
  /** How many bytes are needed before the next look. */
  #needed = 2

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers
  }

  take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#needed) return
    let data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    for (;;) {
      const frame = readFrame(data)
      if (typeof frame === 'number') {
        this.#needed = frame
        break
      }
      this.#handle(frame.opcode, frame.payload)
      data = data.subarray(frame.length)
    }
    this.#chunks = data.length === 0 ? [] : [data]
    this.#length = data.length
  }

  #handle(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text) this.#handlers.onText(payload.toString('utf8'))
    if (opcode !== OPCODE.close) return
    const code = payload.length < 2 ? NO_STATUS : payload.readUInt16BE(0)
    this.#handlers.onClose({ code, reason: payload.toString('utf8', 2) })
  }
}

/** The frame that `data` begins with, or how many bytes there must be for it. */
function readFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | number {
  if (data.length < 2) return 2
  const opcode = (data[0] ?? 0) & 0x0f
  let size = (data[1] ?? 0) & 0x7f
  let start = 2
  if (size === LENGTH_16) {
    if (data.length < 4) return 4
    size = data.readUInt16BE(2)
    start = 4
  } else if (size === LENGTH_64) {
    if (data.length < 10) return 10
    size = Number(data.readBigUInt64BE(2))
    start = 10
  }
  const length = start + size
  return data.length < length ? length : { opcode, payload: data.subarray(start, length), length }
}
