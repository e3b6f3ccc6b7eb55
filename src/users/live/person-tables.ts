/** Each runs once in an object, in order; one that has been deployed is never edited. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE person (
     user_id INTEGER PRIMARY KEY,
     suspended INTEGER NOT NULL,
     reason TEXT,
     revision INTEGER NOT NULL
   );
   CREATE TABLE rooms (
     auction_id INTEGER PRIMARY KEY,
     confirmed INTEGER NOT NULL
   )`,
  `CREATE TABLE account (
     id INTEGER PRIMARY KEY,
     limit_cents INTEGER NOT NULL,
     owed_cents INTEGER NOT NULL,
     read_at INTEGER NOT NULL
   );
   CREATE TABLE holds (
     auction_id INTEGER PRIMARY KEY,
     serial INTEGER NOT NULL,
     amount INTEGER NOT NULL,
     settled INTEGER NOT NULL
   )`,
]

/** How a person stands, as a room is told. A room heeds only a later `revision` than it has heard of. */
export interface Standing {
  suspended: boolean
  revision: number
}

interface PersonRow extends Record<string, SqlStorageValue> {
  user_id: number
  suspended: number
  revision: number
}

/** Every statement of a person's object: how they stand, and which rooms have confirmed which revision of it. */
export class PersonTables {
  readonly #sql: SqlStorage

  /** Creates the tables, or brings those of an earlier version up to date. */
  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql
    storage.transactionSync(() => {
      this.#sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)')
      const { applied } = this.#sql
        .exec<{ applied: number }>('SELECT COALESCE(MAX(version), 0) AS applied FROM migrations')
        .one()
      for (const [index, statements] of MIGRATIONS.entries()) {
        if (index < applied) continue
        this.#sql.exec(statements)
        this.#sql.exec('INSERT INTO migrations VALUES (?)', index + 1)
      }
    })
  }

  /** Null before anything was stored. */
  read(): { userId: number; standing: Standing } | null {
    const [row] = this.#sql.exec<PersonRow>('SELECT user_id, suspended, revision FROM person')
    return row
      ? { userId: row.user_id, standing: { suspended: row.suspended === 1, revision: row.revision } }
      : null
  }

  create(userId: number): void {
    this.#sql.exec('INSERT INTO person VALUES (?, 0, NULL, 0)', userId)
  }

  /** Stores a standing where its revision is later than the one that is there. */
  change({ suspended, revision }: Standing, reason: string | null): void {
    this.#sql.exec(
      'UPDATE person SET suspended = ?, reason = ?, revision = ? WHERE revision < ?',
      suspended ? 1 : 0,
      reason,
      revision,
      revision,
    )
  }

  /** A room that is there already keeps its place: what it has not confirmed is still told. */
  addRoom(auctionId: number, revision: number): void {
    this.#sql.exec('INSERT INTO rooms VALUES (?, ?) ON CONFLICT DO NOTHING', auctionId, revision)
  }

  confirm(auctionId: number, revision: number): void {
    this.#sql.exec(
      'UPDATE rooms SET confirmed = ? WHERE auction_id = ? AND confirmed < ?',
      revision,
      auctionId,
      revision,
    )
  }

  /** Auctions whose room has not confirmed the present revision, newest first. */
  unconfirmed(limit: number): number[] {
    return this.#sql
      .exec<{ auction_id: number }>(
        `SELECT auction_id FROM rooms WHERE confirmed < (SELECT revision FROM person)
         ORDER BY auction_id DESC LIMIT ?`,
        limit,
      )
      .toArray()
      .map(({ auction_id }) => auction_id)
  }
}
