// Who asks ClearVIN: by a key that it hands out, or by an account, whose tokens last two hours.
import * as z from 'zod'
import type { RedisService } from '../redis.ts'

const TOKEN_MINUTES = 120
/** A token is not used in its last minutes: the request must still arrive. */
const MARGIN_MINUTES = 5

export type TokenCache = Pick<RedisService, 'get' | 'set'>

/** Gives the bearer token of a request; `isRefused`: the last one was not taken. Null where there is no other. */
export type ClearvinAccess = (signal: AbortSignal, isRefused: boolean) => Promise<string | null>

const loginSchema = z.object({ status: z.literal('ok'), token: z.string().min(1) })

export const accessByKey =
  (apiKey: string): ClearvinAccess =>
  async (_signal, isRefused) =>
    isRefused ? null : apiKey

/**
 * Exchanges e-mail and password for a token, which is kept as long as it is good.
 * @param baseUrl without a slash at its end
 */
export function accessByLogin(
  baseUrl: string,
  account: { email: string; password: string },
  cache: TokenCache,
): ClearvinAccess {
  const key = `clearvin-token:${account.email}`
  return async (signal, isRefused) => {
    const kept = isRefused ? null : await cache.get(key, z.string())
    if (kept && !kept.away && kept.value !== null) return kept.value
    const response = await fetch(`${baseUrl}/rest/vendor/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(account),
      signal,
    })
    if (!response.ok) throw new Error(`login: HTTP ${response.status}`)
    const answer = loginSchema.safeParse(await response.json())
    if (!answer.success) throw new Error('login: no token in the answer')
    const { token } = answer.data
    await cache.set(key, token, (TOKEN_MINUTES - MARGIN_MINUTES) * 60)
    return token
  }
}
