import { eq } from 'drizzle-orm'
import { endColumnsOf, termsColumnsOf } from '../db/auction-columns.ts'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { auctions } from '../db/schema/auctions.ts'
import { SECOND_MS } from '../lib/time.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import { enterAuction } from '../vehicles/auction-status.ts'
import { findPrimaryImageKey, requireOwner, summarize, type VehicleRow } from '../vehicles/find-vehicle.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { armQuietly } from './arm-auction.ts'
import type { AuctionContext } from './context.ts'
import { type Auction, type AuctionTerms, type EpochMs, evolve } from './engine/auction.ts'
import { decide, decideDue } from './engine/decide.ts'
import { findTermsProblems } from './engine/terms.ts'
import { viewAuction } from './engine/view.ts'
import type { ArmRequest } from './live/contract.ts'
import { composePolicy } from './policy.ts'
import type { CreateAuctionInput } from './request-schemas.ts'
import { type AuctionBody, auctionMadeSchema, describeRoomAuction } from './schemas.ts'

type CreateContext = AuctionContext & SignedIn

/** The sweeper arms what this request could not. */
const ARM_AGAIN_AFTER_MS = 15 * SECOND_MS

/**
 * Puts an active vehicle of the caller's up for auction, and arms its room. An auction whose room cannot be reached is
 * made all the same: the sweeper arms it.
 * @throws AppError `not_found`, `forbidden`, `wrong_status` (while a second chance stands too), `validation_failed`
 */
export async function createAuction(
  ctx: CreateContext,
  input: CreateAuctionInput,
): Promise<OnceResult<typeof auctionMadeSchema>> {
  const creationKey = crypto.randomUUID()
  let made: ArmRequest | null = null
  let told: number[] = []
  await ctx.applyDue(ctx, input.vehicle_id)
  const result = await runOnce(ctx, auctionMadeSchema, async (tx) => {
    const { request, auction } = await insertAuction(ctx, tx, input, creationKey)
    made = request
    told = await ctx.onAuctionScheduled(tx, { vehicleId: input.vehicle_id, at: new Date(ctx.now) })
    return { status: 201, value: { message: 'Auction created', auction_id: auction.id, auction } }
  })
  if (made !== null) {
    ctx.metrics.vehicles.inc({ status: VEHICLE_STATUS.inAuction })
    ctx.announce(told)
    await armQuietly(ctx, made)
  }
  return result
}

interface Made {
  request: ArmRequest
  auction: AuctionBody
}

/** May run again after its COMMIT was done: the creation key then tells that the auction is there. */
async function insertAuction(
  ctx: CreateContext,
  tx: Transaction,
  input: CreateAuctionInput,
  creationKey: string,
): Promise<Made> {
  const { actor, now } = ctx
  const at = new Date(now)
  const entered = await enterAuction(tx, { vehicleId: input.vehicle_id, sellerId: actor.userId, at })
  const vehicle = await requireOwner(tx, input.vehicle_id, actor, 'owner')
  const existingId = entered ? null : await findByKey(tx, creationKey)
  if (!entered && existingId === null) {
    throw new AppError('wrong_status', 'Only an active vehicle can be put up for auction')
  }
  const policy = composePolicy(input, vehicle, now)
  const problems = findTermsProblems(policy, ctx.settings.AUCTION_MIN_SECONDS * SECOND_MS)
  if (problems.length > 0) throw new AppError('validation_failed', undefined, { details: problems })

  const parties = { sellerId: vehicle.seller_id, sellerProfileId: actor.sellerProfileId }
  const opening = openingOf({ ...policy, ...parties, auctionId: 0 }, now)
  const auctionId = existingId ?? (await insertRow(tx, opening, vehicle, creationKey))
  const terms = { ...policy, ...parties, auctionId }
  const imageKey = await findPrimaryImageKey(tx, vehicle.id)
  const summary = summarize(vehicle, imageKey)
  const primaryImageUrl = imageKey && ctx.storage ? await ctx.storage.viewUrl(imageKey, now) : null
  const view = viewAuction({ ...opening, terms }, { seesReserve: true, bidder: null }, now)
  return {
    request: { terms, vehicle: summary, madeAt: now },
    auction: describeRoomAuction({ view, vehicle: { ...summary, primaryImageUrl } }),
  }
}

async function findByKey(tx: Transaction, creationKey: string): Promise<number | null> {
  const [row] = await tx
    .select({ id: auctions.id })
    .from(auctions)
    .where(eq(auctions.creation_key, creationKey))
  return row?.id ?? null
}

/** The auction as its room will have it: armed, and open where its start has come. */
function openingOf(terms: AuctionTerms, now: EpochMs): Auction {
  const armed = decide(null, null, { kind: 'arm', terms }, now)
  if (armed.rejected !== null) throw new Error(`Terms that were sound are ${armed.rejected}`)
  const auction = evolve(null, armed.entry)
  const opened = decideDue(auction, now)
  return opened === null ? auction : evolve(auction, opened)
}

/** The row says already what the room will make of it; `projected` stays 0 until the room's ledger is there. */
async function insertRow(
  tx: Transaction,
  { terms, position, seq, lastAt }: Auction,
  { id: vehicle_id, year, make, model }: VehicleRow,
  creationKey: string,
): Promise<number> {
  if (year === null || make === null || model === null) {
    throw new AppError('validation_failed', undefined, {
      details: [{ path: 'vehicle_id', message: 'Year, make and model of the vehicle must be there' }],
    })
  }
  const at = new Date(lastAt)
  const [inserted] = await tx
    .insert(auctions)
    .values({
      ...termsColumnsOf(terms),
      creation_key: creationKey,
      vehicle_id,
      seller_id: terms.sellerId,
      seller_profile_id: terms.sellerProfileId,
      status: position.status,
      reserve_price_cents: position.reservePrice,
      reserve_met: position.reserveMet,
      ...endColumnsOf(position),
      current_bid_cents: position.price,
      price_cents: terms.startingPrice,
      minimum_bid_cents: position.minimumBid,
      year,
      make,
      model,
      seq,
      next_attempt_at: new Date(lastAt + ARM_AGAIN_AFTER_MS),
      created_at: at,
      updated_at: at,
    })
    .$returningId()
  if (inserted === undefined) throw new Error('The database gave no id')
  return inserted.id
}
