import { setTimeout as sleep } from 'node:timers/promises'
import { type Cents, cents } from '../../../src/lib/money.ts'
import type { Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import { LostAnswer } from './api.ts'
import { amountOf, sendOverHttp } from './http-door.ts'
import type { LiveSocket } from './live-socket.ts'
import { Offer, type OfferBook, type OfferKind } from './offers.ts'
import type { Person } from './person.ts'

const ANSWER_WITHIN_MS = 4_000
const ATTEMPTS_MAX = 300
const AGAIN_AFTER_MS = 200
const AGAIN_AFTER_MAX_MS = 1_500
const REPEAT_ON_PURPOSE = 0.08
/** Offers of one bidder that are under way. */
export const PENDING_MAX = 3
const DOLLAR = 100

/** One auction as a bidder follows it: by a socket, or by what HTTP answers alone. */
interface Interest {
  readonly lot: Lot
  readonly socket: LiveSocket | null
  /** By the last answer over HTTP. */
  minimumBid: number
  isOver: boolean
  offers: number
}

/** Bids over both doors, and repeats every offer under its id until there is a verdict. */
export class Bidder {
  readonly person: Person
  readonly #book: OfferBook
  readonly #random: Random
  readonly #interests: Interest[] = []
  readonly #pending = new Set<Promise<void>>()

  constructor(person: Person, book: OfferBook, random: Random) {
    this.person = person
    this.#book = book
    this.#random = random
  }

  join(lot: Lot, socket: LiveSocket | null): void {
    const minimumBid = Math.round(lot.kind.startingPrice * DOLLAR)
    this.#interests.push({ lot, socket, minimumBid, isOver: false, offers: 0 })
  }

  /** Offers something now and then until `until` has come; then waits for every verdict. */
  async live(until: Promise<unknown>): Promise<void> {
    let isOn = true
    void until.then(() => {
      isOn = false
    })
    while (isOn) {
      this.offerNow()
      await Promise.race([until, sleep(this.#random.int(150, 850))])
    }
    await this.#allSettled()
  }

  /** One offer at this very moment, where there is an auction for it and not too much is unanswered. */
  offerNow(): void {
    const open = this.#interests.filter(
      ({ isOver, socket }) => !isOver && socket?.narrator.seen?.isActive !== false,
    )
    if (open.length === 0 || this.#pending.size >= PENDING_MAX) return
    const interest = this.#random.pick(open)
    const sending: Promise<void> = this.#place(interest)
      .catch((error: unknown) => this.person.api.surprises.note(`an offer came to ${error}`))
      .finally(() => this.#pending.delete(sending))
    this.#pending.add(sending)
  }

  async #allSettled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  async #place(interest: Interest): Promise<void> {
    const { auctionId } = interest.lot
    interest.offers += 1
    const id = `${this.person.name}-${auctionId}-${interest.offers}`
    const { kind, amount } = this.#choose(interest)
    const offer = this.#book.add(
      new Offer({ auctionId, userId: this.person.userId, id, kind, cents: amount }),
    )
    await this.#insist(interest, offer)
    this.#learn(interest, offer)
    if (this.#random.chance(REPEAT_ON_PURPOSE)) await this.#send(interest, offer)
  }

  async #insist(interest: Interest, offer: Offer): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && offer.verdict === null; attempt++) {
      if (await this.#send(interest, offer)) continue
      offer.lost += 1
      await sleep(Math.min(AGAIN_AFTER_MAX_MS, AGAIN_AFTER_MS * attempt))
    }
  }

  /** By either door. @returns whether there is a verdict */
  async #send({ socket }: Interest, offer: Offer): Promise<boolean> {
    offer.send(Date.now())
    if (socket?.isOpen && this.#random.chance(0.8)) {
      const frame = { type: offer.kind === 'buy_now' ? 'buy_now' : 'bid', id: offer.id, ...amountOf(offer) }
      socket.send(frame)
      const lost = Promise.race([socket.closed, sleep(ANSWER_WITHIN_MS)])
      await Promise.race([offer.settled, lost])
    } else {
      try {
        await sendOverHttp(this.person, offer, ANSWER_WITHIN_MS)
      } catch (error) {
        if (!(error instanceof LostAnswer)) throw error
      }
    }
    return offer.verdict !== null
  }

  #choose({ lot, socket, minimumBid: known }: Interest): { kind: OfferKind; amount: Cents | null } {
    const random = this.#random
    const minimum = socket?.narrator.seen?.minimumBid ?? known
    if (lot.kind.buyNowPrice !== null && random.chance(0.02)) return { kind: 'buy_now', amount: null }
    const kind = random.chance(0.5) ? 'max' : 'exact'
    const odd = random.chance(0.2) ? random.int(1, 99) : 0
    if (random.chance(0.06)) {
      return { kind, amount: cents(Math.max(1, minimum - random.int(1, 5 * DOLLAR))) }
    }
    const above = kind === 'max' ? random.int(0, 400 * DOLLAR) : random.int(0, 3) * 10 * DOLLAR
    return { kind, amount: cents(minimum + above + odd) }
  }

  /** What the next offer goes by, where no socket tells. */
  #learn(interest: Interest, { verdict }: Offer): void {
    if (verdict === null) return
    if (verdict.minimumBid !== null) interest.minimumBid = Math.max(interest.minimumBid, verdict.minimumBid)
    if (verdict.accepted ? verdict.minimumBid === null : ['ended', 'cancelled'].includes(verdict.code)) {
      interest.isOver = true
    }
  }
}
