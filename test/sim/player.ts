import { askRoom } from '../../src/auctions/arm-auction.ts'
import type { BidAccepted, Offer, Refusal, RoomBidder, RoomViewer } from '../../src/auctions/live/contract.ts'
import type { OpenRoom, Rooms } from '../../src/auctions/rooms.ts'
import type { Database } from '../../src/db/client.ts'
import { cents, MAX_AMOUNT_CENTS } from '../../src/lib/money.ts'
import { ADMIN, SELLER } from './cast.ts'
import { answeredOf, type Intention } from './checks/offers.ts'
import type { Client } from './client.ts'
import type { Lot } from './lot.ts'
import type { SimPeople } from './people.ts'
import type { World } from './world.ts'

export interface PlayerParts {
  world: World
  lots: readonly Lot[]
  clients: ReadonlyMap<Lot, readonly Client[]>
  bidders: readonly RoomBidder[]
  people: SimPeople
  rooms: Rooms
  db: Database
  sweep: () => void
}

const MIN_DURATION_MS = 1_000

/** Everyone who does something in a history, one thing at a time, drawn by chance. */
export class Player {
  readonly #parts: PlayerParts
  #lastId = 0

  constructor(parts: PlayerParts) {
    this.#parts = parts
  }

  /** Does one thing. */
  act(): void {
    const { world, lots, clients } = this.#parts
    const { random } = world
    const lot = random.pick(lots)
    const client = random.pick(clients.get(lot) ?? [])
    const act = random.weighted<() => void>([
      [25, () => this.#bidByHttp(this.#intend(lot, random.chance(0.85)))],
      [35, () => this.#bidBySocket(lot, client)],
      [10, () => this.#repeat(lot, client)],
      [2, () => this.#reuse(lot)],
      [2, () => this.#buy(lot)],
      [10, () => this.#arrive(client)],
      [3, () => client.leave()],
      [2, () => (client.isReading ? client.stopReading() : client.readOn())],
      [3, () => client.sync()],
      [1, () => client.sync(random.between(0, 60))],
      [1, () => client.sendRubbish(random.chance(0.5))],
      [4, () => this.#look(lot)],
      [2, () => this.#lowerReserve(lot)],
      [2, () => this.#edit(lot)],
      [0.5, () => this.#cancel(lot)],
      [3, () => this.#void(lot)],
      [1, () => this.#changeVehicle(lot)],
      [1.5, () => this.#suspend()],
      [1, () => lot.host.crash('for no reason')],
      [4, () => lot.host.crashAtNextWrite()],
      [1, () => lot.host.ringUnasked()],
      [7, () => this.#changeWeather(lot)],
      [1, () => this.#parts.sweep()],
    ])
    act()
  }

  /** How long nothing is done; sometimes just until an auction is about to end. */
  wait(): number {
    const { world, lots } = this.#parts
    const { random } = world
    const { auction } = random.pick(lots).book
    const toEnd = (auction?.position.endsAt ?? 0) - world.now
    if (toEnd > 0 && random.chance(0.015)) return Math.max(0, toEnd - random.between(-5, 2_000))
    return random.weighted([
      [12, random.between(0, 60)],
      [8, random.between(60, 3_000)],
      [1, random.between(3_000, 30_000)],
    ])
  }

  /** What was asked before, asked again. */
  bidAgain(intention: Intention): void {
    this.#bidByHttp(intention)
  }

  #intend(lot: Lot, isRemembered: boolean, bidder = this.#parts.world.random.pick(this.#parts.bidders)) {
    const clientId = isRemembered ? `id-${++this.#lastId}` : null
    return lot.offers.add(lot.host.auctionId, bidder.userId, clientId, this.#drawOffer(lot, bidder.userId))
  }

  /** An amount near what matters just now. */
  #drawOffer(lot: Lot, bidderId: number): Offer {
    const { random } = this.#parts.world
    const { auction } = lot.book
    const { minimumBid = null, leader = null, price = 0, reservePrice = null } = auction?.position ?? {}
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

  #bidByHttp(intention: Intention): void {
    const { bidders, rooms, db, world } = this.#parts
    const lot = this.#lotOf(intention)
    const bidder = bidders.find(({ userId }) => userId === intention.bidderId)
    if (lot === undefined || bidder === undefined) return
    const { auctionId, clientId, offer } = intention
    const who = `bidder ${bidder.userId}`
    world.note(who, () => `asks ${auctionId} for ${JSON.stringify(offer)} as ${clientId}`)
    intention.sent += clientId === null ? 1 : 2
    const ask = () =>
      rooms(auctionId, clientId === null ? 'once' : 'repeatable', (room) =>
        room.bid(bidder, clientId, offer, 'sim'),
      )
    const ctx = { db, rooms, requestId: 'sim', log: world.logger(who, () => undefined) }
    this.#heed(askRoom<BidAccepted | Refusal>(ctx, auctionId, ask), (answer) => {
      world.note(who, () => `is told ${JSON.stringify(answer)}`)
      lot.offers.judge(intention, answeredOf(answer), answer.ok ? answer.verdict : null)
    })
  }

  #lotOf({ auctionId }: Intention): Lot | undefined {
    return this.#parts.lots.find(({ host }) => host.auctionId === auctionId)
  }

  #bidBySocket(lot: Lot, client: Client): void {
    if (client.bidder === null) return
    if (!client.isHere) client.connect()
    else client.bid(this.#intend(lot, true, client.bidder))
  }

  #repeat(lot: Lot, client: Client): void {
    const { random } = this.#parts.world
    const known = lot.offers.all.filter(({ clientId }) => clientId !== null)
    if (known.length === 0) return
    const intention = random.pick(known.slice(-8))
    if (client.isHere && client.bidder?.userId === intention.bidderId) client.bid(intention)
    else this.#bidByHttp(intention)
  }

  /** R21: the same id with other cents. */
  #reuse(lot: Lot): void {
    const { rooms, world, bidders } = this.#parts
    const used = lot.offers.all.filter(({ clientId, answer }) => clientId !== null && answer !== null)
    if (used.length === 0 || lot.offers.isForgotten) return
    const { bidderId, clientId } = world.random.pick(used)
    const bidder = bidders.find(({ userId }) => userId === bidderId)
    if (bidder === undefined) return
    const offer: Offer = { kind: 'bid', offer: 'max', amount: cents(MAX_AMOUNT_CENTS) }
    const asked = rooms(lot.host.auctionId, 'once', (room) => room.bid(bidder, clientId, offer, 'sim'))
    this.#heed(asked, (answer) => {
      world.hold(
        !answer.ok && answer.code === 'id_reused',
        'R21: other content under the same id is id_reused',
        () => answer,
      )
    })
  }

  #buy(lot: Lot): void {
    const { random } = this.#parts.world
    if (lot.terms.buyNowPrice === null && random.chance(0.8)) return
    const bidder = random.pick(this.#parts.bidders)
    const intention = lot.offers.add(lot.host.auctionId, bidder.userId, `id-${++this.#lastId}`, {
      kind: 'buy_now',
    })
    this.#bidByHttp(intention)
  }

  #arrive(client: Client): void {
    client.connect()
    if (client.isHere && this.#parts.world.random.chance(0.7)) client.sync()
  }

  #look(lot: Lot): void {
    const { random } = this.#parts.world
    const viewer = random.pick([null, SELLER, ADMIN, this.#viewerOf(random.pick(this.#parts.bidders))])
    this.#heed(
      this.#parts.rooms(lot.host.auctionId, 'repeatable', (room) => room.view(viewer)),
      (auction) => {
        if (auction !== null) lot.witness.seeAuction(auction, viewer)
      },
    )
  }

  #viewerOf = ({ userId, sellerProfileId }: RoomBidder): RoomViewer => ({
    userId,
    sellerProfileId,
    isAdmin: false,
  })

  #lowerReserve(lot: Lot): void {
    const { random } = this.#parts.world
    const reserve = lot.book.auction?.position.reservePrice ?? null
    const lower = reserve === null ? 0 : Math.max(1, reserve - random.between(0, 20_000))
    const reservePrice = random.chance(0.3) ? null : cents(lower)
    this.#command(lot, SELLER, (room) =>
      room.edit({ viewer: SELLER, changes: { reservePrice }, minDurationMs: MIN_DURATION_MS }, 'sim'),
    )
  }

  #edit(lot: Lot): void {
    const { random, now } = this.#parts.world
    const changes = {
      startingPrice: cents(random.between(1, 5_000)),
      reservePrice: null,
      buyNowPrice: null,
      endsAt: now + random.between(30_000, 300_000),
    }
    this.#command(lot, SELLER, (room) =>
      room.edit({ viewer: SELLER, changes, minDurationMs: MIN_DURATION_MS }, 'sim'),
    )
  }

  #cancel(lot: Lot): void {
    const viewer = this.#parts.world.random.pick([SELLER, ADMIN])
    this.#command(lot, viewer, (room) => room.cancel(viewer, 'title lost', 'sim'))
  }

