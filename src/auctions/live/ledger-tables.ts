import type { EpochMs } from '../engine/auction.ts'
import type { RoomStorage } from './ports.ts'

/** Each runs once in a room, in order, with the room's history in it; one that has been deployed is never edited. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE room (
     auction_id INTEGER PRIMARY KEY,
     vehicle TEXT NOT NULL,
     projected INTEGER NOT NULL,
     forgotten INTEGER NOT NULL
   );
   CREATE TABLE ledger (
     number INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     first_seq INTEGER,
     seq_count INTEGER NOT NULL,
     entry TEXT NOT NULL,
     snapshot TEXT
   );
   CREATE TABLE bidders (
     bidder_id INTEGER PRIMARY KEY,
     alias TEXT,
     maximum INTEGER,
     suspended INTEGER NOT NULL,
     revision INTEGER NOT NULL
   );
   CREATE TABLE verdicts (
     bidder_id INTEGER NOT NULL,
     refused INTEGER NOT NULL,
     client_id TEXT NOT NULL,
     content TEXT NOT NULL,
     verdict TEXT NOT NULL,
     ordinal INTEGER NOT NULL,
     PRIMARY KEY (bidder_id, refused, client_id)
   ) WITHOUT ROWID;
   CREATE TABLE voidings (
     bid_id INTEGER PRIMARY KEY,
     reason TEXT NOT NULL
   );
   CREATE TABLE tickets (
     jti TEXT PRIMARY KEY,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  `CREATE TABLE holds (
     bidder_id INTEGER PRIMARY KEY,
     serial INTEGER NOT NULL,
     amount INTEGER NOT NULL,
     must_fit INTEGER NOT NULL,
     confirmed INTEGER NOT NULL
   )`,
  // An accepted bid is one row and its place in one index: `verdicts` keeps refusals only, and what stands of a
  // bidder's offers is asked of the ledger.
  `ALTER TABLE ledger ADD COLUMN bidder_id INTEGER;
   ALTER TABLE ledger ADD COLUMN offered INTEGER;
   ALTER TABLE ledger ADD COLUMN client_id TEXT;
   ALTER TABLE ledger ADD COLUMN content TEXT;
   UPDATE ledger SET
     bidder_id = json_extract(entry, '$.events[0].bid.bidderId'),
     offered = json_extract(entry, '$.events[0].bid.offered')
   WHERE kind IN ('bid', 'raised', 'bought');
   UPDATE ledger SET client_id = verdicts.client_id, content = verdicts.content
   FROM verdicts WHERE verdicts.refused = 0 AND ledger.number = verdicts.ordinal;
   DELETE FROM verdicts WHERE refused = 0;
   ALTER TABLE bidders DROP COLUMN maximum;
   CREATE UNIQUE INDEX offers ON ledger (bidder_id, client_id) WHERE bidder_id IS NOT NULL`,
]

/** False for a room that was never armed: it has no tables. */
export function hasTables({ sql }: RoomStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").toArray().length > 0
}

/** Creates the tables, or brings those of an earlier version up to date. */
export function migrate(storage: RoomStorage, now: EpochMs): void {
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec(
      'CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)',
    )
    const [row] = sql.exec<{ version: number }>('SELECT COALESCE(MAX(version), 0) AS version FROM migrations')
    const applied = row?.version ?? 0
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (index < applied) continue
      sql.exec(statements)
      sql.exec('INSERT INTO migrations (version, applied_at) VALUES (?, ?)', index + 1, now)
    }
  })
}
