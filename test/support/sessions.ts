import { env } from 'cloudflare:workers'
import { createDeps } from '../../src/deps.ts'
import type { RequestContext } from '../../src/platform/hono.ts'
import { type ApiResponse, api } from './api.ts'
import { signClerkToken } from './people.ts'

/** Status and code of an answer that should be a refusal. */
export const refusalOf = (answer: ApiResponse): [number, unknown] => [answer.status, answer.at('code')]

/** What `clerk-sync` answers for a Clerk user with their own token; `body` replaces or adds fields. */
export async function sync(clerkUserId: string, body: Record<string, unknown> = {}): Promise<ApiResponse> {
  return api('POST', '/api/auth/clerk-sync', {
    token: await signClerkToken(clerkUserId),
    body: { clerk_user_id: clerkUserId, email: `${clerkUserId}@example.com`, ...body },
  })
}

/** What services run in, at the instant `now`, on behalf of nobody. */
export function contextAt(now: number) {
  const request: Omit<RequestContext, 'log'> = {
    requestId: 'test',
    actor: null,
    now,
    address: null,
    idempotencyKey: null,
    waitUntil: () => undefined,
  }
  return { ...createDeps(env), ...request }
}
