import { env, exports } from 'cloudflare:workers'
import { inject } from 'vitest'
import { z } from 'zod'
import { signSessionToken } from '../../local/session-token.ts'
import { createDeps } from '../../src/deps.ts'
import type { RequestContext } from '../../src/platform/hono.ts'

/** What came back, with the body as JSON where it is JSON. */
export interface Answer {
  status: number
  headers: Headers
  body: unknown
}

export interface Sent {
  token?: string | undefined
  /** Sent as JSON; a string as it is. */
  body?: unknown
  headers?: Record<string, string>
}

/** Sends one request to the real Worker. */
export async function send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const headers = new Headers(sent.headers)
  if (sent.token !== undefined) headers.set('Authorization', `Bearer ${sent.token}`)
  const init: RequestInit = { method, headers }
  if (sent.body !== undefined) {
    if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/json')
    init.body = typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body)
  }
  const response = await exports.default.fetch(new Request(`http://localhost${path}`, init))
  const text = await response.text()
  const isJson = response.headers.get('Content-Type')?.includes('json') ?? false
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

const codeSchema = z.object({ code: z.string() })

/** Status and code of an answer that should be a refusal. */
export function refusalOf(answer: Answer): [number, string | null] {
  return [answer.status, codeSchema.safeParse(answer.body).data?.code ?? null]
}

/** A Clerk session token, with `claims` in place of or beside the ordinary ones. */
export function clerkToken(
  clerkUserId: string,
  claims?: Record<string, unknown>,
  nowMs = Date.now(),
): Promise<string> {
  return signSessionToken({
    privateKeyPem: inject('clerkPrivateKey'),
    clerkUserId,
    nowMs,
    ...(claims ? { claims } : {}),
  })
}

const userSchema = z.object({
  id: z.number(),
  clerk_user_id: z.string(),
  email: z.string(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  role: z.string(),
  roles: z.array(z.string()),
  status: z.string(),
  can_bid: z.boolean(),
})
const sessionSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
  user: userSchema,
})
export type TestSession = z.infer<typeof sessionSchema>

export const readSession = (answer: Answer): TestSession => sessionSchema.parse(answer.body)
export const readUser = (answer: Answer) => userSchema.parse(answer.body)

/** What `clerk-sync` answers for a Clerk user with their own token. */
export async function sync(clerkUserId: string, body: Record<string, unknown> = {}): Promise<Answer> {
  return send('POST', '/api/auth/clerk-sync', {
    token: await clerkToken(clerkUserId),
    body: { clerk_user_id: clerkUserId, email: `${clerkUserId}@example.com`, ...body },
  })
}

/** Signs a Clerk user in, with an account made at the first time. */
export const signInAs = async (clerkUserId: string): Promise<TestSession> =>
  readSession(await sync(clerkUserId))

/** What services run in, at the instant `now`, on behalf of nobody. */
export function contextAt(now: number) {
  const deps = createDeps(env)
  const request: Omit<RequestContext, 'log'> = {
    requestId: 'test',
    actor: null,
    now,
    address: null,
    idempotencyKey: null,
    waitUntil: () => undefined,
  }
  return { ...deps, ...request }
}
