import type { Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import { FrameReader } from './frames.ts'
import { LiveSocket } from './live-socket.ts'
import { Narrator } from './narrator.ts'
import type { OfferBook } from './offers.ts'
import type { Person } from './person.ts'
import { type ClientRecord, Story } from './story.ts'

interface ConnectionParts {
  url: string
  random: Random
  book: OfferBook
}

/** Everybody's sockets, and what was told over them. */
export class Connections {
  readonly sockets: LiveSocket[] = []
  readonly #parts: ConnectionParts
  readonly #reader = new FrameReader()
  readonly #stories = new Map<number, Story>()
  readonly #records = new Map<number, ClientRecord[]>()
  readonly #staying: Promise<void>[] = []

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  /** A socket to an auction, not connected yet: a person's, or a watcher's. A guest is one who will be suspended. */
  make({ auctionId }: Lot, name: string, person: Person | null = null, isGuest = false): LiveSocket {
    const { url, random, book } = this.#parts
    const story = this.#stories.get(auctionId) ?? new Story()
    this.#stories.set(auctionId, story)
    const narrator = new Narrator(name, person?.userId ?? null, story)
    this.#records.set(auctionId, [...this.recordsOf(auctionId), narrator.record])
    const socket = new LiveSocket({
      url,
      auctionId,
      narrator,
      reader: this.#reader,
      random: random.stream(`${name} at ${auctionId}`),
      ...(person === null
        ? {}
        : {
            takeTicket: () => person.takeTicket(auctionId),
            findOffer: (id) => book.find(auctionId, person.userId, id),
            isGuest,
          }),
    })
    this.sockets.push(socket)
    return socket
  }

  /** Resolves once the socket has seen its auction's end. */
  stay(socket: LiveSocket): Promise<void> {
    const staying = socket
      .stay()
      .catch((error: unknown) => void socket.narrator.record.faults.push(`the client failed: ${error}`))
    this.#staying.push(staying)
    return staying
  }

  /** Resolves once everybody who stays has seen the end. */
  async allEnds(): Promise<void> {
    await Promise.all(this.#staying)
  }

  recordsOf(auctionId: number): ClientRecord[] {
    return this.#records.get(auctionId) ?? []
  }

  leave(): void {
    for (const socket of this.sockets) socket.leave()
  }
}
