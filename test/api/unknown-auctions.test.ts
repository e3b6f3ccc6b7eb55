import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { placeBid } from '../../src/auctions/place-bid.ts'
import { createDeps } from '../../src/deps.ts'
import { AppError } from '../../src/platform/errors.ts'
import { LIMITS } from '../../src/platform/rate-limit.ts'
import { api, createAuction, type Person, signIn } from '../support/index.ts'
import { growthOf } from '../support/scrape.ts'
import { refusalOf } from '../support/sessions.ts'
import { setVariables } from '../support/variables.ts'

const UNKNOWN_MAX = LIMITS.unknown_auction.perUser.requests
const LIMITED = [429, 'rate_limited']
const seller = await signIn()

/** An id under which there is no auction. */
let nextId = 900_000_000
const scan = (as: Person, what = 'bids', body: object = { amount: 500 }) =>
  api('POST', `/api/auctions/${++nextId}/${what}`, { as, body })

async function scanTimes(times: number, as: Person): Promise<Set<number>> {
  const statuses = new Set<number>()
  for (let done = 0; done < times; done++) statuses.add((await scan(as)).status)
  return statuses
}

beforeEach(() => {
  setVariables({ RATE_LIMITS: 'on' })
  // The windows are those of the clock: it stands at the beginning of one.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 60_000) * 60_000 + 1 })
})
afterEach(() => {
  vi.useRealTimers()
})

test.each([
  ['with Redis', {}],
  ['with Redis away', { UPSTASH_REDIS_REST_URL: '' }],
])('who bids on auctions that are not there may do so a few times only, %s', async (_how, variables) => {
  setVariables(variables)
  const [scanner, other] = [await signIn(), await signIn()]
  expect(await scanTimes(UNKNOWN_MAX, scanner)).toEqual(new Set([404]))
  const refused = await scan(scanner)
  expect(refusalOf(refused)).toEqual(LIMITED)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
  expect(refusalOf(await scan(other))).toEqual([404, 'not_found'])
})

test.each([
  ['bid', { amount: 500 }],
  ['auto-bid', { max_bid: 500 }],
  ['buy-now', {}],
  ['ticket', {}],
])('the other ways to ask a room count as well: %s', async (what, body) => {
  const scanner = await signIn()
  for (let done = 0; done < UNKNOWN_MAX; done++) await scan(scanner, what, body)
  expect(refusalOf(await scan(scanner, what, body))).toEqual(LIMITED)
  expect(refusalOf(await scan(scanner))).toEqual(LIMITED)
})

test('who is held back wakes no more objects', async () => {
  const scanner = await signIn()
  await scanTimes(UNKNOWN_MAX, scanner)
  const deps = createDeps(env)
  let isAsked = false
  const rooms: typeof deps.rooms = (...question) => {
    isAsked = true
    return deps.rooms(...question)
  }
  const ctx = {
    ...deps,
    rooms,
    requestId: 'test',
    actor: {
      userId: scanner.user.id,
      roles: [],
      sellerProfileId: null,
      canBid: true,
      sessionUntilMs: Date.now() + 60_000,
    },
    now: Date.now(),
    address: null,
    idempotencyKey: null,
    waitUntil: () => undefined,
  }
  const bid = placeBid(ctx, ++nextId, null, { kind: 'buy_now' })
  await expect(bid).rejects.toThrow(AppError)
  expect(isAsked).toBe(false)
})

test('bids on auctions that are there are not counted, and wait for no Redis', async () => {
  const [bidder, { id }] = [await signIn(), await createAuction(seller)]
  const series = 'redis_operations_total{operation="limit",status="success"}'
  const statuses = new Set<number>()
  const growth = await growthOf(series, async () => {
    for (const max_bid of [1_000, 1_001, 1_002]) {
      statuses.add((await api('POST', `/api/auctions/${id}/bids`, { as: bidder, body: { max_bid } })).status)
    }
  })
  expect([statuses, growth]).toEqual([new Set([201]), 0])
})
