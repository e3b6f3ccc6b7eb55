import { verify } from 'hono/jwt'
import { encodeBase64Url } from 'hono/utils/encode'
import { signing } from 'hono/utils/jwt/jws'
import * as z from 'zod'
import { MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { type Actor, ROLES, type Role } from '../platform/actor.ts'
import { USER_STATUS } from './user.ts'

const ALGORITHM = 'HS256'
const ISSUER = 'vehicle-auctions'
export const ACCESS_TOKEN_MS = 15 * MINUTE_MS

/** What keeps tokens of one kind from passing for another: both are checked, beside the signature. */
export interface TokenKind {
  /** The header's `typ`. */
  typ: string
  aud: string
}
const ACCESS: TokenKind = { typ: 'at+jwt', aud: 'vehicle-auctions/api' }
const REFRESH: TokenKind = { typ: 'rt+jwt', aud: 'vehicle-auctions/refresh' }

/** The instants that every token carries, in whole seconds. */
export interface TokenTimes {
  iat: number
  exp: number
}

const toSeconds = (ms: number): number => Math.floor(ms / SECOND_MS)
const encodePart = (part: object): string =>
  encodeBytes(new TextEncoder().encode(JSON.stringify(part)).buffer)
const encodeBytes = (bytes: ArrayBufferLike): string => encodeBase64Url(bytes).replaceAll('=', '')

function importKey(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

/** Signs `claims` as a token of `kind`. The same claims give the same token. (Hono's `sign` cannot set `typ`.) */
export async function signToken(
  secret: string,
  kind: TokenKind,
  claims: TokenTimes & Record<string, unknown>,
): Promise<string> {
  const header = encodePart({ alg: ALGORITHM, typ: kind.typ })
  const text = `${header}.${encodePart({ iss: ISSUER, aud: kind.aud, ...claims })}`
  const signature = await signing(await importKey(secret), ALGORITHM, new TextEncoder().encode(text))
  return `${text}.${encodeBytes(signature)}`
}

const times = z.object({ iat: z.int(), exp: z.int() })

/**
 * The claims of a token of `kind`, or null where anything about it is wrong: algorithm, signature, issuer, audience,
 * type, form, or expiry against `nowMs`.
 */
export async function readToken<Schema extends z.ZodType>(
  secret: string,
  kind: TokenKind,
  schema: Schema,
  token: string,
  nowMs: number,
): Promise<z.output<Schema> | null> {
  let payload: unknown
  try {
    payload = await verify(token, await importKey(secret), {
      alg: ALGORITHM,
      iss: ISSUER,
      aud: kind.aud,
      typ: kind.typ,
      // Times are checked below, against the caller's clock; `iat` of another isolate may lie a little ahead.
      exp: false,
      iat: false,
      nbf: false,
    })
  } catch {
    return null
  }
  const stamped = times.safeParse(payload)
  if (!stamped.success || stamped.data.exp <= toSeconds(nowMs)) return null
  const claims = schema.safeParse(payload)
  return claims.success ? claims.data : null
}

const accessClaims = z.object({
  sub: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number),
  sid: z.uuid(),
  roles: z.array(z.enum(ROLES)),
  status: z.enum(USER_STATUS),
  seller_profile_id: z.int().positive().nullable(),
  can_bid: z.boolean(),
  session_until: z.int(),
})

export interface AccessSubject {
  userId: number
  /** The sign-in that it belongs to. */
  familyId: string
  roles: readonly Role[]
  status: z.infer<typeof accessClaims>['status']
  sellerProfileId: number | null
  canBid: boolean
  sessionUntilMs: number
}

/** An access token good for 15 min, never past the end of its sign-in; `expiresIn` in seconds. */
export async function signAccessToken(
  secret: string,
  subject: AccessSubject,
  nowMs: number,
): Promise<{ token: string; expiresIn: number }> {
  const iat = toSeconds(nowMs)
  const session_until = toSeconds(subject.sessionUntilMs)
  const exp = Math.min(toSeconds(nowMs + ACCESS_TOKEN_MS), session_until)
  const token = await signToken(secret, ACCESS, {
    iat,
    exp,
    sub: String(subject.userId),
    sid: subject.familyId,
    roles: subject.roles,
    status: subject.status,
    seller_profile_id: subject.sellerProfileId,
    can_bid: subject.canBid,
    session_until,
  })
  return { token, expiresIn: exp - iat }
}

export interface AccessGrant {
  actor: Actor
  familyId: string
  status: AccessSubject['status']
}

/** Whom an access token speaks for; null where it is not good at `nowMs`. */
export async function readAccessToken(
  secret: string,
  token: string,
  nowMs: number,
): Promise<AccessGrant | null> {
  const claims = await readToken(secret, ACCESS, accessClaims, token, nowMs)
  if (!claims) return null
  return {
    familyId: claims.sid,
    status: claims.status,
    actor: {
      userId: claims.sub,
      roles: claims.roles,
      sellerProfileId: claims.seller_profile_id,
      canBid: claims.can_bid,
      sessionUntilMs: claims.session_until * SECOND_MS,
    },
  }
}

const refreshClaims = z.object({ fam: z.uuid(), gen: z.int().nonnegative() })

export interface RefreshClaims {
  familyId: string
  generation: number
}

/** The refresh token of one generation. All its claims are given, so making it again gives the same one. */
export function signRefreshToken(
  secret: string,
  claims: RefreshClaims & { issuedAtMs: number; expiresAtMs: number },
): Promise<string> {
  return signToken(secret, REFRESH, {
    iat: toSeconds(claims.issuedAtMs),
    exp: toSeconds(claims.expiresAtMs),
    fam: claims.familyId,
    gen: claims.generation,
  })
}

/** Which generation of which sign-in a refresh token is; null where it is not good at `nowMs`. */
export async function readRefreshToken(
  secret: string,
  token: string,
  nowMs: number,
): Promise<RefreshClaims | null> {
  const claims = await readToken(secret, REFRESH, refreshClaims, token, nowMs)
  return claims && { familyId: claims.fam, generation: claims.gen }
}
