import type { Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import type { LiveSocket } from './live-socket.ts'

export const CROWD_SIZE = 200
const CONNECTIONS_PER_BURST = 2

/** People who watch now and then: all of them come at once, catch up on what they missed, and go. */
export class Crowd {
  readonly #watch: (lot: Lot, name: string) => LiveSocket
  readonly #random: Random
  #sockets: LiveSocket[] = []
  #gathered = 0

  constructor(watch: (lot: Lot, name: string) => LiveSocket, random: Random) {
    this.#watch = watch
    this.#random = random
  }

  /** 200 sockets to these auctions at once, each read for about `readMs` in all and opened again at once. */
  async burst(open: readonly Lot[], readMs: number): Promise<void> {
    this.#sockets = this.#sockets.filter(({ isFinished }) => !isFinished)
    // On a slow machine the last auctions may be over before the last burst: those who are there come back.
    while (this.#sockets.length < CROWD_SIZE && open.length > 0) {
      this.#gathered += 1
      this.#sockets.push(this.#watch(this.#random.pick(open), `crowd-${this.#gathered}`))
    }
    await Promise.all(
      this.#sockets.map(async (socket) => {
        for (let connection = 0; connection < CONNECTIONS_PER_BURST; connection++) {
          await socket.visit((readMs + this.#random.int(100, 3_000)) / CONNECTIONS_PER_BURST)
        }
      }),
    )
  }

  /** Everybody stays until their auction is over. */
  async stay(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket.stay()))
  }
}
