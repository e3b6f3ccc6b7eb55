// Who asks ClearVIN: by a key that it hands out, or by an account, whose tokens last two hours.
import * as z from 'zod'
import type { RedisService } from '../redis.ts'
import type { VendorCall } from './answer.ts'
import { askJson } from './ask-json.ts'

const TOKEN_MINUTES = 120
/** A token is not used in its last minutes: the request must still arrive. */
const MARGIN_MINUTES = 5

/** Stands in the cache for a token where the account was refused, so that not every VIN is one more try. */
const REFUSED = ''
const REFUSED_SECONDS = 60
/** Bad request, unauthorized, forbidden: the next try would hear the same. */
const REFUSALS: readonly number[] = [400, 401, 403]

export type TokenCache = Pick<RedisService, 'get' | 'set'>

/** Gives the bearer token of a request: another than the one that was refused. Null where there is no other. */
export type ClearvinAccess = (call: VendorCall, refused: string | null) => Promise<string | null>

/** What a header can carry: a token that cannot be sent would be kept for two hours, and fail each time. */
const tokenSchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,8192}$/)
const loginSchema = z.object({ status: z.literal('ok'), token: tokenSchema })

export const accessByKey =
  (apiKey: string): ClearvinAccess =>
  async (_call, refused) =>
    refused === null ? apiKey : null

/**
 * Exchanges e-mail and password for a token, which is kept as long as it is good. Questions at once log in once.
 * @param baseUrl without a slash at its end
 */
export function accessByLogin(
  baseUrl: string,
  account: { email: string; password: string },
  cache: TokenCache,
): ClearvinAccess {
  const key = `clearvin-token:${account.email}`
  let current: Promise<string> | null = null

  async function logIn({ signal, keepLater }: VendorCall): Promise<string> {
    const { status, isOk, body } = await askJson(`${baseUrl}/rest/vendor/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(account),
      signal,
    })
    const answer = isOk ? loginSchema.safeParse(body).data : undefined
    if (!answer) {
      if (isOk || REFUSALS.includes(status)) keepLater(cache.set(key, REFUSED, REFUSED_SECONDS))
      // Its own words might name the account.
      throw new Error(isOk ? 'login: no token in the answer' : `login: HTTP ${status}`)
    }
    keepLater(cache.set(key, answer.token, (TOKEN_MINUTES - MARGIN_MINUTES) * 60))
    return answer.token
  }

  async function findToken(call: VendorCall): Promise<string> {
    const kept = await cache.get(key, z.union([z.literal(REFUSED), tokenSchema]))
    if (kept.away || kept.value === null) return await logIn(call)
    if (kept.value === REFUSED) throw new Error('login: the account was refused within the last minute')
    return kept.value
  }

  /** What is found is for all who ask meanwhile; what failed is tried again by who comes after. */
  function share(found: Promise<string>): Promise<string> {
    current = found
    found.catch(() => {
      if (current === found) current = null
    })
    return found
  }

  return async (call, refused) => {
    const seen = current ?? share(findToken(call))
    const token = await seen
    if (token !== refused) return token
    // Whoever is refused first logs in for all.
    return await (current === seen || current === null ? share(logIn(call)) : current)
  }
}
