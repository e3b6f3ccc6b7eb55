import { inject } from 'vitest'
import type { z } from 'zod'
import { signSessionToken } from '../../local/session-token.ts'
import { sessionSchema } from '../../src/users/schemas.ts'
import { api } from './api.ts'
import type {} from './provided.ts'

/** What `clerk-sync` answered: tokens and user, as on the wire. */
export type Person = z.input<typeof sessionSchema>

/** The Clerk id that `ADMIN_CLERK_IDS` names in tests. */
export const ADMIN_CLERK_ID = 'admin_1'

/** A Clerk session token signed by the key that the Worker trusts; `claims` replaces or adds claims. */
export function signClerkToken(
  clerkUserId: string,
  options: { nowMs?: number; claims?: Record<string, unknown> } = {},
): Promise<string> {
  return signSessionToken({
    privateKeyPem: inject('clerkPrivateKey'),
    clerkUserId,
    nowMs: options.nowMs ?? Date.now(),
    ...(options.claims && { claims: options.claims }),
  })
}

/** Signs somebody in through `POST /api/auth/clerk-sync`; without an id it is somebody new. */
export async function signIn(
  clerkUserId = `user_${crypto.randomUUID()}`,
  details: { email?: string; first_name?: string; last_name?: string } = {},
): Promise<Person> {
  const response = await api('POST', '/api/auth/clerk-sync', {
    token: await signClerkToken(clerkUserId),
    body: {
      clerk_user_id: clerkUserId,
      email: `${clerkUserId.toLowerCase()}@example.com`,
      first_name: 'Test',
      last_name: 'Person',
      ...details,
    },
  })
  return response.expect(200).as(sessionSchema)
}

export function signInAdmin(): Promise<Person> {
  return signIn(ADMIN_CLERK_ID)
}
