import * as z from 'zod'
import { SECOND_MS } from '../lib/time.ts'
import type { Actor } from '../platform/actor.ts'
import { readToken, signToken, type TokenKind } from '../users/tokens.ts'

export const TICKET_EXPIRES_S = 30
const TICKET: TokenKind = { typ: 'ticket+jwt', aud: 'vehicle-auctions/stream' }

const ticketClaims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number),
  jti: z.uuid(),
  exp: z.int(),
  session_until: z.int(),
})

/** Whose stream a ticket opens. */
export interface StreamTicket {
  readonly userId: number
  /** The person's object lets it open one socket. */
  readonly jti: string
  /** Epoch milliseconds, as `sessionUntilMs`. */
  readonly expiresAtMs: number
  readonly sessionUntilMs: number
}

/** A ticket for one connection to the caller's own stream, good for 30 s. */
export function signStreamTicket(secret: string, actor: Actor, nowMs: number): Promise<string> {
  const iat = Math.floor(nowMs / SECOND_MS)
  return signToken(secret, TICKET, {
    iat,
    exp: iat + TICKET_EXPIRES_S,
    sub: String(actor.userId),
    jti: crypto.randomUUID(),
    session_until: Math.floor(actor.sessionUntilMs / SECOND_MS),
  })
}

/** What a ticket says; null where it is not good at `nowMs`. */
export async function readStreamTicket(
  secret: string,
  token: string,
  nowMs: number,
): Promise<StreamTicket | null> {
  const claims = await readToken(secret, TICKET, ticketClaims, token, nowMs)
  if (claims === null || claims.session_until * SECOND_MS <= nowMs) return null
  return {
    userId: claims.sub,
    jti: claims.jti,
    expiresAtMs: claims.exp * SECOND_MS,
    sessionUntilMs: claims.session_until * SECOND_MS,
  }
}
