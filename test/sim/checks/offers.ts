import { isDeepStrictEqual } from 'node:util'
import type { Auction, LedgerEntry, Verdict } from '../../../src/auctions/engine/auction.ts'
import { nextDeadline } from '../../../src/auctions/engine/deadline.ts'
import type {
  BidAccepted,
  Offer,
  Refusal,
  RefusalCode,
  RoomBidder,
} from '../../../src/auctions/live/contract.ts'
import { DAY_MS } from '../../../src/lib/time.ts'
import type { World } from '../world.ts'
import { isOffer, type LedgerBook } from './ledger-book.ts'

/** What the two doors have in common in answering a bid. */
export type Answered =
  | { accepted: Pick<Verdict, 'bidId' | 'seq' | 'leading' | 'yourMax' | 'currentBid' | 'minimumBid'> }
  | { refused: RefusalCode | 'unauthenticated'; minimumBid: number | null }

/** Something that a bidder wants once, however often they send it. An amount is used by a bidder only once. */
export interface Intention {
  readonly auctionId: number
  readonly bidderId: number
  /** null: nothing is remembered, so it may come to pass as often as it was sent. */
  readonly clientId: string | null
  readonly offer: Offer
  sent: number
  answer: Answered | null
  /** The rest of the verdict, which only HTTP tells. */
  verdict: Verdict | null
}

/** R21: what is judged anew when it is repeated. */
const NOT_REMEMBERED: readonly string[] = [
  'not_found',
  'id_reused',
  'rate_limited',
  'unavailable',
  'amount_invalid',
  'unauthenticated',
]

export function answeredOf(answer: BidAccepted | Refusal): Answered {
  if (!answer.ok) return { refused: answer.code, minimumBid: answer.minimumBid }
  const { bidId, seq, leading, yourMax, currentBid, minimumBid } = answer.verdict
  return { accepted: { bidId, seq, leading, yourMax, currentBid, minimumBid } }
}

/** Everything that bidders of one auction have sent, and what they were told. */
export class Offers {
  readonly #world: World
  readonly #book: LedgerBook
  /** R18: they may, as long as they are not suspended. */
  readonly #mayBid: ReadonlySet<number>
  /** The auction was made as one that is open. */
  readonly #wasOpen: boolean
  readonly all: Intention[] = []

  constructor(world: World, book: LedgerBook, opening: Auction, cast: readonly RoomBidder[]) {
    this.#world = world
    this.#book = book
    const { sellerProfileId } = opening.terms
    this.#wasOpen = opening.position.status === 'active'
    const allowed = cast.filter((bidder) => bidder.canBid && bidder.sellerProfileId !== sellerProfileId)
    this.#mayBid = new Set(allowed.map(({ userId }) => userId))
  }

  /** R21: 24 hours after the end a repetition is judged anew. */
  get isForgotten(): boolean {
    const { auction } = this.#book
    const isOver = auction !== null && nextDeadline(auction) === null
    return isOver && this.#world.now >= auction.lastAt + DAY_MS
  }

  add(auctionId: number, bidderId: number, clientId: string | null, offer: Offer): Intention {
    const intention = { auctionId, bidderId, clientId, offer, sent: 0, answer: null, verdict: null }
    this.all.push(intention)
    return intention
  }

  /** A bidder's amount that they have not offered before, at or above `amount`. */
  unused(bidderId: number, amount: number): number {
    const used = new Set(
      this.all.flatMap(({ bidderId: other, offer }) =>
        other === bidderId && offer.kind === 'bid' ? [offer.amount as number] : [],
      ),
    )
    let free = amount
    while (used.has(free)) free += 1
    return free
  }

