import * as z from 'zod'
import { SECOND_MS } from '../lib/time.ts'
import { type Actor, isAdmin, ROLES } from '../platform/actor.ts'
import { readToken, signToken, type TokenKind } from '../users/tokens.ts'

export const TICKET_EXPIRES_S = 30
const TICKET: TokenKind = { typ: 'ticket+jwt', aud: 'vehicle-auctions/live' }

const ticketClaims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number),
  auction_id: z.int().positive(),
  jti: z.uuid(),
  exp: z.int(),
  roles: z.array(z.enum(ROLES)),
  seller_profile_id: z.int().positive().nullable(),
  can_bid: z.boolean(),
  session_until: z.int(),
})

/** Whom a ticket speaks for, and what makes it this one. */
export interface Ticket {
  readonly person: {
    readonly userId: number
    readonly sellerProfileId: number | null
    readonly canBid: boolean
    readonly isAdmin: boolean
    /** Epoch milliseconds. */
    readonly sessionUntilMs: number
  }
  /** The room lets it open one socket. */
  readonly jti: string
  /** Epoch milliseconds. */
  readonly expiresAtMs: number
}

/** A ticket for one connection of `actor` to one auction, good for 30 s. */
export function signTicket(secret: string, auctionId: number, actor: Actor, nowMs: number): Promise<string> {
  const iat = Math.floor(nowMs / SECOND_MS)
  return signToken(secret, TICKET, {
    iat,
    exp: iat + TICKET_EXPIRES_S,
    sub: String(actor.userId),
    auction_id: auctionId,
    jti: crypto.randomUUID(),
    roles: actor.roles,
    seller_profile_id: actor.sellerProfileId,
    can_bid: actor.canBid,
    session_until: Math.floor(actor.sessionUntilMs / SECOND_MS),
  })
}

/** What a ticket for this auction says; null where it is not good at `nowMs`, or was made for another. */
export async function readTicket(
  secret: string,
  token: string,
  auctionId: number,
  nowMs: number,
): Promise<Ticket | null> {
  const claims = await readToken(secret, TICKET, ticketClaims, token, nowMs)
  if (claims === null || claims.auction_id !== auctionId) return null
  const actor: Actor = {
    userId: claims.sub,
    roles: claims.roles,
    sellerProfileId: claims.seller_profile_id,
    canBid: claims.can_bid,
    sessionUntilMs: claims.session_until * SECOND_MS,
  }
  const { userId, sellerProfileId, canBid, sessionUntilMs } = actor
  return {
    person: { userId, sellerProfileId, canBid, isAdmin: isAdmin(actor), sessionUntilMs },
    jti: claims.jti,
    expiresAtMs: claims.exp * SECOND_MS,
  }
}
