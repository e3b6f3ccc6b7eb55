import { type Cents, higherOf } from '../../lib/money.ts'
import type { Standing } from '../../users/live/person-tables.ts'
import type { Bid } from '../engine/auction.ts'
import { verdictOf } from '../engine/verdict.ts'
import type { RoomBidderRow } from './contract.ts'
import { centsColumn, type EntryRow, parseEntry } from './ledger-rows.ts'
import type { Sql } from './ports.ts'

/** What judging a person's bid needs of them beside the auction's state. */
export interface KnownPerson {
  /** null before their first accepted bid. */
  readonly alias: string | null
  readonly suspended: boolean
}

/** Of those who came since the room woke; past that they are read again. */
const REMEMBERED_MAX = 10_000

/** Made once: making a schema takes longer than using it. */
const maximumColumn = centsColumn.nullable()

/** The rows of those whom the room has asked for, bidders all or bidders to be. */
export class LedgerPeople {
  readonly #sql: Sql
  /** As they are on disk, since every bid asks for one; whatever changes a row takes it out of here first. */
  readonly #remembered = new Map<number, KnownPerson>()
  /** Of bidders, as far as they were asked for since the room woke. */
  readonly #maximums = new Map<number, Cents | null>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** null for whom the room has not asked the person's object yet. */
  find(userId: number): KnownPerson | null {
    const remembered = this.#remembered.get(userId)
    if (remembered !== undefined) return remembered
    const [row] = this.#sql.exec<{ alias: string | null; suspended: number }>(
      'SELECT alias, suspended FROM bidders WHERE bidder_id = ?',
      userId,
    )
    if (row === undefined) return null
    const person = { alias: row.alias, suspended: row.suspended !== 0 }
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear()
    this.#remembered.set(userId, person)
    return person
  }

  /** The highest of their standing offers; null where none stands. */
  maximumOf(userId: number): Cents | null {
    const remembered = this.#maximums.get(userId)
    if (remembered !== undefined) return remembered
    const maximum = this.#lastMaximumOf(userId) ?? this.#highestStandingOf(userId)
    this.#maximums.set(userId, maximum)
    return maximum
  }

  /** As their last bid told them: one entry, however many they made. null where one of theirs was ever voided. */
  #lastMaximumOf(userId: number): Cents | null {
    const [last] = this.#sql.exec<EntryRow>(
      `SELECT number, at, entry FROM ledger WHERE number = (SELECT MAX(number) FROM ledger WHERE bidder_id = ?)
       AND NOT EXISTS (SELECT 1 FROM voidings CROSS JOIN ledger AS voided ON voided.number = bid_id
                       WHERE voided.bidder_id = ?)`,
      userId,
      userId,
    )
    return last === undefined ? null : (verdictOf(parseEntry(last))?.yourMax ?? null)
  }

  #highestStandingOf(userId: number): Cents | null {
    const [row] = this.#sql.exec<{ maximum: number | null }>(
      `SELECT MAX(offered) AS maximum FROM ledger
       WHERE bidder_id = ? AND number NOT IN (SELECT bid_id FROM voidings)`,
      userId,
    )
    return maximumColumn.parse(row?.maximum ?? null)
  }

  /** Everyone with an alias. */
  all(): RoomBidderRow[] {
    return this.#sql
      .exec<{ bidder_id: number; alias: string }>(
        'SELECT bidder_id, alias FROM bidders WHERE alias IS NOT NULL ORDER BY bidder_id',
      )
      .toArray()
      .map(({ bidder_id, alias }) => ({ bidderId: bidder_id, alias, maximum: this.maximumOf(bidder_id) }))
  }

  /** How a person stands, as their object says; what is older than what the room has heard changes nothing. */
  saveStanding(userId: number, { suspended, revision }: Standing): void {
    this.#remembered.delete(userId)
    this.#sql.exec(
      `INSERT INTO bidders (bidder_id, suspended, revision) VALUES (?, ?, ?)
       ON CONFLICT (bidder_id) DO UPDATE SET suspended = excluded.suspended, revision = excluded.revision
       WHERE excluded.revision > revision`,
      userId,
      suspended ? 1 : 0,
      revision,
    )
  }

  /** The alias of an accepted bid, which stays: the first one writes it. */
  saveAlias({ bidderId, alias }: Pick<Bid, 'bidderId' | 'alias'>): void {
    if (this.#remembered.get(bidderId)?.alias === alias) return
    this.#remembered.delete(bidderId)
    this.#sql.exec('UPDATE bidders SET alias = ? WHERE bidder_id = ?', alias, bidderId)
  }

  /** An offer was written and stands. */
  noteOffer({ bidderId, offered }: Pick<Bid, 'bidderId' | 'offered'>): void {
    const maximum = this.#maximums.get(bidderId)
    if (maximum === undefined) return
    this.#maximums.set(bidderId, maximum === null ? offered : higherOf(maximum, offered))
  }

  /** Some of a person's offers are about to stand no more (R20). */
  forgetMaximum(userId: number): void {
    this.#maximums.delete(userId)
  }
}
