import { type ServerFrame, serverFrameSchema } from '../../../src/auctions/live/protocol.ts'

const KEPT = 500

/** Reads frames by the contract's own schema; one that goes to many is read once. */
export class FrameReader {
  readonly #read = new Map<string, ServerFrame>()

  /** @throws Error where the text is no frame of the contract */
  read(text: string): ServerFrame {
    const known = this.#read.get(text)
    if (known !== undefined) return known
    const frame = serverFrameSchema.parse(JSON.parse(text))
    const [oldest] = this.#read.keys()
    if (this.#read.size >= KEPT && oldest !== undefined) this.#read.delete(oldest)
    this.#read.set(text, frame)
    return frame
  }
}
