import { describeError } from '../../lib/error-text.ts'
import { type Cents, ZERO_CENTS } from '../../lib/money.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { Logger } from '../../platform/logger.ts'
import type { People } from '../../users/live/people.ts'
import { AUCTION_STATUS, type Auction, type EpochMs, type LedgerEntry, OUTCOME } from '../engine/auction.ts'
import type { Deadlines } from './alarm.ts'
import type { Ledger } from './ledger.ts'

/** The room's side of buying power (M18); `users/live/buying-power.ts` says how the two sides keep in step. */

/** While an object has not confirmed, the next report is at most so far away. */
const BACKSTOP_MS = 15 * SECOND_MS
const PEOPLE_AT_ONCE = 20

export interface HoldsParts {
  isOn: boolean
  clock: () => EpochMs
  log: Logger
  people: Pick<People, 'hold' | 'reportHold'>
  ledger: Ledger
  deadlines: Deadlines
  waitUntil: (work: Promise<unknown>) => void
  /** The auction once everything that is due was applied. */
  settle: (now: EpochMs) => Auction | null
  /** Voids one bid for want of buying power, where that is possible still. */
  voidBid: (bidId: number) => void
}

/** What a person has at stake: the maximum by which they lead, or the price that they are to pay. */
export function stakeOf({ position }: Auction, userId: number): Cents {
  const { leader, outcome, price, status } = position
  if (leader?.bidderId !== userId || status === AUCTION_STATUS.cancelled) return ZERO_CENTS
  if (status !== AUCTION_STATUS.ended) return leader.maximum
  return outcome === OUTCOME.unsold ? ZERO_CENTS : price
}

export class Holds {
  readonly isOn: boolean
  readonly #parts: HoldsParts
  /** Of people whose bid is between its question and its judgement: what they were granted; null while asked. */
  readonly #inFlight = new Map<number, Cents | null>()
  #isTelling = false
  #notBefore: EpochMs = 0

  constructor(parts: HoldsParts) {
    this.#parts = parts
    this.isOn = parts.isOn
  }

  /** After waking: what was not noted, because buying power was off, or is owed still. Call once. */
  resume(auction: Auction): void {
    if (!this.isOn) return
    const leaderId = auction.position.leader?.bidderId
    const { holds } = this.#parts.ledger
    const people = new Set([...holds.atStake(), ...(leaderId === undefined ? [] : [leaderId])])
    // Nothing was asked of them when they came to lead, so nothing has to fit.
    for (const userId of people) this.#note(userId, auction, { isOwn: false, isAsked: false })
    this.tell()
  }

  /**
   * Asks for what a bid puts at stake; from then on nothing is told of the person until `release`.
   * @returns `unavailable` where their object cannot be asked
   */
  async take(userId: number, amount: Cents): Promise<'granted' | 'refused' | 'unavailable'> {
    const { ledger, log, people } = this.#parts
    const row = ledger.holds.find(userId)
    const serial = (row?.serial ?? 0) + 1
    const begun = { amount: row?.amount ?? ZERO_CENTS, mustFit: row?.mustFit ?? false }
    this.#inFlight.set(userId, null)
    ledger.holds.save(userId, { ...begun, serial: serial + 1, confirmed: row?.confirmed ?? 0 })
    this.#wakeLater()
    try {
      if (!(await people.hold(userId, ledger.auctionId, serial, amount))) return 'refused'
      this.#inFlight.set(userId, amount)
      return 'granted'
    } catch (error) {
      log.warn('hold_not_asked', { user_id: userId, ...describeError(error) })
      return 'unavailable'
    }
  }

