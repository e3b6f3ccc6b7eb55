import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from './clock.ts'
import type { BidReport } from './orders.ts'
import type { LoadSocket } from './socket.ts'

const ANSWER_TIMEOUT_MS = 20_000
const FIRST_CENTS = 100

interface Bidder {
  readonly socket: LoadSocket
  readonly auction: number
  sentAt: number
  answered: (() => void) | null
}

/** The bidders of this process: one bid in flight each, and every bid of an auction above those sent before it. */
export class Bidding {
  readonly #bidders: Bidder[] = []
  readonly #cents: number[] = []
  readonly #lastSeqs: number[] = []
  #bidsSent = 0
  #tooLow = 0
  #acks: { auction: number; seq: number; sentAt: number; ackMs: number }[] = []

  add(socket: LoadSocket, auction: number): number {
    this.#cents[auction] ??= FIRST_CENTS
    this.#lastSeqs[auction] ??= 0
    return this.#bidders.push({ socket, auction, sentAt: 0, answered: null }) - 1
  }

  accepted(index: number, seq: number): void {
    const bidder = this.#require(index)
    const { auction, sentAt } = bidder
    this.#acks.push({ auction, seq, sentAt, ackMs: monotonicMs() - sentAt })
    this.#lastSeqs[auction] = Math.max(this.#lastSeqs[auction] ?? 0, seq)
    bidder.answered?.()
  }

  /** @throws Error for anything but a bid that was overtaken */
  rejected(index: number, code: string): void {
    if (code !== 'too_low') throw new Error(`A bid was refused: ${code}`)
    this.#tooLow += 1
    this.#require(index).answered?.()
  }

  /** As many bids as are taken in `forMs`. */
  async flood(forMs: number): Promise<BidReport> {
    const until = monotonicMs() + forMs
    return this.#report(async () => {
      await Promise.all(
        this.#bidders.map(async (bidder) => {
          while (monotonicMs() < until) await this.#bid(bidder)
        }),
      )
    })
  }

  /** So many bids, as fast as they are taken. */
  async send(bids: number): Promise<BidReport> {
    const until = this.#bidsSent + bids
    return this.#report(async () => {
      await Promise.all(
        this.#bidders.map(async (bidder) => {
          while (this.#bidsSent < until) await this.#bid(bidder)
        }),
      )
    })
  }

  /** One bid at a time, each by the next bidder. */
  async pace(bids: number, everyMs: number): Promise<BidReport> {
    return this.#report(async () => {
      for (let index = 0; index < bids; index++) {
        await this.#bid(this.#require(index % this.#bidders.length))
        await sleep(everyMs)
      }
    })
  }

  async #report(work: () => Promise<void>): Promise<BidReport> {
    this.#acks = []
    this.#tooLow = 0
    const startedAt = monotonicMs()
    await work()
    const endedAt = monotonicMs()
    const acks = this.#acks
    return {
      accepted: acks.length,
      tooLow: this.#tooLow,
      startedAt,
      endedAt,
      ackMs: Float64Array.from(acks, ({ ackMs }) => ackMs),
      auctions: Float64Array.from(acks, ({ auction }) => auction),
      seqs: Float64Array.from(acks, ({ seq }) => seq),
      sentAt: Float64Array.from(acks, ({ sentAt }) => sentAt),
      lastSeqs: [...this.#lastSeqs],
    }
  }

  #bid(bidder: Bidder): Promise<void> {
    const cents = (this.#cents[bidder.auction] ?? FIRST_CENTS) + 1
    this.#cents[bidder.auction] = cents
    this.#bidsSent += 1
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('A bid was not answered')), ANSWER_TIMEOUT_MS)
      bidder.answered = () => {
        clearTimeout(timer)
        bidder.answered = null
        resolve()
      }
      const frame = { type: 'bid', id: `bid-${this.#bidsSent}`, amount: cents / 100 }
      bidder.sentAt = monotonicMs()
      bidder.socket.send(JSON.stringify(frame))
    })
  }

  #require(index: number): Bidder {
    const bidder = this.#bidders[index]
    if (bidder === undefined) throw new Error('No such bidder')
    return bidder
  }
}
