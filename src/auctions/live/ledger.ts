import type { z } from 'zod'
import type {
  Auction,
  Bid,
  DisclosureChange,
  EpochMs,
  LedgerEntry,
  Standing,
  StandingBid,
} from '../engine/auction.ts'
import { evolve } from '../engine/auction.ts'
import { viewBid } from '../engine/view.ts'
import type { HistoryBid, HistoryQuery, LedgerReader, RoomBidderRow, VehicleSummary } from './contract.ts'
import { LedgerHolds } from './ledger-holds.ts'
import { LedgerPeople } from './ledger-people.ts'
import { entryColumn, snapshotColumn, vehicleColumn } from './ledger-rows.ts'
import { hasTables, migrate } from './ledger-tables.ts'
import type { RoomStorage, Sql } from './ports.ts'

export const SNAPSHOT_EVERY_ENTRIES = 100
type EntryRow = { number: number; at: number; entry: string }
const ENTRY_COLUMNS = 'number, at, entry'

const parseColumn = <Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> =>
  schema.parse(JSON.parse(text))
const parseEntry = ({ number, at, entry }: EntryRow): LedgerEntry => ({
  number,
  at,
  ...parseColumn(entryColumn, entry),
})
/** The bid of an entry that is one, with or without a `seq`. */
function bidOf({ events: [event] }: LedgerEntry): (Bid & { seq: number | null }) | null {
  if (event?.kind !== 'bid' && event?.kind !== 'bought' && event?.kind !== 'raised') return null
  return { ...event.bid, seq: event.seq }
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

  /** One row for all events of a command; `auction` is what it leaves behind. @returns rows written */
  append({ number, at, events, after }: LedgerEntry, auction: Auction): number {
    const seqs = events.map(({ seq }) => seq).filter((seq) => seq !== null)
    const isSnapshot = number === 1 || number % SNAPSHOT_EVERY_ENTRIES === 0
    return this.#sql.exec(
      `INSERT INTO ledger (number, at, kind, first_seq, seq_count, entry, snapshot) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      number,
      at,
      events[0]?.kind ?? '',
      seqs[0] ?? null,
      seqs.length,
      JSON.stringify({ events, after }),
      isSnapshot ? JSON.stringify(auction) : null,
    ).rowsWritten
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

  /** Marks bids as voided and brings their bidders' maximums down to what still stands (R20). */
  saveVoidings(voidings: readonly { bidId: number; bidderId: number; reason: string }[]): void {
    for (const { bidId, reason } of voidings) {
      this.#sql.exec('INSERT INTO voidings (bid_id, reason) VALUES (?, ?)', bidId, reason)
    }
    const highest = new Map<number, number | null>(voidings.map(({ bidderId }) => [bidderId, null]))
    for (const item of this.standing()) {
      if (item.type !== 'bid' || !highest.has(item.bidderId)) continue
      highest.set(item.bidderId, Math.max(highest.get(item.bidderId) ?? 0, item.offered))
    }
    for (const [bidderId, maximum] of highest) this.people.saveMaximum(bidderId, maximum)
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
