import type { Database, Executor, Transaction } from '../db/client.ts'
import type { Cents } from '../lib/money.ts'
import type { Sale } from '../market/sale.ts'
import type { Announce } from '../notifications/announce.ts'
import type { SignedIn } from '../platform/actor.ts'
import type { Settings } from '../platform/env.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { Accounts } from '../users/account.ts'
import type { People } from '../users/live/people.ts'
import type { VehicleParts } from '../vehicles/context.ts'

/** Makes the order of a sale in the transaction of the sale, once however often it is asked. @returns its id */
export type OnSold = (tx: Transaction, sale: Sale) => Promise<number>

/** Counts a sale once it has committed. */
export type CountSale = (price: Cents) => void

/** Whether the last order that came of an auction has defaulted (M8), which opens its second chance. */
export type HasDefaulted = (db: Executor, auctionId: number) => Promise<boolean>

/** Applies what is due of the orders that came of an auction, each deadline as of its own instant (M8). */
export type ApplyOrdersDue = (
  ctx: Pick<RequestContext, 'requestId' | 'now' | 'log'>,
  auctionId: number,
) => Promise<void>

/** What the services of offers need. */
export interface OfferParts extends VehicleParts {
  settings: VehicleParts['settings'] & Pick<Settings, 'BID_REQUIRES' | 'BUYING_POWER'>
  people: Pick<People, 'refreshAccount' | 'buyingPower'>
  onSold: OnSold
  countSale: CountSale
  hasDefaulted: HasDefaulted
  applyOrdersDue: ApplyOrdersDue
  accounts: Accounts
}
export type OfferContext = RequestContext & OfferParts
/** What a request for somebody who is signed in has. */
export type CallerContext = OfferContext & SignedIn

/** What applying a deadline needs; nobody asked for it. */
export interface DueContext {
  db: Database
  announce: Announce
  accounts: Accounts
  metrics: Pick<Metrics, 'vehicles'>
  requestId: string
  /** Epoch milliseconds. */
  now: number
  log: Logger
}