  #void(lot: Lot): void {
    const { random } = this.#parts.world
    const numbers = lot.book.standing().flatMap((item) => (item.type === 'bid' ? [item.number] : []))
    const last = numbers.slice(-3)
    if (last.length === 0) return
    const bidIds = random.chance(0.3) ? last : [random.pick(last)]
    this.#command(lot, ADMIN, (room) => room.voidBids(ADMIN, bidIds, 'typing error', 'sim'))
  }

  /** M12, or a change that is none of it. */
  #changeVehicle(lot: Lot): void {
    const { random } = this.#parts.world
    const viewer = random.pick([SELLER, ADMIN])
    const mileage = random.between(90_000, 99_000)
    const changes = random.chance(0.3) ? [{ field: 'mileage', before: 90_000, after: mileage }] : []
    const change = { viewer, vehicle: { ...lot.vehicle, mileage }, changes }
    this.#command(lot, viewer, (room) => room.changeVehicle(change, 'sim'))
  }

  #command(lot: Lot, viewer: RoomViewer, ask: (room: OpenRoom) => ReturnType<OpenRoom['edit']>): void {
    this.#heed(this.#parts.rooms(lot.host.auctionId, 'once', ask), (answer) => {
      this.#parts.world.note('house', () =>
        answer.ok ? 'command accepted' : `command refused: ${answer.code}`,
      )
      if (answer.ok) lot.witness.seeAuction(answer.auction, viewer)
    })
  }

  #suspend(): void {
    const { people, bidders, world } = this.#parts
    const { userId } = world.random.pick(bidders)
    people.change(userId, !people.isSuspended(userId))
  }

  #changeWeather(lot: Lot): void {
    const { world } = this.#parts
    if (world.random.chance(0.15)) {
      const bids = lot.book
        .standing()
        .flatMap((item) => (item.type === 'bid' ? [item.offered as number] : []))
      world.weather.refusedNumber = world.random.chance(0.5) ? (bids.at(-1) ?? null) : null
      world.note('weather', () => `refusedNumber ${world.weather.refusedNumber}`)
      return
    }
    const what = world.weather.change()
    world.note('weather', () => what)
  }

  /** An answer that does not come is nothing to wonder at; one that is wrong is. */
  #heed<T>(asked: Promise<T>, read: (answer: T) => void): void {
    const { world } = this.#parts
    asked
      .then(read, (error: unknown) => world.note('answer', () => String(error)))
      .catch((error: unknown) => world.fail(error instanceof Error ? error : new Error(String(error))))
  }
}
