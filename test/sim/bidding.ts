import { askRoom } from '../../src/auctions/arm-auction.ts'
import type { BidAccepted, Offer, Refusal, RoomBidder } from '../../src/auctions/live/contract.ts'
import { cents, MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import { answeredOf, type Intention } from './checks/offers.ts'
import type { Client } from './client.ts'
import type { Lot } from './lot.ts'
import { heed, type Stage } from './stage.ts'

/** What bidders do, by both doors. */
export class Bidding {
  readonly #stage: Stage
  #lastId = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Anyone bids over HTTP; without an id of their own nothing is remembered. */
  bidByHttp(lot: Lot): void {
    const { random } = this.#stage.world
    this.ask(lot, this.#intend(lot, random.pick(this.#stage.bidders), random.chance(0.85)))
  }

  bidBySocket(lot: Lot, client: Client): void {
    if (client.bidder === null) return
    if (!client.isHere) client.connect()
    else client.bid(this.#intend(lot, client.bidder, true))
  }

  /** The least bid that is acceptable just now. */
  bidLeast(lot: Lot): void {
    const { bidders, world } = this.#stage
    const { userId } = world.random.pick(bidders)
    const least = lot.book.auction?.position.minimumBid ?? lot.terms.startingPrice
    const amount = cents(lot.offers.unused(userId, least))
    this.ask(
      lot,
      lot.offers.add(lot.host.auctionId, userId, this.#newId(), { kind: 'bid', offer: 'exact', amount }),
    )
  }

  buy(lot: Lot): void {
    const { random } = this.#stage.world
    if (lot.terms.buyNowPrice === null && random.chance(0.8)) return
    const { userId } = random.pick(this.#stage.bidders)
    this.ask(lot, lot.offers.add(lot.host.auctionId, userId, this.#newId(), { kind: 'buy_now' }))
  }

  /** Something that was sent lately is sent again, by either door. */
  repeat(lot: Lot, client: Client): void {
    const known = lot.offers.all.filter(({ clientId }) => clientId !== null)
    if (known.length === 0) return
    const intention = this.#stage.world.random.pick(known.slice(-8))
    if (client.isHere && client.bidder?.userId === intention.bidderId) client.bid(intention)
    else this.ask(lot, intention)
  }

  /** R21: the same id with other cents. */
  reuse(lot: Lot): void {
    const { rooms, world } = this.#stage
    const used = lot.offers.all.filter(({ clientId, answer }) => clientId !== null && answer !== null)
    if (used.length === 0 || lot.offers.isForgotten) return
    const { bidderId, clientId } = world.random.pick(used)
    const bidder = this.#bidder(bidderId)
    const offer: Offer = { kind: 'bid', offer: 'max', amount: cents(MAX_AMOUNT_CENTS) }
    heed(
      world,
      rooms(lot.host.auctionId, 'once', (room) => room.bid(bidder, clientId, offer, 'sim')),
      (answer) => {
        const isReused = !answer.ok && answer.code === 'id_reused'
        world.hold(isReused, 'R21: other content under the same id is id_reused', () => answer)
      },
    )
  }

  /** Sends a bid over HTTP, for the first time or again. */
  ask(lot: Lot, intention: Intention): void {
    const { rooms, db, world } = this.#stage
    const bidder = this.#bidder(intention.bidderId)
    const { auctionId, clientId, offer } = intention
    const who = `bidder ${bidder.userId}`
    world.note(who, () => `asks ${auctionId} for ${JSON.stringify(offer)} as ${clientId}`)
    intention.sent += 1
    const ask = () =>
      rooms(auctionId, clientId === null ? 'once' : 'repeatable', (room) =>
        room.bid(bidder, clientId, offer, 'sim'),
      )
    const mustAnswer = world.weather.isCalm
    const ctx = { db, rooms, requestId: 'sim', log: world.logger(who, () => undefined) }
    heed(world, askRoom<BidAccepted | Refusal>(ctx, auctionId, ask), (answer) => {
      world.note(who, () => `is told ${JSON.stringify(answer)}`)
      const isJudged = answer.ok || !['unavailable', 'not_found'].includes(answer.code)
      world.hold(isJudged || !mustAnswer, 'A bid is judged when nothing fails', () => answer)
      lot.offers.judge(intention, answeredOf(answer), answer.ok ? answer.verdict : null)
    })
  }

  #newId(): string {
    this.#lastId += 1
    return `id-${this.#lastId}`
  }

  #bidder(bidderId: number): RoomBidder {
    const bidder = this.#stage.bidders.find(({ userId }) => userId === bidderId)
    if (bidder === undefined) throw new Error(`Nobody is ${bidderId}`)
    return bidder
  }

  #intend(lot: Lot, { userId }: RoomBidder, isRemembered: boolean): Intention {
    const clientId = isRemembered ? this.#newId() : null
    return lot.offers.add(lot.host.auctionId, userId, clientId, this.#drawOffer(lot, userId))
  }

  /** An amount near what matters just now. */
  #drawOffer(lot: Lot, bidderId: number): Offer {
    const { random } = this.#stage.world
    const {
      minimumBid = null,
      leader = null,
      price = 0,
      reservePrice = null,
    } = lot.book.auction?.position ?? {}
    const least = minimumBid ?? lot.terms.startingPrice
    const base = random.weighted([
      [12, least],
      [4, leader?.maximum ?? least],
      [1, price],
      [2, reservePrice ?? least],
      [1, lot.terms.buyNowPrice ?? least],
    ])
    const plus = random.weighted([
      [4, 0],
      [1, 1],
      [1, -1],
      [8, random.between(0, 30_000)],
      [1, random.between(-10_000, 0)],
    ])
    const wanted = Math.min(MAX_AMOUNT_CENTS, Math.max(1, base + plus))
    const amount = cents(lot.offers.unused(bidderId, wanted))
    return { kind: 'bid', offer: random.chance(0.6) ? 'max' : 'exact', amount }
  }
}
