import { and, asc, eq, gt, isNull, lte } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { insertNotices } from '../db/insert-notices.ts'
import { auction_bidders, auctions } from '../db/schema/auctions.ts'
import { watchlist } from '../db/schema/watchlist.ts'
import { describeError } from '../lib/error-text.ts'
import type { Announce } from '../notifications/announce.ts'
import { NOTIFICATION_TYPE, type Notice, TOLD_BEFORE_MS } from '../notifications/notification.ts'
import type { Logger } from '../platform/logger.ts'
import type { AuctionRow } from './auction-rows.ts'
import { AUCTION_STATUS } from './engine/auction.ts'

const AUCTIONS_A_TURN = 500
const AUCTIONS_AT_ONCE = 10
const PEOPLE_AT_ONCE = 500

export interface DeadlineContext {
  db: Database
  announce: Announce
  log: Logger
  /** Epoch milliseconds. */
  now: number
}

type Subject = Pick<
  AuctionRow,
  'id' | 'vehicle_id' | 'seller_id' | 'year' | 'make' | 'model' | 'starts_at' | 'end_moves'
>
const SUBJECT_COLUMNS = {
  id: auctions.id,
  vehicle_id: auctions.vehicle_id,
  seller_id: auctions.seller_id,
  year: auctions.year,
  make: auctions.make,
  model: auctions.model,
  starts_at: auctions.starts_at,
  end_moves: auctions.end_moves,
}

/**
 * The sweeper's turn (M13): of an auction that starts within 15 min its seller and the vehicle's watchers are told, of
 * one that ends its bidders and watchers; once each, however far bids extend the end. An end that M12 moved away is
 * told of again. An auction is marked after all of its people are told: what fails half-way is done again, and the
 * notices' keys let nobody hear twice.
 * @returns of how many auctions people were told
 */
export async function tellDeadlines(ctx: DeadlineContext): Promise<number> {
  const starting = await findStarting(ctx)
  const ending = await findEnding(ctx)
  const told = await tellEach(ctx, starting, tellStart)
  return told + (await tellEach(ctx, ending, tellEnd))
}

function findStarting({ db, now }: DeadlineContext): Promise<Subject[]> {
  return db
    .select(SUBJECT_COLUMNS)
    .from(auctions, { forceIndex: 'auctions_start_untold' })
    .where(
      and(
        isNull(auctions.start_told_at),
        eq(auctions.status, AUCTION_STATUS.scheduled),
        lte(auctions.starts_at, new Date(now + TOLD_BEFORE_MS)),
        gt(auctions.starts_at, new Date(now)),
      ),
    )
    .orderBy(asc(auctions.starts_at))
    .limit(AUCTIONS_A_TURN)
}

function findEnding({ db, now }: DeadlineContext): Promise<Subject[]> {
  return db
    .select(SUBJECT_COLUMNS)
    .from(auctions, { forceIndex: 'auctions_end_untold' })
    .where(
      and(
        isNull(auctions.end_told_at),
        eq(auctions.status, AUCTION_STATUS.active),
        lte(auctions.ends_at, new Date(now + TOLD_BEFORE_MS)),
        gt(auctions.ends_at, new Date(now)),
      ),
    )
    .orderBy(asc(auctions.ends_at))
    .limit(AUCTIONS_A_TURN)
}

type Tell = (ctx: DeadlineContext, auction: Subject) => Promise<void>

async function tellEach(ctx: DeadlineContext, due: readonly Subject[], tell: Tell): Promise<number> {
  let told = 0
  for (let from = 0; from < due.length; from += AUCTIONS_AT_ONCE) {
    const batch = due.slice(from, from + AUCTIONS_AT_ONCE)
    const ends = await Promise.allSettled(batch.map((auction) => tell(ctx, auction)))
    for (const [index, end] of ends.entries()) {
      if (end.status === 'fulfilled') told += 1
      else ctx.log.warn('deadline_not_told', { auction_id: batch[index]?.id, ...describeError(end.reason) })
    }
  }
  return told
}

