import { setTimeout as sleep } from 'node:timers/promises'
import type { Hall, Listed } from '../hall.ts'
import { IF_BID_LOT, LISTING, type Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import { DECISION_SCRIPTS, DecisionTalk, dealDecisionScripts } from './decision-scripts.ts'
import type { Negotiator } from './negotiator.ts'
import { dealOfferScripts, OFFER_SCRIPTS, OfferTalk } from './offer-scripts.ts'

/** Going on after the first ones. */
const DECISION_SLOTS = 3
const OFFER_SLOTS = 3
const AUCTION_MIN_MS = 8_000
const AUCTION_MAX_MS = 12_000
/** The first auctions end within so long of the beginning; one offer in two is made at once, the others meanwhile. */
const FIRST_WITHIN_MS = 20_000
const BIDDERS = 4
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
}

/** Places in which one negotiation follows the other: over auctions below their reserve, and by offers. */
export class Bargaining {
  readonly listings: Listing[] = []
  readonly #parts: BargainingParts
  readonly #listings: Listed[] = []
  readonly #vehicles: Listed[] = []
  readonly #decisionScripts: ReturnType<typeof dealDecisionScripts>
  readonly #offerScripts: ReturnType<typeof dealOfferScripts>

  constructor(parts: BargainingParts) {
    this.#parts = parts
    this.#decisionScripts = dealDecisionScripts(parts.random.stream('decisions'))
    this.#offerScripts = dealOfferScripts(parts.random.stream('offers'))
  }

  /**
   * A vehicle for each script, before the first fault, which could hold that up for half a minute (`in_progress`).
   */
  async list(): Promise<void> {
    const list = (count: number) =>
      Promise.all(Array.from({ length: count }, () => this.#parts.hall.list(LISTING)))
    this.#vehicles.push(...(await list(DECISION_SCRIPTS)))
    this.#listings.push(...(await list(OFFER_SCRIPTS)))
  }

  /** The first auctions; all end by `latestEndAt` (epoch milliseconds) if at all possible. */
  open(latestEndAt: number): Promise<Lot[]> {
    const { random } = this.#parts
    return Promise.all(
      this.#vehicles.map((vehicle) =>
        this.#open(random.int(AUCTION_MIN_MS, FIRST_WITHIN_MS), latestEndAt, vehicle),
      ),
    )
  }

  /** Goes on as long as a negotiation can be over soon after `until` (epoch milliseconds). */
  async run(
    first: readonly Lot[],
    negotiator: Negotiator,
    { until, latestEndAt }: { until: number; latestEndAt: number },
  ): Promise<void> {
    const { random } = this.#parts
    await Promise.all([
      ...first.map((lot) => this.#decide(lot, negotiator)),
      ...this.#listings.map(async (listed, index) => {
        await sleep(index % 2 === 0 ? 0 : random.stream(`listing ${index}`).int(0, FIRST_WITHIN_MS))
        await this.#offer(listed, negotiator)
      }),
      ...Array.from({ length: DECISION_SLOTS }, async (_, index) => {
        const slot = random.stream(`decision slot ${index}`)
        while (Date.now() + 2 * AUCTION_MAX_MS < until) {
          const lot = await this.#open(slot.int(AUCTION_MIN_MS, AUCTION_MAX_MS), latestEndAt)
          await this.#decide(lot, negotiator)
        }
      }),
      ...Array.from({ length: OFFER_SLOTS }, async (_, index) => {
        const slot = random.stream(`offer slot ${index}`)
        while (Date.now() + 2 * OFFERS_MS < until) {
          await this.#offer(await this.#parts.hall.list(LISTING), negotiator)
          await sleep(slot.int(...BETWEEN_LISTINGS_MS))
        }
      }),
    ])
  }

  async #open(durationMs: number, latestEndAt: number, vehicle?: Listed): Promise<Lot> {
    const { hall } = this.#parts
    const lot = await hall.open(IF_BID_LOT, durationMs, latestEndAt, vehicle)
    hall.joinShort(lot, BIDDERS)
    return lot
  }

  async #decide(lot: Lot, negotiator: Negotiator): Promise<void> {
    const { hall, random } = this.#parts
    await hall.endOf(lot)
    const decision = await negotiator.awaitDecision(lot.auctionId)
    if (decision === null) return
    const [, play] = this.#decisionScripts.next().value
    const personOf = (userId: number) => hall.personOf(userId)
    const parts = { negotiator, decision, seller: hall.sellerOf(lot), personOf }
    await play(new DecisionTalk({ ...parts, random: random.stream(`decision ${lot.auctionId}`) }))
  }

  async #offer({ vehicleId, seller }: Listed, negotiator: Negotiator): Promise<void> {
    const { hall } = this.#parts
    const [script, play] = this.#offerScripts.next().value
    this.listings.push({ vehicleId, sellerId: seller.person.userId, script })
    const random = this.#parts.random.stream(`listing ${vehicleId}`)
    const [one, other] = random.shuffle(hall.bidders.map(({ person }) => person))
    if (one === undefined || other === undefined) throw new Error('Nobody is there to buy')
    await play(new OfferTalk({ negotiator, vehicleId, seller: seller.person, buyers: [one, other], random }))
  }
}