  /** An answer has reached the bidder: it is true, and it is the same as the one before (R21). */
  judge(intention: Intention, answer: Answered, verdict: Verdict | null = null): void {
    const world = this.#world
    const isRemembered = 'accepted' in answer || !NOT_REMEMBERED.includes(answer.refused)
    const describe = () => ({ intention, answer, verdict })
    if (intention.clientId !== null && intention.answer !== null && !this.isForgotten) {
      const mayDiffer = 'refused' in answer && ['rate_limited', 'unavailable'].includes(answer.refused)
      const isSame = isDeepStrictEqual(intention.answer, answer)
      world.hold(mayDiffer || isSame, 'R21: the first verdict again', describe)
      const isWhole =
        verdict === null || intention.verdict === null || isDeepStrictEqual(verdict, intention.verdict)
      world.hold(isWhole, 'R21: the whole verdict again', describe)
    }
    if ('accepted' in answer) this.checkAccepted(intention, answer.accepted, verdict)
    else world.hold(answer.refused !== 'id_reused', 'An id that was used once is not reused', describe)
    const isEarly = 'refused' in answer && answer.refused === 'not_active'
    world.hold(!isEarly || !this.#wasOpen, 'R2: what was made as open is open', describe)
    if (intention.clientId === null || !isRemembered || this.isForgotten) return
    const isThere = 'refused' in answer && this.#isInLedger(intention)
    world.hold(!isThere, 'R21: what is in the ledger is not refused when it is asked again', describe)
    intention.answer = answer
    intention.verdict = verdict ?? intention.verdict
  }

  /** Whether the ledger says what the bidder was told. */
  checkAccepted(
    { bidderId, offer }: Intention,
    told: Extract<Answered, { accepted: unknown }>['accepted'],
    verdict: Verdict | null,
  ): void {
    const entry = this.#book.entries[told.bidId - 1]
    const [first] = entry?.events ?? []
    const describe = () => ({ told, entry })
    if (entry === undefined || first === undefined || !isOffer(first)) {
      this.#world.violate('An acknowledged bid is in the ledger', describe())
    }
    const { after } = entry
    const isTheirs = first.bid.bidderId === bidderId && first.seq === told.seq && isFor(first.bid, offer)
    const isLeading = after.leader?.bidderId === bidderId
    const isTrue =
      after.price === told.currentBid && after.minimumBid === told.minimumBid && isLeading === told.leading
    this.#world.hold(isTheirs && isTrue, 'An acknowledged bid is in the ledger as acknowledged', describe)
    const maximum = isLeading ? after.leader?.maximum : first.bid.offered
    this.#world.hold(told.yourMax === maximum, 'your_max is what the bidder has offered', describe)
    if (verdict === null) return
    const isWhole = verdict.bidCount === after.bidCount && verdict.endsAt === after.endsAt
    this.#world.hold(isWhole, 'The verdict is that of its entry', describe)
  }

  /** An amount is used only once, so its entry is this one's. A purchase could be anyone's of theirs. */
  #isInLedger({ bidderId, offer }: Intention): boolean {
    if (offer.kind === 'buy_now') return false
    const kept = { kind: offer.offer, offered: offer.amount }
    return this.#book.entries.some(
      ({ events: [first] }) =>
        first !== undefined && isOffer(first) && first.bid.bidderId === bidderId && isSame(first.bid, kept),
    )
  }

  /** After a loss: whatever was acknowledged is still there. */
  recheck(): void {
    for (const intention of this.all) {
      const { answer, verdict } = intention
      if (answer !== null && 'accepted' in answer) this.checkAccepted(intention, answer.accepted, verdict)
    }
  }

  /** Nothing is in the ledger that nobody sent, and nothing that was wanted once is there twice. */
  checkOrigin(entry: LedgerEntry): void {
    const [first] = entry.events
    if (first === undefined || !isOffer(first)) return
    const { bid } = first
    this.#world.hold(this.#mayBid.has(bid.bidderId), 'R18: nobody bids who may not', () => entry)
    const causes = this.all.filter(
      ({ bidderId, offer, sent }) => sent > 0 && bidderId === bid.bidderId && isFor(bid, offer),
    )
    this.#world.hold(causes.length > 0, 'Nothing is in the ledger that nobody sent', () => entry)
    const times = causes.reduce((sum, { clientId, sent }) => sum + (clientId === null ? sent : 1), 0)
    const there = this.#book.entries.filter(({ events: [other] }) => {
      return (
        other !== undefined && isOffer(other) && other.bid.bidderId === bid.bidderId && isSame(other.bid, bid)
      )
    })
    this.#world.hold(there.length <= times, 'What was wanted once is in the ledger once', () => ({
      there,
      causes,
    }))
  }
}

type Kept = { readonly kind: 'max' | 'exact' | 'buy_now'; readonly offered: number }

const isSame = (a: Kept, b: Kept) => a.kind === b.kind && a.offered === b.offered

/** R14: an exact bid at or above the buy-now price takes it. */
function isFor({ kind, offered }: Kept, offer: Offer): boolean {
  if (offer.kind === 'buy_now') return kind === 'buy_now'
  if (kind === 'buy_now') return offer.offer === 'exact' && offer.amount >= offered
  return offer.offer === kind && offer.amount === offered
}
