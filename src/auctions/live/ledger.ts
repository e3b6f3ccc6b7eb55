import type { z } from 'zod'
import type {
  Auction,
  DisclosureChange,
  EpochMs,
  LedgerEntry,
  Standing,
  StandingBid,
} from '../engine/auction.ts'
import { evolve } from '../engine/auction.ts'
import { bidOf } from '../engine/verdict.ts'
import { viewBid } from '../engine/view.ts'
import type { HistoryBid, HistoryQuery, LedgerReader, RoomBidderRow, VehicleSummary } from './contract.ts'
import { LedgerHolds } from './ledger-holds.ts'
import { LedgerPeople } from './ledger-people.ts'
import { type EntryRow, parseEntry, snapshotColumn, vehicleColumn } from './ledger-rows.ts'
import { hasTables, migrate } from './ledger-tables.ts'
import type { RoomStorage, Sql } from './ports.ts'

export const SNAPSHOT_EVERY_ENTRIES = 100
const ENTRY_COLUMNS = 'number, at, entry'

const parseColumn = <Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> =>
  schema.parse(JSON.parse(text))

/** A bid's id as its bidder chose it, and what makes an offer the same one again (R21): its kind and its cents. */
export interface OfferId {
  readonly clientId: string
  readonly content: string
}

/** What a room has on disk: the ledger, the bidders, the vehicle, the projector's cursor. All of it is synchronous, so that a command is one block. */
export class Ledger implements LedgerReader {
  readonly #storage: RoomStorage
  readonly #sql: Sql
  readonly people: LedgerPeople
  readonly holds: LedgerHolds

  constructor(storage: RoomStorage) {
    this.#storage = storage
    this.#sql = storage.sql
    this.people = new LedgerPeople(storage.sql)
    this.holds = new LedgerHolds(storage.sql)
  }

