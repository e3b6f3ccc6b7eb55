import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { uniqueKeyOf } from '../../../local/workerd/config.ts'
import type { Auction, LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import { bidOf, verdictOf } from '../../../src/auctions/engine/verdict.ts'
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
  bidder_id: z.int().nullable(),
  offered: z.int().nullable(),
  client_id: z.string().nullable(),
  content: z.string().nullable(),
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
    const refusals = database.prepare('SELECT bidder_id, client_id, content, verdict FROM verdicts').all()
    return {
      auctionId: room.auction_id,
      cursor: room.projected,
      entries: entries.map(parseEntry),
      verdicts: [...entries.flatMap((entry) => parseAccepted(entry) ?? []), ...refusals.map(parseRefusal)],
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

/** The id of an accepted bid, which is in the row of its entry; null where there is none. */
function parseAccepted(value: unknown): StoredVerdict | null {
  const { bidder_id, offered, client_id, content, number, at, entry } = ledgerRow.parse(value)
  const parsed: LedgerEntry = { number, at, ...entryColumn.parse(JSON.parse(entry)) }
  const bid = bidOf(parsed)
  if (bidder_id !== (bid?.bidderId ?? null) || offered !== (bid?.offered ?? null)) {
    throw new Error(`Entry ${number}: its columns tell another bid`)
  }
  if (client_id === null || content === null) return null
  const verdict = verdictOf(parsed)
  if (bidder_id === null || verdict === null) throw new Error(`Entry ${number} has an id and is no bid`)
  return { bidderId: bidder_id, clientId: client_id, content, judgement: { accepted: verdict } }
}

function parseRefusal(value: unknown): StoredVerdict {
  const row = verdictRow.parse(value)
  return {
    bidderId: row.bidder_id,
    clientId: row.client_id,
    content: row.content,
    judgement: judgementColumn.parse(JSON.parse(row.verdict)),
  }
}
