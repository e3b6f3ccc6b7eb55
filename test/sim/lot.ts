import { isDeepStrictEqual } from 'node:util'
import type { Auction, AuctionTerms, LedgerEntry } from '../../src/auctions/engine/auction.ts'
import type { RoomBidder, VehicleSummary } from '../../src/auctions/live/contract.ts'
import { Ledger } from '../../src/auctions/live/ledger.ts'
import { tagOf } from '../../src/auctions/live/sockets.ts'
import { checkAlarm } from './checks/alarms.ts'
import { checkEntry } from './checks/entry-rules.ts'
import { isOffer, LedgerBook } from './checks/ledger-book.ts'
import { Offers } from './checks/offers.ts'
import { Rows } from './checks/rows.ts'
import { Witness } from './checks/witness.ts'
import type { DatabaseServer } from './database/server.ts'
import { type HostParts, RoomHost } from './host.ts'
import type { SimPeople } from './people.ts'
import type { World } from './world.ts'

export interface LotParts extends HostParts {
  server: DatabaseServer
  bidders: readonly RoomBidder[]
  opening: Auction
  vehicle: VehicleSummary
}

/** One auction of a history: its room, and everything that is checked of it. */
export class Lot {
  readonly terms: AuctionTerms
  readonly vehicle: VehicleSummary
  readonly host: RoomHost
  readonly book: LedgerBook
  readonly offers: Offers
  readonly witness: Witness
  readonly rows: Rows
  readonly #world: World
  readonly #people: SimPeople
  readonly #bidders: readonly RoomBidder[]
  readonly #isBuyingPowerOn: boolean
  readonly #server: DatabaseServer
  #diskChanges = -1
  #diskLosses = 0
  #serverChanges = -1

  constructor(parts: LotParts) {
    const { world, server, bidders, opening, vehicle } = parts
    this.#world = world
    this.#people = parts.people
    this.#bidders = bidders
    this.#isBuyingPowerOn = parts.buyingPower === 'on'
    this.#server = server
    this.terms = opening.terms
    this.vehicle = vehicle
    this.host = new RoomHost(parts)
    this.book = new LedgerBook(world, this.host)
    this.offers = new Offers(world, this.book, opening, bidders)
    this.witness = new Witness(world, this.book)
    this.rows = new Rows({ world, server, host: this.host, book: this.book, vehicleId: vehicle.id, opening })
  }

  get isOver(): boolean {
    const status = this.book.auction?.position.status
    return status === 'ended' || status === 'cancelled'
  }

  get isDrained(): boolean {
    if (!this.book.isArmed) return false
    const [room] = this.host.disk.read('SELECT projected FROM room')
    return room?.projected === this.book.entries.length
  }

  /** M18: people's objects have confirmed all that the room has told them of what they have at stake. */
  get isTold(): boolean {
    if (!this.book.isArmed) return false
    return this.host.disk.read('SELECT 1 FROM holds WHERE confirmed < serial').length === 0
  }

  /** What the disk and MySQL say now, against each other and against the rules. */
  check(): void {
    const { disk } = this.host
    if (disk.changes !== this.#diskChanges) {
      this.#diskChanges = disk.changes
      const hasGrown = this.#checkLedger()
      checkAlarm(this.#world, this.host, this.book, hasGrown)
    }
    const isForced = !this.isOver && this.#people.isForcedIn(this.host.auctionId)
    this.#world.hold(!isForced, 'M18: a lead that does not fit falls while the auction is active')
    if (this.#server.changes === this.#serverChanges || !this.#server.isSettled) return
    this.#serverChanges = this.#server.changes
    this.rows.checkAuction()
    if (this.#server.changes % 8 === 0) this.rows.checkBids()
    if (this.#server.changes % 8 === 4) this.rows.checkBidders()
  }

  /** What has come to its end, and what has not. */
  describeRest() {
    const { host, isOver, isDrained, isTold, rows } = this
    return {
      auction: host.auctionId,
      isOver,
      isDrained,
      isTold,
      isSettled: rows.isSettled,
      isQuiet: host.isQuiet,
    }
  }

  /** Once everything has come to rest. */
  checkRest(): void {
    this.rows.checkDrained()
    this.checkHolds()
    this.#world.hold(!this.host.isStuck, 'A projector whose backlog has drained is not stuck')
    const lastAt = this.book.auction?.lastAt ?? 0
    for (const { line, readyState, tags } of this.host.sockets) {
      const isExpelled = this.#bidders.some(
        ({ userId }) => tags.includes(tagOf(userId)) && this.#people.isExpelled(userId, this.host.auctionId),
      )
      this.#world.hold(!isExpelled || readyState !== 1, 'R18: a suspended person has no socket')
      const isAlive =
        !line.isReading && line.isWhole && readyState === 1 && this.host.disk.alarmGivenUpAt === null
      const answeredAt = line.answeredAt?.getTime() ?? line.openedAt
      this.#world.hold(!isAlive || lastAt <= answeredAt, 'Who does not read is closed')
    }
  }

  /** M18: each person's object holds what the fold says, nothing more, and nothing where buying power is off. */
  checkHolds(): void {
    const { auction } = this.book
    for (const { userId } of this.#bidders) {
      const held = this.#people.heldIn(userId, this.host.auctionId)
      const stake = this.#isBuyingPowerOn && auction !== null ? stakeIn(auction.position, userId) : 0
      this.#world.hold(held === stake, 'M18: what is held is what the fold says', () => ({
        held,
        stake,
        userId,
      }))
      this.#world.hold(this.#people.isWithinLimit(userId), 'M18: never above the limit', () => userId)
    }
  }

