/** A projector over a sale's ledger and this file's real database, with a clock that stands still. */
import type { AuctionTerms, EpochMs } from '../../src/auctions/engine/auction.ts'
import { createProjectionStore } from '../../src/auctions/live/projection-store.ts'
import { createProjector } from '../../src/auctions/live/projector.ts'
import { createDatabase, type Database } from '../../src/db/client.ts'
import { settleAuction } from '../../src/orders/settle-auction.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { createAccounts } from '../../src/users/account.ts'
import { discloseInAuction } from '../../src/vehicles/auction-status.ts'
import { CLOSES_AT, openSale, type Sale, scheduledSale, termsWith } from '../engine/sale.ts'
import { insertAuction } from './auction-rows.ts'
import { databaseUrl, query } from './database.ts'
import { SaleLedger } from './sale-ledger.ts'

/** It gives up quickly, so that a database which hangs does not hold a test up. */
export const openImpatientDatabase = (): Database => createDatabase(databaseUrl(), { timeoutMs: 500 })

export interface Run {
  lag: number
  stuck: boolean
}

export class Projection {
  readonly sale: Sale
  ledger: SaleLedger
  readonly runs: Run[] = []
  now: EpochMs = CLOSES_AT
  readonly #makeLedger: () => SaleLedger
  #project = this.#makeProjector()

  constructor(sale: Sale, makeLedger: () => SaleLedger) {
    this.sale = sale
    this.#makeLedger = makeLedger
    this.ledger = makeLedger()
  }

  get auctionId(): number {
    return this.ledger.auctionId
  }

  /** What a run gives: when to come again. */
  run(): Promise<{ retryInMs: number | null }> {
    return this.#project(this.ledger)
  }

  /** Runs, letting time pass as asked for, until nothing is left; throws where it does not come to an end. */
  async drain(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) {
      const { retryInMs } = await this.run()
      if (retryInMs === null) return
      this.now += retryInMs
    }
    throw new Error(`Not drained: ${this.ledger.lastNumber() - this.ledger.cursor()} entries are left`)
  }

  /** As after an eviction: nothing in memory is left; with `forget` not even the cursor. */
  restart({ forget = false }: { forget?: boolean } = {}): void {
    this.#project = this.#makeProjector()
    if (forget) this.ledger = this.#makeLedger()
  }

  #makeProjector() {
    const clock = () => this.now
    return createProjector({
      store: createProjectionStore({
        db: openImpatientDatabase(),
        onDisclosed: discloseInAuction,
        onEnded: (tx, ended) => settleAuction(tx, ended, ACCOUNTS),
        clock,
      }),
      clock,
      log: createLogger('error'),
      onProgress: (_auctionId, lag, stuck) => this.runs.push({ lag, stuck }),
    })
  }
}

const nothing = () => undefined
/** With buying power on; there is nobody to tell at once. */
const ACCOUNTS = createAccounts({
  isOn: true,
  tellPerson: async () => undefined,
  waitUntil: nothing,
  log: createLogger('error'),
})

/** A sale that has just opened, or is scheduled still, whose auction and vehicle have their rows. */
export async function openProjection(
  changes: Partial<AuctionTerms> = {},
  status: 'open' | 'scheduled' = 'open',
): Promise<Projection> {
  const db = createDatabase(databaseUrl())
  const { terms, vehicle } = await insertAuction(db, termsWith(changes))
  const sale = status === 'open' ? openSale(terms) : scheduledSale(terms)
  return new Projection(sale, () => new SaleLedger(sale, vehicle))
}

const TABLES = ['auctions', 'bids', 'auction_bidders', 'orders', 'notifications', 'vehicles'] as const
export type Rows = Record<(typeof TABLES)[number], Record<string, unknown>[]>

/** Everything that MySQL has of one auction, without what counts the tries. */
export async function rowsOf(auctionId: number): Promise<Rows> {
  const [auctions, bids, bidders, orders, notifications, vehicles] = await Promise.all([
    query('SELECT * FROM auctions WHERE id = ?', [auctionId]),
    query('SELECT * FROM bids WHERE auction_id = ? ORDER BY bid_id', [auctionId]),
    query('SELECT * FROM auction_bidders WHERE auction_id = ? ORDER BY user_id', [auctionId]),
    query('SELECT * FROM orders WHERE auction_id = ?', [auctionId]),
    query(
      `SELECT user_id, type, title, message, data, cause_key, created_at FROM notifications
       WHERE cause_key LIKE ? ORDER BY user_id, cause_key`,
      [`auction:${auctionId}:%`],
    ),
    query('SELECT v.* FROM vehicles v JOIN auctions a ON a.vehicle_id = v.id WHERE a.id = ?', [auctionId]),
  ])
  return { auctions, bids, auction_bidders: bidders, orders, notifications, vehicles }
}
