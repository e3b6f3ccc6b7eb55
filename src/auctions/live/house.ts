import type { Logger } from '../../platform/logger.ts'
import type { Standing as PersonStanding } from '../../users/live/person-tables.ts'
import {
  AUCTION_STATUS,
  type Auction,
  type DisclosureChange,
  type EpochMs,
  type HouseCommand,
} from '../engine/auction.ts'
import { receivedAt } from '../engine/deadline.ts'
import { decide } from '../engine/decide.ts'
import type { Book } from './book.ts'
import type {
  ArmRequest,
  CommandAccepted,
  EditRequest,
  Refusal,
  RoomViewer,
  VehicleChange,
} from './contract.ts'
import type { Display } from './display.ts'
import type { Ledger } from './ledger.ts'
import { refuse } from './refusal.ts'

/** R18: the reason of the voidings that a suspension causes. */
export const SUSPENDED_REASON = 'suspended'
/** M18: the reason of the voiding of a bid that leads again and cannot be held for. */
export const UNHELD_REASON = 'buying_power'

interface HouseParts {
  clock: () => EpochMs
  log: Logger
  book: Book
  ledger: Ledger
  display: Display
}

/** Who commands, and under which request it is logged. */
interface Caller {
  viewer: RoomViewer
  requestId: string
}

/** The commands that are no bids: the seller's, the admins', the vehicle's, the people's. */
export class House {
  readonly #parts: HouseParts

  constructor(parts: HouseParts) {
    this.#parts = parts
  }

  /** Idempotent: what is armed keeps its terms. */
  arm({ terms, vehicle, madeAt = 0 }: ArmRequest, requestId: string): { readonly ok: true } | Refusal {
    const { book, clock, ledger, log } = this.#parts
    const now = Math.max(clock(), madeAt)
    if (book.auction !== null) return { ok: true }
    const decision = decide(null, null, { kind: 'arm', terms }, now)
    if (decision.rejected !== null) {
      log.warn('command_refused', { request_id: requestId, command: 'arm', code: decision.rejected })
      return refuse(decision.rejected, now, { problems: decision.problems })
    }
    book.commit(decision.entry, () => ledger.create(terms.auctionId, vehicle, now))
    return { ok: true }
  }

  async edit(edit: EditRequest, requestId: string): Promise<CommandAccepted | Refusal> {
    const { viewer, changes, minDurationMs } = edit
    return this.#command({ viewer, requestId }, () => ({ kind: 'edit', changes, minDurationMs }))
  }

  async cancel(viewer: RoomViewer, reason: string, requestId: string): Promise<CommandAccepted | Refusal> {
    return this.#command({ viewer, requestId }, () => ({ kind: 'cancel', by: sideOf(viewer), reason }))
  }