  /** The person's bid was judged, or has come to nothing. */
  release(userId: number): void {
    if (this.#inFlight.delete(userId)) this.tell()
  }

  /** An entry is being written: what it changes of what people have at stake is written with it. */
  note(before: Auction | null, { events: [first] }: LedgerEntry, after: Auction): void {
    if (!this.isOn) return
    const bidderId = first !== undefined && 'bid' in first ? first.bid.bidderId : null
    const leaders = [before?.position.leader?.bidderId, after.position.leader?.bidderId]
    for (const userId of new Set(leaders)) {
      if (userId !== undefined) this.#note(userId, after, { isOwn: userId === bidderId, isAsked: true })
    }
  }

  #note(userId: number, auction: Auction, { isOwn, isAsked }: { isOwn: boolean; isAsked: boolean }): void {
    const { holds } = this.#parts.ledger
    const row = holds.find(userId)
    const amount = stakeOf(auction, userId)
    const granted = this.#inFlight.get(userId) ?? null
    const { serial, confirmed } = row ?? { serial: 0, confirmed: 0 }
    if (isOwn && granted !== null && granted === amount) {
      holds.save(userId, { serial, amount, mustFit: false, confirmed: serial })
      return
    }
    const before = row?.amount ?? ZERO_CENTS
    if (amount === before) return
    const isCovered = isOwn && granted !== null && granted > amount
    const mustFit = isAsked && !isCovered && (amount > before || (row?.mustFit ?? false))
    holds.save(userId, { serial: serial + 1, amount, mustFit, confirmed })
  }

  /** Starts telling what is owed, one telling at a time, never awaited by a bid or the alarm. */
  tell(): void {
    if (!this.isOn) return
    const { clock, deadlines, ledger, waitUntil } = this.#parts
    const owed = ledger.holds.unconfirmed()
    if (owed.length === 0) {
      deadlines.set('holds', null)
      return
    }
    this.#wakeLater()
    if (this.#isTelling || clock() < this.#notBefore) return
    if (owed.every((userId) => this.#inFlight.has(userId))) return
    this.#isTelling = true
    waitUntil(this.#tellAll())
  }

  #wakeLater(): void {
    const { clock, deadlines } = this.#parts
    if (deadlines.get('holds') === null) deadlines.set('holds', clock() + BACKSTOP_MS)
  }

  async #tellAll(): Promise<void> {
    // Nothing is told within the block of a command.
    await Promise.resolve()
    const failed = new Set<number>()
    try {
      for (;;) {
        const owed = this.#parts.ledger.holds
          .unconfirmed()
          .filter((userId) => !failed.has(userId) && !this.#inFlight.has(userId))
          .slice(0, PEOPLE_AT_ONCE)
        if (owed.length === 0) break
        await Promise.all(
          owed.map(async (userId) => {
            if (!(await this.#tellOne(userId))) failed.add(userId)
          }),
        )
      }
    } finally {
      this.#isTelling = false
      const { clock, deadlines } = this.#parts
      if (failed.size > 0) {
        this.#notBefore = clock() + BACKSTOP_MS
        deadlines.set('holds', this.#notBefore)
      }
    }
    this.tell()
  }

  /** @returns whether the person's object has answered */
  async #tellOne(userId: number): Promise<boolean> {
    const { clock, ledger, log, people, settle } = this.#parts
    try {
      const isActive = settle(clock())?.position.status === AUCTION_STATUS.active
      const row = ledger.holds.find(userId)
      if (row === null) return true
      const { amount, serial } = row
      const mustFit = row.mustFit && isActive
      const isKept = await people.reportHold(userId, ledger.auctionId, serial, amount, mustFit)
      if (isKept) ledger.holds.confirm(userId, serial)
      else this.#voidLead(userId, serial)
      return true
    } catch (error) {
      log.warn('hold_not_told', { user_id: userId, ...describeError(error) })
      return false
    }
  }

  /** R20's lead does not fit: that bid falls, unless something has changed meanwhile, which is told anew. */
  #voidLead(userId: number, serial: number): void {
    const { clock, ledger, settle, voidBid } = this.#parts
    const auction = settle(clock())
    const leader = auction?.position.leader
    if (auction?.position.status !== AUCTION_STATUS.active || leader?.bidderId !== userId) return
    if (ledger.holds.find(userId)?.serial !== serial || this.#inFlight.has(userId)) return
    const lead = ledger
      .standing()
      .find((item) => item.type === 'bid' && item.bidderId === userId && item.offered === leader.maximum)
    if (lead?.type === 'bid') voidBid(lead.number)
  }
}
