/** A room on disk as the first version of the code left it: its tables, and the rows that it wrote for each command. */
import { type Auction, evolve } from '../../src/auctions/engine/auction.ts'
import { verdictOf } from '../../src/auctions/engine/verdict.ts'
import type { Judgement } from '../../src/auctions/live/ledger-rows.ts'
import type { Sql } from '../../src/auctions/live/ports.ts'
import type { Sale } from '../engine/sale.ts'
import { makeVehicle } from './stand.ts'

const TABLES = `
  CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL);
  INSERT INTO migrations (version, applied_at) VALUES (1, 0);
  CREATE TABLE room (
    auction_id INTEGER PRIMARY KEY, vehicle TEXT NOT NULL, projected INTEGER NOT NULL, forgotten INTEGER NOT NULL
  );
  CREATE TABLE ledger (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, first_seq INTEGER,
    seq_count INTEGER NOT NULL, entry TEXT NOT NULL, snapshot TEXT
  );
  CREATE TABLE bidders (
    bidder_id INTEGER PRIMARY KEY, alias TEXT, maximum INTEGER, suspended INTEGER NOT NULL, revision INTEGER NOT NULL
  );
  CREATE TABLE verdicts (
    bidder_id INTEGER NOT NULL, refused INTEGER NOT NULL, client_id TEXT NOT NULL, content TEXT NOT NULL,
    verdict TEXT NOT NULL, ordinal INTEGER NOT NULL, PRIMARY KEY (bidder_id, refused, client_id)
  ) WITHOUT ROWID;
  CREATE TABLE voidings (bid_id INTEGER PRIMARY KEY, reason TEXT NOT NULL);
  CREATE TABLE tickets (jti TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID`

/** An id that was answered: with the bid of that number, or refused. */
export interface AnsweredId {
  readonly bidderId: number
  readonly clientId: string
  readonly content: string
  readonly answer: number | Extract<Judgement, { refused: unknown }>
}

export function writeFirstLayout(sql: Sql, sale: Sale, ids: readonly AnsweredId[]): void {
  sql.exec(TABLES)
  const { auctionId } = sale.current.terms
  sql.exec('INSERT INTO room VALUES (?, ?, 0, 0)', auctionId, JSON.stringify(makeVehicle()))
  let auction: Auction | null = null
  for (const entry of sale.ledger) {
    auction = evolve(auction, entry)
    const { number, at, events, after } = entry
    const seqs = events.flatMap(({ seq }) => seq ?? [])
    sql.exec(
      'INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)',
      number,
      at,
      events[0]?.kind ?? '',
      seqs[0] ?? null,
      seqs.length,
      JSON.stringify({ events, after }),
      number === 1 ? JSON.stringify(auction) : null,
    )
    for (const event of events) {
      if (event.kind === 'bid_voided')
        sql.exec('INSERT INTO voidings VALUES (?, ?)', event.bidId, event.reason)
    }
  }
  writeBidders(sql, sale)
  for (const [index, { bidderId, clientId, content, answer }] of ids.entries()) {
    const entry = typeof answer === 'number' ? sale.ledger[answer - 1] : null
    sql.exec(
      'INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?)',
      bidderId,
      entry ? 0 : 1,
      clientId,
      content,
      JSON.stringify(entry ? { accepted: verdictOf(entry) } : answer),
      entry ? entry.number : index + 1,
    )
  }
}

function writeBidders(sql: Sql, sale: Sale): void {
  for (const [bidderId, alias] of sale.aliases) {
    const offers = sale
      .standing()
      .flatMap((item) => (item.type === 'bid' && item.bidderId === bidderId ? [item.offered] : []))
    const maximum = offers.length === 0 ? null : Math.max(...offers)
    sql.exec('INSERT INTO bidders VALUES (?, ?, ?, 0, 0)', bidderId, alias, maximum)
  }
}
