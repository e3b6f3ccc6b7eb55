import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import { endColumnsOf, termsColumnsOf } from '../../db/auction-columns.ts'
import type { Database, Executor, Transaction } from '../../db/client.ts'
import { insertNotices } from '../../db/insert-notices.ts'
import { auctions, bids } from '../../db/schema/auctions.ts'
import { type Notice, TOLD_BEFORE_MS } from '../../notifications/notification.ts'
import type { AuctionTerms, EpochMs, Position } from '../engine/auction.ts'
import type { AuctionChange, Batch, Disclosure, EndedAuction, Settlement } from './projection.ts'

/** What MySQL is asked to keep. Everything may be asked twice, and arrive late after it was asked again. */
export interface ProjectionStore {
  saveBids(batch: Batch): Promise<void>
  voidBids(batch: Batch): Promise<void>
  saveReserveChanges(batch: Batch): Promise<void>
  saveBidders(batch: Batch): Promise<void>
  saveNotices(notices: readonly Notice[]): Promise<void>
  saveAuction(change: AuctionChange): Promise<void>
  /** @returns whether it was this call that settled the auction */
  settle(settlement: Settlement): Promise<boolean>
}

/** What else an ended or cancelled auction brings about (M1), in the transaction of its settlement. */
export type OnEnded = (tx: Transaction, ended: EndedAuction) => Promise<void>

/**
 * Brings the vehicle's own row to what the room was told of it and tells those who watch it, in the transaction of the
 * auction's row.
 */
export type OnDisclosed = (
  tx: Transaction,
  disclosed: { vehicleId: number; disclosures: readonly Disclosure[]; at: Date },
) => Promise<void>

export interface ProjectionStoreParts {
  db: Database
  onDisclosed: OnDisclosed
  onEnded: OnEnded
  /** Epoch milliseconds. */
  clock: () => EpochMs
}

/** The ledger tells of an auction that MySQL has no row of. */
class AuctionRowMissing extends Error {
  override readonly name = 'AuctionRowMissing'
}

export function createProjectionStore(parts: ProjectionStoreParts): ProjectionStore {
  const { db, onDisclosed, onEnded, clock } = parts
  const disclose = async (tx: Transaction, { vehicleId, disclosed, at }: AuctionChange) => {
    if (disclosed.length > 0) await onDisclosed(tx, { vehicleId, disclosures: disclosed, at: new Date(at) })
  }
  return {
    saveBids: ({ auctionId, bids }) =>
      insertRows(
        db,
        INSERT_BIDS,
        bids.map((bid) => [
          auctionId,
          bid.bidId,
          bid.seq,
          bid.bidderId,
          bid.alias,
          bid.kind,
          bid.amount,
          bid.offered,
          bid.price,
          bid.leaderAlias,
          instantText(bid.at),
        ]),
      ),

    async voidBids({ auctionId, voidings }) {
      for (const { bidIds, reason, at } of voidings) {
        await db
          .update(bids)
          .set({ voided_at: new Date(at), void_reason: reason })
          .where(and(eq(bids.auction_id, auctionId), inArray(bids.bid_id, [...bidIds])))
      }
    },

    saveReserveChanges: ({ auctionId, reserveChanges }) =>
      insertRows(
        db,
        INSERT_RESERVE_CHANGES,
        reserveChanges.map(({ number, reservePrice, at }) => [
          auctionId,
          number,
          reservePrice,
          instantText(at),
        ]),
      ),

    saveBidders: ({ auctionId, bidders, biddersAsOf }) =>
      insertRows(
        db,
        INSERT_BIDDERS,
        bidders.map(({ bidderId, alias, maximum }) => [auctionId, bidderId, alias, maximum, biddersAsOf]),
      ),

    saveNotices: (notices) => insertNotices(db, notices),

    async saveAuction(change) {
      if (change.disclosed.length === 0) await advance(db, change)
      else
        await db.transaction(async (tx) => {
          if (await advance(tx, change)) await disclose(tx, change)
        })
    },

    settle: ({ change, ended, notices }) =>
      db.transaction(async (tx) => {
        const settled = await tx
          .update(auctions)
          .set({ ...columnsOf(change), settled_at: new Date(clock()) })
          .where(and(eq(auctions.id, change.auctionId), isNull(auctions.settled_at)))
        if (settled.rowsAffected !== 1) {
          await requireRow(tx, change.auctionId)
          return false
        }
        await disclose(tx, change)
        await onEnded(tx, ended)
        await insertNotices(tx, notices)
        return true
      }),
  }
}

