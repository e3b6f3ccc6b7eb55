import { describeError } from '../../lib/error-text.ts'
import { type Cents, centsToDollars, ZERO_CENTS } from '../../lib/money.ts'
import { OneByOne } from '../../lib/one-by-one.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics/metrics.ts'
import type { People } from '../../users/live/people.ts'
import type { Auction, Bidder, EpochMs, LedgerEntry } from '../engine/auction.ts'
import { receivedAt } from '../engine/deadline.ts'
import { decide } from '../engine/decide.ts'
import { bidOf } from '../engine/verdict.ts'
import { AUCTION_TYPE } from '../schemas.ts'
import type { Book } from './book.ts'
import type { BidAccepted, Offer, Refusal, RefusalCode, RoomBidder } from './contract.ts'
import type { Holds } from './holds.ts'
import type { Ledger } from './ledger.ts'
import type { KnownPerson } from './ledger-people.ts'
import type { Judgement } from './ledger-rows.ts'
import type { Verdicts } from './ledger-verdicts.ts'
import { BID_ALLOWANCE, Buckets } from './limits.ts'
import { refuse } from './refusal.ts'

export type BidAnswer = BidAccepted | Refusal

/** A bid as it came through either door. */
export interface PlacedBid {
  readonly bidder: RoomBidder
  /** null: the client named none, and nothing is remembered. */
  readonly clientId: string | null
  /** null: it was no well-formed bid. */
  readonly offer: Offer | null
  readonly door: 'http' | 'socket'
  readonly requestId: string
}

export interface BidDeps {
  clock: () => EpochMs
  people: Pick<People, 'enterRoom'>
  settings: { RATE_LIMITS: 'on' | 'off' }
  log: Logger
  metrics: Pick<Metrics, 'bids' | 'bidAmounts'>
}

/** R21: these are judged anew when they are repeated. */
const NOT_REMEMBERED: readonly RefusalCode[] = [
  'not_found',
  'id_reused',
  'rate_limited',
  'unavailable',
  'amount_invalid',
]
const LIMITED_SECONDS = 1
const UNAVAILABLE_SECONDS = 5
/** What is at stake may have grown while it was asked for; that it does so again and again is nobody's chance. */
const QUESTIONS_MAX = 4
const MALFORMED = 'malformed'
const LOG_EVERY_MS = 1_000

/** What makes an offer the same one again (R21): its kind and its cents. */
const contentOf = (offer: Offer | null): string => {
  if (offer === null) return MALFORMED
  return offer.kind === 'buy_now' ? 'buy_now' : `${offer.offer}:${offer.amount}`
}

const describeBidder = (bidder: RoomBidder, { alias, suspended }: KnownPerson): Bidder => ({
  bidderId: bidder.userId,
  sellerProfileId: bidder.sellerProfileId,
  eligible: bidder.canBid && !suspended,
  alias,
})

/** The two doors' one way in: repetition, rate, eligibility, the engine, the ledger. */
export class Bids {
  readonly #book: Book
  readonly #ledger: Ledger
  readonly #verdicts: Verdicts
  readonly #holds: Holds
  readonly #deps: BidDeps
  readonly #rates = new Buckets(BID_ALLOWANCE)
  readonly #turns = new OneByOne<number>()
  readonly #asking = new Map<number, Promise<boolean>>()
  #accepted = { count: 0, since: 0 }

  constructor(book: Book, ledger: Ledger, verdicts: Verdicts, holds: Holds, deps: BidDeps) {
    this.#book = book
    this.#ledger = ledger
    this.#verdicts = verdicts
    this.#holds = holds
    this.#deps = deps
  }

