import type { z } from 'zod'
import type { SignedIn } from '../platform/actor.ts'
import { askRoom } from './arm-auction.ts'
import type { AuctionContext } from './context.ts'
import type { Offer } from './live/contract.ts'
import { refuse } from './rooms.ts'
import type { verdictSchema } from './schemas.ts'
import { limitUnknown } from './unknown-auctions.ts'

export interface PlacedBid {
  verdict: z.output<typeof verdictSchema>
  /** The same id was judged before, and this is that verdict again (R21). */
  replayed: boolean
}

/**
 * A bid or a purchase over HTTP. With the bidder's own id it may be asked again; without one it is asked once.
 * @throws AppError `not_found`, `rate_limited`, `unavailable`, and the room's refusals (`too_low` with `minimum_bid`)
 */
export async function placeBid(
  ctx: AuctionContext & SignedIn,
  auctionId: number,
  clientId: string | null,
  offer: Offer,
): Promise<PlacedBid> {
  const { userId, sellerProfileId, canBid } = ctx.actor
  const bidder = { userId, sellerProfileId, canBid }
  const bid = () =>
    ctx.rooms(auctionId, clientId === null ? 'once' : 'repeatable', (room) =>
      room.bid(bidder, clientId, offer, ctx.requestId),
    )
  const answer = await limitUnknown(ctx, () => askRoom(ctx, auctionId, bid))
  if (!answer.ok) throw refuse(answer)
  const { verdict, replayed, serverTime } = answer
  return {
    verdict: {
      success: true,
      bid_id: verdict.bidId,
      seq: verdict.seq,
      leading: verdict.leading,
      your_max: verdict.yourMax,
      current_bid: verdict.currentBid,
      minimum_bid: verdict.minimumBid,
      bid_count: verdict.bidCount,
      ends_at: new Date(verdict.endsAt),
      server_time: new Date(serverTime),
    },
    replayed,
  }
}