interface MultiRowInsert {
  readonly into: string
  readonly columns: readonly string[]
  readonly onDuplicate: string
}

const INSERT_BIDS: MultiRowInsert = {
  into: 'bids',
  columns: [
    'auction_id',
    'bid_id',
    'seq',
    'user_id',
    'alias',
    'kind',
    'amount_cents',
    'offered_cents',
    'current_bid_cents',
    'leader_alias',
    'created_at',
  ],
  onDuplicate: 'seq = seq',
}

const INSERT_RESERVE_CHANGES: MultiRowInsert = {
  into: 'reserve_changes',
  columns: ['auction_id', 'number', 'reserve_price_cents', 'created_at'],
  onDuplicate: 'number = number',
}

/** Rows of an earlier reading of the ledger, arriving late, change nothing. Assignments run from left to right. */
const INSERT_BIDDERS: MultiRowInsert = {
  into: 'auction_bidders',
  columns: ['auction_id', 'user_id', 'alias', 'max_bid_cents', 'projected'],
  onDuplicate:
    'max_bid_cents = IF(projected < VALUES(projected), VALUES(max_bid_cents), max_bid_cents), ' +
    'projected = GREATEST(projected, VALUES(projected))',
}

/** Straight to the driver: building a thousand rows with Drizzle would hold the room up for 40 ms. */
async function insertRows(
  { $client: client }: Database,
  { into, columns, onDuplicate }: MultiRowInsert,
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> {
  if (rows.length === 0) return
  const row = `(${columns.map(() => '?').join(', ')})`
  await client.execute(
    `INSERT INTO ${into} (${columns.join(', ')}) VALUES ${rows.map(() => row).join(', ')} ` +
      `ON DUPLICATE KEY UPDATE ${onDuplicate}`,
    rows.flat(),
  )
}

/** @returns whether the row showed an earlier entry before */
async function advance(executor: Executor, change: AuctionChange): Promise<boolean> {
  const written = await executor
    .update(auctions)
    .set(columnsOf(change))
    .where(and(eq(auctions.id, change.auctionId), lt(auctions.projected, change.projected)))
  if (written.rowsAffected === 0) await requireRow(executor, change.auctionId)
  return written.rowsAffected > 0
}

async function requireRow(executor: Executor, auctionId: number): Promise<void> {
  const [row] = await executor.select({ id: auctions.id }).from(auctions).where(eq(auctions.id, auctionId))
  if (row === undefined) throw new AuctionRowMissing(`Auction ${auctionId} has no row`)
}

/** `DATETIME(3)` in UTC. */
const instantText = (at: EpochMs): string => new Date(at).toISOString().slice(0, -1).replace('T', ' ')

/** Whoever was told of an end that M12 moved away is told of the later one too. */
const isEndMoved = ({ disclosed, position, at }: AuctionChange): boolean =>
  disclosed.length > 0 && position !== null && position.endsAt > at + TOLD_BEFORE_MS

function columnsOf(change: AuctionChange) {
  const { position, seq, terms, armedAt, nextAttemptAt } = change
  return {
    // Whoever was told of another start is told of this one.
    ...(terms === null ? {} : { ...termsColumnsOf(terms), start_told_at: null }),
    ...(seq === null ? {} : { seq }),
    ...(isEndMoved(change) ? { end_told_at: null, end_moves: sql`end_moves + 1` } : {}),
    ...(armedAt === null ? {} : { armed_at: new Date(armedAt) }),
    ...(position === null ? {} : positionColumnsOf(position, terms)),
    projected: change.projected,
    attempts: 0,
    next_attempt_at: nextAttemptAt === null ? null : new Date(nextAttemptAt),
    updated_at: new Date(change.at),
  }
}

function positionColumnsOf(position: Position, terms: AuctionTerms | null) {
  const { leader } = position
  return {
    ...endColumnsOf(position),
    status: position.status,
    outcome: position.outcome,
    cancel_reason: position.cancelReason,
    reserve_price_cents: position.reservePrice,
    reserve_met: position.reserveMet,
    extended_count: position.extendedCount,
    current_bid_cents: position.price,
    price_cents: leader === null ? (terms?.startingPrice ?? sql`starting_price_cents`) : position.price,
    minimum_bid_cents: position.minimumBid,
    bid_count: position.bidCount,
    high_bidder_id: leader?.bidderId ?? null,
    high_bidder_alias: leader?.alias ?? null,
  }
}
