import { z } from 'zod'
import { createSessionToken } from '../../../local/clerk.ts'
import { type Api, LostAnswer, type Reply, type Request } from './api.ts'

/** Access tokens are good for 15 minutes. */
const RENEW_AFTER_MS = 10 * 60_000
const TOKEN_LASTS_MS = 15 * 60_000
const RENEW_MARGIN_MS = 60_000
const SIGN_IN_MAX_MS = 60_000
const UNAUTHENTICATED = 401
const sessionSchema = z.object({ access_token: z.string(), user: z.object({ id: z.number() }) })
const ticketSchema = z.object({ ticket: z.string() })

/** Somebody who is signed in, and signs in again when the session grows old. */
export class Person {
  readonly name: string
  readonly api: Api
  readonly clerkUserId: string
  readonly #dataDir: string
  #session: { userId: number; token: string; at: number } | null = null
  #renewing: Promise<void> | null = null

  constructor(name: string, api: Api, dataDir: string, clerkUserId = `crash_${name}`) {
    this.name = name
    this.clerkUserId = clerkUserId
    this.api = api
    this.#dataDir = dataDir
  }

  /** @throws Error before the first sign-in */
  get userId(): number {
    if (this.#session === null) throw new Error(`${this.name} has not signed in`)
    return this.#session.userId
  }

  /** Whether the token is still good, without signing in again: who was suspended cannot. */
  get isSignedIn(): boolean {
    return this.#session !== null && Date.now() - this.#session.at < TOKEN_LASTS_MS - RENEW_MARGIN_MS
  }

  async signIn(): Promise<this> {
    const { clerkUserId } = this
    const token = await createSessionToken(clerkUserId, this.#dataDir)
    const body = {
      clerk_user_id: clerkUserId,
      email: `${clerkUserId}@example.com`,
      first_name: this.name,
      last_name: 'Crash',
    }
    const request: Request = { method: 'POST', path: '/api/auth/clerk-sync', token, body }
    const reply = await this.api.insist(request, Date.now() + SIGN_IN_MAX_MS)
    const { access_token, user } = sessionSchema.parse(reply.body)
    this.#session = { userId: user.id, token: access_token, at: Date.now() }
    return this
  }

  /** One call with the person's token. @throws LostAnswer */
  async call(request: Request): Promise<Reply> {
    const reply = await this.api.call({ ...request, token: await this.#token() })
    if (reply.status !== UNAUTHENTICATED) return reply
    this.#renew()
    throw new LostAnswer('The session had ended')
  }

  /** @throws LostAnswer past `deadlineMs` */
  async insist(request: Request, deadlineMs: number): Promise<Reply> {
    return this.api.insist({ ...request, token: await this.#token() }, deadlineMs)
  }

  /** A ticket for one connection; null where there is none to be had now. */
  async takeTicket(auctionId: number): Promise<string | null> {
    try {
      const reply = await this.call({ method: 'POST', path: `/api/auctions/${auctionId}/ticket` })
      const taken = ticketSchema.safeParse(reply.body)
      return taken.success ? taken.data.ticket : null
    } catch (error) {
      if (error instanceof LostAnswer) return null
      throw error
    }
  }

  async #token(): Promise<string> {
    if (this.#session === null) await this.signIn()
    const session = this.#session
    if (session === null) throw new Error(`${this.name} has not signed in`)
    // The old one goes on being good meanwhile.
    if (Date.now() - session.at > RENEW_AFTER_MS) this.#renew()
    return session.token
  }

  #renew(): void {
    this.#renewing ??= this.signIn()
      .then(() => undefined)
      .catch(() => undefined)
      .finally(() => {
        this.#renewing = null
      })
  }
}