  /** @returns whether there are new entries */
  #checkLedger(): boolean {
    const { book, host } = this
    const kept = book.refresh()
    for (const entry of book.entries.slice(kept)) {
      this.#world.note(`ledger ${host.auctionId}`, () => `${entry.number}: ${JSON.stringify(entry.events)}`)
      checkEntry(this.#world, book, entry.number - 1)
      this.offers.checkOrigin(entry)
      this.#checkBidder(entry)
    }
    if (host.disk.losses !== this.#diskLosses) {
      this.#diskLosses = host.disk.losses
      this.offers.recheck()
      this.witness.recheck()
    }
    this.#checkState()
    const hasGrown = book.entries.length > kept
    if (hasGrown) this.#checkBidders()
    return hasGrown
  }

  #checkBidder({ events: [first], after }: LedgerEntry): void {
    if (first === undefined || !isOffer(first)) return
    const { bidderId } = first.bid
    const { auctionId } = this.host
    this.#world.hold(this.#people.hasEntered(bidderId, auctionId), 'R18: who bids was asked for', () => first)
    this.#world.hold(
      !this.#people.isBarred(bidderId, auctionId),
      'R18: no suspended person bids',
      () => first,
    )
    if (this.#isBuyingPowerOn) {
      const stake = stakeIn(after, bidderId)
      const held = this.#people.heldIn(bidderId, auctionId)
      this.#world.hold(held >= stake, 'M18: what leads is held when it is judged', () => ({ held, first }))
    }
  }

  #checkState(): void {
    const { life } = this.host
    if (life === null || !life.isAlive) return
    const { auction } = this.book
    const isSame = isDeepStrictEqual(life.core.auction, auction)
    this.#world.hold(isSame, 'The state is the fold of the ledger', () => ({
      state: life.core.auction,
      auction,
    }))
    const leaderId = auction?.position.status === 'active' ? auction.position.leader?.bidderId : undefined
    const isBarred = leaderId !== undefined && this.#people.isBarred(leaderId, this.host.auctionId)
    this.#world.hold(!isBarred, 'R18: no suspended person leads', () => auction?.position)
  }

  #checkBidders(): void {
    const rows = this.book.isArmed ? new Ledger(this.host.disk).bidders() : []
    const actual = new Map(rows.map(({ bidderId, alias, maximum }) => [bidderId, { alias, maximum }]))
    const expected = new Map<unknown, unknown>(this.book.bidders())
    this.#world.hold(isDeepStrictEqual(actual, expected), 'The bidders are those of the ledger', () => ({
      actual: [...actual],
      expected: [...expected],
    }))
  }
}

/** M18, read once more without the room's code: what someone has at stake in a position. */
function stakeIn({ leader, outcome, price, status }: LedgerEntry['after'], userId: number): number {
  if (leader === null || leader.bidderId !== userId) return 0
  if (status === 'scheduled' || status === 'active') return leader.maximum
  return outcome === 'sold' || outcome === 'pending_seller' ? price : 0
}
