import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { AppError } from '../../src/platform/errors.ts'
import { LIMITS } from '../../src/platform/rate-limit.ts'
import { type ApiResponse, api } from '../support/api.ts'
import { hangingUrl } from '../support/control.ts'
import { signClerkToken, signIn } from '../support/people.ts'
import { sampleOf } from '../support/scrape.ts'
import { REFUSING_URL, setVariables } from '../support/variables.ts'

const PER_ADDRESS = LIMITS.authentication.perAddress.requests
const READS_PER_USER = LIMITS.read.perUser.requests

/** An address that no other test uses. */
let addresses = 0
function nextAddress(): string {
  addresses += 1
  return `198.18.${addresses >> 8}.${addresses & 255}`
}

const from = (address: string, method: string, path: string, options: Parameters<typeof api>[2] = {}) =>
  api(method, path, { ...options, headers: { 'CF-Connecting-IP': address, ...options.headers } })
const refresh = (address: string) => from(address, 'POST', '/api/auth/refresh')
const refusalOf = (answer: ApiResponse) => [answer.status, answer.at('code')]
const LIMITED = [429, 'rate_limited']

async function repeat(times: number, work: () => Promise<ApiResponse>): Promise<ApiResponse[]> {
  const answers: ApiResponse[] = []
  // A few at a time: Redis is to be busy, not away.
  for (let done = 0; done < times; done += 10) {
    const some = Array.from({ length: Math.min(10, times - done) }, work)
    answers.push(...(await Promise.all(some)))
  }
  return answers
}
const limited = (answers: ApiResponse[]) => answers.filter(({ status }) => status === 429).length

beforeEach(() => {
  setVariables({ RATE_LIMITS: 'on' })
  // The windows are those of the clock: it stands at the beginning of one.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 60_000) * 60_000 + 1 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('with Redis', () => {
  test('an address may sign in so often, and is told when it may again', async () => {
    const address = nextAddress()
    const answers = await repeat(PER_ADDRESS, () => refresh(address))
    expect(limited(answers)).toBe(0)
    const refused = await refresh(address)
    expect(refusalOf(refused)).toEqual(LIMITED)
    const retryAfter = Number(refused.headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThanOrEqual(1)
    expect(retryAfter).toBeLessThanOrEqual(60)
    expect(refused.at('request_id')).toBe(refused.headers.get('x-request-id'))
  })

  test('GET /health/detailed, which asks all services, is limited like a read; GET /health never', async () => {
    const address = nextAddress()
    const reads = LIMITS.read.perAddress.requests
    expect(limited(await repeat(reads, () => from(address, 'GET', '/api')))).toBe(0)
    expect(refusalOf(await from(address, 'GET', '/health/detailed'))).toEqual(LIMITED)
    expect((await from(address, 'GET', '/health')).status).toBe(200)
    expect((await from(nextAddress(), 'GET', '/health/detailed')).status).toBe(200)
  })

  test('another address is not concerned, nor are other requests of this one', async () => {
    const address = nextAddress()
    await repeat(PER_ADDRESS + 1, () => refresh(address))
    expect((await refresh(nextAddress())).status).toBe(401)
    expect((await from(address, 'GET', '/api')).status).toBe(200)
    expect((await from(address, 'GET', '/health')).status).toBe(200)
  })

  test('once the window has slid on, the address may again', async () => {
    const address = nextAddress()
    await repeat(PER_ADDRESS + 1, () => refresh(address))
    expect(refusalOf(await refresh(address))).toEqual(LIMITED)
    vi.setSystemTime(Date.now() + 90_000)
    expect((await refresh(address)).status).toBe(401)
  })

  test('refused requests do not prolong the wait', async () => {
    const address = nextAddress()
    await repeat(3 * PER_ADDRESS, () => refresh(address))
    vi.setSystemTime(Date.now() + 90_000)
    expect(limited(await repeat(PER_ADDRESS / 2, () => refresh(address)))).toBe(0)
  })

  test('the addresses of one IPv6 /64 are one, those of another are not', async () => {
    const subscriber = `2001:db8:${crypto.randomUUID().slice(0, 4)}:1`
    let host = 0
    await repeat(PER_ADDRESS, () => refresh(`${subscriber}::${(++host).toString(16)}`))
    expect(refusalOf(await refresh(`${subscriber}:ffff:1:2:3`))).toEqual(LIMITED)
    expect((await refresh('2001:db8:ffff:2::1')).status).toBe(401)
  })

  test('who is signed in counts as themselves, wherever they are', async () => {
    const person = await signIn()
    const other = await signIn()
    const read = (as: typeof person) => from(nextAddress(), 'GET', '/api', { as })
    expect(limited(await repeat(READS_PER_USER, () => read(person)))).toBe(0)
    expect(refusalOf(await read(person))).toEqual(LIMITED)
    expect((await read(other)).status).toBe(200)
  })

  test('a made-up token does not get one out of the limit of the address', async () => {
    const address = nextAddress()
    const guess = () => from(address, 'POST', '/api/auth/refresh', { token: crypto.randomUUID() })
    const answers = await repeat(PER_ADDRESS + 5, guess)
    expect(limited(answers)).toBe(5)
  })

  test('a person may sign in so often, from however many addresses', async () => {
    const clerkUserId = `user_${crypto.randomUUID()}`
    const body = { clerk_user_id: clerkUserId, email: `${clerkUserId}@example.com` }
    const token = await signClerkToken(clerkUserId)
    const answers = await repeat(LIMITS.authentication.perUser.requests + 3, () =>
      from(nextAddress(), 'POST', '/api/auth/clerk-sync', { token, body }),
    )
    expect(answers.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(3)
  })

  test('RATE_LIMITS=off turns them off', async () => {
    setVariables({ RATE_LIMITS: 'off' })
    const address = nextAddress()
    expect(limited(await repeat(2 * PER_ADDRESS, () => refresh(address)))).toBe(0)
  })
})

describe('with Redis away', () => {
  const AWAY = [
    ['hangs', () => ({ UPSTASH_REDIS_REST_URL: hangingUrl() })],
    ['refuses the token', () => ({ UPSTASH_REDIS_REST_TOKEN: 'wrong' })],
    ['is not configured', () => ({ UPSTASH_REDIS_REST_URL: '' })],
  ] as const

  test.each(AWAY)('that %s everything but signing in is open', async (_how, variables) => {
    setVariables(variables())
    const address = nextAddress()
    const answers = await Promise.all(
      Array.from({ length: LIMITS.write.perAddress.requests + 20 }, () => from(address, 'POST', '/api/none')),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]))
  })

  test.each(AWAY)('that %s signing in is limited in the isolate', async (_how, variables) => {
    setVariables(variables())
    const address = nextAddress()
    const answers = await Promise.all(Array.from({ length: PER_ADDRESS + 4 }, () => refresh(address)))
    expect(limited(answers)).toBe(4)
    expect((await refresh(nextAddress())).status).toBe(401)
  })

  test('a Redis that hangs costs a request no more than its bound', async () => {
    vi.useRealTimers()
    setVariables({ UPSTASH_REDIS_REST_URL: hangingUrl() })
    const startedMs = Date.now()
    expect((await from(nextAddress(), 'GET', '/api')).status).toBe(200)
    // 300 ms, and what a busy machine adds.
    expect(Date.now() - startedMs).toBeLessThan(1_000)
  })

  test('a connection that is refused is tried once, and the request passes', async () => {
    setVariables({ UPSTASH_REDIS_REST_URL: REFUSING_URL })
    const series = 'redis_operations_total{operation="limit",status="error"}'
    const before = (await sampleOf(series)) ?? 0
    expect((await from(nextAddress(), 'GET', '/api')).status).toBe(200)
    expect(await sampleOf(series)).toBe(before + 1)
  })
})

