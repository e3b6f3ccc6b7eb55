import type { Cents } from '../../../src/lib/money.ts'

export type OfferKind = 'max' | 'exact' | 'buy_now'
export type Door = 'http' | 'socket'

/** What a bidder was told of one sending of a bid. */
export type Answer =
  | {
      readonly accepted: true
      readonly door: Door
      readonly bidId: number
      readonly seq: number | null
      readonly leading: boolean
      readonly yourMax: Cents
      readonly currentBid: Cents
      readonly minimumBid: Cents | null
      /** Only HTTP tells these two; null over the socket. */
      readonly bidCount: number | null
      readonly endsAt: number | null
    }
  | {
      readonly accepted: false
      readonly door: Door
      readonly code: string
      readonly minimumBid: Cents | null
    }

/** R21: these are judged anew when they are repeated. */
const NOT_REMEMBERED = ['rate_limited', 'unavailable']

/** A bid or purchase of one bidder under an id of their own, with every answer that came. */
export class Offer {
  readonly auctionId: number
  readonly userId: number
  readonly id: string
  readonly kind: OfferKind
  /** null for a purchase */
  readonly cents: Cents | null
  readonly answers: Answer[] = []
  /** Sendings that got no answer of their own. */
  lost = 0
  /** When the sending went out by which the verdict came (the last one before it). */
  #sentAt = 0
  #verdictSentAt: number | null = null
  readonly #settled = Promise.withResolvers<void>()

  constructor(fields: Pick<Offer, 'auctionId' | 'userId' | 'id' | 'kind' | 'cents'>) {
    this.auctionId = fields.auctionId
    this.userId = fields.userId
    this.id = fields.id
    this.kind = fields.kind
    this.cents = fields.cents
  }

  /** The first answer that must be the answer to every repetition; null while there is none. */
  get verdict(): Answer | null {
    return this.answers.find((answer) => answer.accepted || !NOT_REMEMBERED.includes(answer.code)) ?? null
  }

  /** Resolves with the verdict. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /** Epoch milliseconds; null without a verdict. A bid that was written earlier had its answer lost. */
  get verdictSentAt(): number | null {
    return this.#verdictSentAt
  }

  send(now: number): void {
    this.#sentAt = now
  }

  take(answer: Answer): void {
    this.answers.push(answer)
    if (this.verdict === null) return
    this.#verdictSentAt ??= this.#sentAt
    this.#settled.resolve()
  }
}

/** Every offer that was ever sent. */
export class OfferBook {
  readonly #offers = new Map<string, Offer>()

  add(offer: Offer): Offer {
    const key = keyOf(offer.auctionId, offer.userId, offer.id)
    if (this.#offers.has(key)) throw new Error(`The id ${key} was given twice`)
    this.#offers.set(key, offer)
    return offer
  }

  find(auctionId: number, userId: number, id: string): Offer | undefined {
    return this.#offers.get(keyOf(auctionId, userId, id))
  }

  /** Whether a bidder was told this code of any offer of theirs. */
  wasRefused(auctionId: number, userId: number, code: string): boolean {
    return this.all.some(
      (offer) =>
        offer.auctionId === auctionId &&
        offer.userId === userId &&
        offer.answers.some((answer) => !answer.accepted && answer.code === code),
    )
  }

  get all(): Offer[] {
    return [...this.#offers.values()]
  }
}

const keyOf = (auctionId: number, userId: number, id: string): string => `${auctionId}/${userId}/${id}`
