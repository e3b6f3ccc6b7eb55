// Who asks ClearVIN: by a key that it hands out, or by an account, whose tokens last two hours.
import * as z from 'zod'
import type { RedisService } from '../redis.ts'
import type { VendorCall } from './answer.ts'
import { askJson } from './ask-json.ts'

const TOKEN_MINUTES = 120
/** A token is not used in its last minutes: the request must still arrive. */
const MARGIN_MINUTES = 5

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
    // Its own words might name the account.
    if (!isOk) throw new Error(`login: HTTP ${status}`)
    const answer = loginSchema.safeParse(body)
    if (!answer.success) throw new Error('login: no token in the answer')
    const { token } = answer.data
    keepLater(cache.set(key, token, (TOKEN_MINUTES - MARGIN_MINUTES) * 60))
    return token
  }

  async function findToken(call: VendorCall): Promise<string> {
    const kept = await cache.get(key, tokenSchema)
    return kept.away || kept.value === null ? await logIn(call) : kept.value
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
