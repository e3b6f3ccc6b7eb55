import type { Settings } from '../platform/env.ts'
import type { RequestContext } from '../platform/hono.ts'
import type { RateLimiter } from '../platform/rate-limit.ts'
import type { VehicleParts } from '../vehicles/context.ts'
import type { Rooms } from './rooms.ts'

/** What the services of auctions need. */
export interface AuctionParts extends VehicleParts {
  settings: VehicleParts['settings'] & Pick<Settings, 'AUCTION_MIN_SECONDS'>
  rooms: Rooms
  limits: Pick<RateLimiter, 'require' | 'requireLeftIfCounted'>
}
export type AuctionContext = RequestContext & AuctionParts
