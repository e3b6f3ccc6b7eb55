import { DAY_MS } from '../../lib/time.ts'
import {
  AUCTION_STATUS,
  type Auction,
  type Bid,
  type EpochMs,
  evolve,
  type LedgerEntry,
} from '../engine/auction.ts'
import { nextDeadline } from '../engine/deadline.ts'
import { decideDue } from '../engine/decide.ts'
import type { Deadlines } from './alarm.ts'
import type { Ledger, OfferId } from './ledger.ts'
import type { Verdicts } from './ledger-verdicts.ts'
import type { RoomStorage } from './ports.ts'

/** R21: how long after the end verdicts are kept. */
const VERDICTS_KEPT_MS = DAY_MS

/** Told of every entry once it is written and folded, still in the same block. */
export type OnEntry = (before: Auction | null, entry: LedgerEntry, after: Auction) => void

/** The auction's state over its ledger: nothing changes the one without the other. */
export class Book {
  readonly #storage: RoomStorage
  readonly #ledger: Ledger
  readonly #verdicts: Verdicts
  readonly #deadlines: Deadlines
  readonly #onWrite: OnEntry
  readonly #onEntry: OnEntry
  #auction: Auction | null

  constructor(
    storage: RoomStorage,
    ledger: Ledger,
    verdicts: Verdicts,
    deadlines: Deadlines,
    now: EpochMs,
    onWrite: OnEntry,
    onEntry: OnEntry,
  ) {
    this.#storage = storage
    this.#ledger = ledger
    this.#verdicts = verdicts
    this.#deadlines = deadlines
    this.#onWrite = onWrite
    this.#onEntry = onEntry
    this.#auction = ledger.load(now)
    if (this.#auction !== null) this.#setDeadlines(this.#auction)
  }

  /** As of the last entry; null where the room was never armed. Call `settle` before judging by it. */
  get auction(): Auction | null {
    return this.#auction
  }

  /**
   * Applies a start and an end that have passed (R2): the stored end decides, not the alarm. Whoever asks the room
   * anything comes by here, so that an alarm that was given up is armed anew.
   */
  settle(now: EpochMs): Auction | null {
    this.#deadlines.renew()
    for (;;) {
      const due = this.#auction && decideDue(this.#auction, now)
      if (due === null) return this.#auction
      this.commit(due)
    }
  }

  /** Writes an entry, with what `alongside` writes, or neither; then folds it and moves the deadlines. */
  commit(entry: LedgerEntry, alongside: () => void = () => undefined): void {
    const after = evolve(this.#auction, entry)
    this.#storage.transactionSync(() => {
      alongside()
      this.#ledger.append(entry, after)
      this.#onWrite(this.#auction, entry, after)
    })
    this.#goOn(entry, after)
  }

  /** As `commit`, for the entry of a bid. @returns false, and nothing is written, where its id was answered before */
  commitBid(entry: LedgerEntry, bid: Bid, id: OfferId | null): boolean {
    const after = evolve(this.#auction, entry)
    const isWritten = this.#storage.transactionSync(() => {
      if (!this.#ledger.append(entry, after, id)) return false
      this.#ledger.people.saveAlias(bid)
      this.#onWrite(this.#auction, entry, after)
      return true
    })
    if (!isWritten) return false
    this.#ledger.people.noteOffer(bid)
    this.#goOn(entry, after)
    return true
  }

  #goOn(entry: LedgerEntry, after: Auction): void {
    const before = this.#auction
    this.#auction = after
    this.#setDeadlines(after)
    this.#onEntry(before, entry, after)
  }

  /** The alarm `forget` came. */
  forget(): void {
    this.#verdicts.forget()
  }

  #setDeadlines(auction: Auction): void {
    this.#deadlines.set('auction', nextDeadline(auction))
    const { status } = auction.position
    const isOver = status === AUCTION_STATUS.ended || status === AUCTION_STATUS.cancelled
    const mustForget = isOver && !this.#verdicts.isForgotten()
    this.#deadlines.set('forget', mustForget ? auction.lastAt + VERDICTS_KEPT_MS : null)
  }
}
