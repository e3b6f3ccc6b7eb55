import { bounded } from '../../lib/bounded.ts'
import { describeError } from '../../lib/error-text.ts'
import { type Cents, cents } from '../../lib/money.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Account, HoldRow, HoldTables } from './hold-tables.ts'

/*
 * Buying power (M18), where it is switched on. One number per person and auction, kept on both sides:
 *  1. The room is the truth of what a person's lead costs them: the leader's maximum while the auction is open, the
 *     price once it has ended and was not unsold, else nothing. It is an absolute amount under a serial that only grows.
 *  2. The person's object is the truth of the sum: its limit, what MySQL says they owe, and the last amount of each room.
 *  3. Before a bid enters the room's block, the room writes down that it asks (two serials: one for the hold, the later
 *     one for the report that follows should the hold come to nothing), and asks; the question leaves only when that is
 *     durable. What is offered is held, whether or not it would lead: else refusals would tell the leader's maximum.
 *  4. A hold is granted where all others and it are within the limit. It replaces what the auction held before.
 *  5. The bid is then judged anew, as of now. If it leads with just what was granted, entry and confirmed serial are
 *     one write, and nothing is left to tell. Else the room owes a report.
 *  6. A report is owed wherever serial > confirmed: after each change of a lead, and after a crash. The room's alarm
 *     brings it back until it is confirmed. Whatever comes late has an old serial and changes nothing, so a hold that
 *     the room gave up, or forgot in a crash, is undone by the report with the later serial, in whichever order.
 *  7. While a hold of a person is being asked, nothing is reported of them, and their bids wait for each other.
 *  8. Who leads again by R20 is reported as to be granted; if it is refused the room voids that bid, and goes on with
 *     whoever leads then. Once the auction has ended it can only be recorded.
 *  9. MySQL takes over when the auction is settled: the object reads which of its auctions are, and after that what is
 *     owed, and drops those rooms' amounts with the same write. Their rows stay, and nothing changes them any more.
 * 10. It reads again when it is told to (`users.next_attempt_at`, at least once by the sweeper) and when a hold finds
 *     the last reading older than a minute; readings of one object follow one another, so a later one is newer.
 */

const READ_MAX_MS = 4 * SECOND_MS
const READ_AGAIN_MS = MINUTE_MS

export type ReadAccount = (userId: number, auctionIds: readonly number[]) => Promise<Account>

/** What a person may have at stake, has, and may add; never below 0. */
export interface BuyingPower {
  limit: Cents
  held: Cents
  available: Cents
}

interface Parts {
  tables: HoldTables
  userId: () => number
  readAccount: ReadAccount
  waitUntil: (work: Promise<unknown>) => void
  clock: () => number
  log: Logger
}

/** What a person has at stake, in their own object. */
export class BuyingPowerBook {
  readonly #parts: Parts
  #reading: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Takes a hold for a bid that is about to be judged. Asking again by the same serial gives the same answer.
   * @returns whether it is held
   * @throws where MySQL was never read, and does not answer
   */
  async hold(auctionId: number, serial: number, amount: Cents): Promise<boolean> {
    await this.#prepare()
    const { tables } = this.#parts
    const row = tables.find(auctionId)
    if (row !== null && isDone(row, serial))
      return !row.settled && row.serial === serial && row.amount === amount
    if (!this.#fits(auctionId, amount)) return false
    tables.save(auctionId, serial, amount)
    return true
  }

  /**
   * What the person has at stake in an auction, as its room says.
   * @param mustFit whether it is a lead that nothing was held for yet (R20)
   * @returns false: nothing is changed, for it does not fit
   * @throws where it must fit, and MySQL was never read and does not answer
   */
  async report(auctionId: number, serial: number, amount: Cents, mustFit: boolean): Promise<boolean> {
    if (mustFit) await this.#prepare()
    const { tables } = this.#parts
    const row = tables.find(auctionId)
    if (row !== null && isDone(row, serial)) return true
    const isMore = amount > (row?.amount ?? 0)
    if (mustFit && isMore && !this.#fits(auctionId, amount)) return false
    tables.save(auctionId, serial, amount)
    return true
  }

  /** MySQL has news. Nothing to do for whom it was never read: the first hold does. @throws where it does not answer */
  async refresh(): Promise<void> {
    if (this.#parts.tables.account() !== null) await this.#read()
  }

  /** @throws where MySQL was never read, and does not answer */
  async show(): Promise<BuyingPower> {
    await this.#prepare()
    const { tables } = this.#parts
    const limit = tables.account()?.limit ?? cents(0)
    const held = this.#held(null)
    return { limit, held, available: cents(Math.max(0, limit - held)) }
  }

  #fits(auctionId: number, amount: Cents): boolean {
    const limit = this.#parts.tables.account()?.limit ?? 0
    return this.#held(auctionId) + amount <= limit
  }

  #held(exceptAuctionId: number | null): Cents {
    const { tables } = this.#parts
    return cents((tables.account()?.owed ?? 0) + tables.sum(exceptAuctionId))
  }

  /** A bid may follow: its hold should not have to wait for MySQL. */
  prepareLater(): void {
    if (this.#parts.tables.account() === null) this.#readLater()
  }

  #readLater(): void {
    const { waitUntil, log } = this.#parts
    waitUntil(this.#read().catch((error: unknown) => log.warn('account_not_read', describeError(error))))
  }

  async #prepare(): Promise<void> {
    const { tables, clock } = this.#parts
    const account = tables.account()
    if (account === null) {
      await this.#read()
      return
    }
    if (clock() - account.readAt >= READ_AGAIN_MS) this.#readLater()
  }

  /** One reading at a time; whoever asks while one runs waits for the next, since that one may have read too early. */
  #read(): Promise<void> {
    if (this.#next !== null) return this.#next
    const run = async () => {
      await this.#reading.catch(() => undefined)
      this.#next = null
      this.#reading = this.#readNow()
      await this.#reading
    }
    this.#next = run()
    return this.#next
  }

  async #readNow(): Promise<void> {
    const { tables, userId, readAccount, clock } = this.#parts
    const readAt = clock()
    const account = await bounded(readAccount(userId(), tables.unsettled()), READ_MAX_MS)
    tables.saveAccount({ ...account, readAt })
  }
}

/** Whether nothing that is said under this serial changes anything any more. */
const isDone = (row: HoldRow, serial: number): boolean => row.settled || serial <= row.serial
