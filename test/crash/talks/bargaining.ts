import type { Hall } from '../hall.ts'
import { IF_BID_LOT, LISTING, type Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import { DecisionTalk, dealDecisionScripts } from './decision-scripts.ts'
import type { Negotiator } from './negotiator.ts'
import { dealOfferScripts, OfferTalk } from './offer-scripts.ts'

const DECISION_SLOTS = 4
const OFFER_SLOTS = 3
const AUCTION_MIN_MS = 8_000
const AUCTION_MAX_MS = 11_000
/** What a listing and its offers take when nothing fails. */
const OFFERS_MS = 8_000

/** A vehicle that is not up for auction. */
export interface Listing {
  readonly vehicleId: number
  readonly sellerId: number
  readonly script: string
}

export interface BargainingParts {
  readonly hall: Hall
  readonly random: Random
  /** Epoch milliseconds: the auctions end by then if at all possible. */
  readonly latestEndAt: number
}

/** Places in which one negotiation follows the other: over auctions below their reserve, and by offers. */
export class Bargaining {
  readonly listings: Listing[] = []
  /** Which script was played over which auction. */
  readonly scripts = new Map<number, string>()
  readonly #parts: BargainingParts
  readonly #decisionScripts: ReturnType<typeof dealDecisionScripts>
  readonly #offerScripts: ReturnType<typeof dealOfferScripts>

  constructor(parts: BargainingParts) {
    this.#parts = parts
    this.#decisionScripts = dealDecisionScripts(parts.random.stream('decisions'))
    this.#offerScripts = dealOfferScripts(parts.random.stream('offers'))
  }

  /** The first auctions of all places. */
  open(): Promise<Lot[]> {
    return Promise.all(Array.from({ length: DECISION_SLOTS }, () => this.#open()))
  }

  /** Goes on as long as a negotiation can be over soon after `until` (epoch milliseconds). */
  async run(first: readonly Lot[], negotiator: Negotiator, until: number): Promise<void> {
    await Promise.all([
      ...first.map(async (lot) => {
        await this.#decide(lot, negotiator)
        while (Date.now() + AUCTION_MAX_MS < until) await this.#decide(await this.#open(), negotiator)
      }),
      ...Array.from({ length: OFFER_SLOTS }, async () => {
        do await this.#offer(negotiator)
        while (Date.now() + OFFERS_MS < until)
      }),
    ])
  }

  async #open(): Promise<Lot> {
    const { hall, random, latestEndAt } = this.#parts
    const lot = await hall.open(IF_BID_LOT, random.int(AUCTION_MIN_MS, AUCTION_MAX_MS), latestEndAt)
    hall.joinShort(lot)
    return lot
  }

  async #decide(lot: Lot, negotiator: Negotiator): Promise<void> {
    const { hall, random } = this.#parts
    await hall.endOf(lot)
    const decision = await negotiator.awaitDecision(lot.auctionId)
    if (decision === null) return
    const [name, play] = this.#decisionScripts.next().value
    this.scripts.set(lot.auctionId, name)
    const personOf = (userId: number) => hall.personOf(userId)
    const parts = { negotiator, decision, seller: hall.sellerOf(lot), personOf }
    await play(new DecisionTalk({ ...parts, random: random.stream(`decision ${lot.auctionId}`) }))
  }

  async #offer(negotiator: Negotiator): Promise<void> {
    const { hall } = this.#parts
    const [script, play] = this.#offerScripts.next().value
    const { vehicleId, seller } = await hall.list(LISTING)
    this.listings.push({ vehicleId, sellerId: seller.userId, script })
    const random = this.#parts.random.stream(`listing ${vehicleId}`)
    const [one, other] = random.shuffle(hall.bidders.map(({ person }) => person))
    if (one === undefined || other === undefined) throw new Error('Nobody is there to buy')
    await play(new OfferTalk({ negotiator, vehicleId, seller, buyers: [one, other], random }))
  }
}
