import type { Cents } from '../../lib/money.ts'
import type { Standing } from '../../users/live/person-tables.ts'
import type { Bid } from '../engine/auction.ts'
import type { RoomBidderRow } from './contract.ts'
import { centsColumn } from './ledger-rows.ts'
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
    const [row] = this.#sql.exec<{ maximum: number | null }>(
      'SELECT maximum FROM bidders WHERE bidder_id = ?',
      userId,
    )
    return maximumColumn.parse(row?.maximum ?? null)
  }

  /** Everyone with an alias. */
  all(): RoomBidderRow[] {
    return this.#sql
      .exec<{ bidder_id: number; alias: string; maximum: number | null }>(
        'SELECT bidder_id, alias, maximum FROM bidders WHERE alias IS NOT NULL ORDER BY bidder_id',
      )
      .toArray()
      .map(({ bidder_id, alias, maximum }) => ({
        bidderId: bidder_id,
        alias,
        maximum: maximumColumn.parse(maximum),
      }))
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

  /** An accepted offer: the alias stays, the maximum only rises. @returns rows written */
  saveOffer({ bidderId, alias, offered }: Pick<Bid, 'bidderId' | 'alias' | 'offered'>): number {
    if (this.#remembered.get(bidderId)?.alias !== alias) this.#remembered.delete(bidderId)
    return this.#sql.exec(
      'UPDATE bidders SET alias = ?, maximum = MAX(COALESCE(maximum, 0), ?) WHERE bidder_id = ?',
      alias,
      offered,
      bidderId,
    ).rowsWritten
  }

  /** What still stands of a bidder's offers (R20). */
  saveMaximum(userId: number, maximum: number | null): void {
    this.#sql.exec('UPDATE bidders SET maximum = ? WHERE bidder_id = ?', maximum, userId)
  }
}
