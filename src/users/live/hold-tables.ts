import { type Cents, cents } from '../../lib/money.ts'

/** More auctions at once nobody is read for; the others wait for the next reading. */
const UNSETTLED_MAX = 500

/** What MySQL says of a person. */
export interface Account {
  limit: Cents
  /** Unpaid orders, and bids by which they are bound (M2). */
  owed: Cents
  /** Which of the auctions that were asked for are settled: what came of them is in `owed`. */
  settled: readonly number[]
}

/** What one auction takes of a person's buying power, by the latest serial of its room. */
export interface HoldRow {
  serial: number
  amount: Cents
  /** MySQL has taken over: it counts no more. */
  settled: boolean
}

export interface KnownAccount extends Pick<Account, 'limit' | 'owed'> {
  /** Epoch milliseconds. */
  readAt: number
}

/** The statements of a person's buying power; `person-tables.ts` makes the tables. */
export class HoldTables {
  readonly #storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** null before MySQL was read. */
  account(): KnownAccount | null {
    const [row] = this.#storage.sql.exec<{ limit_cents: number; owed_cents: number; read_at: number }>(
      'SELECT limit_cents, owed_cents, read_at FROM account',
    )
    return row ? { limit: cents(row.limit_cents), owed: cents(row.owed_cents), readAt: row.read_at } : null
  }

  /** What is owed and what is settled by it count from the same moment on. */
  saveAccount({ limit, owed, settled, readAt }: Account & KnownAccount): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      sql.exec('INSERT OR REPLACE INTO account VALUES (1, ?, ?, ?)', limit, owed, readAt)
      for (const auctionId of settled)
        sql.exec('UPDATE holds SET settled = 1 WHERE auction_id = ?', auctionId)
    })
  }

  find(auctionId: number): HoldRow | null {
    const [row] = this.#storage.sql.exec<{ serial: number; amount: number; settled: number }>(
      'SELECT serial, amount, settled FROM holds WHERE auction_id = ?',
      auctionId,
    )
    return row ? { serial: row.serial, amount: cents(row.amount), settled: row.settled === 1 } : null
  }

  save(auctionId: number, serial: number, amount: Cents): void {
    this.#storage.sql.exec(
      `INSERT INTO holds VALUES (?, ?, ?, 0)
       ON CONFLICT (auction_id) DO UPDATE SET serial = excluded.serial, amount = excluded.amount`,
      auctionId,
      serial,
      amount,
    )
  }

  /** Of all auctions that MySQL has not taken over, but for one. */
  sum(exceptAuctionId: number | null): Cents {
    const { held } = this.#storage.sql
      .exec<{ held: number }>(
        'SELECT COALESCE(SUM(amount), 0) AS held FROM holds WHERE settled = 0 AND auction_id <> ?',
        exceptAuctionId ?? 0,
      )
      .one()
    return cents(held)
  }

  /** Auctions that take something and are not known to be settled, the oldest first. */
  unsettled(): number[] {
    return this.#storage.sql
      .exec<{ auction_id: number }>(
        'SELECT auction_id FROM holds WHERE settled = 0 AND amount > 0 ORDER BY auction_id LIMIT ?',
        UNSETTLED_MAX,
      )
      .toArray()
      .map(({ auction_id }) => auction_id)
  }
}
