import type { Database, Executor, Transaction } from '../db/client.ts'
import type { ObjectStorage } from '../external/s3.ts'
import type { VinLookupService } from '../external/vin.ts'
import type { Announce } from '../notifications/announce.ts'
import type { Settings } from '../platform/env.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'
import type { RateLimiter } from '../platform/rate-limit.ts'
import type { VehicleAuction } from './schemas.ts'
import type { DisclosureChange, VehicleSummary } from './vehicle.ts'
import type { FindShard } from './vin/shard-reader.ts'

/** The auctions that vehicles are in or were sold in, by vehicle; those without one are not in the map. */
export type AuctionsOf = (
  db: Executor,
  vehicleIds: readonly number[],
  now: number,
) => Promise<Map<number, VehicleAuction>>

/** Whether a person bought the vehicle. */
export type IsBuyerOf = (db: Executor, vehicleId: number, userId: number) => Promise<boolean>

/**
 * Whether MySQL has heard from the auction itself what it was told here, or something later; holds its row, and so comes
 * before the vehicle is locked.
 */
export type IsDisclosed = (tx: Transaction) => Promise<boolean>

/**
 * Tells the auction of a vehicle, before MySQL, what the vehicle becomes; `changes` are M12's fields among it.
 * A room that was never armed is armed with what the vehicle was, and told then. Null where no auction had to be told.
 * @throws AppError with the refusal of the auction, `has_bids` among them
 */
export type ChangeInAuction = (
  ctx: VehicleContext,
  vehicle: VehicleSummary,
  changes: DisclosureChange[],
) => Promise<IsDisclosed | null>

/**
 * A vehicle is archived: what is negotiated about it falls, in the transaction that archives it.
 * @returns who was told, to be announced once it has committed
 */
export type OnVehicleGone = (tx: Transaction, gone: { vehicleId: number; at: Date }) => Promise<number[]>

/**
 * What an active vehicle is said to be changes: what is negotiated about it falls, in the transaction of the change.
 * @returns who was told, to be announced once it has committed
 * @throws AppError `wrong_status` where somebody is to answer for the vehicle as it is
 */
export type OnVehicleDescribed = OnVehicleGone

/** A vehicle has become active, and that is committed: who waits for one like it is told. Returns at once. */
export type OnVehicleActive = (ctx: VehicleContext, vehicleId: number) => void

/** What the services of vehicles need. */
export interface VehicleParts {
  db: Database
  settings: Pick<Settings, 'LISTING_REVIEW'>
  metrics: Pick<Metrics, 'vehicles'>
  /** Null where none is configured. */
  storage: ObjectStorage | null
  vins: VinLookupService
  limits: Pick<RateLimiter, 'allows'>
  findShard: FindShard
  auctionsOf: AuctionsOf
  isBuyerOf: IsBuyerOf
  changeInAuction: ChangeInAuction
  onVehicleGone: OnVehicleGone
  onVehicleDescribed: OnVehicleDescribed
  onVehicleActive: OnVehicleActive
  announce: Announce
}
export type VehicleContext = RequestContext & VehicleParts
