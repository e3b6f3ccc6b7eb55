import type { RoomBidder, RoomViewer } from '../../src/auctions/live/contract.ts'
import type { OpenRoom } from '../../src/auctions/rooms.ts'
import { cents } from '../../src/lib/money.ts'
import { ADMIN, SELLER } from './cast.ts'
import type { Lot } from './lot.ts'
import { heed, type Stage } from './stage.ts'

const MIN_DURATION_MS = 1_000
/** Tells whose cancelling it was (R17). */
export const SELLERS_REASON = 'not for sale any more'

const viewerOf = ({ userId, sellerProfileId }: RoomBidder): RoomViewer => ({
  userId,
  sellerProfileId,
  isAdmin: false,
})

/** What the seller and the admins do, and what anyone looks at. */
export class HouseCommands {
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  look(lot: Lot): void {
    const { world, rooms, bidders } = this.#stage
    const viewer = world.random.pick([null, SELLER, ADMIN, viewerOf(world.random.pick(bidders))])
    const asked = rooms(lot.host.auctionId, 'repeatable', (room) => room.view(viewer))
    heed(world, asked, (auction) => {
      if (auction !== null) lot.witness.seeAuction(auction, viewer)
    })
  }

  readHistory(lot: Lot): void {
    const { world, rooms } = this.#stage
    const query = { beforeId: null, offset: 0, limit: world.random.between(1, 20) }
    const asked = rooms(lot.host.auctionId, 'repeatable', (room) => room.history(query))
    heed(world, asked, (page) => {
      if (page !== null) lot.witness.seeHistory(page)
    })
  }

  lowerReserve(lot: Lot): void {
    const { random } = this.#stage.world
    const reserve = lot.book.auction?.position.reservePrice ?? null
    const lower = reserve === null ? 0 : Math.max(1, reserve - random.between(0, 20_000))
    this.#edit(lot, { reservePrice: random.chance(0.3) ? null : cents(lower) })
  }

  editTerms(lot: Lot): void {
    const { random, now } = this.#stage.world
    this.#edit(lot, {
      startingPrice: cents(random.between(1, 5_000)),
      reservePrice: null,
      buyNowPrice: null,
      endsAt: now + random.between(30_000, 300_000),
    })
  }

  cancel(lot: Lot): void {
    const viewer = this.#stage.world.random.pick([SELLER, ADMIN])
    const reason = viewer === SELLER ? SELLERS_REASON : 'title lost'
    this.#command(lot, viewer, (room) => room.cancel(viewer, reason, 'sim'))
  }

  void(lot: Lot): void {
    const { random } = this.#stage.world
    const last = lot.book
      .standing()
      .flatMap((item) => (item.type === 'bid' ? [item.number] : []))
      .slice(-3)
    if (last.length === 0) return
    const bidIds = random.chance(0.3) ? last : [random.pick(last)]
    this.#command(lot, ADMIN, (room) => room.voidBids(ADMIN, bidIds, 'typing error', 'sim'))
  }

  /** M12, or a change that is none of it. */
  changeVehicle(lot: Lot): void {
    const { random } = this.#stage.world
    const viewer = random.pick([SELLER, ADMIN])
    const mileage = random.between(90_000, 99_000)
    const changes = random.chance(0.3) ? [{ field: 'mileage', before: 90_000, after: mileage }] : []
    const change = { viewer, vehicle: { ...lot.vehicle, mileage }, changes }
    this.#command(lot, viewer, (room) => room.changeVehicle(change, 'sim'))
  }

  #edit(lot: Lot, changes: Parameters<OpenRoom['edit']>[0]['changes']): void {
    const edit = { viewer: SELLER, changes, minDurationMs: MIN_DURATION_MS }
    this.#command(lot, SELLER, (room) => room.edit(edit, 'sim'))
  }

  #command(lot: Lot, viewer: RoomViewer, ask: (room: OpenRoom) => ReturnType<OpenRoom['edit']>): void {
    const { world, rooms } = this.#stage
    heed(world, rooms(lot.host.auctionId, 'once', ask), (answer) => {
      world.note('house', () => (answer.ok ? 'command accepted' : `command refused: ${answer.code}`))
      if (answer.ok) lot.witness.seeAuction(answer.auction, viewer)
    })
  }
}
