import { and, eq, gt, ne } from 'drizzle-orm'
import { type AuctionRow, findAuctionRow } from '../auctions/auction-rows.ts'
import { AUCTION_STATUS } from '../auctions/engine/auction.ts'
import { auctionMissing } from '../auctions/rooms.ts'
import type { Transaction } from '../db/client.ts'
import { type OnceResult, runOnce } from '../db/idempotency.ts'
import { auctions } from '../db/schema/auctions.ts'
import { offers } from '../db/schema/offers.ts'
import { type Cents, centsToDollars } from '../lib/money.ts'
import { AppError } from '../platform/errors.ts'
import { AUDIT_SUBJECT, recordAudit } from '../users/audit.ts'
import { lockVehicle, type VehicleRow, vehicleMissing } from '../vehicles/find-vehicle.ts'
import { VEHICLE_STATUS } from '../vehicles/vehicle.ts'
import { hasSecondChance } from './accept-round.ts'
import { applyDue } from './apply-due.ts'
import type { CallerContext } from './context.ts'
import { isRefusedByBidder } from './decision.ts'
import { decisionOfRow, findDecision } from './decision-rows.ts'
import { mayBuy } from './eligibility.ts'
import { insertRound } from './make-offer.ts'
import { type EndedBidding, priceWithout, type RankedBidder, rankBidders } from './next-bidder.ts'
import { OFFER_KIND, OFFER_SIDE } from './offer.ts'
import { describeOffer, findByCreationKey, type OfferRow, secondChanceKey } from './offer-rows.ts'
import { readBidding } from './read-bidding.ts'
import { offerMadeSchema } from './schemas.ts'

/**
 * M3: after a default, or the high bidder's refusal of a counter, the seller offers the vehicle to the next bidder by
 * highest standing bid, for 24 h, at the price that R20 would give with the bids of all those ahead voided. One at a
 * time, and each of them once.
 * @throws AppError `not_found`, `forbidden` for who is not its seller, `wrong_status` where there is no such reason, the
 * vehicle is not active or has been up for auction since, `offer_stands`, `no_next_bidder`
 */
export async function offerSecondChance(
  ctx: CallerContext,
  auctionId: number,
): Promise<OnceResult<typeof offerMadeSchema>> {
  const { actor, now } = ctx
  const auction = await findAuctionRow(ctx.db, auctionId)
  if (auction === null) throw auctionMissing()
  if (auction.seller_id !== actor.userId) throw new AppError('forbidden', 'This auction is not yours')
  await applyDue(ctx, auction.vehicle_id)
  await ctx.applyOrdersDue(ctx, auctionId)
  const bidding = await readBidding(ctx.db, auction)
  const creationKey = crypto.randomUUID()
  let buyerId: number | null = null
  const result = await runOnce(ctx, offerMadeSchema, async (tx) => {
    // Locked before anything is read: what is read afterwards is what stands then.
    const vehicle = await lockVehicle(tx, auction.vehicle_id)
    if (vehicle === null) throw vehicleMissing()
    const made = await findByCreationKey(tx, creationKey)
    const row = made ?? (await insertChance(ctx, tx, { auction, vehicle, bidding, creationKey }))
    buyerId = row.buyer_id
    const offer = await describeOffer(tx, row, actor.userId, now)
    return { status: 201, value: { message: 'Second chance offered', offer } }
  })
  if (buyerId !== null) ctx.announce([buyerId])
  return result
}

interface Chance {
  auction: AuctionRow
  vehicle: VehicleRow
  bidding: EndedBidding
  creationKey: string
}

async function insertChance(
  ctx: CallerContext,
  tx: Transaction,
  { auction, vehicle, bidding, creationKey }: Chance,
): Promise<OfferRow> {
  const at = new Date(ctx.now)
  await requireOpen(ctx, tx, auction)
  if (vehicle.status !== VEHICLE_STATUS.active) {
    throw new AppError('wrong_status', `Not possible for a vehicle that is ${vehicle.status}`)
  }
  if (await hasSecondChance(tx, vehicle.id, at)) {
    throw new AppError('offer_stands', 'A second chance is offered already')
  }
  const next = await findNext(ctx, tx, auction, bidding)
  if (next === null) throw new AppError('no_next_bidder')
  const row = await insertRound(tx, vehicle, {
    kind: OFFER_KIND.secondChance,
    vehicle_id: vehicle.id,
    auction_id: auction.id,
    buyer_id: next.bidder.bidderId,
    buyer_alias: next.bidder.alias,
    seller_id: auction.seller_id,
    made_by: OFFER_SIDE.seller,
    amount_cents: next.price,
    message: null,
    round: 1,
    previous_id: null,
    standing_key: secondChanceKey(vehicle.id),
    creation_key: creationKey,
    created_at: at,
  })
  await recordAudit(tx, ctx, {
    action: 'auction.second_chance',
    subject: AUDIT_SUBJECT.auction,
    subjectId: auction.id,
    before: null,
    after: { offer_id: row.id, buyer_id: row.buyer_id, amount: centsToDollars(row.amount_cents) },
  })
  return row
}

/** M3's two reasons; whoever has been bid on anew since is another auction's to offer. */
async function requireOpen(ctx: CallerContext, tx: Transaction, auction: AuctionRow): Promise<void> {
  const [later] = await tx
    .select({ id: auctions.id })
    .from(auctions)
    .where(
      and(
        eq(auctions.vehicle_id, auction.vehicle_id),
        gt(auctions.id, auction.id),
        ne(auctions.status, AUCTION_STATUS.cancelled),
      ),
    )
    .limit(1)
  if (later !== undefined) throw new AppError('wrong_status', 'The vehicle has been up for auction since')
  const decision = await findDecision(tx, auction.id)
  const isRefused = decision !== null && isRefusedByBidder(decisionOfRow(decision))
  if (isRefused || (await ctx.hasDefaulted(tx, auction.id))) return
  throw new AppError('wrong_status', 'Neither has a buyer defaulted nor the high bidder refused a counter')
}

async function findNext(
  ctx: CallerContext,
  tx: Transaction,
  auction: AuctionRow,
  bidding: EndedBidding,
): Promise<{ bidder: RankedBidder; price: Cents } | null> {
  const asked = await tx
    .select({ buyerId: offers.buyer_id })
    .from(offers)
    .where(and(eq(offers.auction_id, auction.id), eq(offers.kind, OFFER_KIND.secondChance)))
  const hadTheirTurn = new Set([auction.high_bidder_id, ...asked.map(({ buyerId }) => buyerId)])
  const ahead = new Set<number>()
  for (const bidder of rankBidders(bidding.bids)) {
    const isNext = !hadTheirTurn.has(bidder.bidderId) && (await mayBuy(tx, bidder.bidderId, ctx.settings))
    if (isNext) {
      const price = priceWithout(bidding, ahead)?.price
      return price === undefined ? null : { bidder, price }
    }
    ahead.add(bidder.bidderId)
  }
  return null
}
