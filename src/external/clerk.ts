import { verifyToken } from '@clerk/backend'
import { verifyWebhook } from '@clerk/backend/webhooks'
import * as z from 'zod'
import { AppError } from '../platform/errors.ts'

/** A session that Clerk vouches for. */
export interface ClerkSession {
  clerkUserId: string
  /** Only where the instance puts it into its session tokens. */
  email: string | null
}

/** A message of Clerk's that matters here, or one that does not. */
export type ClerkMessage =
  | {
      type: 'user.updated'
      clerkUserId: string
      email: string | null
      firstName: string | null
      lastName: string | null
      updatedAtMs: number
    }
  | { type: 'user.deleted'; clerkUserId: string }
  | { type: 'other' }

export interface Clerk {
  /** The session behind a session token, or null where the token is not good. @throws AppError `unavailable` */
  verifySession(token: string): Promise<ClerkSession | null>
  /**
   * The message and its id, or null where the signature is not good.
   * @throws AppError `unavailable`, `validation_failed` for a message of another form
   */
  verifyMessage(headers: Headers, body: string): Promise<{ id: string; message: ClerkMessage } | null>
}

const emailText = z.email().max(254)
/** Of the form that a sign-in takes, so that what is asked of the database is never in another character set. */
const userId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
/** The last instant that a column of MySQL's holds, in epoch milliseconds. */
const LAST_INSTANT_MS = 253_402_300_799_999

/** `sid` is what a session token has and a token made from one of the instance's other templates has not. */
const sessionClaims = z.object({
  sub: z.string(),
  sid: z.string().min(1),
  sts: z.string().optional(),
  email: emailText.nullable().catch(null).default(null),
})

const userUpdated = z.object({
  id: userId,
  first_name: z.string().max(100).nullable().catch(null),
  last_name: z.string().max(100).nullable().catch(null),
  primary_email_address_id: z.string().nullable(),
  email_addresses: z.array(z.object({ id: z.string(), email_address: z.string() })),
  updated_at: z.int().min(0).max(LAST_INSTANT_MS),
})
const userDeleted = z.object({ id: userId })

export interface ClerkOptions {
  /** PEM public key; without it nobody can sign in. */
  jwtKey?: string | undefined
  /** Empty: any front end. */
  authorizedParties: string[]
  webhookSecret?: string | undefined
}

export class ClerkVerifier implements Clerk {
  readonly #options: ClerkOptions

  constructor(options: ClerkOptions) {
    this.#options = options
  }

  async verifySession(token: string): Promise<ClerkSession | null> {
    const { jwtKey, authorizedParties } = this.#options
    if (!jwtKey) throw new AppError('unavailable', 'Signing in is not configured')
    // Any throw means that the token is not good: with a key at hand nothing is fetched.
    const payload = await verifyToken(token, { jwtKey, authorizedParties }).catch(() => null)
    const claims = sessionClaims.safeParse(payload)
    if (!claims.success || claims.data.sts === 'pending') return null
    return { clerkUserId: claims.data.sub, email: claims.data.email }
  }

  async verifyMessage(headers: Headers, body: string): Promise<{ id: string; message: ClerkMessage } | null> {
    const { webhookSecret } = this.#options
    if (!webhookSecret) throw new AppError('unavailable', 'The webhook is not configured')
    const names = ['svix-id', 'svix-timestamp', 'svix-signature']
    const signature = names.map((name): [string, string] => [name, headers.get(name) ?? ''])
    const signed = new Request('https://webhook.invalid/', { method: 'POST', headers: signature, body })
    const event = await verifyWebhook(signed, { signingSecret: webhookSecret }).catch(() => null)
    const id = headers.get('svix-id')?.trim()
    if (!event || !id) return null
    return { id, message: readMessage(event.type, event.data) }
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, data: unknown): z.output<Schema> {
  const parsed = schema.safeParse(data)
  if (!parsed.success) throw new AppError('validation_failed', 'The message has an unknown form')
  return parsed.data
}

function readMessage(type: string, data: unknown): ClerkMessage {
  if (type === 'user.deleted') return { type, clerkUserId: parse(userDeleted, data).id }
  if (type !== 'user.updated') return { type: 'other' }
  const user = parse(userUpdated, data)
  const primary = user.email_addresses.find(({ id }) => id === user.primary_email_address_id)
  return {
    type,
    clerkUserId: user.id,
    email: emailText.safeParse(primary?.email_address).data ?? null,
    firstName: user.first_name,
    lastName: user.last_name,
    updatedAtMs: user.updated_at,
  }
}
