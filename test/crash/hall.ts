import { setTimeout as sleep } from 'node:timers/promises'
import { LOCAL_ADMIN_CLERK_ID } from '../../local/cloud.ts'
import { Api } from './clients/api.ts'
import { Bidder, PENDING_MAX } from './clients/bidder.ts'
import { Connections } from './clients/connections.ts'
import { Crowd } from './clients/crowd.ts'
import type { LiveSocket } from './clients/live-socket.ts'
import { OfferBook } from './clients/offers.ts'
import { Person } from './clients/person.ts'
import { Seller } from './clients/seller.ts'
import type { ClientRecord } from './clients/story.ts'
import type { Lot, LotKind } from './lots.ts'
import type { Random } from './random.ts'
import type { Surprises } from './surprises.ts'

export const BIDDERS = 40
const SELLERS = 4
const WATCHERS_PER_LOT = 2
const LONG_LOTS_PER_BIDDER = 2
const BIDDERS_PER_SHORT_LOT = 9
/** The others bid over HTTP alone. */
const WITH_SOCKETS = 0.7
const SIGN_IN_AT_ONCE = 8

interface HallParts {
  url: string
  dataDir: string
  random: Random
  surprises: Surprises
}

/** An active vehicle. */
export interface Listed {
  readonly serial: number
  readonly seller: Seller
  readonly vehicleId: number
}

/** Everybody who takes part, and what they were told. */
export class Hall {
  readonly book = new OfferBook()
  readonly bidders: Bidder[] = []
  /** Who comes for a few auctions, and is suspended there. */
  readonly guests: Bidder[] = []
  readonly lots: Lot[] = []
  readonly crowd: Crowd
  readonly #parts: HallParts
  readonly #connections: Connections
  readonly #ends = new Map<number, Promise<void>>()
  readonly #sellers: Seller[] = []
  #addresses = 0
  #serial = 0

  constructor(parts: HallParts) {
    this.#parts = parts
    const { url, random } = parts
    const connections = new Connections({ url, random, book: this.book })
    this.#connections = connections
    this.crowd = new Crowd((lot, name) => connections.make(lot, name), random.stream('crowd'))
  }

  async signUp(): Promise<void> {
    const { random, dataDir } = this.#parts
    const names = [
      ...Array.from({ length: SELLERS }, (_, index) => `seller-${index + 1}`),
      ...Array.from({ length: BIDDERS }, (_, index) => `bidder-${index + 1}`),
    ]
    for (let from = 0; from < names.length; from += SIGN_IN_AT_ONCE) {
      const people = names
        .slice(from, from + SIGN_IN_AT_ONCE)
        .map((name) => new Person(name, this.newApi(), dataDir).signIn())
      for (const person of await Promise.all(people)) {
        if (person.name.startsWith('seller')) this.#sellers.push(new Seller(person))
        else this.bidders.push(new Bidder(person, this.book, random.stream(person.name)))
      }
    }
  }

  /** Lists a vehicle, puts it up, and lets watchers in. */
  async open(
    kind: LotKind,
    durationMs: number,
    latestEndAt = Number.POSITIVE_INFINITY,
    listed?: Listed,
  ): Promise<Lot> {
    const { serial, seller, vehicleId } = listed ?? (await this.list(kind))
    const lot = await seller.open(vehicleId, serial, kind, { durationMs, latestEndAt })
    this.lots.push(lot)
    // Nobody wakes its room: what is due there comes by its alarm or by the sweeper alone.
    if (kind.isQuiet) {
      this.#ends.set(lot.auctionId, sleep(durationMs))
      return lot
    }
    const watchers = Array.from({ length: WATCHERS_PER_LOT }, (_, index) =>
      this.#connections.stay(this.#connections.make(lot, `watcher-${index + 1}`)),
    )
    this.#ends.set(lot.auctionId, Promise.race(watchers))
    return lot
  }

  /** An active vehicle that is not up for auction. */
  async list(kind: LotKind): Promise<Listed> {
    const serial = ++this.#serial
    const seller = this.#sellers[serial % this.#sellers.length]
    if (seller === undefined) throw new Error('There is no seller')
    return { serial, seller, vehicleId: await seller.list(serial, kind) }
  }