  async voidBids(
    viewer: RoomViewer,
    bidIds: readonly number[],
    reason: string,
    requestId: string,
  ): Promise<CommandAccepted | Refusal> {
    const { ledger } = this.#parts
    const standing = () => ledger.standing()
    return this.#command({ viewer, requestId }, () => ({
      kind: 'void_bids',
      bidIds,
      reason,
      standing: standing(),
    }))
  }

  /**
   * What is disclosed, or else the picture: whoever tells of the one may have read the other before it changed. Said
   * again, by one who had no answer and whom MySQL shows what was before, it is no change (M12).
   */
  async changeVehicle(change: VehicleChange, requestId: string): Promise<CommandAccepted | Refusal> {
    const { viewer, vehicle } = change
    const { clock, book, display, ledger } = this.#parts
    if (book.auction === null) return refuse('not_found', clock())
    await display.prepare(clock(), vehicle)
    const by = sideOf(viewer)
    const changes = change.changes.filter((said) => !isLatest(said, ledger.disclosed()))
    if (changes.length > 0) {
      const standing = () => ledger.standing()
      return this.#command(
        { viewer, requestId },
        () => ({ kind: 'change_disclosure', by, changes, standing: standing() }),
        () => display.saveVehicle({ ...vehicle, primaryImageKey: display.vehicle.primaryImageKey }),
      )
    }
    const now = clock()
    const auction = book.settle(now)
    if (auction === null) return refuse('not_found', now)
    display.saveVehicle({ ...display.vehicle, primaryImageKey: vehicle.primaryImageKey })
    return { ok: true, auction: display.show(auction, viewer, now) }
  }

  /**
   * How a person stands (R18). Suspended, their standing bids fall in one step; restored, they do not come back.
   * @returns whether they are suspended by the latest that the room has heard
   */
  setStanding(userId: number, standing: PersonStanding, requestId: string): boolean {
    const { book, clock, ledger } = this.#parts
    const now = clock()
    const auction = book.settle(now)
    if (auction === null) return standing.suspended
    ledger.people.saveStanding(userId, standing)
    const isSuspended = ledger.people.find(userId)?.suspended === true
    if (!isSuspended || auction.position.status !== AUCTION_STATUS.active) return isSuspended
    const all = ledger.standing()
    const bidIds = all.flatMap((item) =>
      item.type === 'bid' && item.bidderId === userId ? [item.number] : [],
    )
    if (bidIds.length === 0) return true
    this.#run(auction, { kind: 'void_bids', bidIds, reason: SUSPENDED_REASON, standing: all }, now, requestId)
    return true
  }

  /** R20 for want of buying power (M18): a bid that leads again, and nothing is left to hold for it. */
  voidUnheld(bidId: number): void {
    const { book, clock, ledger } = this.#parts
    const now = clock()
    const auction = book.settle(now)
    if (auction?.position.status !== AUCTION_STATUS.active) return
    const command = { kind: 'void_bids', bidIds: [bidId], reason: UNHELD_REASON, standing: ledger.standing() }
    this.#run(auction, { ...command, kind: 'void_bids' }, now, UNHELD_REASON)
  }

  /** The image is signed before the command enters its block: `welcome` may follow from it. */
  async #command(
    { viewer, requestId }: Caller,
    commandOf: () => HouseCommand,
    alongside: () => void = () => undefined,
  ): Promise<CommandAccepted | Refusal> {
    const { book, clock, display } = this.#parts
    if (book.auction === null) return refuse('not_found', clock())
    await display.prepare(clock())
    const now = clock()
    const auction = book.settle(now)
    if (auction === null) return refuse('not_found', now)
    const refusal = this.#run(auction, commandOf(), now, requestId, alongside)
    if (refusal !== null) return refusal
    return { ok: true, auction: display.show(book.settle(now) ?? auction, viewer, now) }
  }

  /** One synchronous block. */
  #run(
    auction: Auction,
    command: HouseCommand,
    now: EpochMs,
    requestId: string,
    alongside: () => void = () => undefined,
  ): Refusal | null {
    const { book, ledger, log } = this.#parts
    const decision = decide(auction, null, command, now)
    if (decision.rejected !== null) {
      const { minimumBid, problems, rejected } = decision
      log.info('command_refused', { request_id: requestId, command: command.kind, code: rejected })
      return refuse(rejected, receivedAt(auction, now), { minimumBid, problems })
    }
    const { entry } = decision
    book.commit(entry, () => {
      alongside()
      const voidings = entry.events.filter((event) => event.kind === 'bid_voided')
      if (voidings.length > 0) ledger.saveVoidings(voidings)
    })
    return null
  }
}

/** Whether the last that was disclosed of the field is this very step. */
const isLatest = ({ field, before, after }: DisclosureChange, disclosed: readonly DisclosureChange[]) => {
  const last = disclosed.findLast((change) => change.field === field)
  return last !== undefined && last.before === before && last.after === after
}

const sideOf = ({ isAdmin }: RoomViewer) => (isAdmin ? 'admin' : 'seller')