  /** The auction from the last snapshot and what follows it; null where the room was never armed. */
  load(now: EpochMs): Auction | null {
    if (!hasTables(this.#storage)) return null
    migrate(this.#storage, now)
    const rows = this.#sql
      .exec<EntryRow & { snapshot: string | null }>(
        `SELECT ${ENTRY_COLUMNS}, snapshot FROM ledger
         WHERE number >= (SELECT MAX(number) FROM ledger) / ${SNAPSHOT_EVERY_ENTRIES} * ${SNAPSHOT_EVERY_ENTRIES}
         ORDER BY number`,
      )
      .toArray()
    let auction: Auction | null = null
    for (const row of rows) {
      auction =
        row.snapshot === null ? evolve(auction, parseEntry(row)) : parseColumn(snapshotColumn, row.snapshot)
    }
    return auction
  }

  /** Gives the room its tables. */
  create(auctionId: number, vehicle: VehicleSummary, now: EpochMs): void {
    migrate(this.#storage, now)
    this.#sql.exec(
      'INSERT INTO room (auction_id, vehicle, projected, forgotten) VALUES (?, ?, 0, 0)',
      auctionId,
      JSON.stringify(vehicle),
    )
  }

  /**
   * One row for all events of a command; `auction` is what it leaves behind. Whether a bid's id was answered before is
   * found out by the statement that writes it: asked for by itself it would cost more than an eighth of a bid.
   * @returns false, and nothing is written, where it was
   */
  append(entry: LedgerEntry, auction: Auction, id: OfferId | null = null): boolean {
    const { number, at, events, after } = entry
    const seqs = events.map(({ seq }) => seq).filter((seq) => seq !== null)
    const isSnapshot = number === 1 || number % SNAPSHOT_EVERY_ENTRIES === 0
    const bid = bidOf(entry)
    const bidderId = bid?.bidderId ?? null
    const clientId = id?.clientId ?? null
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO ledger
         (number, at, kind, first_seq, seq_count, entry, snapshot, bidder_id, offered, client_id, content)
       SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM verdicts WHERE bidder_id = ? AND refused = 1 AND client_id = ?)
       ON CONFLICT (bidder_id, client_id) WHERE bidder_id IS NOT NULL DO NOTHING`,
      number,
      at,
      events[0]?.kind ?? '',
      seqs[0] ?? null,
      seqs.length,
      JSON.stringify({ events, after }),
      isSnapshot ? JSON.stringify(auction) : null,
      bidderId,
      bid?.offered ?? null,
      clientId,
      id?.content ?? null,
      bidderId,
      clientId,
    )
    return rowsWritten > 0
  }

  entriesAfter(number: number, limit: number): LedgerEntry[] {
    return this.#sql
      .exec<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM ledger WHERE number > ? ORDER BY number LIMIT ?`,
        number,
        limit,
      )
      .toArray()
      .map(parseEntry)
  }

  /** The entries with a `seq` from the one that holds this one on. Reads no more than the tail. */
  entriesSince(seq: number): LedgerEntry[] {
    const [row] = this.#sql.exec<{ number: number }>(
      'SELECT number FROM ledger WHERE first_seq <= ? ORDER BY number DESC LIMIT 1',
      seq,
    )
    return this.#sql
      .exec<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM ledger WHERE number >= ? AND seq_count > 0 ORDER BY number`,
        row?.number ?? 1,
      )
      .toArray()
      .map(parseEntry)
  }

  lastNumber(): number {
    const [row] = this.#sql.exec<{ last: number | null }>('SELECT MAX(number) AS last FROM ledger')
    return row?.last ?? 0
  }

  #room(): { auction_id: number; vehicle: string; projected: number; forgotten: number } {
    const [row] = this.#sql.exec<{
      auction_id: number
      vehicle: string
      projected: number
      forgotten: number
    }>('SELECT auction_id, vehicle, projected, forgotten FROM room')
    if (row === undefined) throw new Error('This room was never armed')
    return row
  }

  get auctionId(): number {
    return this.#room().auction_id
  }

  cursor(): number {
    return this.#room().projected
  }

  saveCursor(number: number): void {
    this.#sql.exec('UPDATE room SET projected = MAX(projected, ?)', number)
  }

  vehicle(): VehicleSummary {
    return parseColumn(vehicleColumn, this.#room().vehicle)
  }

  saveVehicle(vehicle: VehicleSummary): void {
    this.#sql.exec('UPDATE room SET vehicle = ?', JSON.stringify(vehicle))
  }

  bidders(): RoomBidderRow[] {
    return this.people.all()
  }

  /** Marks bids as voided: they stand no more (R20). */
  saveVoidings(voidings: readonly { bidId: number; bidderId: number; reason: string }[]): void {
    for (const { bidId, bidderId, reason } of voidings) {
      this.people.forgetMaximum(bidderId)
      this.#sql.exec('INSERT INTO voidings (bid_id, reason) VALUES (?, ?)', bidId, reason)
    }
  }

  /** Every accepted bid that is not voided, and every reserve change, in ledger order (R20). */
  standing(): Standing[] {
    return this.#sql
      .exec<EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM ledger WHERE kind IN ('bid', 'raised', 'bought', 'reserve_lowered')
         AND number NOT IN (SELECT bid_id FROM voidings) ORDER BY number`,
      )
      .toArray()
      .map((row): Standing => {
        const entry = parseEntry(row)
        const bid = bidOf(entry)
        if (bid === null) return { type: 'reserve', reservePrice: entry.after.reservePrice }
        const standing: StandingBid = { type: 'bid', number: entry.number, ...bid }
        return standing
      })
  }

  /** What was disclosed of the vehicle so far, in order (M12). */
  disclosed(): DisclosureChange[] {
    return this.#sql
      .exec<EntryRow>(`SELECT ${ENTRY_COLUMNS} FROM ledger WHERE kind = 'disclosure_changed' ORDER BY number`)
      .toArray()
      .flatMap((row) =>
        parseEntry(row).events.flatMap((event) => (event.kind === 'disclosure_changed' ? event.changes : [])),
      )
  }

  /** Bids that have a `seq`, newest first. */
  history({ beforeId, offset, limit }: HistoryQuery): HistoryBid[] {
    return this.#sql
      .exec<EntryRow & { reason: string | null }>(
        `SELECT ${ENTRY_COLUMNS}, reason FROM ledger LEFT JOIN voidings ON bid_id = number
         WHERE kind IN ('bid', 'bought') AND number < ? ORDER BY number DESC LIMIT ? OFFSET ?`,
        beforeId ?? Number.MAX_SAFE_INTEGER,
        limit,
        offset,
      )
      .toArray()
      .flatMap((row) => {
        const bid = viewBid(parseEntry(row))
        return bid === null ? [] : [{ ...bid, voided: row.reason !== null, voidReason: row.reason }]
      })
  }

  /** Voided bids that the history shows. */
  countVoided(): number {
    const [row] = this.#sql.exec<{ voided: number }>(
      "SELECT COUNT(*) AS voided FROM voidings JOIN ledger ON number = bid_id WHERE kind <> 'raised'",
    )
    return row?.voided ?? 0
  }
}
