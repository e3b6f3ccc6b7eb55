import { z } from 'zod'
import { signSessionToken } from '../../../local/session-token.ts'
import type { HttpClient } from '../clients/http.ts'

export interface Person {
  name: string
  clerkUserId: string
  userId: number
  token: string
  refreshToken: string
  /** As the edge would tell it. Everybody has one of their own. */
  address: string
}

const sessionSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  user: z.object({ id: z.number() }),
})

/** Addresses of documentation networks would be too few: each is used by one person, or one request. */
export class Addresses {
  #next = 0

  take(): string {
    this.#next += 1
    return `10.${(this.#next >> 16) & 255}.${(this.#next >> 8) & 255}.${this.#next & 255}`
  }
}

/** Signs in people with session tokens of the stack's own Clerk key. */
export class People {
  readonly addresses = new Addresses()
  readonly #http: HttpClient
  readonly #privateKeyPem: string

  constructor(http: HttpClient, privateKeyPem: string) {
    this.#http = http
    this.#privateKeyPem = privateKeyPem
  }

  /** A session token as Clerk would sign it; `claims` replace or add some. */
  sessionToken(clerkUserId: string, claims: Record<string, unknown> = {}): Promise<string> {
    return signSessionToken({ privateKeyPem: this.#privateKeyPem, clerkUserId, nowMs: Date.now(), claims })
  }

  /** Signs in, as `abuse_<name>`; the first time makes the account. */
  async signIn(name: string, address = this.addresses.take()): Promise<Person> {
    const clerkUserId = `abuse_${name}`
    const signedIn = await this.#http.call(sessionSchema, {
      method: 'POST',
      path: '/api/auth/clerk-sync',
      token: await this.sessionToken(clerkUserId),
      address,
      body: {
        clerk_user_id: clerkUserId,
        email: `${clerkUserId}@example.com`,
        first_name: name,
        last_name: null,
      },
    })
    return {
      name,
      clerkUserId,
      userId: signedIn.user.id,
      token: signedIn.access_token,
      refreshToken: signedIn.refresh_token,
      address,
    }
  }
}