describe('a caller without an address', () => {
  test('passes, is not thrown together with the others, and is logged', async () => {
    setVariables({ LOG_LEVEL: 'warn' })
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const answers = await repeat(2 * PER_ADDRESS, () => api('POST', '/api/auth/refresh'))
    const lines = warn.mock.calls.map(([line]) => String(line))
    warn.mockRestore()
    expect(limited(answers)).toBe(0)
    expect(lines.filter((line) => line.includes('"address_unknown"'))).toHaveLength(2 * PER_ADDRESS)
  })

  test('still counts as themselves when signed in', async () => {
    const person = await signIn()
    const answers = await repeat(READS_PER_USER + 2, () => api('GET', '/api', { as: person }))
    expect(limited(answers)).toBe(2)
  })
})

describe('a limit on what turned out wrong', () => {
  const unknown = LIMITS.unknown_auction.perAddress.requests
  const callerAt = (address: string) => ({ userKey: null, address })

  test.each([
    ['with Redis', () => ({})],
    ['with Redis away', () => ({ UPSTASH_REDIS_REST_URL: '' })],
  ])('is looked at without being used up, %s', async (_how, variables) => {
    setVariables(variables())
    const { limits, log } = createDeps(env)
    const at = { now: Date.now(), log }
    const caller = callerAt(nextAddress())
    for (let look = 0; look < unknown + 5; look++) await limits.requireLeft('unknown_auction', caller, at)
    for (let use = 0; use < unknown; use++) await limits.require('unknown_auction', caller, at)
    await expect(limits.requireLeft('unknown_auction', caller, at)).rejects.toThrow(AppError)
    await limits.requireLeft('unknown_auction', callerAt(nextAddress()), at)
  })
})
