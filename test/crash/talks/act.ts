import { z } from 'zod'
import { type Cents, centsToDollars } from '../../../src/lib/money.ts'
import type { DecisionAnswer } from '../../../src/offers/decision.ts'
import { decidedSchema, offerSchema } from '../../../src/offers/schemas.ts'
import { codeOf, type Reply, type Request } from '../clients/api.ts'

const REFUSED_FROM = 400

export type OfferAnswer =
  | { readonly action: 'accept' | 'reject' | 'withdraw' }
  | { readonly action: 'counter'; readonly amount: Cents }

/** What somebody asks in a negotiation: over an auction's high bid (M2, M3), or by offers (M4). */
export type ActKind =
  | { readonly kind: 'decide'; readonly auctionId: number; readonly answer: DecisionAnswer }
  | { readonly kind: 'second chance'; readonly auctionId: number }
  | { readonly kind: 'offer'; readonly amount: Cents }
  | { readonly kind: 'answer'; readonly offerId: number; readonly answer: OfferAnswer }

/** One thing that was asked, under a key of its own, until it was answered. */
export class Act {
  readonly vehicleId: number
  readonly userId: number
  readonly what: ActKind
  readonly key: string
  /** Sendings without an answer. */
  lost = 0
  /** Epoch milliseconds of the first sending, and of the answer; 0 before. */
  sentAt = 0
  answeredAt = 0
  reply: Reply | null = null
  /** What the same key was answered when all was over. */
  repeated: Reply | null = null

  constructor(fields: Pick<Act, 'vehicleId' | 'userId' | 'what' | 'key'>) {
    this.vehicleId = fields.vehicleId
    this.userId = fields.userId
    this.what = fields.what
    this.key = fields.key
  }

  get isDone(): boolean {
    return this.reply !== null && this.reply.status < REFUSED_FROM
  }

  /** The code of the refusal; null where it was done, or never answered. */
  get code(): string | null {
    return this.reply === null || this.isDone ? null : codeOf(this.reply)
  }

  get name(): string {
    return `${this.key} (${JSON.stringify(this.what)} of person ${this.userId})`
  }
}

/** The act as a request under its key. */
export function requestOfAct({ what, vehicleId, key }: Act): Request {
  const post = (path: string, body?: object): Request => ({
    method: 'POST',
    path,
    key,
    ...(body === undefined ? {} : { body }),
  })
  switch (what.kind) {
    case 'decide':
      return post(`/api/auctions/${what.auctionId}/decision`, { ...what.answer, ...amountOf(what.answer) })
    case 'second chance':
      return post(`/api/auctions/${what.auctionId}/second-chance`)
    case 'offer':
      return post(`/api/vehicles/${vehicleId}/offers`, { amount: centsToDollars(what.amount) })
    case 'answer': {
      const path = `/api/offers/${what.offerId}/${what.answer.action}`
      return what.answer.action === 'counter' ? post(path, amountOf(what.answer)) : post(path)
    }
  }
}

const amountOf = (answer: DecisionAnswer | OfferAnswer): object =>
  'amount' in answer ? { amount: centsToDollars(answer.amount) } : {}

const offerReply = z.object({ offer: offerSchema, order_id: z.int().nullable().default(null) })

/** The decision as an act that was done was told it. */
export const decidedBy = ({ reply }: Pick<Act, 'reply'>) => decidedSchema.parse(reply?.body)
/** The round that an act which was done has made, or answered. */
export const offerBy = ({ reply }: Pick<Act, 'reply'>) => offerReply.parse(reply?.body)

/** A deadline that was put to another instant in MySQL, while nobody acted on it. */
export interface MovedDeadline {
  readonly vehicleId: number
  readonly of:
    | { readonly kind: 'decision'; readonly stage: string }
    | { readonly kind: 'offer'; readonly id: number }
  /** Epoch milliseconds. */
  readonly at: number
}

/** Everything that was negotiated. */
export class TalkBook {
  readonly acts: Act[] = []
  readonly moved: MovedDeadline[] = []

  add(vehicleId: number, userId: number, what: ActKind): Act {
    const act = new Act({ vehicleId, userId, what, key: `act-${this.acts.length + 1}` })
    this.acts.push(act)
    return act
  }
}