  /**
   * Judges a bid. A person whom the room does not know yet is asked for first; the bid is then judged by when it
   * enters the block. The answer of a known one is no promise, so that their bids are judged in their order; with
   * buying power on they wait for each other (M18).
   */
  place(bid: PlacedBid): BidAnswer | Promise<BidAnswer> {
    const now = this.#deps.clock()
    if (this.#book.settle(now) === null) return refuse('not_found', now)
    if (this.#holds.isOn) return this.#turns.run(bid.bidder.userId, () => this.#placeHeld(bid))
    const known = this.#ledger.people.find(bid.bidder.userId)
    return known === null ? this.#placeUnknown(bid, now) : this.#judge(bid, known, now, false)
  }

  async #placeUnknown(bid: PlacedBid, now: EpochMs): Promise<BidAnswer> {
    // Whoever is not known has no verdict to repeat, so their rate may be looked at before they are asked for.
    if (!this.#takeRate(bid, now)) return this.#refused(bid, 'rate_limited', now)
    await this.askFor(bid.bidder.userId)
    const entered = this.#deps.clock()
    this.#book.settle(entered)
    const known = this.#ledger.people.find(bid.bidder.userId)
    return known === null
      ? this.#refused(bid, 'unavailable', entered)
      : this.#judge(bid, known, entered, true)
  }

  /** M18: what the bid puts at stake is held first; it is then judged as of when that was answered. */
  async #placeHeld(bid: PlacedBid): Promise<BidAnswer> {
    const { clock } = this.#deps
    const { userId } = bid.bidder
    let isRateTaken = false
    let held: Cents = ZERO_CENTS
    let refused: 'refused' | 'unavailable' | null = null
    try {
      for (let question = 0; ; question++) {
        const now = clock()
        const auction = this.#book.settle(now)
        const known = this.#ledger.people.find(userId)
        if (auction === null) return refuse('not_found', now)
        const stake = known === null ? null : this.#stakeOf(bid, auction, known, now)
        if (known !== null && (stake === null || stake <= held))
          return this.#judge(bid, known, now, isRateTaken)
        if (refused === 'refused') return this.#refused(bid, 'buying_power', receivedAt(auction, now))
        if (refused !== null || question > QUESTIONS_MAX) return this.#refused(bid, 'unavailable', now)
        if (!isRateTaken && !this.#takeRate(bid, now)) return this.#refused(bid, 'rate_limited', now)
        isRateTaken = true
        if (stake === null) {
          if (!(await this.askFor(userId))) refused = 'unavailable'
          continue
        }
        const answer = await this.#holds.take(userId, stake)
        if (answer === 'granted') held = stake
        else refused = answer
      }
    } finally {
      this.#holds.release(userId)
    }
  }

  /** What has to be held before this bid is judged: all that is offered, whether it leads or not (R19). */
  #stakeOf(bid: PlacedBid, auction: Auction, known: KnownPerson, now: EpochMs): Cents | null {
    const { bidder, clientId, offer } = bid
    if (offer === null) return null
    if (clientId !== null && this.#verdicts.find(bidder.userId, clientId) !== null) return null
    const decision = decide(auction, describeBidder(bidder, known), offer, now)
    if (decision.rejected === 'buy_now_gone') return auction.terms.buyNowPrice
    return decision.rejected === null && decision.verdict !== null ? decision.verdict.yourMax : null
  }

  /** Asks the person's object whether they are suspended, once. @returns whether the room knows it now */
  askFor(userId: number): Promise<boolean> {
    const asking = this.#asking.get(userId) ?? this.#ask(userId).finally(() => this.#asking.delete(userId))
    this.#asking.set(userId, asking)
    return asking
  }

  async #ask(userId: number): Promise<boolean> {
    if (this.#ledger.people.find(userId) !== null) return true
    try {
      this.#ledger.people.saveStanding(
        userId,
        await this.#deps.people.enterRoom(userId, this.#ledger.auctionId),
      )
      return true
    } catch (error) {
      this.#deps.log.warn('person_not_asked', { user_id: userId, ...describeError(error) })
      return false
    }
  }

  /**
   * One synchronous block, from the judgement to the written entry. R21's ids come first in effect: whether one was
   * answered before is found out by the statement that writes the bid, and asked for by itself only where there is
   * none to write.
   */
  #judge(bid: PlacedBid, known: KnownPerson, now: EpochMs, isRateTaken: boolean): BidAnswer {
    const { bidder, clientId, offer } = bid
    const { auction } = this.#book
    if (auction === null) return refuse('not_found', now)
    const received = receivedAt(auction, now)
    const decision = offer === null ? null : decide(auction, describeBidder(bidder, known), offer, now)
    if (decision?.rejected === null && (isRateTaken || this.#mayGoOn(bid, now))) {
      const { entry, verdict } = decision
      if (verdict === null) throw new Error('An accepted bid has a verdict')
      if (this.#write(bid, entry)) {
        if (!isRateTaken) this.#takeRate(bid, now)
        this.#noteAccepted(bid, verdict.currentBid, received)
        return { ok: true, verdict, replayed: false, serverTime: received }
      }
    }

    const stored = clientId === null ? null : this.#verdicts.find(bidder.userId, clientId)
    if (stored !== null) {
      if (stored.content !== contentOf(offer)) return this.#refused(bid, 'id_reused', now)
      return this.#repeat(bid, stored.judgement, now)
    }
    if (!isRateTaken && !this.#takeRate(bid, now)) return this.#refused(bid, 'rate_limited', now)
    if (decision === null) return this.#refused(bid, 'amount_invalid', now)
    if (decision.rejected === null) throw new Error('A verdict was neither written nor there')
    return this.#refused(bid, decision.rejected, received, decision.minimumBid)
  }

  /** @returns false, and nothing is written, where the bid's id was answered before */
  #write({ clientId, offer }: PlacedBid, entry: LedgerEntry): boolean {
    const bid = bidOf(entry)
    if (bid === null) throw new Error('An accepted bid is in its entry')
    return this.#book.commitBid(
      entry,
      bid,
      clientId === null ? null : { clientId, content: contentOf(offer) },
    )
  }

