import { setTimeout as sleep } from 'node:timers/promises'
import type { Person } from '../clients/person.ts'
import type { Hall } from '../hall.ts'
import { IF_BID_LOT, LISTING, type Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import { DecisionTalk, dealDecisionScripts } from './decision-scripts.ts'
import type { Negotiator } from './negotiator.ts'
import { dealOfferScripts, OfferTalk } from './offer-scripts.ts'

const DECISION_SLOTS = 5
const OFFER_SLOTS = 5
/** Listings that are there before the first fault, which could hold them up for half a minute (`in_progress`). */
const LISTINGS_FIRST = 10
const AUCTION_MIN_MS = 8_000
const AUCTION_MAX_MS = 11_000
/** What a listing and its offers take when nothing fails. */
const OFFERS_MS = 8_000
const BETWEEN_LISTINGS_MS: readonly [number, number] = [1_000, 5_000]

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

interface Listed {
  readonly vehicleId: number
  readonly seller: Person
}

/** Places in which one negotiation follows the other: over auctions below their reserve, and by offers. */
export class Bargaining {
  readonly listings: Listing[] = []
  /** Which script was played over which auction. */
  readonly scripts = new Map<number, string>()
  readonly #parts: BargainingParts
  readonly #listed: Listed[] = []
  readonly #decisionScripts: ReturnType<typeof dealDecisionScripts>
  readonly #offerScripts: ReturnType<typeof dealOfferScripts>

  constructor(parts: BargainingParts) {
    this.#parts = parts
    this.#decisionScripts = dealDecisionScripts(parts.random.stream('decisions'))
    this.#offerScripts = dealOfferScripts(parts.random.stream('offers'))
  }

  /** The first auctions of all places, and listings. */
  async open(): Promise<Lot[]> {
    const { hall } = this.#parts
    const listing = Array.from({ length: LISTINGS_FIRST }, () => hall.list(LISTING))
    this.#listed.push(...(await Promise.all(listing)))
    // Last, for their time runs.
    return await Promise.all(Array.from({ length: DECISION_SLOTS }, () => this.#open()))
  }

  /** Goes on as long as a negotiation can be over soon after `until` (epoch milliseconds). */
  async run(first: readonly Lot[], negotiator: Negotiator, until: number): Promise<void> {
    await Promise.all([
      ...first.map(async (lot) => {
        await this.#decide(lot, negotiator)
        while (Date.now() + AUCTION_MAX_MS < until) await this.#decide(await this.#open(), negotiator)
      }),
      ...Array.from({ length: OFFER_SLOTS }, async () => {
        while (Date.now() + OFFERS_MS < until) {
          await this.#offer(negotiator)
          await sleep(this.#parts.random.int(...BETWEEN_LISTINGS_MS))
        }
      }),
    ])
    for (const { vehicleId, seller } of this.#listed) {
      this.listings.push({ vehicleId, sellerId: seller.userId, script: 'never offered on' })
    }
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
    const { vehicleId, seller } = this.#listed.shift() ?? (await hall.list(LISTING))
    const [script, play] = this.#offerScripts.next().value
    this.listings.push({ vehicleId, sellerId: seller.userId, script })
    const random = this.#parts.random.stream(`listing ${vehicleId}`)
    const [one, other] = random.shuffle(hall.bidders.map(({ person }) => person))
    if (one === undefined || other === undefined) throw new Error('Nobody is there to buy')
    await play(new OfferTalk({ negotiator, vehicleId, seller, buyers: [one, other], random }))
  }
}
