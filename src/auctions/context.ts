import type { Executor, Transaction } from '../db/client.ts'
import type { Actor } from '../platform/actor.ts'
import type { Settings } from '../platform/env.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { RateLimiter } from '../platform/rate-limit.ts'
import type { VehicleParts } from '../vehicles/context.ts'
import type { Rooms } from './rooms.ts'
import type { ShownDecision } from './schemas.ts'

/** Applies the deadlines that have passed of what is negotiated about a vehicle (M2–M4), each as of its own instant. */
export type ApplyDue = (
  ctx: Pick<RequestContext, 'now' | 'requestId' | 'log'>,
  vehicleId: number,
) => Promise<void>

/**
 * What is negotiated about a vehicle falls because an auction of it is scheduled (M4).
 * @returns who was told, to be announced once it has committed
 * @throws AppError `wrong_status` while a second chance stands (M1)
 */
export type OnAuctionScheduled = (
  tx: Transaction,
  scheduled: { vehicleId: number; at: Date },
) => Promise<number[]>

/** The decision over a high bid as a person may see it at `now` (epoch milliseconds); null where there is none for them. */
export type DecisionOf = (
  db: Executor,
  auctionId: number,
  actor: Actor | null,
  now: number,
) => Promise<ShownDecision | null>

/** What the services of auctions need. */
export interface AuctionParts extends VehicleParts {
  settings: VehicleParts['settings'] & Pick<Settings, 'AUCTION_MIN_SECONDS'>
  rooms: Rooms
  applyDue: ApplyDue
  onAuctionScheduled: OnAuctionScheduled
  decisionOf: DecisionOf
  limits: Pick<RateLimiter, 'allows' | 'require' | 'requireLeftIfCounted'>
}
export type AuctionContext = RequestContext & AuctionParts
