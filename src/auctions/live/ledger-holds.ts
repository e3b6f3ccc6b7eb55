import type { Cents } from '../../lib/money.ts'
import { centsColumn } from './ledger-rows.ts'
import type { Sql } from './ports.ts'

/** What the room has told a person's object of their lead here, or owes it (M18). */
export interface HoldRow {
  /** Of the next report; a hold that is being asked has the one before. */
  readonly serial: number
  /** What the person has at stake by the ledger. */
  readonly amount: Cents
  /** A lead that nothing was held for: it falls where it does not fit. */
  readonly mustFit: boolean
  /** The serial by which the object has said that it knows `amount`. */
  readonly confirmed: number
}

type Row = { bidder_id: number; serial: number; amount: number; must_fit: number; confirmed: number }

/** The statements of what people have at stake here. */
export class LedgerHolds {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** null of whom nothing was ever held. */
  find(userId: number): HoldRow | null {
    const [row] = this.#sql.exec<Row>('SELECT * FROM holds WHERE bidder_id = ?', userId)
    if (row === undefined) return null
    const { serial, confirmed } = row
    return { serial, amount: centsColumn.parse(row.amount), mustFit: row.must_fit === 1, confirmed }
  }

  save(userId: number, { serial, amount, mustFit, confirmed }: HoldRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO holds (bidder_id, serial, amount, must_fit, confirmed) VALUES (?, ?, ?, ?, ?)',
      userId,
      serial,
      amount,
      mustFit ? 1 : 0,
      confirmed,
    )
  }

  /** The object knows what was said under this serial. */
  confirm(userId: number, serial: number): void {
    this.#sql.exec(
      'UPDATE holds SET confirmed = ?, must_fit = CASE WHEN serial = ? THEN 0 ELSE must_fit END ' +
        'WHERE bidder_id = ? AND confirmed < ?',
      serial,
      serial,
      userId,
      serial,
    )
  }

  /** People whose object may know something else than the ledger. */
  unconfirmed(): number[] {
    return this.#people('confirmed < serial')
  }

  /** People who have something at stake. */
  atStake(): number[] {
    return this.#people('amount > 0')
  }

  #people(condition: string): number[] {
    return this.#sql
      .exec<{ bidder_id: number }>(`SELECT bidder_id FROM holds WHERE ${condition} ORDER BY bidder_id`)
      .toArray()
      .map(({ bidder_id }) => bidder_id)
  }
}
