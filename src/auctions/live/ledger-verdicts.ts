import type { EpochMs } from '../engine/auction.ts'
import { verdictOf } from '../engine/verdict.ts'
import { type EntryRow, type Judgement, judgementColumn, parseEntry } from './ledger-rows.ts'
import type { Sql } from './ports.ts'

/** R21: how many refusals of one bidder are remembered. */
export const REFUSALS_KEPT = 200

export interface StoredJudgement {
  /** The kind and the cents that were offered. */
  readonly content: string
  readonly judgement: Judgement
}

type AnsweredRow =
  | (EntryRow & { content: string; verdict: null })
  | { number: null; at: null; entry: null; content: string; verdict: string }

/**
 * What is no state: the clients' ids (R21), and tickets that were used. The id of an accepted bid is in the row of its
 * entry, which has the whole verdict; `verdicts` has the refusals.
 */
export class Verdicts {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** In one statement: a SELECT before the first write of an event pays for a read transaction of its own. */
  find(bidderId: number, clientId: string): StoredJudgement | null {
    const [row] = this.#sql.exec<AnsweredRow>(
      `SELECT number, at, entry, content, NULL AS verdict FROM ledger WHERE bidder_id = ? AND client_id = ?
       UNION ALL
       SELECT NULL, NULL, NULL, content, verdict FROM verdicts
       WHERE bidder_id = ? AND refused = 1 AND client_id = ?`,
      bidderId,
      clientId,
      bidderId,
      clientId,
    )
    if (row === undefined) return null
    const { content, verdict: refusal } = row
    if (refusal !== null) return { content, judgement: judgementColumn.parse(JSON.parse(refusal)) }
    const verdict = verdictOf(parseEntry(row))
    if (verdict === null) throw new Error(`Entry ${row.number} has the id of a bid and is none`)
    return { content, judgement: { accepted: verdict } }
  }

  /** Of a bidder's refusals the last 200 are kept. */
  saveRefused(bidderId: number, clientId: string, stored: StoredJudgement): void {
    if (this.isForgotten()) return
    const [row] = this.#sql.exec<{ last: number; kept: number }>(
      `SELECT COALESCE(MAX(ordinal), 0) AS last, COUNT(*) AS kept FROM verdicts
       WHERE bidder_id = ? AND refused = 1`,
      bidderId,
    )
    const ordinal = (row?.last ?? 0) + 1
    this.#sql.exec(
      `INSERT INTO verdicts (bidder_id, refused, client_id, content, verdict, ordinal)
       VALUES (?, 1, ?, ?, ?, ?)`,
      bidderId,
      clientId,
      stored.content,
      JSON.stringify(stored.judgement),
      ordinal,
    )
    if ((row?.kept ?? 0) < REFUSALS_KEPT) return
    this.#sql.exec(
      'DELETE FROM verdicts WHERE bidder_id = ? AND refused = 1 AND ordinal <= ?',
      bidderId,
      ordinal - REFUSALS_KEPT,
    )
  }

  /** R21: 24 h after the end nothing is remembered any more. */
  forget(): void {
    this.#sql.exec('UPDATE ledger SET client_id = NULL, content = NULL WHERE client_id IS NOT NULL')
    this.#sql.exec('DELETE FROM verdicts')
    this.#sql.exec('DELETE FROM tickets')
    this.#sql.exec('UPDATE room SET forgotten = 1')
  }

  isForgotten(): boolean {
    return this.#sql.exec('SELECT 1 FROM room WHERE forgotten = 1').toArray().length > 0
  }

  /** True the first time: a ticket opens one socket. Kept until the ticket would have expired by itself. */
  useTicket(jti: string, expiresAt: EpochMs): boolean {
    const used = this.#sql.exec('SELECT 1 FROM tickets WHERE jti = ?', jti).toArray().length > 0
    if (!used) this.#sql.exec('INSERT INTO tickets (jti, expires_at) VALUES (?, ?)', jti, expiresAt)
    return !used
  }

  forgetTickets(now: EpochMs): void {
    this.#sql.exec('DELETE FROM tickets WHERE expires_at <= ?', now)
  }
}