async function tellStart(ctx: DeadlineContext, auction: Subject): Promise<void> {
  const compose = (userId: number): Notice => ({
    ...aboutAuction(auction, userId, ctx.now),
    type: NOTIFICATION_TYPE.auctionStarting,
    title: `Starting soon: ${nameOf(auction)}`,
    message: 'The auction starts in 15 minutes or less.',
    causeKey: `auction:${auction.id}:starting:${auction.starts_at.getTime()}`,
  })
  const watchers = await storeAll(ctx, watchersOf(ctx.db, auction.vehicle_id), compose)
  await insertNotices(ctx.db, [compose(auction.seller_id)])
  await ctx.db
    .update(auctions)
    .set({ start_told_at: new Date(ctx.now) })
    .where(
      and(
        eq(auctions.id, auction.id),
        isNull(auctions.start_told_at),
        eq(auctions.starts_at, auction.starts_at),
      ),
    )
  ctx.announce([auction.seller_id, ...watchers])
}

async function tellEnd(ctx: DeadlineContext, auction: Subject): Promise<void> {
  const compose = (userId: number): Notice => ({
    ...aboutAuction(auction, userId, ctx.now),
    type: NOTIFICATION_TYPE.auctionEnding,
    title: `Ending soon: ${nameOf(auction)}`,
    message: 'The auction ends in 15 minutes or less, unless late bids extend it.',
    causeKey: `auction:${auction.id}:ending:${auction.end_moves}`,
  })
  const bidders = await storeAll(ctx, biddersOf(ctx.db, auction.id), compose)
  const watchers = await storeAll(ctx, watchersOf(ctx.db, auction.vehicle_id), compose)
  await ctx.db
    .update(auctions)
    .set({ end_told_at: new Date(ctx.now) })
    .where(
      and(
        eq(auctions.id, auction.id),
        isNull(auctions.end_told_at),
        eq(auctions.end_moves, auction.end_moves),
      ),
    )
  ctx.announce([...bidders, ...watchers])
}

const nameOf = ({ year, make, model }: Subject): string => `${year} ${make} ${model}`

const aboutAuction = ({ id, vehicle_id }: Subject, userId: number, createdAt: number) => ({
  userId,
  data: { auction_id: id, vehicle_id },
  createdAt,
})

/** @returns whom it was stored for */
async function storeAll(
  { db }: DeadlineContext,
  pages: AsyncIterable<number[]>,
  compose: (userId: number) => Notice,
): Promise<number[]> {
  const all: number[] = []
  for await (const userIds of pages) {
    await insertNotices(db, userIds.map(compose))
    all.push(...userIds)
  }
  return all
}

type ReadPeople = (afterId: number) => Promise<{ userId: number }[]>

/** In pages: a vehicle may have any number of watchers. */
async function* inPages(read: ReadPeople): AsyncGenerator<number[]> {
  let last = 0
  for (;;) {
    const userIds = (await read(last)).map(({ userId }) => userId)
    if (userIds.length > 0) yield userIds
    if (userIds.length < PEOPLE_AT_ONCE) return
    last = userIds.at(-1) ?? last
  }
}

const watchersOf = (db: Database, vehicleId: number) =>
  inPages((afterId) =>
    db
      .select({ userId: watchlist.user_id })
      .from(watchlist, { forceIndex: 'watchlist_vehicle' })
      .where(and(eq(watchlist.vehicle_id, vehicleId), gt(watchlist.user_id, afterId)))
      .orderBy(asc(watchlist.user_id))
      .limit(PEOPLE_AT_ONCE),
  )

const biddersOf = (db: Database, auctionId: number) =>
  inPages((afterId) =>
    db
      .select({ userId: auction_bidders.user_id })
      .from(auction_bidders)
      .where(and(eq(auction_bidders.auction_id, auctionId), gt(auction_bidders.user_id, afterId)))
      .orderBy(asc(auction_bidders.user_id))
      .limit(PEOPLE_AT_ONCE),
  )