  #repeat(bid: PlacedBid, judgement: Judgement, now: EpochMs): BidAnswer {
    const { auction } = this.#book
    const serverTime = auction === null ? now : receivedAt(auction, now)
    if ('accepted' in judgement) {
      if (bid.door === 'http') this.#logHttp('bid_repeated', bid)
      return { ok: true, verdict: judgement.accepted, replayed: true, serverTime }
    }
    this.#logRefusal(bid, judgement.refused)
    return refuse(judgement.refused, serverTime, { minimumBid: judgement.minimumBid })
  }

  #refused(bid: PlacedBid, code: RefusalCode, serverTime: EpochMs, minimumBid: Cents | null = null): Refusal {
    const { bidder, clientId, offer } = bid
    if (clientId !== null && !NOT_REMEMBERED.includes(code)) {
      const judgement = { content: contentOf(offer), judgement: { refused: code, minimumBid } }
      this.#verdicts.saveRefused(bidder.userId, clientId, judgement)
    }
    this.#deps.metrics.bids.inc({ auction_type: AUCTION_TYPE, result: code })
    this.#logRefusal(bid, code)
    return refuse(code, serverTime, { minimumBid, retryAfterSeconds: RETRY_AFTER_SECONDS[code] ?? null })
  }

  #mayGoOn({ bidder }: PlacedBid, now: EpochMs): boolean {
    return this.#deps.settings.RATE_LIMITS === 'off' || this.#rates.has(bidder.userId, now)
  }

  #takeRate({ bidder }: PlacedBid, now: EpochMs): boolean {
    return this.#deps.settings.RATE_LIMITS === 'off' || this.#rates.take(bidder.userId, now)
  }

  #logRefusal({ bidder, door, requestId }: PlacedBid, code: RefusalCode): void {
    this.#deps.log.info('bid_refused', { request_id: requestId, user_id: bidder.userId, door, code })
  }

  #logHttp(event: string, { bidder, requestId }: PlacedBid): void {
    this.#deps.log.info(event, { request_id: requestId, user_id: bidder.userId })
  }

  #noteAccepted(bid: PlacedBid, price: Cents, now: EpochMs): void {
    this.#deps.metrics.bids.inc({ auction_type: AUCTION_TYPE, result: 'accepted' })
    this.#deps.metrics.bidAmounts.observe({}, centsToDollars(price))
    if (bid.door === 'http') {
      this.#logHttp('bid_accepted', bid)
      return
    }
    if (this.#accepted.count === 0) this.#accepted.since = now
    this.#accepted.count += 1
    if (now - this.#accepted.since >= LOG_EVERY_MS) this.logAccepted()
  }

  /** One line for the socket bids of about a second; whatever wakes the room later tells the rest. */
  logAccepted(): void {
    const { count, since } = this.#accepted
    if (count === 0) return
    this.#accepted = { count: 0, since: 0 }
    this.#deps.log.info('bids_accepted', { bids: count, since: new Date(since).toISOString() })
  }
}

const RETRY_AFTER_SECONDS: Partial<Record<RefusalCode, number>> = {
  rate_limited: LIMITED_SECONDS,
  unavailable: UNAVAILABLE_SECONDS,
}
