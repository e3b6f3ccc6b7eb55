import type { z } from 'zod'
import type { SignedIn } from '../platform/actor.ts'
import type { Settings } from '../platform/env.ts'
import { askRoom } from './arm-auction.ts'
import type { AuctionContext } from './context.ts'
import { viewerOf } from './rooms.ts'
import type { ticketSchema } from './schemas.ts'
import { signTicket, TICKET_EXPIRES_S } from './tickets.ts'
import { limitUnknown } from './unknown-auctions.ts'

type TicketContext = AuctionContext & SignedIn & { settings: Pick<Settings, 'JWT_SECRET_KEY'> }

/**
 * A ticket for one connection to an auction, and where to connect; `origin` is where the caller reached the API.
 * @throws AppError `not_found`, `rate_limited`, `unavailable`
 */
export async function takeTicket(
  ctx: TicketContext,
  auctionId: number,
  origin: string,
): Promise<z.output<typeof ticketSchema>> {
  const view = () => ctx.rooms(auctionId, 'repeatable', (room) => room.view(viewerOf(ctx.actor)))
  await limitUnknown(ctx, () => askRoom(ctx, auctionId, view))
  const ticket = await signTicket(ctx.settings.JWT_SECRET_KEY, auctionId, ctx.actor, ctx.now)
  const url = `${origin.replace(/^http/, 'ws')}/api/auctions/${auctionId}/live`
  return { ticket, expires_in: TICKET_EXPIRES_S, url }
}