  /** Every bidder joins two of the long auctions, so that each of these has as many as any other. */
  joinLong(lots: readonly Lot[]): void {
    const random = this.#parts.random.stream('joining')
    const order = random.shuffle(this.bidders)
    for (const [index, bidder] of order.entries()) {
      for (let which = 0; which < LONG_LOTS_PER_BIDDER; which++) {
        const lot = lots[(index + which * (1 + (index % 3))) % lots.length]
        if (lot !== undefined) this.#join(bidder, lot, random)
      }
    }
  }

  joinShort(lot: Lot, count = BIDDERS_PER_SHORT_LOT): void {
    if (lot.kind.isQuiet) return
    const random = this.#parts.random.stream(`joining ${lot.auctionId}`)
    for (const bidder of random.shuffle(this.bidders).slice(0, count)) {
      this.#join(bidder, lot, random)
    }
  }

  /** New bidders, who bid at these auctions alone. */
  async inviteGuests(count: number, lots: readonly Lot[]): Promise<Bidder[]> {
    const { random, dataDir } = this.#parts
    const invited = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        new Person(`guest-${this.guests.length + index + 1}`, this.newApi(), dataDir).signIn(),
      ),
    )
    const guests = invited.map((person) => new Bidder(person, this.book, random.stream(person.name)))
    this.guests.push(...guests)
    for (const guest of guests) {
      for (const lot of lots)
        this.#join(guest, lot, random.stream(`${guest.person.name} at ${lot.auctionId}`))
    }
    return guests
  }

  /** @throws Error where the lot is nobody's here */
  sellerOf({ sellerId }: Lot): Person {
    return this.personOf(sellerId)
  }

  /** A seller or bidder. @throws Error where nobody is there with this id */
  personOf(userId: number): Person {
    const people = [...this.#sellers, ...this.bidders].map(({ person }) => person)
    const person = people.find((one) => one.userId === userId)
    if (person === undefined) throw new Error(`Nobody here is ${userId}`)
    return person
  }

  /** Whoever may do what only admins may. */
  async signInAdmin(): Promise<Person> {
    return new Person('admin', this.newApi(), this.dataDir, LOCAL_ADMIN_CLERK_ID).signIn()
  }

  get dataDir(): string {
    return this.#parts.dataDir
  }

  /** Notes what should never be. */
  note(text: string): void {
    this.#parts.surprises.note(text)
  }

  /** Everybody offers as much at once as they may have under way. */
  volley(): void {
    for (let round = 0; round < PENDING_MAX; round++) {
      for (const bidder of this.bidders) bidder.offerNow()
    }
  }

  burst(readMs: number): Promise<void> {
    return this.crowd.burst(this.openLots, readMs)
  }

  /** Auctions that are watched, and of which nobody here knows yet that they are over. */
  get openLots(): Lot[] {
    return this.lots.filter(
      ({ auctionId, kind }) =>
        !kind.isQuiet && !this.recordsOf(auctionId).some(({ isFinished }) => isFinished),
    )
  }

  recordsOf(auctionId: number): ClientRecord[] {
    return this.#connections.recordsOf(auctionId)
  }

  get sockets(): readonly LiveSocket[] {
    return this.#connections.sockets
  }

  /** Resolves once a watcher has seen the auction's end. */
  endOf({ auctionId }: Lot): Promise<void> {
    return this.#ends.get(auctionId) ?? Promise.resolve()
  }

  /** Resolves once everybody has seen the end of every auction that they followed. */
  async allEnds(): Promise<void> {
    await Promise.all([this.#connections.allEnds(), this.crowd.stay()])
  }

  leave(): void {
    this.#connections.leave()
  }

  newApi(): Api {
    this.#addresses += 1
    // Two of the networks that RFC 5737 keeps for documentation, and on into neighbours that nobody reaches here.
    const address = `198.51.${100 + Math.floor(this.#addresses / 250)}.${1 + (this.#addresses % 250)}`
    return new Api(this.#parts.url, address, this.#parts.surprises)
  }

  #join(bidder: Bidder, lot: Lot, random: Random): void {
    const { person } = bidder
    const hasSocket = random.chance(WITH_SOCKETS)
    const isGuest = this.guests.includes(bidder)
    const socket = hasSocket ? this.#connections.make(lot, person.name, person, isGuest) : null
    if (socket !== null) void this.#connections.stay(socket)
    bidder.join(lot, socket)
  }
}
