import type { DisclosureChange } from '../../../src/auctions/engine/auction.ts'
import type { Cents } from '../../../src/lib/money.ts'

/** What a seller or an admin asks of an auction. */
export type MoveKind =
  | { readonly kind: 'lower reserve'; readonly reservePrice: Cents | null }
  | { readonly kind: 'edit'; readonly startingPrice: Cents }
  | { readonly kind: 'void'; readonly bidId: number; readonly reason: string }
  | { readonly kind: 'disclose'; readonly change: DisclosureChange }
  | { readonly kind: 'cancel'; readonly by: 'seller' | 'admin'; readonly reason: string }

/** One move with what was answered. It has no id: where an answer was lost, it may have happened before it is refused. */
export class Move {
  readonly auctionId: number
  readonly what: MoveKind
  /** Sendings without an answer. */
  lost = 0
  /** `done`, or the code of the refusal; null while there is no answer. */
  answer: string | null = null
  /** Epoch milliseconds; 0 while there is no answer. */
  answeredAt = 0

  constructor(auctionId: number, what: MoveKind) {
    this.auctionId = auctionId
    this.what = what
  }

  get isDone(): boolean {
    return this.answer === 'done'
  }
}

/** A person who was suspended while they bid. */
export interface Suspension {
  readonly userId: number
  /** Auctions in which they bid. */
  readonly auctionIds: readonly number[]
}

/** Everything that was asked beside bids. */
export class MoveBook {
  readonly moves: Move[] = []
  readonly suspensions: Suspension[] = []

  add(auctionId: number, what: MoveKind): Move {
    const move = new Move(auctionId, what)
    this.moves.push(move)
    return move
  }
}
