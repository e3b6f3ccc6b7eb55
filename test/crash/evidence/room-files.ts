import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { uniqueKeyOf } from '../../../local/workerd/config.ts'
import type { Auction, LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import {
  entryColumn,
  type Judgement,
  judgementColumn,
  snapshotColumn,
} from '../../../src/auctions/live/ledger-rows.ts'

/** An entry with the columns by which the room finds it. */
export interface StoredEntry {
  readonly entry: LedgerEntry
  readonly kind: string
  readonly firstSeq: number | null
  readonly seqCount: number
  readonly snapshot: Auction | null
}

/** What a bidder's id was answered with. */
export interface StoredVerdict {
  readonly bidderId: number
  readonly clientId: string
  /** The kind and the cents that were offered. */
  readonly content: string
  readonly judgement: Judgement
}

/** What a room has on disk. */
export interface RoomFile {
  readonly auctionId: number
  readonly entries: readonly StoredEntry[]
  readonly verdicts: readonly StoredVerdict[]
  /** Number of the last entry that MySQL has. */
  readonly cursor: number
}

const roomRow = z.object({ auction_id: z.int(), projected: z.int() })
const ledgerRow = z.object({
  number: z.int(),
  at: z.number(),
  kind: z.string(),
  first_seq: z.int().nullable(),
  seq_count: z.int(),
  entry: z.string(),
  snapshot: z.string().nullable(),
})
const verdictRow = z.object({
  bidder_id: z.int(),
  client_id: z.string(),
  content: z.string(),
  verdict: z.string(),
})

/** The rooms in workerd's directory, which must have stopped. One that was never armed has no tables and is no room. */
export function readRoomFiles(storageDir: string): RoomFile[] {
  const directory = join(storageDir, uniqueKeyOf('AuctionRoom'))
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
    .flatMap((name) => readRoomFile(join(directory, name)) ?? [])
}

function readRoomFile(path: string): RoomFile | null {
  const database = new DatabaseSync(path)
  try {
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").get()
    if (table === undefined) return null
    const room = roomRow.parse(database.prepare('SELECT auction_id, projected FROM room').get())
    const entries = database.prepare('SELECT * FROM ledger ORDER BY number').all()
    const verdicts = database.prepare('SELECT bidder_id, client_id, content, verdict FROM verdicts').all()
    return {
      auctionId: room.auction_id,
      cursor: room.projected,
      entries: entries.map(parseEntry),
      verdicts: verdicts.map(parseVerdict),
    }
  } finally {
    database.close()
  }
}

function parseEntry(value: unknown): StoredEntry {
  const row = ledgerRow.parse(value)
  return {
    entry: { number: row.number, at: row.at, ...entryColumn.parse(JSON.parse(row.entry)) },
    kind: row.kind,
    firstSeq: row.first_seq,
    seqCount: row.seq_count,
    snapshot: row.snapshot === null ? null : snapshotColumn.parse(JSON.parse(row.snapshot)),
  }
}

function parseVerdict(value: unknown): StoredVerdict {
  const row = verdictRow.parse(value)
  return {
    bidderId: row.bidder_id,
    clientId: row.client_id,
    content: row.content,
    judgement: judgementColumn.parse(JSON.parse(row.verdict)),
  }
}
